"""The advisor that needs no model, and what it understands questions with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.app.library import Library, build_retriever, prompts_folder, provider_names, shipped_vectors
from bot.catalog.catalog import Catalog
from bot.catalog.names import Names
from bot.core.answer import Provenance
from bot.core.ports import Embedder, Vectors
from bot.core.shelf import OwnDocuments
from bot.core.toolbox import Toolbox
from bot.grounding.claims import ClaimCheck
from bot.grounding.facts import FactReader, FactWords
from bot.grounding.gate import Gate
from bot.offline.advisor import OfflineAdvisor
from bot.offline.own_reading import OwnReading
from bot.offline.subject import SubjectGuess, example_key, example_questions
from bot.offline.understanding import Understanding
from bot.retrieval.retriever import HybridRetriever
from bot.text.language import LanguageGuess
from bot.text.lexicon import Lexicon
from bot.text.prompts import DEFAULT_LANGUAGE


@dataclass(frozen=True, slots=True, kw_only=True)
class Advising:
    """An advisor with the parts that others work with too. `knows` says whether any document holds a word."""

    advisor: OfflineAdvisor
    toolbox: Toolbox
    understanding: Understanding
    languages: LanguageGuess
    gate: Gate
    knows: Callable[[str], bool]
    own: OwnReading | None = None


def build_advising(library: Library, retriever: HybridRetriever, own: OwnDocuments | None = None) -> Advising:
    """The offline advisor over a library that has been ingested. `own`: documents that belong to who asks."""
    catalog = library.catalog()
    toolbox = Toolbox(catalog, library.wording(catalog), retriever)
    subject = build_subject_guess(library, retriever)
    understanding = build_understanding(library, catalog, subject.knows)
    languages = LanguageGuess(sorted(library.phrases.languages))
    gate = Gate(understanding.facts)
    reading = OwnReading(own, toolbox.wording.say) if own is not None else None
    advisor = OfflineAdvisor(
        toolbox,
        understanding,
        languages,
        gate,
        subject,
        {document.id: document.kind for document in library.index.documents().values()},
        provider_names(library.index),
        Provenance(prompts=(library.phrases.provenance[DEFAULT_LANGUAGE],), index=library.index.version()),
        reading,
    )
    return Advising(
        advisor=advisor,
        toolbox=toolbox,
        understanding=understanding,
        languages=languages,
        gate=gate,
        knows=subject.knows,
        own=reading,
    )


def build_understanding(
    library: Library, catalog: Catalog, is_word: Callable[[str], bool] = lambda _: False
) -> Understanding:
    """`is_word` says whether a word stands anywhere in the documents."""
    names = build_names(library, catalog)
    return Understanding(names, library.lexicon, build_fact_reader(library.lexicon), is_word)


def build_names(library: Library, catalog: Catalog) -> Names:
    generic = library.lexicon.single_words("generic", "function_words")
    return Names(catalog, provider_names(library.index), generic, topical_words(library.lexicon))


def build_toolbox(library: Library, catalog: Catalog) -> Toolbox:
    """The tools for a command that needs neither understanding nor an advisor."""
    return Toolbox(catalog, library.wording(catalog), build_retriever(library))


def build_gate(library: Library) -> Gate:
    return Gate(build_fact_reader(library.lexicon))


def build_claim_check(library: Library, names: Names, catalog: Catalog) -> ClaimCheck:
    """The strict check, for sentences that a model wrote."""
    facts = build_fact_reader(library.lexicon)
    words = Lexicon.load(prompts_folder(library.settings, "grounding"))
    return ClaimCheck(Gate(facts), facts, names, catalog, words)


def topical_words(lexicon: Lexicon) -> frozenset[str]:
    return frozenset(word for phrase in lexicon.phrases_below("topic.", "level.", "kind.") for word in phrase)


def build_fact_reader(lexicon: Lexicon) -> FactReader:
    return FactReader(
        FactWords(
            numbers=lexicon.figures("numbers"),
            numbers_before_units=lexicon.figures("numbers_before_units"),
            units=lexicon.units(),
            months=lexicon.figures("calendar"),
        )
    )


def build_subject_guess(library: Library, retriever: HybridRetriever) -> SubjectGuess:
    questions = example_questions(library.settings.prompts_dir / "understanding" / "examples.md")

    def vectors() -> dict[str, Vectors] | None:
        if library.embedder is None:
            return None
        shipped = shipped_vectors()
        return {kind: _example_vectors(asked, library.embedder, shipped) for kind, asked in questions.items()}

    return SubjectGuess(retriever, vectors)


def _example_vectors(questions: Sequence[str], embedder: Embedder, shipped: Mapping[str, Vectors]) -> Vectors:
    """The vectors of example questions: shipped with the package, computed where someone has changed the examples."""
    import numpy as np  # noqa: PLC0415

    keyed = [(example_key(embedder.model, question), question) for question in questions]
    return np.stack([shipped[key] if key in shipped else embedder.embed_query(text) for key, text in keyed])
