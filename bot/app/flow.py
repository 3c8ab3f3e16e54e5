"""The durable flow of a process: mailbox, workers, senders, reminders and the platforms that were switched on."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from bot.app.stores import Stores
from bot.chat.stop_notes import StopNotes
from bot.chat.stopping import Stops
from bot.core.assistant import Assistant, utc_now
from bot.flow.crash_points import Passing, dying_at, passing
from bot.flow.health import Check
from bot.flow.leasing import Sole, Terms
from bot.flow.measuring import Measures
from bot.flow.ports import Chore, Platform
from bot.flow.reception import Reception
from bot.flow.reminder_posting import Notices, Reminders
from bot.flow.running import Drain, Flow, Parts
from bot.flow.senders import Senders, SendPace
from bot.flow.waking import Bell
from bot.flow.workers import Pace, Workers
from bot.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Paces:
    """How the flow keeps time; the tests are in more of a hurry than people are."""

    work: Pace = field(default_factory=Pace)
    send: SendPace = field(default_factory=SendPace)
    terms: Terms = field(default_factory=Terms)
    drain: Drain = field(default_factory=Drain)
    reminders_every: float = 20.0


class Served(Protocol):
    """What the flow needs of a `Service`: who answers, and what is told without being asked."""

    @property
    def assistant(self) -> Assistant: ...

    @property
    def reminding(self) -> Notices: ...


def build_passing(settings: Settings) -> Passing:
    return dying_at(settings.crash_point) if settings.crash_point else passing


def build_stops(stores: Stores, now: Callable[[], datetime]) -> Stops:
    """By which an answer is stopped, also where another process gives it."""
    return Stops(StopNotes(stores.keepsakes, stores.mailbox, now))


def build_flow(
    settings: Settings,
    stores: Stores,
    service: Served,
    platforms: Callable[[Reception], Sequence[Platform]],
    *,
    paces: Paces | None = None,
    checks: Mapping[str, Check] | None = None,
    now: Callable[[], datetime] = utc_now,
    passing: Passing | None = None,
    chores: Sequence[Chore] = (),
) -> Flow:
    """`platforms` makes the platforms around the reception to which their gateways bring what comes in. `passing` is
    the one that the stores were opened with.
    """
    paces, passed = paces or Paces(), passing or build_passing(settings)
    inbox, outbox, measures = Bell(), Bell(), Measures()
    reception = Reception(stores.mailbox, inbox, measures, now, passed)
    there = platforms(reception)
    desks = {platform.name: platform.desk for platform in there}
    parts = Parts(
        platforms=there,
        mailbox=stores.mailbox,
        leases=stores.leases,
        workers=Workers(
            stores.mailbox,
            service.assistant,
            desks,
            inbox=inbox,
            outbox=outbox,
            measures=measures,
            now=now,
            passing=passed,
            pace=paces.work,
        ),
        senders=_senders(stores, there, outbox=outbox, measures=measures, now=now, passing=passed, pace=paces.send),
        reminders=Reminders(
            service.reminding,
            stores.mailbox,
            desks,
            outbox=outbox,
            now=now,
            passing=passed,
            look_every=paces.reminders_every,
        ),
        sole=Sole(stores.leases, own_name(), now, paces.terms),
        measures=measures,
        inbox=inbox,
        outbox=outbox,
        now=now,
        chores=chores,
    )
    return Flow(parts, listen=settings.health_listen, checks=checks, drain=paces.drain)


def _senders(stores: Stores, platforms: Sequence[Platform], **rest: Any) -> Senders:
    return Senders(stores.mailbox, {platform.name: platform.transport for platform in platforms}, **rest)


def own_name() -> str:
    """Of this process, as no other has it, not even the same one after a restart."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}:{secrets.token_hex(4)}"
