"""Processes of their own, for what only shows between processes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

Processes = Callable[..., list[int]]


@pytest.fixture(scope="session")
def processes() -> Iterator[Processes]:
    """Give an order to `tests.storage.processes`; gives the return codes of the processes that carried it out."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.storage.processes"],
        cwd=Path(__file__).parents[2], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
    ) as process:  # fmt: skip
        orders, codes = process.stdin, process.stdout
        assert orders is not None
        assert codes is not None

        def order(what: str, home: Path, *rest: Any) -> list[int]:
            orders.write(json.dumps([what, str(home), *rest]) + "\n")
            told: list[int] = json.loads(codes.readline())
            return told

        yield order
        orders.close()
