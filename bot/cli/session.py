"""What every command opens first: the settings, the logs, the library. Heavy imports wait until they are needed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.cli import logs
from bot.cli.output import Steps, progress, tell
from bot.errors import InputError, MissingService

if TYPE_CHECKING:
    from bot.app import Library
    from bot.settings import Settings

# What a single question waits for when it meets new documents: about ten seconds. Until they have vectors, hybrid
# search ranks them low.
FEW_PASSAGES = 64


def load_settings() -> Settings:
    """The settings, with the logs set up as they say. Raises `InputError` naming the variable that is wrong."""
    from pydantic import ValidationError

    from bot.settings import Settings

    try:
        settings = Settings()
    except ValidationError as error:
        wrong = (f"{str(item['loc'][0]).upper()}: {item['msg']}" for item in error.errors() if item["loc"])
        raise InputError(f"a setting is wrong: {'; '.join(wrong)}") from error
    except UnicodeDecodeError as error:
        raise InputError(f".env is not UTF-8 text ({error.reason})") from error
    if not (settings.prompts_dir / "offline" / "en.md").is_file():
        raise MissingService(f"PROMPTS_DIR={settings.prompts_dir} holds no offline/en.md; copy it from prompts/")
    logs.set_up(settings.log_level, settings.log_format, settings.credway_home)
    return settings


@contextmanager
def open_library() -> Iterator[Library]:
    """The library, as it was left. Raises `MissingService` where there is no place for it."""
    from bot import app

    settings = load_settings()
    try:
        library = app.open_library(settings)
    except (OSError, sqlite3.Error) as error:
        raise MissingService(
            f"the index {settings.index_file} cannot be opened ({error}); set CREDWAY_HOME to a folder you can write to"
        ) from error
    # Now the data folder exists, so that faults can be written there.
    logs.set_up(settings.log_level, settings.log_format, settings.credway_home)
    try:
        yield library
    finally:
        library.close()


@contextmanager
def ready_library(*, patient: bool) -> Iterator[Library]:
    """The library with all documents indexed. `patient`: wait for every vector, however many are missing."""
    with open_library() as library:
        with progress() as steps:
            missing = index_texts(library, steps)
            if missing and (patient or missing <= FEW_PASSAGES):
                missing = _embed(library, steps, missing)
        if missing:
            tell(f"{missing:,} passages have no vector yet and are found by their words only; run `credway ingest`")
        yield library


def _embed(library: Library, steps: Steps, missing: int) -> int:
    """Compute vectors; returns how many are still missing. Search works without, so a silent model is no failure."""
    try:
        library.embed(steps)
    except MissingService as error:
        tell(str(error))
        return missing
    return 0


def index_texts(library: Library, steps: Steps) -> int:
    """Index what is new or changed, with vectors that came with the package; returns how many are to be computed."""
    from bot.app import shipped_vectors

    # Without its embedder the library indexes texts only, and whoever waits can ask already.
    try:
        replace(library, embedder=None).ingest(progress=steps)
    except InputError as error:
        raise InputError(f"KNOWLEDGE_DIRS: {error}") from error
    if library.embedder is None:
        return 0
    missing = [key for key, _ in library.index.missing_vectors()]
    if missing:
        shipped = shipped_vectors()
        library.index.put_vectors((key, shipped[key]) for key in missing if key in shipped)
        missing = [key for key in missing if key not in shipped]
    return len(missing)
