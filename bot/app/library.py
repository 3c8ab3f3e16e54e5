"""The library: documents indexed, searched and kept up to date. Heavy imports stay inside the builders."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.catalog.catalog import Catalog, on
from bot.catalog.wording import Wording
from bot.core.ports import Embedder, Vectors
from bot.errors import MissingService
from bot.grounding.injections import Orders
from bot.retrieval.dense import ChromaVectors, ExactVectors, VectorStore
from bot.retrieval.index import NO_MODEL, Index
from bot.retrieval.ingest import Ingest, Progress, Report, Root, load_shipped, no_progress, stored_credentials
from bot.retrieval.retriever import HybridRetriever
from bot.settings import Settings, content_folder
from bot.text.lexicon import Lexicon
from bot.text.prompts import Phrases

LEXICAL_ONLY = "none"
SHIPPED_VECTORS = "vectors.npz"


@dataclass(slots=True)
class Library:
    """Knowledge ready to be searched and brought up to date: the index, what embeds, and how facts are worded."""

    settings: Settings
    clock: Callable[[], date]
    index: Index
    embedder: Embedder | None
    embedder_problem: str | None
    phrases: Phrases
    lexicon: Lexicon
    orders: Orders

    @property
    def today(self) -> date:
        return self.clock()

    def wording(self, catalog: Catalog) -> Wording:
        return Wording(self.phrases, catalog)

    def catalog(self) -> Catalog:
        return Catalog(stored_credentials(self.index), self.clock)

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
        return Ingest(self.index, self.embedder, self.wording, shipped_vectors(), recipe, self.orders)

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
        # Retirement dates are calendar days where the learner is.
        clock=on(today) if today else date.today,
        index=Index(settings.index_file, embedder.model if embedder else NO_MODEL),
        embedder=embedder,
        embedder_problem=problem,
        phrases=Phrases.load(settings.prompts_dir / "offline"),
        lexicon=Lexicon.load(settings.prompts_dir / "understanding"),
        orders=Orders.load(prompts_folder(settings, "injections")),
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


def prompts_folder(settings: Settings, name: str) -> Path:
    """A folder of prompts: one's own where there is one, else the packaged."""
    own = settings.prompts_dir / name
    return own if own.is_dir() else content_folder("prompts") / name


def provider_names(index: Index) -> dict[str, tuple[str, ...]]:
    """What each provider is called, by the id that credentials use."""
    documents = [document for document in index.documents().values() if document.kind == "provider"]
    return {
        document.id.rsplit("/", 1)[-1]: (document.title, *json.loads(document.data)["aliases"])
        for document in documents
    }
