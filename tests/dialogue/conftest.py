"""What a dialogue is made of, over the packaged knowledge; the library is built once for all tests here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from bot.app import Library, build_understanding, open_library, prompts_folder
from bot.catalog.catalog import Catalog
from bot.dialogue.telling import Telling
from bot.settings import Settings
from bot.text.lexicon import Lexicon

# The knowledge says "retires on 2026-11-30" and the like: a fixed day keeps the answers the same for ever.
TODAY = date(2026, 11, 23)


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    home: Path = tmp_path_factory.mktemp("home")
    library = open_library(Settings(_env_file=None, credway_home=home, knowledge_dirs=()), today=TODAY)
    library.ingest()
    yield library
    library.close()


@pytest.fixture(scope="session")
def catalog(library: Library) -> Catalog:
    return library.catalog()


@pytest.fixture(scope="session")
def telling(library: Library, catalog: Catalog) -> Telling:
    commands = Lexicon.load(prompts_folder(library.settings, "commands"))
    return Telling(catalog, build_understanding(library, catalog), commands)
