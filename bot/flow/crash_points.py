"""Named places in the flow, at each of which a test may let the process die."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

Passing = Callable[[str], None]


def passing(_place: str) -> None:
    """What the flow does at a named place: nothing."""


def dying_at(place: str, times: int = 1) -> Passing:
    """Dies at the named place when it is passed for the nth time, as by `kill -9`: nothing is tidied up."""
    left = [times]

    def die(passed: str) -> None:
        if passed == place:
            left[0] -= 1
            if not left[0]:
                os.kill(os.getpid(), signal.SIGKILL)

    return die
