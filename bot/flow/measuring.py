"""What an operator measures of the flow, as Prometheus metrics in a registry of their own."""

from __future__ import annotations

from datetime import datetime, timedelta

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from bot.core.feedback import Thumb
from bot.core.mail import Accepted, Backlog

_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30, 60, 300)


class Measures:
    """Counts and times. Labels are platforms and results: never anything of a person."""

    def __init__(self) -> None:
        registry = CollectorRegistry()
        self.registry = registry
        self._accepted = Counter("credway_updates_accepted", "Updates written down", registry=registry)
        self._repeated = Counter("credway_updates_repeated", "Updates that had been seen already", registry=registry)
        self._ended = Counter("credway_updates_ended", "How work on updates ended", ["result"], registry=registry)
        self._began = _seconds("credway_update_age_at_start", "From writing down to the start of work", registry)
        self._sign = _seconds("credway_first_sign", "From writing down to the first visible sign", registry)
        self._total = _seconds("credway_update_total", "From writing down to the stored reply", registry)
        self._sends = Counter("credway_sends", "Deliveries by result", ["platform", "result"], registry=registry)
        self._arrived = _seconds("credway_delivery", "From the stored reply to its arrival", registry)
        self._thumbs = Counter("credway_thumbs", "Thumbs on answers", ["platform", "thumb"], registry=registry)
        self._waiting = Gauge("credway_inbox_waiting", "Updates that are not settled", registry=registry)
        self._oldest = Gauge("credway_inbox_oldest_seconds", "Age of the oldest of them", registry=registry)
        self._aside = Gauge("credway_inbox_set_aside", "Updates that could not be answered", registry=registry)
        self._outgoing = Gauge("credway_outbox_waiting", "Messages that have not arrived", registry=registry)
        self._lag = Gauge("credway_outbox_lag_seconds", "Age of the oldest of them", registry=registry)
        self._loop = Gauge("credway_loop_lag_seconds", "How late the event loop was lately", registry=registry)

    def accepted(self, new: int, *, repeated: int) -> None:
        self._accepted.inc(new)
        self._repeated.inc(repeated)

    def began(self, accepted: Accepted, now: datetime) -> None:
        self._began.observe(_age(accepted.accepted_at, now))

    def sign(self, accepted: Accepted, now: datetime) -> None:
        self._sign.observe(_age(accepted.accepted_at, now))

    def ended(self, accepted: Accepted, now: datetime, result: str) -> None:
        self._ended.labels(result).inc()
        if result == "settled":
            self._total.observe(_age(accepted.accepted_at, now))

    def sent(self, platform: str, result: str) -> None:
        self._sends.labels(platform, result).inc()

    def arrived(self, posted_at: datetime, now: datetime) -> None:
        self._arrived.observe(_age(posted_at, now))

    def thumb(self, thumb: Thumb) -> None:
        self._thumbs.labels(thumb.who.platform, thumb.word).inc()

    def backlog(self, backlog: Backlog, now: datetime) -> None:
        self._waiting.set(backlog.waiting)
        self._oldest.set(_age(backlog.waiting_since, now))
        self._aside.set(backlog.set_aside)
        self._outgoing.set(backlog.outgoing)
        self._lag.set(_age(backlog.outgoing_since, now))

    def loop_lag(self, seconds: float) -> None:
        self._loop.set(seconds)

    def told(self) -> bytes:
        """All of it in Prometheus's text format."""
        return generate_latest(self.registry)


def _seconds(name: str, meaning: str, registry: CollectorRegistry) -> Histogram:
    return Histogram(f"{name}_seconds", meaning, buckets=_SECONDS, registry=registry)


def _age(since: datetime | None, now: datetime) -> float:
    # Clocks step back now and then.
    return max((now - since) / timedelta(seconds=1), 0.0) if since is not None else 0.0
