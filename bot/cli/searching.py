"""`search`: passages, narrowed by what the credentials are; one query, or many from a batch file."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.catalog.filters import Filter, levels_of, select
from bot.cli import batch
from bot.cli.output import say_json
from bot.cli.session import ready_library
from bot.cli.views import console_phrases, output_view
from bot.core.answer import Citation
from bot.core.reply import shown
from bot.errors import InputError
from bot.text.words import clean, fold

if TYPE_CHECKING:
    from bot.app import Library
    from bot.catalog.catalog import Catalog
    from bot.core.ports import Hit, Retriever

PAGES = frozenset({"guide", "provider", "general"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the options ask for, as they were typed."""

    limit: int
    kinds: Sequence[str] = ()
    providers: Sequence[str] = ()
    levels: Sequence[str] = ()
    skills: Sequence[str] = ()
    languages: Sequence[str] = ()
    max_price: float | None = None
    max_hours: float | None = None
    include_retired: bool = False


def search_one(query: str, request: Request, *, as_json: bool) -> None:
    text = clean(query)
    if not text:
        raise InputError("the query is empty; say what to search for")
    with ready_library(patient=False) as library:
        hits = asyncio.run(_find(_searcher(library), text, request.limit, scope(library, request)))
        if as_json:
            say_json([hit_object(hit) for hit in hits])
            return
        phrases = console_phrases(library.settings)
        view = output_view(phrases)
        if hits:
            view.passages([shown(Citation.of(hit.passage, number)) for number, hit in enumerate(hits, 1)])
        else:
            view.note(phrases.say("search.nothing"))


def search_many(file: str, request: Request) -> None:
    """An object a line, with what was found for it."""
    with batch.opened(file) as stream, ready_library(patient=True) as library, asyncio.Runner() as runner:
        searcher, documents = _searcher(library), scope(library, request)
        for item in batch.items(stream, "query"):
            if isinstance(item, batch.Unreadable):
                say_json(item.as_object())
                continue
            query = clean(item.text)
            hits = runner.run(_find(searcher, query, request.limit, documents))
            say_json({"id": item.id, "query": query, "results": [hit_object(hit) for hit in hits]})


async def _find(searcher: Retriever, query: str, limit: int, documents: frozenset[str]) -> list[Hit]:
    return await searcher.retrieve(query, limit=limit, documents=documents)


def hit_object(hit: Hit) -> dict[str, Any]:
    """A passage as others may rely on it."""
    passage = hit.passage
    return {
        "document": passage.document,
        "title": passage.title,
        "heading": passage.heading,
        "passage": passage.text,
        "url": passage.url,
        "source": passage.source,
        "as_of": passage.as_of,
        "score": round(hit.score, 4),
    }


def scope(library: Library, request: Request) -> frozenset[str]:
    """The ids of the documents to search. Raises `InputError` for a value that no document has."""
    catalog = library.catalog()
    kinds = set(_kinds(request.kinds, catalog))
    wish = Filter(
        kinds=tuple(kinds - PAGES),
        providers=_providers(request.providers, library, catalog),
        levels=_levels(request.levels, catalog),
        skills=tuple(request.skills),
        languages=tuple(request.languages),
        max_price=request.max_price,
        max_hours=request.max_hours,
        include_retired=request.include_retired,
    )
    # A page has none of a credential's fields, so asking for one leaves all pages out.
    pages = set() if wish.asks_for_fields else kinds & PAGES or (set() if kinds else PAGES)
    chosen = {credential.id for credential in select(catalog, wish)} if wish.kinds or not kinds else set()
    return frozenset(
        document.id
        for document in library.index.documents().values()
        if (document.kind in pages if document.kind in PAGES else _credential_id(document.data) in chosen)
    )


def _credential_id(data: str) -> str:
    return str(json.loads(data)["credential"]["id"])


def _kinds(typed: Sequence[str], catalog: Catalog) -> tuple[str, ...]:
    credentials: list[str] = sorted({credential.kind for credential in catalog})
    known: dict[str, list[str]] = {"credential": credentials, **{kind: [kind] for kind in (*PAGES, *credentials)}}
    return tuple(kind for word in typed for kind in known[_known(word.replace("-", "_"), known, "kind")])


def _levels(typed: Sequence[str], catalog: Catalog) -> tuple[str, ...]:
    known = {level for credential in catalog for level in levels_of(credential)}
    return tuple(_known(word, known, "level") for word in typed)


def _providers(typed: Sequence[str], library: Library, catalog: Catalog) -> tuple[str, ...]:
    from bot.app import provider_names

    ids = {credential.provider for credential in catalog}
    by_name = {fold(name): identity for identity, names in provider_names(library.index).items() for name in names}
    return tuple(by_name.get(fold(word)) or _known(word, ids, "provider") for word in typed)


def _known(word: str, known: Collection[str], option: str) -> str:
    if fold(word) not in known:
        raise InputError(f"there is no {option} {word!r}; --{option} takes {', '.join(sorted(known))}")
    return fold(word)


def _searcher(library: Library) -> Retriever:
    from bot.app import build_retriever

    return build_retriever(library)
