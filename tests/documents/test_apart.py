"""Files are read in a process of their own, and whatever they do is done to that process."""

from __future__ import annotations

import resource
from collections.abc import Callable

import pytest

from bot.documents.apart import ReadingApart, Unreadable
from tests.documents.hostile import HOSTILE, docx, page, pdf

MEGABYTE = 1024  # in the unit in which memory is told


def peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


@pytest.mark.parametrize(
    ("name", "content", "heading", "text"),
    [
        ("notes.md", b"# Labs\n\nThe lab is on 3 March.", "Labs", "The lab is on 3 March."),
        ("notes.pdf", b"The lab is on 3 March.", "", "The lab is on 3 March."),
        ("a.bin", b"<!doctype html><h1>Labs</h1><p>The lab is on 3 March.</p>", "Labs", "The lab is on 3 March."),
        ("a.csv", b"name,day\nLab,3 March\n", "Lab", "day: 3 March"),
        ("a.txt", b'{"lab": "The lab is on 3 March."}', "", "lab: The lab is on 3 March."),
        ("a.txt", docx(b"The lab is on 3 March."), "", "The lab is on 3 March."),
        ("a", pdf([page("The lab is on 3 March.")]), "", "The lab is on 3 March."),
    ],
    ids=["markdown", "text called pdf", "html called bin", "csv", "json called txt", "docx called txt", "pdf"],
)
async def test_what_a_file_is_is_told_by_its_content(name: str, content: bytes, heading: str, text: str) -> None:
    document = await ReadingApart().read("own/1", name, content)

    assert [(heading, text)] == [(section.heading, section.text) for section in document.sections]
    assert ("own/1", name, "general") == (document.id, document.title, document.kind)


@pytest.mark.parametrize(("name", "make", "reasons"), HOSTILE.values(), ids=HOSTILE)
async def test_a_hostile_file_is_refused_with_what_to_do_and_costs_this_process_nothing(
    name: str, make: Callable[[], bytes], reasons: set[str]
) -> None:
    content = make()
    before = peak()
    with pytest.raises(Unreadable) as refused:
        await ReadingApart().read("own/1", name, content)

    assert refused.value.reason in reasons, refused.value
    assert peak() - before < 64 * MEGABYTE


async def test_after_them_honest_files_are_read() -> None:
    apart = ReadingApart()
    for name, make, _ in (HOSTILE["program"], HOSTILE["pdf without an end"]):
        with pytest.raises(Unreadable):
            await apart.read("own/1", name, make())
    assert (await apart.read("own/1", "a.md", b"Hello")).sections


async def test_a_reader_that_takes_too_long_is_killed() -> None:
    with pytest.raises(Unreadable) as refused:
        await ReadingApart(deadline=0.01).read("own/1", "a.md", b"Hello")
    assert "time" == refused.value.reason
