"""The process that reads one file of somebody else: little memory and time, no network, no writing, then it is gone.

Run as `python -m bot.documents.reading_process` by `apart`: a file comes in, a document or a refusal goes out. Not at
risk is whoever waits for it: whatever a file does to its parser ends here.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from dataclasses import asdict
from io import BytesIO
from itertools import islice
from typing import Any

from bot.documents.foreign import MAX_CHARACTERS, read_content
from bot.documents.foreign.converted import NO_TEXT
from bot.documents.kinds import is_picture, kind_of
from bot.errors import DocumentError

CPU_SECONDS = 20
MEMORY = 512 * 2**20
MAX_PAGES = 300
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
# What a parser has no reason to do. The limits below hold against all code, this against Python's own only.
_FORBIDDEN = ("socket.connect", "socket.getaddrinfo", "socket.bind", "socket.sendto", "subprocess.Popen")
_ALSO_FORBIDDEN = ("os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.system", "os.remove", "os.rename")


def main() -> None:
    """Standard input: the name in a line of JSON, then the content. Standard output: one JSON object."""
    out = os.dup(1)
    os.dup2(2, 1)  # what libraries print is no answer
    name = json.loads(sys.stdin.buffer.readline())
    content = sys.stdin.buffer.read()
    confine()
    answer = _read(name, content)
    with os.fdopen(out, "w", encoding="utf-8", errors="replace") as stream:
        json.dump(answer, stream, ensure_ascii=False)


def confine() -> None:
    """Take from this process what reading does not need, as far as the platform allows."""
    with contextlib.suppress(ImportError):
        import resource  # noqa: PLC0415 - not on Windows

        resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _leave_the_network()
    sys.addaudithook(_watch)


def _leave_the_network() -> None:
    """Into a network of its own, in which there is none; where that is not allowed, the hook has to do."""
    with contextlib.suppress(OSError, AttributeError):
        import ctypes  # noqa: PLC0415

        libc = ctypes.CDLL(None)
        if libc.unshare(_CLONE_NEWNET) != 0:
            libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)


def _watch(event: str, _arguments: tuple[Any, ...]) -> None:
    if event in _FORBIDDEN or event in _ALSO_FORBIDDEN:
        raise PermissionError(f"{event} is not for who reads a file")


def _read(name: str, content: bytes) -> dict[str, Any]:
    if is_picture(content):
        return {"refused": "picture", "detail": ""}
    try:
        ending = kind_of(name, content)
        if ending is None:
            return {"refused": "kind", "detail": ""}
        if ending == ".pdf" and _has_too_many_pages(content):
            return {"refused": "pages", "detail": f"more than {MAX_PAGES}"}
        document = read_content(name, ending, content)
    except MemoryError:
        return {"refused": "time", "detail": "memory"}
    except DocumentError as error:
        return {"refused": _reason(error), "detail": str(error)[:300]}
    if sum(len(section.text) for section in document.sections) > MAX_CHARACTERS:
        return {"refused": "text", "detail": ""}
    return {"sections": [asdict(section) for section in document.sections]}


def _reason(error: DocumentError) -> str:
    """For people: what is wrong with the file, in the few ways that they can do something about."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, MemoryError):
            return "time"
        cause = cause.__cause__ or cause.__context__
    problem = error.problems[0]
    if problem.field == "size":
        return "text"
    return "no_text" if problem.reason in NO_TEXT else "broken"


def _has_too_many_pages(content: bytes) -> bool:
    """Counted before anything of them is read. Of a file that is no PDF the reader says what is wrong."""
    from pdfminer.pdfdocument import PDFDocument  # noqa: PLC0415 - only for a PDF
    from pdfminer.pdfpage import PDFPage  # noqa: PLC0415
    from pdfminer.pdfparser import PDFParser  # noqa: PLC0415

    try:
        document = PDFDocument(PDFParser(BytesIO(content)))
        return next(islice(PDFPage.create_pages(document), MAX_PAGES, None), None) is not None
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - whatever it raises, the reader words it
        return False


if __name__ == "__main__":
    main()
