"""The packaged knowledge as material for claims: true ones, changed ones, paraphrased ones, and the check itself."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from bot.app import build_fact_reader
from bot.app.advising import topical_words
from bot.catalog.catalog import Catalog, on
from bot.catalog.credential import Credential
from bot.catalog.names import Names
from bot.catalog.wording import Wording
from bot.documents.model import Document, Passage
from bot.documents.passages import passages_of
from bot.documents.schema import parse_document
from bot.grounding.claims import ClaimCheck
from bot.grounding.gate import Gate
from bot.settings import content_folder
from bot.text.lexicon import Lexicon
from bot.text.prompts import Phrases
from tests.grounding.changing import Mutant, Truth, with_other, with_random, with_subject
from tests.grounding.paraphrases import Paraphrase, paraphrases

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z\[\"])|\n")
_GROUPS = frozenset({"overview", "cost", "exam", "validity", "prerequisites", "stacking", "status"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    check: ClaimCheck
    credentials: Sequence[Credential]
    passages: dict[str, Passage]
    truths: Sequence[Truth]

    def siblings(self, true: Truth) -> list[Passage]:
        """The same group of another credential of the same provider."""
        if true.subject is None or len(true.passages) != 1:
            return []
        group = true.passages[0].id.split("#")[1]
        kin = [c for c in self.credentials if c.provider == true.subject.provider and c.id != true.subject.id]
        found = (self.passages.get(f"{other.document}#{group}") for other in kin)
        return [passage for passage in found if passage]

    def mutants(self, truths: Iterable[Truth], seed: int) -> Iterator[Mutant]:
        dice = random.Random(seed)  # noqa: S311 - the same mutants every time, and nothing secret
        for true in truths:
            yield from with_random(true, dice)
            yield from with_other(true, true.passages, "in the passage", dice)
            yield from with_other(true, self.siblings(true), "of a sibling", dice)
            yield from with_subject(true, self.credentials, dice)

    def paraphrased(self, seed: int) -> list[Truth]:
        """The paraphrases as true claims, to be made false."""
        of_document = {credential.document: credential for credential in self.credentials}
        return [
            Truth(claim.text, claim.passages, "paraphrased", of_document[claim.passages[0].document])
            for claim in self.paraphrases(seed)
        ]

    def paraphrases(self, seed: int) -> Iterator[Paraphrase]:
        return paraphrases(list(self.credentials), lambda c, group: self.passages[f"{c.document}#{group}"], seed)


@lru_cache(maxsize=1)
def shelf() -> Shelf:
    root = content_folder("knowledge")
    documents = [
        parse_document(path.relative_to(root).as_posix(), path.read_text("utf-8"))
        for path in sorted(root.rglob("*.md"))
    ]
    credentials = [document.credential for document in documents if document.credential]
    catalog = Catalog(credentials, on(date(2026, 11, 23)))
    wording = Wording(Phrases.load(content_folder("prompts") / "offline"), catalog)
    of_document = {document.id: passages_of(document, wording) for document in documents}
    return Shelf(
        check=_check(documents, catalog),
        credentials=credentials,
        passages={passage.id: passage for found in of_document.values() for passage in found},
        truths=[true for document in documents for true in _truths(document, of_document[document.id])],
    )


def _check(documents: Sequence[Document], catalog: Catalog) -> ClaimCheck:
    lexicon = Lexicon.load(content_folder("prompts") / "understanding")
    providers = {d.id.rsplit("/", 1)[-1]: (d.title, *d.aliases) for d in documents if d.kind == "provider"}
    names = Names(catalog, providers, lexicon.single_words("generic", "function_words"), topical_words(lexicon))
    reader = build_fact_reader(lexicon)
    return ClaimCheck(Gate(reader), reader, names, catalog, Lexicon.load(content_folder("prompts") / "grounding"))


def _truths(document: Document, passages: Sequence[Passage]) -> Iterator[Truth]:
    for passage in passages:
        fields = passage.id.split("#")[1] in _GROUPS and document.credential is not None
        origin = "fields" if fields else "pages"
        sentences = passage.text.split(". ") if fields else _SENTENCE_END.split(passage.text)
        for sentence in sentences:
            text = sentence.strip().removeprefix("- ")
            if len(text.split()) > 2:
                yield Truth(f"{text.rstrip('.')}." if fields else text, (passage,), origin, document.credential)
