"""Reads a file in a process of its own, and waits for it no longer than a person would."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from pathlib import Path
from typing import Any

from bot.documents.model import Document, Section

DEADLINE = 25.0
# At once, in one process of the bot: each may take what `reading_process` allows.
_AT_ONCE = 2
_LONGEST = 16_000_000
_ROOT = Path(__file__).resolve().parents[2]


class Unreadable(Exception):
    """A file that cannot be read. `reason` is one of the reasons of `bot.core.owned.Refusal`."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class ReadingApart:
    """Starts readers. Nothing of a file is looked at in this process."""

    def __init__(self, deadline: float = DEADLINE) -> None:
        """`deadline`: seconds after which a reader is killed."""
        self._deadline = deadline
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def read(self, identity: str, name: str, content: bytes) -> Document:
        """The file as a document with this id and its name as the title. Raises `Unreadable`."""
        async with self._slots:
            answer = await self._ask(name, content)
        if "sections" not in answer:
            raise Unreadable(answer.get("refused", "broken"), answer.get("detail", ""))
        sections = tuple(
            Section(heading=one["heading"], text=one["text"], links=tuple(one["links"])) for one in answer["sections"]
        )
        return Document(id=identity, kind="general", title=name, sections=sections)

    async def _ask(self, name: str, content: bytes) -> dict[str, Any]:
        # Without our environment: keys and tokens in it are nothing that a parser should ever see.
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot.documents.reading_process"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            cwd=_ROOT,
            env={"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"},
        )
        try:
            async with asyncio.timeout(self._deadline):
                told, _ = await asyncio.gather(_heard(process), _sent(process, name, content))
                await process.wait()
        except TimeoutError:
            raise Unreadable("time", f"killed after {self._deadline:g} s") from None
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        if process.returncode != 0 or len(told) > _LONGEST:
            # It was stopped by a limit, or broken by the file.
            raise Unreadable("time", f"ended with {process.returncode}")
        answer: dict[str, Any] = json.loads(told)
        return answer


async def _heard(process: asyncio.subprocess.Process) -> bytes:
    """All that it says, up to a bit more than it may."""
    assert process.stdout is not None  # noqa: S101 - it was asked for
    told = bytearray()
    while len(told) <= _LONGEST and (piece := await process.stdout.read(2**16)):
        told += piece
    return bytes(told)


async def _sent(process: asyncio.subprocess.Process, name: str, content: bytes) -> None:
    assert process.stdin is not None  # noqa: S101 - it was asked for
    with contextlib.suppress(ConnectionError):
        process.stdin.write(json.dumps(name).encode() + b"\n")
        process.stdin.write(content)
        await process.stdin.drain()
    process.stdin.close()
