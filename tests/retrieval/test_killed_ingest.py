"""An ingest that is killed and started again ends where one ends that was never killed."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.retrieval.ingest import BATCH
from tests.retrieval.desk import Desk, credential

WAYS_TO_DIE = [
    pytest.param("reading", 5, id="while it reads the files"),
    pytest.param("indexing", 1, id="after one document"),
    pytest.param("writing", 9, id="within the transaction of a document"),
    pytest.param("indexing", 6, id="after six documents"),
    pytest.param("computing", 2, id="while it computes the second batch of vectors"),
    pytest.param("embedding", 1, id="after the first batch of vectors"),
    pytest.param("embedding", 3, id="after the last batch of vectors"),
]


def write_documents(desk: Desk) -> None:
    """Eight documents of six sections, and two credentials of which one names the other."""
    for number in range(8):
        sections = "".join(f"\n## Part {part}\n\nWords {number} of part {part}: cloud exam.\n" for part in range(6))
        desk.write(f"page-{number}.md", f"# Page {number}\n{sections}")
    desk.write("ex-100.md", credential("EX-100", required="Some experience"))
    desk.write("ex-200.md", credential("EX-200", required="ex-100"))


def change_documents(desk: Desk) -> None:
    """Something of everything that an ingest has to take in."""
    desk.write("page-0.md", "# Page 0\n\n## Part 0\n\nQuite other words.\n")
    desk.write("page-1.md", (desk.folder / "page-1.md").read_text() + "\n## Part 6\n\nOne more part.\n")
    (desk.folder / "page-2.md").rename(desk.folder / "moved.md")
    (desk.folder / "page-3.md").unlink()
    (desk.folder / "ex-100.md").unlink()
    for number in range(8, 14):
        sections = "".join(f"\n## Part {part}\n\nNew words {number}, {part}.\n" for part in range(8))
        desk.write(f"page-{number}.md", f"# Page {number}\n{sections}")


def held_in(home: Path) -> dict[str, Any]:
    """Everything in an index but the numbers that it gave to passages, read past the code that is tested."""
    with sqlite3.connect(home / "index.db") as db:
        assert [("ok",)] == db.execute("PRAGMA integrity_check").fetchall()
        db.execute("INSERT INTO terms (terms) VALUES ('integrity-check')")
        held = {
            "documents": sorted(db.execute("SELECT id, kind, title, data, digest FROM documents")),
            "passages": sorted(db.execute("SELECT id, document, vector_key, data FROM passages")),
            "terms": sorted(
                db.execute(
                    "SELECT id, terms.title, terms.heading, terms.text, terms.aliases FROM terms"
                    " LEFT JOIN passages ON number = terms.rowid"
                )
            ),
            "vocabulary": sorted(db.execute("SELECT * FROM vocabulary")),
            "vectors": sorted(db.execute("SELECT key, vector FROM vectors")),
        }
    db.close()
    return held


Ingested = Callable[[Path, str, int], int]


@pytest.fixture(scope="module")
def ingested() -> Iterator[Ingested]:
    """Carry out an ingest in a process of its own that dies at a point; gives its return code."""
    command = [sys.executable, "-m", "tests.retrieval.ingest_and_die"]
    with subprocess.Popen(
        command, cwd=Path(__file__).parents[2], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    ) as process:
        orders, codes = process.stdin, process.stdout
        assert orders is not None
        assert codes is not None

        def order(home: Path, point: str, times: int) -> int:
            orders.write(json.dumps([str(home), point, times]) + "\n")
            return int(codes.readline())

        yield order
        orders.close()


def finished(home: Path, *steps: Callable[[Desk], None]) -> dict[str, Any]:
    """What an index holds after an ingest for each of the steps."""
    desk = Desk(home)
    for step in steps:
        step(desk)
        desk.ingest()
    desk.index.close()
    return held_in(home)


def nothing_more(_: Desk) -> None:
    """The files stay as they are."""


def only(home: Path, step: Callable[[Desk], None]) -> None:
    """A step without an ingest after it."""
    desk = Desk(home)
    step(desk)
    desk.index.close()


@pytest.fixture(scope="module")
def never_killed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What an index holds after the first ingest, and after the update, when nothing kills them."""
    return {
        "first": finished(tmp_path_factory.mktemp("first"), write_documents),
        "update": finished(tmp_path_factory.mktemp("update"), write_documents, change_documents),
    }


@pytest.mark.parametrize(("point", "times"), WAYS_TO_DIE)
def test_a_first_ingest_killed_on_the_way_is_made_whole_by_the_next(
    tmp_path: Path, ingested: Ingested, never_killed: dict[str, Any], point: str, times: int
) -> None:
    only(tmp_path, write_documents)
    assert -signal.SIGKILL == ingested(tmp_path, point, times)
    assert never_killed["first"] == finished(tmp_path, nothing_more)


@pytest.mark.parametrize(("point", "times"), WAYS_TO_DIE)
def test_an_update_killed_on_the_way_is_made_whole_by_the_next(
    tmp_path: Path, ingested: Ingested, never_killed: dict[str, Any], point: str, times: int
) -> None:
    """Documents were added, changed, moved and removed since; nothing of what is gone stays behind."""
    finished(tmp_path, write_documents)
    only(tmp_path, change_documents)
    assert -signal.SIGKILL == ingested(tmp_path, point, times)
    assert never_killed["update"] == finished(tmp_path, nothing_more)


def test_an_ingest_killed_again_and_again_gets_on_each_time(
    tmp_path: Path, ingested: Ingested, never_killed: dict[str, Any]
) -> None:
    """What a killed ingest has done is not done again: each one dies a little later in the work."""
    only(tmp_path, write_documents)
    for _ in range(5):
        assert -signal.SIGKILL == ingested(tmp_path, "indexing", 2)
    assert -signal.SIGKILL == ingested(tmp_path, "embedding", 1)
    desk = Desk(tmp_path)
    report = desk.ingest()
    desk.index.close()
    assert ((), (), 10) == (report.added, report.changed, report.unchanged)
    assert report.passages - BATCH == report.embedded
    assert never_killed["first"] == held_in(tmp_path)


def test_an_updated_index_is_the_one_that_is_made_of_the_same_files_at_once(
    tmp_path: Path, never_killed: dict[str, Any]
) -> None:
    def both(desk: Desk) -> None:
        write_documents(desk)
        change_documents(desk)

    assert never_killed["update"] == finished(tmp_path, both)
