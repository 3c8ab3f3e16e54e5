"""All credentials, by id, code and provider, and the facts that follow from several of them together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date

from bot.catalog.credential import Credential, StackLink, Status

_LEVEL_BANDS = {
    1: ("entry", "beginner", "foundational", "fundamentals", "foundation"),
    2: ("associate", "intermediate", "undergraduate"),
    3: ("professional", "specialty", "advanced", "expert", "graduate"),
}
BAND_OF_LEVEL = {level: band for band, levels in _LEVEL_BANDS.items() for level in levels}


def on(day: date) -> Callable[[], date]:
    """A clock that stands still."""
    return lambda: day


class Catalog:
    """An immutable collection of credentials. The day decides what is retired; it is asked for each time, because a
    bot runs for months, and given, so that a test can stay on one day.
    """

    def __init__(self, credentials: Iterable[Credential], clock: Callable[[], date]) -> None:
        self._by_id = {credential.id: credential for credential in credentials}
        self._clock = clock

    @property
    def today(self) -> date:
        return self._clock()

    def __iter__(self) -> Iterator[Credential]:
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)

    def __contains__(self, identity: str) -> bool:
        return identity in self._by_id

    def __getitem__(self, identity: str) -> Credential:
        return self._by_id[identity]

    def get(self, identity: str) -> Credential | None:
        return self._by_id.get(identity)

    def status(self, credential: Credential, day: date | None = None) -> Status:
        """The status on a day, today where none is given: what was announced to retire has done so from its day on."""
        if credential.retired_on and credential.retired_on.value:
            on = (day or self.today).isoformat()
            return "retired" if credential.retired_on.value[:10] <= on else "retiring"
        return credential.status.value or "active"

    def band(self, credential: Credential) -> int | None:
        """1 for a first step, 2 for working level, 3 for advanced; None where no level is known."""
        level = credential.level.value if credential.level else None
        if level is None:
            return None
        return next((band for word, band in BAND_OF_LEVEL.items() if word in level.lower()), None)

    def leading_to(self, identity: str) -> list[tuple[Credential, StackLink]]:
        """The credentials that name this one in what they stack into, with the edge."""
        return [
            (credential, link)
            for credential in self
            if credential.stacks_into
            for link in credential.stacks_into.value or ()
            if link.credential == identity
        ]

    def renewing(self, identity: str) -> list[Credential]:
        """The credentials that earning renews this one."""
        held = self._by_id[identity]
        ids = (held.renewed_by.value or ()) if held.renewed_by else ()
        return [self._by_id[other] for other in ids if other in self._by_id]
