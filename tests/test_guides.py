"""README and CONTRIBUTING send people only to what is there: a file that was renamed is renamed in them, too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
GUIDES = ("README.md", "CONTRIBUTING.md")
_CODE = re.compile(r"`([^`\n]+)`")
_PATH = re.compile(r"(bot|tests|prompts|knowledge)/[\w./*<>-]*")
_FILE = re.compile(r"\w+\.(py|md)")
_MODULE = re.compile(r"python -m (tests\.[\w.]+).*")
_BRACES = re.compile(r"\{([^{}]*)\}")


def each(code: str) -> Iterator[str]:
    """`bot/{a,b}.py` are two."""
    braces = _BRACES.search(code)
    if braces is None:
        yield code
        return
    for one in braces[1].split(","):
        yield from each(code[: braces.start()] + one + code[braces.end() :])


def is_there(named: str) -> bool | None:
    """Whether what a guide names exists; None where it names no file. `<id>.md` is any, and so is `*`."""
    if _PATH.fullmatch(named):
        return any(ROOT.glob(re.sub(r"<[^>]*>", "*", named.rstrip("/"))))
    if module := _MODULE.fullmatch(named):
        path = ROOT.joinpath(*module[1].split("."))
        return path.is_dir() or path.with_suffix(".py").is_file()
    if _FILE.fullmatch(named):
        # Beside the one that was named before it.
        return any(any((ROOT / folder).rglob(named)) for folder in ("bot", "tests", "prompts", "knowledge"))
    return None


@pytest.mark.parametrize("guide", GUIDES)
def test_every_file_that_a_guide_names_is_there(guide: str) -> None:
    text = (ROOT / guide).read_text(encoding="utf-8")
    found = {named: is_there(named) for code in _CODE.findall(text) for named in each(code)}

    assert [] == [named for named, there in found.items() if there is False]
    # It reads them: a guide names some files.
    assert any(found.values())


@pytest.mark.parametrize("named", ["bot/nowhere.py", "prompts/nowhere/", "python -m tests.tools.nowhere", "nowhere.py"])
def test_what_is_not_there_is_found_out(named: str) -> None:
    assert is_there(named) is False
