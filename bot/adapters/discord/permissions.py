"""Discord's permissions, as far as anything here depends on them: the bot's own, a member's, a role's. Pure."""

from __future__ import annotations

_ADMINISTRATOR = 1 << 3
MANAGE_GUILD = 1 << 5
MANAGE_MESSAGES = 1 << 13
MANAGE_ROLES = 1 << 28
# A thread that one may open and not write in is none to talk in.
OPEN_THREADS = 1 << 35 | 1 << 38
# Who has one of these moderates; a role with any is no prize.
_POWERS = sum(1 << bit for bit in (1, 2, 3, 4, 5, 7, 13, 17, 19, 22, 23, 24, 27, 28, 29, 30, 33, 34, 40, 41, 51, 52))


def allows(permissions: int, wanted: int) -> bool:
    """Whether everything that is wanted is among them; an administrator may do all."""
    return bool(permissions & _ADMINISTRATOR) or permissions & wanted == wanted


def moderates(permissions: int) -> bool:
    return bool(permissions & _POWERS)
