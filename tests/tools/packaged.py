"""The product with its own documents and nothing kept of anybody, for as long as a tool shows it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.app import Library, open_library
from bot.settings import Settings
from tests.adapters.telegram.conftest import TODAY


@contextmanager
def packaged() -> Iterator[tuple[Library, Path]]:
    """The library on the tests' own day, and the folder in which things may be kept."""
    with tempfile.TemporaryDirectory() as home:
        library = open_library(Settings(_env_file=None, knowledge_dirs=(), credway_home=Path(home)), today=TODAY)
        try:
            library.ingest()
            yield library, Path(home)
        finally:
            library.close()
