"""How the adapter keeps time."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Pacing:
    """In seconds; the tests are in more of a hurry than people are.

    `poll`: how long Telegram holds a question for updates. `first_wait` and `longest_wait`: until it is asked again
    when it was away, `conflict` when somebody else asked with the same token. `typing`, `draft` and `edit`: from one
    sign, one draft and one change of a message to the next. `album`: how long a picture without a word waits for one
    below another picture that was sent with it.
    """

    poll: int = 50
    first_wait: float = 1.0
    longest_wait: float = 30.0
    conflict: float = 3.0
    # "typing" is shown for five seconds, a draft for thirty.
    typing: float = 4.0
    draft: float = 0.8
    edit: float = 3.0
    album: float = 2.0
