"""How far a claim may be relied on: the verdict of the field that it tells, found by the facts that it states."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.catalog.catalog import Catalog
from bot.catalog.credential import Credential
from bot.catalog.fields import GROUPS, Verdict, fields_of, sourced, verdict
from bot.catalog.wording import Wording
from bot.documents.model import Passage
from bot.grounding.facts import Fact, FactReader, supports
from bot.text.words import words

# Of the words of "not published" sentences, the share that a claim has in common to be one of them.
_SAME_SENTENCE = 0.5
_WORST: tuple[Verdict, ...] = ("conflicting", "stale", "not_published", "supported")


class Verdicts:
    """Over one catalogue; passages of fields are `<document>#<group>`, others are taken as they are."""

    def __init__(self, catalog: Catalog, wording: Wording, reader: FactReader) -> None:
        self._catalog = catalog
        self._wording = wording
        self._reader = reader
        self._documents = {credential.document: credential for credential in catalog}

    def of(self, claim: str, passages: Sequence[Passage]) -> tuple[Verdict, str | None]:
        """The worst verdict among the fields that the claim tells, and of which date that one is."""
        facts = self._reader.read(claim)
        found = [told for passage in passages for told in self._told(claim, facts, passage)]
        return min(found, key=lambda told: _WORST.index(told[0]), default=("supported", None))

    def _told(self, claim: str, facts: frozenset[Fact], passage: Passage) -> Iterator[tuple[Verdict, str | None]]:
        credential = self._documents.get(passage.document)
        group = next((group for group in GROUPS if passage.id == f"{passage.document}#{group}"), None)
        if credential is None or group is None:
            return
        for field in fields_of(group):
            value = sourced(credential, field)
            if value is None:
                continue
            if self._tells(claim, facts, credential, field, unknown=value.unknown is not None):
                yield verdict(field, value, self._catalog.today), value.as_of

    def _tells(self, claim: str, facts: frozenset[Fact], credential: Credential, field: str, *, unknown: bool) -> bool:
        record = self._wording.record(credential, field)
        if not unknown:
            held = self._reader.backing(record) - self._reader.backing(credential.name)
            return any(supports(held, fact) for fact in facts)
        told, said = set(words(record)), set(words(claim))
        return len(told & said) >= _SAME_SENTENCE * len(told)
