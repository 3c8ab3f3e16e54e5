"""What must hold of everything that arrived, whatever happened to the processes that sent it.

`expected` are the messages of each room in their order, each of them once; what `arrived` has a room, a text, and `by`,
which is a number of the process that sent it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

Expected = Mapping[str, Sequence[str]]
Arrived = Sequence[Mapping[str, Any]]


def lost(expected: Expected, arrived: Arrived) -> set[tuple[str, str]]:
    """What never arrived, by room."""
    there = {(one["room"], one["text"]) for one in arrived}
    return {(room, text) for room, texts in expected.items() for text in texts} - there


def uncalled(expected: Expected, arrived: Arrived) -> set[tuple[str, str]]:
    """What arrived although nobody waited for it, by room."""
    return {(one["room"], one["text"]) for one in arrived} - {
        (room, text) for room, texts in expected.items() for text in texts
    }


def duplicates(arrived: Arrived) -> list[str]:
    """The text of each message as often as it arrived more than once."""
    times = Counter((one["room"], one["text"]) for one in arrived)
    return [text for (_, text), count in times.items() for _ in range(count - 1)]


def out_of_order(expected: Expected, arrived: Arrived) -> set[str]:
    """Rooms in which something arrived for the first time after what was to follow it."""
    rooms: dict[str, list[str]] = {}
    for one in arrived:
        rooms.setdefault(one["room"], []).append(one["text"])
    return {
        room
        for room, texts in expected.items()
        if list(texts) != [text for text in dict.fromkeys(rooms.get(room, ())) if text in texts]
    }


def duplicates_without_need(arrived: Arrived) -> list[str]:
    """What arrived again although its first sender had gone on to something else in that room, and so knew it had."""
    wrong = []
    for number, one in enumerate(arrived):
        later = [other for other in arrived[number + 1 :] if other["room"] == one["room"]]
        again = any(other["text"] == one["text"] for other in later)
        went_on = any(other["by"] == one["by"] and other["text"] != one["text"] for other in later)
        wrong += [one["text"]] if again and went_on else []
    return wrong
