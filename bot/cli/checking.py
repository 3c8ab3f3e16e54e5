"""`check`: whether everything that answers rest on is there, a line each, and what to do where it is not."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from bot.cli.output import say, say_json
from bot.cli.session import load_settings
from bot.errors import CredwayError, MissingService, Problem
from bot.text.words import clean

if TYPE_CHECKING:
    from bot.app import Library
    from bot.settings import Settings

State = Literal["ok", "off", "problem", "missing"]
# By a part of the name; a URL is shown only where it is known which part of it is the password.
_SECRET = ("key", "token", "secret", "password", "database_url")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line. `off` is what is not set and need not be; `problem` fails the check, `missing` stops the work."""

    item: str
    state: State
    says: str
    advice: str = ""
    problems: tuple[Problem, ...] = ()

    def as_object(self) -> dict[str, Any]:
        problems = [{"file": p.file, "field": p.field, "reason": p.reason} for p in self.problems]
        return {"item": self.item, "state": self.state, "says": self.says, "do": self.advice, "problems": problems}


def check(*, as_json: bool) -> int:
    settings = load_settings()
    findings = list(_findings(settings))
    if as_json:
        say_json([finding.as_object() for finding in findings])
    else:
        for finding in findings:
            say("\n".join(lines_of(finding)))
    states = {finding.state for finding in findings}
    if "missing" in states:
        return 69
    return 1 if "problem" in states else 0


def lines_of(finding: Finding) -> list[str]:
    advice = f"; {finding.advice}" if finding.advice else ""
    return [
        clean(f"{finding.state:<9}{finding.item:<16}{finding.says}{advice}"),
        *(f"{'':<25}{clean(str(problem))}" for problem in finding.problems),
    ]


def _findings(settings: Settings) -> Iterator[Finding]:
    from bot import app

    yield _settings(settings)
    yield _knowledge(settings)
    try:
        library = app.open_library(settings)
    except (OSError, sqlite3.Error, CredwayError) as error:
        yield Finding(
            item="index",
            state="missing",
            says=f"{settings.index_file} cannot be opened ({error})",
            advice="set CREDWAY_HOME to a folder you can write to",
        )
    else:
        yield _index(library)
        yield _embeddings(library)
        yield _stores(library)
        library.close()
    yield _database(settings)
    yield _model(settings)
    yield _telegram(settings)
    yield _discord(settings)


def _settings(settings: Settings) -> Finding:
    """What differs from the defaults; of a secret only that it is there."""
    told = ", ".join(
        f"{name.upper()}={_shown(name, getattr(settings, name))}" for name in sorted(settings.model_fields_set)
    )
    return Finding(item="settings", state="ok", says=told or "all at their defaults", advice="")


def _shown(name: str, value: object) -> str:
    if any(word in name for word in _SECRET):
        return "(set)"
    text = ":".join(map(str, value)) if isinstance(value, tuple) else str(value)
    address = urlsplit(text) if "://" in text else None
    return text.replace(f"{address.netloc.rpartition('@')[0]}@", "…@") if address and "@" in address.netloc else text


def _knowledge(settings: Settings) -> Finding:
    from bot.app import build_fact_reader, simulation_problems
    from bot.documents.check import check_knowledge
    from bot.settings import content_folder
    from bot.text.lexicon import Lexicon

    folder = content_folder("knowledge")
    reader = build_fact_reader(Lexicon.load(settings.prompts_dir / "understanding"))
    problems = [*check_knowledge(folder, reader), *simulation_problems(settings)]
    gone = [str(path) for path in settings.knowledge_dirs if not path.exists()]
    files = sum(1 for _ in folder.rglob("*.md"))
    stories = sum(1 for _ in folder.glob("simulations/*.yaml"))
    if gone:
        return Finding(
            item="knowledge",
            state="missing",
            says=f"{files} files; KNOWLEDGE_DIRS names {', '.join(gone)}, which does not exist",
            advice="correct KNOWLEDGE_DIRS",
            problems=tuple(problems),
        )
    if problems:
        broken = len({problem.file for problem in problems})
        return Finding(
            item="knowledge",
            state="problem",
            says=f"{files} files, {len(problems)} problems in {broken} of them",
            advice="correct what is named below",
            problems=tuple(problems),
        )
    return Finding(
        item="knowledge", state="ok", says=f"{files} files and {stories} simulations in {folder}, none with a problem"
    )


def _index(library: Library) -> Finding:
    documents, passages = len(library.index.documents()), library.index.passage_count()
    vectors = len(library.index.missing_vectors()) if library.embedder else 0
    says = f"{documents:,} documents, {passages:,} passages"
    try:
        report = library.ingest(dry_run=True)
    except CredwayError as error:
        return Finding(item="index", state="missing", says=f"{says}; {error}", advice="correct KNOWLEDGE_DIRS")
    stale = [
        f"{len(documents)} {what}"
        for what, documents in (("to add", report.added), ("changed", report.changed), ("to remove", report.removed))
        if documents
    ]
    if stale or vectors:
        behind = ", ".join([*stale, *([f"{vectors:,} vectors missing"] if vectors else [])])
        return Finding(
            item="index",
            state="off",
            says=f"{says}; {behind}",
            advice="run `credway ingest`; until then they are found by their words",
        )
    return Finding(item="index", state="ok", says=f"{says}, up to date")


