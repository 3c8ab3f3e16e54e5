"""The wiring: the one place that knows every part and builds them. Heavy imports stay inside the builders."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from bot.catalog.catalog import Catalog
from bot.catalog.names import Names
from bot.catalog.wording import Wording
from bot.core.assistant import Assistant
from bot.core.ports import Embedder, Vectors
from bot.core.toolbox import Toolbox
from bot.documents.model import Passage
from bot.documents.passages import passages_of
from bot.documents.schema import parse_document
from bot.errors import DocumentError, MissingService, Problem
from bot.grounding.facts import FactReader, FactWords
from bot.grounding.gate import Gate
from bot.offline.advisor import OfflineAdvisor
from bot.offline.subject import SubjectGuess, example_key, example_questions
from bot.offline.understanding import Understanding
from bot.retrieval.dense import ChromaVectors, ExactVectors, VectorStore
from bot.retrieval.index import NO_MODEL, Index
from bot.retrieval.ingest import Ingest, Progress, Report, Root, load_shipped, no_progress, stored_credentials
from bot.retrieval.retriever import HybridRetriever
from bot.settings import Settings, content_folder
from bot.text.language import LanguageGuess
from bot.text.lexicon import Lexicon
from bot.text.prompts import Phrases

if TYPE_CHECKING:
    from bot.practice.book import ItemBook
    from bot.practice.session import PracticeSessions
    from bot.practice.simulation import Simulations

LEXICAL_ONLY = "none"
SHIPPED_VECTORS = "vectors.npz"


@dataclass(slots=True)
class Library:
    """Knowledge ready to be searched and brought up to date: the index, what embeds, and how facts are worded."""

    settings: Settings
    today: date
    index: Index
    embedder: Embedder | None
    embedder_problem: str | None
    phrases: Phrases
    lexicon: Lexicon

    def wording(self, catalog: Catalog) -> Wording:
        return Wording(self.phrases, catalog)

    def catalog(self) -> Catalog:
        return Catalog(stored_credentials(self.index), self.today)

    def ingest(self, paths: Sequence[Path] = (), *, dry_run: bool = False, progress: Progress = no_progress) -> Report:
        """Bring the index up to date: the packaged knowledge and the set folders, or just the paths given."""
        roots = [Root(path, may_be_gone=True) for path in paths] or [
            Root(content_folder("knowledge"), own=True),
            *(Root(folder) for folder in self.settings.knowledge_dirs),
        ]
        return self._ingest().run(roots, self.today, dry_run=dry_run, progress=progress)

    def embed(self, progress: Progress = no_progress) -> int:
        return self._ingest().embed(progress)

    def _ingest(self) -> Ingest:
        recipe = self.phrases.provenance["en"]
        return Ingest(self.index, self.embedder, self.wording, shipped_vectors(), recipe)

    def close(self) -> None:
        self.index.close()


def shipped_vectors() -> dict[str, Vectors]:
    return load_shipped(content_folder("knowledge") / SHIPPED_VECTORS)


def open_library(settings: Settings, today: date | None = None) -> Library:
    """Open (or create) the index and load what every part reads. Nothing is indexed yet: call `ingest`."""
    embedder, problem = build_embedder(settings)
    settings.credway_home.mkdir(parents=True, exist_ok=True)
    return Library(
        settings=settings,
        today=today or date.today(),  # noqa: DTZ011 - retirement dates are calendar days where the learner is
        index=Index(settings.index_file, embedder.model if embedder else NO_MODEL),
        embedder=embedder,
        embedder_problem=problem,
        phrases=Phrases.load(settings.prompts_dir / "offline"),
        lexicon=Lexicon.load(settings.prompts_dir / "understanding"),
    )


def build_embedder(settings: Settings) -> tuple[Embedder | None, str | None]:
    """The embedder that is set, or none and the reason: search is then lexical only."""
    if settings.embeddings == LEXICAL_ONLY:
        return None, "EMBEDDINGS=none: lexical search only"
    try:
        if settings.embeddings:
            from bot.retrieval.embeddings import RemoteEmbedder  # noqa: PLC0415

            key = settings.embeddings_api_key or settings.openai_api_key
            return RemoteEmbedder(settings.embeddings, settings.embeddings_base_url or None, key or None), None
        from bot.retrieval.embeddings import PackagedEmbedder  # noqa: PLC0415

        return PackagedEmbedder(), None
    except MissingService as error:
        return None, str(error)


def build_retriever(library: Library) -> HybridRetriever:
    store: VectorStore = ExactVectors()
    if library.settings.chroma_url and library.embedder is not None:
        store = ChromaVectors(library.settings.chroma_url, library.embedder.model)
    return HybridRetriever(library.index, store, library.embedder)


def build_assistant(library: Library, retriever: HybridRetriever | None = None) -> Assistant:
    """The assistant over a library that has been ingested."""
    retriever = retriever or build_retriever(library)
    catalog = library.catalog()
    toolbox = Toolbox(catalog, library.wording(catalog), retriever)
    facts = build_fact_reader(library.lexicon)
    subject = build_subject_guess(library, retriever)
    generic = library.lexicon.single_words("generic", "function_words")
    understanding = Understanding(
        Names(catalog, provider_names(library.index), generic, topical_words(library.lexicon)),
        library.lexicon,
        facts,
        subject.knows,
    )
    advisor = OfflineAdvisor(
        toolbox,
        understanding,
        LanguageGuess(sorted(library.phrases.languages)),
        Gate(facts),
        subject,
        {document.id: document.kind for document in library.index.documents().values()},
        provider_names(library.index),
    )
    return Assistant(advisor, library.phrases)


def topical_words(lexicon: Lexicon) -> frozenset[str]:
    return frozenset(word for phrase in lexicon.phrases_below("topic.", "level.", "kind.") for word in phrase)


def build_fact_reader(lexicon: Lexicon) -> FactReader:
    return FactReader(
        FactWords(numbers=lexicon.figures("numbers"), units=lexicon.units(), months=lexicon.figures("calendar"))
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


def provider_names(index: Index) -> dict[str, tuple[str, ...]]:
    """What each provider is called, by the id that credentials use."""
    documents = [document for document in index.documents().values() if document.kind == "provider"]
    return {
        document.id.rsplit("/", 1)[-1]: (document.title, *json.loads(document.data)["aliases"])
        for document in documents
    }


@dataclass(frozen=True, slots=True)
class Practice:
    """What is practised with: the items, sessions over them, and the simulations."""

    book: ItemBook
    sessions: PracticeSessions
    simulations: Simulations


def build_practice(library: Library, retriever: HybridRetriever | None = None) -> Practice:
    """Practice over a library that has been ingested. Items are made when they are asked for."""
    from bot.practice.book import ItemBook  # noqa: PLC0415
    from bot.practice.grading import Grader  # noqa: PLC0415
    from bot.practice.scripts import load_simulations  # noqa: PLC0415
    from bot.practice.session import PracticeSessions  # noqa: PLC0415
    from bot.practice.simulation import Simulations  # noqa: PLC0415
    from bot.practice.workshop import Workshop  # noqa: PLC0415

    catalog = library.catalog()
    toolbox = Toolbox(catalog, library.wording(catalog), retriever or build_retriever(library))
    phrases = Phrases.load(library.settings.prompts_dir / "practice")
    facts = build_fact_reader(library.lexicon)
    book = ItemBook(
        Workshop(toolbox, phrases, Gate(facts), facts), library.index.passages_of, page_topics(library.index)
    )
    return Practice(
        book=book,
        sessions=PracticeSessions(book, phrases, Grader(phrases, facts)),
        simulations=Simulations(load_simulations(content_folder("knowledge")), library.index.passages_of, phrases),
    )


def page_topics(index: Index) -> dict[str, tuple[str, ...]]:
    """The topics of each guide and provider page, by document."""
    pages = [document for document in index.documents().values() if document.kind in {"guide", "provider"}]
    return {page.id: tuple(json.loads(page.data)["topics"]) for page in pages}


def simulation_problems(settings: Settings) -> list[Problem]:
    """Everything wrong with the packaged simulations, held against the packaged documents as they stand."""
    from bot.practice.scripts import check_simulations  # noqa: PLC0415

    folder = content_folder("knowledge")
    documents = []
    for path in sorted(folder.rglob("*.md")):
        try:
            documents.append(parse_document(path.relative_to(folder).as_posix(), path.read_text("utf-8")))
        except (DocumentError, UnicodeDecodeError):
            continue  # told by the check of the documents; what cites it is told here
    catalog = Catalog([document.credential for document in documents if document.credential], date.today())  # noqa: DTZ011
    wording = Wording(Phrases.load(settings.prompts_dir / "offline"), catalog)
    passages: dict[str, list[Passage]] = {document.id: passages_of(document, wording) for document in documents}
    gate = Gate(build_fact_reader(Lexicon.load(settings.prompts_dir / "understanding")))
    return check_simulations(folder, lambda document: passages.get(document, ()), gate)
