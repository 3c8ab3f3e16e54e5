"""The product as a process that a test may kill: what a dead one leaves comes back after 5 seconds, not after 45. (In
fewer a process on a busy machine loses what it is at work on, and does it twice, as it may.)

It is `credway run`'s own wiring, on every platform whose token is set, as fast as it goes.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.adapters.discord.session_starts import StartPace
from bot.app import Paces, open_library
from bot.cli.serving import serve
from bot.flow.crash_points import Passing
from bot.flow.crew import Shift
from bot.flow.leasing import Terms
from bot.flow.ports import Limits
from bot.flow.senders import SendPace
from bot.flow.workers import Pace
from bot.settings import Settings


def paces(lease: float = 5.0) -> Paces:
    length = timedelta(seconds=lease)
    return Paces(
        work=Pace(
            shift=Shift(at_once=8, lease=length, look_every=0.1),
            try_again=timedelta(seconds=0.1),
        ),
        # One message at a time is on its way, however long the machine pauses: so that it is known how many come twice.
        send=SendPace(shift=Shift(at_once=8, lease=length, look_every=0.1), first_wait=0.1, patience=60.0),
        terms=Terms(length=lease, every=lease / 5),
        reminders_every=0.2,
    )


def run(settings: Settings, *, lease: float = 5.0, passing: Passing | None = None) -> None:
    """Until a signal ends it."""
    library = open_library(settings)
    library.ingest()
    starts = StartPace(every=0.2, lasting=0.0, first=0.1)
    asyncio.run(serve(library, paces=paces(lease), limits=Limits(), starts=starts, passing=passing))
    library.close()


if __name__ == "__main__":
    run(Settings(_env_file=None, knowledge_dirs=()))
