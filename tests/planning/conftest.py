"""The packaged knowledge as it was on a fixed day; indexed once for all tests here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from bot.app import Library, open_library
from bot.catalog.catalog import Catalog
from bot.settings import Settings

TODAY = date(2026, 11, 23)


@pytest.fixture(scope="session")
def packaged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    home = tmp_path_factory.mktemp("planned")
    settings = Settings(_env_file=None, credway_home=home, knowledge_dirs=(), embeddings="none")
    library = open_library(settings, today=TODAY)
    library.ingest()
    yield library
    library.close()


@pytest.fixture(scope="session")
def catalog(packaged: Library) -> Catalog:
    return packaged.catalog()
