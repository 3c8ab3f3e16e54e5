"""Something that a Bot API server may know or not: tried until it is refused, then left alone by this process."""

from __future__ import annotations

import logging

logger = logging.getLogger(__name__)


class Capability:
    """Shared by all who would use it."""

    def __init__(self, name: str, *, on: bool) -> None:
        self._name = name
        self.on = on

    def refused(self, reason: str) -> None:
        """Do without it from now on. Said once in the log, however many were just trying."""
        if self.on:
            self.on = False
            logger.warning("telegram.without %s reason=%s", self._name, reason)
