"""The wiring: the one place that knows every part and builds them. Heavy imports stay inside the builders."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.catalog.catalog import Catalog
from bot.catalog.names import Names
from bot.catalog.wording import Wording
from bot.core.assistant import Assistant
from bot.core.conversation import Advisor
from bot.core.ports import Embedder, Erasable, LearnerStore, Vectors
from bot.core.toolbox import Toolbox
from bot.dialogue.dialogue import Dialogue, no_reminders
from bot.dialogue.hearing import Ability, Speaker
from bot.dialogue.helping import Helping
from bot.dialogue.profile import Me, ProfileWords, TellingAbout
from bot.dialogue.rights import Rights
from bot.dialogue.telling import Telling
from bot.errors import MissingService
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


def build_assistant(
    library: Library, retriever: HybridRetriever | None = None, store: LearnerStore | None = None
) -> Assistant:
    """The assistant over a library that has been ingested; `store` is where it remembers learners, if anywhere."""
    retriever = retriever or build_retriever(library)
    catalog = library.catalog()
    toolbox = Toolbox(catalog, library.wording(catalog), retriever)
    subject = build_subject_guess(library, retriever)
    understanding = build_understanding(library, catalog, subject.knows)
    languages = LanguageGuess(sorted(library.phrases.languages))
    gate = Gate(understanding.facts)
    advisor = OfflineAdvisor(
        toolbox,
        understanding,
        languages,
        gate,
        subject,
        {document.id: document.kind for document in library.index.documents().values()},
        provider_names(library.index),
    )
    commands = Lexicon.load(prompts_folder(library.settings, "commands"))
    speaker = Speaker(gate, Phrases.load(prompts_folder(library.settings, "dialogue")))
    abilities = build_abilities(toolbox, understanding, commands, speaker, advisor, store)
    dialogue = Dialogue(advisor, understanding, commands, languages, abilities, no_reminders)
    return Assistant(dialogue, library.phrases, store)


def build_understanding(
    library: Library, catalog: Catalog, is_word: Callable[[str], bool] = lambda _: False
) -> Understanding:
    """`is_word` says whether a word stands anywhere in the documents."""
    generic = library.lexicon.single_words("generic", "function_words")
    names = Names(catalog, provider_names(library.index), generic, topical_words(library.lexicon))
    return Understanding(names, library.lexicon, build_fact_reader(library.lexicon), is_word)


def build_abilities(
    toolbox: Toolbox,
    understanding: Understanding,
    commands: Lexicon,
    speaker: Speaker,
    advisor: Advisor,
    store: LearnerStore | None,
) -> list[Ability]:
    """What can be done besides answering, in the order in which a turn is offered; some of it needs a memory."""
    own_words = ProfileWords(toolbox.catalog, speaker)
    remembering: list[Ability] = []
    if store is not None:
        telling = Telling(toolbox.catalog, understanding, commands)
        remembering = [
            Rights(speaker, store),
            Me(own_words, speaker, store),
            TellingAbout(telling, own_words, speaker, advisor),
        ]
    return [*remembering, Helping(speaker)]


def prompts_folder(settings: Settings, name: str) -> Path:
    """A folder of prompts: one's own where there is one, else the packaged."""
    own = settings.prompts_dir / name
    return own if own.is_dir() else content_folder("prompts") / name


def topical_words(lexicon: Lexicon) -> frozenset[str]:
    return frozenset(word for phrase in lexicon.phrases_below("topic.", "level.", "kind.") for word in phrase)


def build_toolbox(library: Library, catalog: Catalog) -> Toolbox:
    """The tools for what needs no search; they search all the same."""
    return Toolbox(catalog, library.wording(catalog), build_retriever(library))


def build_gate(library: Library) -> Gate:
    return Gate(build_fact_reader(library.lexicon))


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


@asynccontextmanager
async def open_store(settings: Settings, also: Sequence[Erasable] = ()) -> AsyncIterator[LearnerStore]:
    """What is kept of learners, its tables brought up to date. `also`: other places that forgetting empties.

    Raises `InputError` or `MissingService`, each saying what to set, where there is no such database.
    """
    from bot.storage.database import Database  # noqa: PLC0415
    from bot.storage.store import SqlLearnerStore  # noqa: PLC0415

    database = Database(settings.database_url or settings.database_file)
    try:
        await database.migrate()
        yield SqlLearnerStore(database, also)
    finally:
        await database.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseState:
    """What the learners' database is and where, and the migration it is at: None where nothing has been made yet.

    `behind` migrations are run at the next start.
    """

    name: str
    migration: str | None
    behind: int = 0


async def database_state(settings: Settings) -> DatabaseState:
    """Looks and changes nothing. Raises as `open_store` does."""
    from bot.storage.database import Database  # noqa: PLC0415

    database = Database(settings.database_url or settings.database_file)
    if database.file and not database.file.exists():
        return DatabaseState(name=database.name, migration=None)
    try:
        schema = await database.schema()
    finally:
        await database.close()
    return DatabaseState(name=database.name, migration=schema.current, behind=len(schema.lacking))


def provider_names(index: Index) -> dict[str, tuple[str, ...]]:
    """What each provider is called, by the id that credentials use."""
    documents = [document for document in index.documents().values() if document.kind == "provider"]
    return {
        document.id.rsplit("/", 1)[-1]: (document.title, *json.loads(document.data)["aliases"])
        for document in documents
    }
