"""Practice as the app builds it: over an index, without embeddings or a model."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.app import Practice, build_advising, build_practice, build_retriever, open_library
from bot.cli.checking import _knowledge
from bot.practice.session import Learnt
from bot.settings import Settings
from tests.practice.desk import TODAY, Desk


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Practice:
    home: Path = tmp_path_factory.mktemp("home")
    settings = Settings(_env_file=None, credway_home=home, knowledge_dirs=(), embeddings="none")
    library = open_library(settings, today=TODAY)
    library.ingest()
    return build_practice(library, build_advising(library, build_retriever(library)))


def test_items_of_the_index_are_those_of_the_files(practice: Practice, desk: Desk) -> None:
    for document in ("credentials/az-104", "guides/renewal-models", "providers/comptia"):
        assert practice.book.items_of(document) == desk.book.items_of(document)
    assert set(practice.book.documents) == set(desk.book.documents)


def test_a_session_and_a_simulation_begin(practice: Practice) -> None:
    learnt = Learnt(now=datetime(2026, 11, 23, 9, tzinfo=UTC))
    begun = practice.sessions.start(practice.book.about("cloud"), learnt)
    assert begun.state is not None
    assert len(begun.state.items) == 5
    first = practice.simulations().start("first-cloud-step")
    assert first is not None
    assert first.state is not None
    assert practice.simulations().reply(first.state, "A") is not None


def test_the_check_counts_the_simulations_and_finds_no_fault(tmp_path: Path) -> None:
    finding = _knowledge(Settings(_env_file=None, credway_home=tmp_path, knowledge_dirs=()))
    assert finding.state == "ok"
    assert "8 simulations" in finding.says