def _embeddings(library: Library) -> Finding:
    embedder, wanted = library.embedder, library.settings.embeddings
    if embedder is None:
        state: State = "missing" if wanted not in {"", "none"} else "off"
        advice = (
            "unset EMBEDDINGS for the packaged model" if wanted else "see README, or set EMBEDDINGS to a remote model"
        )
        return Finding(item="embeddings", state=state, says=f"lexical only: {library.embedder_problem}", advice=advice)
    try:
        embedder.embed_query("ready")
    except MissingService as error:
        return Finding(
            item="embeddings",
            state="missing",
            says=str(error),
            advice="correct EMBEDDINGS_BASE_URL, or unset EMBEDDINGS",
        )
    return Finding(item="embeddings", state="ok", says=embedder.model)


def _stores(library: Library) -> Finding:
    """Where vectors are searched: in this process, or in Chroma."""
    from bot.app import build_retriever

    address = library.settings.chroma_url
    if not address or library.embedder is None:
        return Finding(item="stores", state="ok", says=f"index and vectors in {library.settings.index_file}")
    says = f"vectors in Chroma at {_shown('chroma_url', address)}"
    try:
        build_retriever(library)
    except Exception as error:  # noqa: BLE001 - Chroma raises plain ValueError, its own classes and those of httpx
        advice = "start it, or unset CHROMA_URL to keep vectors in this process"
        return Finding(item="stores", state="missing", says=f"{says}: {error}", advice=advice)
    return Finding(item="stores", state="ok", says=says)


def _database(settings: Settings) -> Finding:
    """Where learners are kept. Only looks: the tables are made and changed when something is to be kept."""
    from bot.app import database_state

    try:
        state = asyncio.run(database_state(settings))
    except CredwayError as error:
        return Finding(item="learners", state="missing", says=str(error))
    if state.migration is None:
        return Finding(item="learners", state="ok", says=f"{state.name}, made when there is something to keep")
    says = f"{state.name}, migration {state.migration}"
    if state.behind:
        return Finding(item="learners", state="ok", says=f"{says}; {state.behind} more will be run at the next start")
    return Finding(item="learners", state="ok", says=says)


def _model(settings: Settings) -> Finding:
    """Ask the model that is set one thing. A key alone sends nothing anywhere."""
    from bot.app import model_abilities

    if not settings.llm_model:
        key = settings.llm_api_key or settings.openai_api_key
        says = "none: answers are composed offline" + (", though a key is set" if key else "")
        advice = "set LLM_MODEL to have them worded by a model" if key else ""
        return Finding(item="language model", state="off", says=says, advice=advice)
    place = _shown("llm_base_url", settings.llm_base_url) if settings.llm_base_url else "OpenAI"
    says = f"{settings.llm_model} at {place}"
    try:
        able = asyncio.run(model_abilities(settings))
    except CredwayError as error:
        # A model that cannot be opened stops whoever wants it; one that does not answer only leaves it to the rules.
        meanwhile = (
            "until then answers are composed offline" if "does not answer" in str(error) else "or unset LLM_MODEL"
        )
        advice = f"correct LLM_MODEL, LLM_BASE_URL or LLM_API_KEY; {meanwhile}"
        return Finding(item="language model", state="missing", says=f"{says}: {error}", advice=advice)
    told = {"streaming": able.streaming, "tools": able.tools, "usage": able.usage}
    can = ", ".join(f"{name} {'yes' if held else 'no'}" for name, held in told.items())
    return Finding(item="language model", state="ok", says=f"{says}: first sign after {able.seconds:.1f} s; {can}")


def _telegram(settings: Settings) -> Finding:
    """Asks Telegram who the bot is."""
    from bot.app import open_telegram

    if not settings.telegram_token:
        return Finding(item="Telegram", state="off", says="TELEGRAM_TOKEN is not set")

    async def name() -> str:
        async with open_telegram(settings) as opened:
            return str(opened.user.username)

    try:
        return Finding(item="Telegram", state="ok", says=f"@{asyncio.run(name())}")
    except CredwayError as error:
        return Finding(item="Telegram", state="missing", says=str(error))


def _discord(settings: Settings) -> Finding:
    """Asks Discord who the bot is."""
    from bot.app import open_discord

    if not settings.discord_token:
        return Finding(item="Discord", state="off", says="DISCORD_TOKEN is not set")

    async def name() -> str:
        async with open_discord(settings) as opened:
            return opened.name

    try:
        return Finding(item="Discord", state="ok", says=asyncio.run(name()))
    except CredwayError as error:
        return Finding(item="Discord", state="missing", says=str(error))
