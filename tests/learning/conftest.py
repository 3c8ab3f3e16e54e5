"""The packaged knowledge as a catalogue on a fixed day, and the phrases: read once for all tests here."""

from __future__ import annotations

from datetime import date

import pytest

from bot.catalog.catalog import Catalog, on
from bot.catalog.wording import Wording
from bot.documents.schema import parse_document
from bot.learning.wallet import Say
from bot.settings import content_folder
from bot.text.prompts import Phrases

TODAY = date(2026, 11, 23)


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    folder = content_folder("knowledge") / "credentials"
    read = [parse_document(f"credentials/{path.name}", path.read_text("utf-8")) for path in sorted(folder.glob("*.md"))]
    return Catalog([document.credential for document in read if document.credential], on(TODAY))


@pytest.fixture(scope="session")
def phrases() -> Phrases:
    return Phrases.load(content_folder("prompts") / "offline")


@pytest.fixture(scope="session")
def wording(phrases: Phrases, catalog: Catalog) -> Wording:
    return Wording(phrases, catalog)


@pytest.fixture(scope="session")
def say(phrases: Phrases) -> Say:
    """English."""
    return lambda key, **values: phrases.say(key, "en", **values)
