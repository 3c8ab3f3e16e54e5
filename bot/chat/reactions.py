"""Which reactions below a message are a thumb, up or down, on any platform. Pure.

Only those that can hardly be meant otherwise: a 🤔 or a 😢 says something, but not of the answer for certain.
"""

from __future__ import annotations

from collections.abc import Iterable

_UP = frozenset("👍❤🔥🥰👏🎉🤩🙏👌😍💯⚡🏆🤝🫡🆒💘✅") | {"❤‍🔥"}
_DOWN = frozenset("👎💩🤮🤬🤡🖕😡❌")
# What makes another picture of the same sign: how it is drawn, and five colours of skin.
_DRAWN = str.maketrans("", "", "\ufe0f🏻🏼🏽🏾🏿")


def is_up(emoji: str) -> bool | None:
    """Whether it is a thumb up or down; None for anything else."""
    bare = emoji.translate(_DRAWN)
    if bare in _UP:
        return True
    return False if bare in _DOWN else None


def latest(emojis: Iterable[str]) -> bool | None:
    """Of several by one person the last one that is a thumb, as they stand in the order in which they were given."""
    thumbs = [up for emoji in emojis if (up := is_up(emoji)) is not None]
    return thumbs[-1] if thumbs else None
