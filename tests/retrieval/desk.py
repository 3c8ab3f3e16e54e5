"""A desk: a folder of documents with the index that is made of it, by the parts that the product uses."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path

from bot.catalog.catalog import Catalog
from bot.catalog.wording import Wording
from bot.core.ports import Vectors
from bot.grounding.injections import Orders
from bot.retrieval.index import NO_MODEL, Index
from bot.retrieval.ingest import Ingest, Progress, Report, Root, no_progress
from bot.settings import content_folder
from bot.text.prompts import Phrases
from tests.fakes import FakeEmbedder

TODAY = date(2026, 11, 23)


@cache
def phrases() -> Phrases:
    return Phrases.load(content_folder("prompts") / "offline")


@cache
def orders() -> Orders:
    return Orders.load(content_folder("prompts") / "injections")


class Desk:
    """`folder` holds documents, `index` is made of them by `ingest`; `embedder` may be set to None."""

    def __init__(self, home: Path, name: str = "notes") -> None:
        self.home = home
        self.folder = home / name
        self.folder.mkdir(parents=True, exist_ok=True)
        self.embedder: FakeEmbedder | None = FakeEmbedder()
        self.index = Index(home / "index.db", self.embedder.model)
        self.recipe = "test"
        self.orders = orders()
        self.shipped: Mapping[str, Vectors] = {}

    def reopen(self, embedder: FakeEmbedder | None) -> None:
        """Close the index and open it for another embedder, as the next start would."""
        self.index.close()
        self.embedder = embedder
        self.index = Index(self.home / "index.db", embedder.model if embedder else NO_MODEL)

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def ingest(self, *roots: Root | Path, dry_run: bool = False, progress: Progress = no_progress) -> Report:
        """Ingest the roots given, else the folder."""
        wanted = [root if isinstance(root, Root) else Root(root) for root in roots or (self.folder,)]
        ingest = Ingest(self.index, self.embedder, self.wording, self.shipped, self.recipe, self.orders)
        return ingest.run(wanted, TODAY, dry_run=dry_run, progress=progress)

    @staticmethod
    def wording(catalog: Catalog) -> Wording:
        return Wording(phrases(), catalog)


def credential(code: str, required: str) -> str:
    """The file of a certification that requires another, which it names by its id."""
    return f"""---
kind: certification
title: Example certification {code}
short: Example {code}
codes: [{code}]
provider: example
awarding_body: Example
topics: [cloud]
summary: Shows how {code} works.
status: {{value: active, source: [page], as_of: 2026-08}}
cost: {{value: 165, source: [page], as_of: 2026-08}}
prerequisites: {{value: {{required: [[{{credential: {required}}}]]}}, source: [page], as_of: 2026-08}}
sources:
  page: {{title: A page, kind: official, url: "https://example.org/{code}", date: 2026-08}}
---

## What it is about

Words on {code} [^page].
"""
