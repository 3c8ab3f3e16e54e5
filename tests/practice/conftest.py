"""Practice over the packaged knowledge, made once for all tests here."""

from __future__ import annotations

import pytest

from bot.practice.items import Item
from tests.practice.desk import Desk, packaged_desk


@pytest.fixture(scope="session")
def desk() -> Desk:
    return packaged_desk()


@pytest.fixture(scope="session")
def items(desk: Desk) -> list[Item]:
    return [item for document in desk.book.documents for item in desk.book.items_of(document)]
