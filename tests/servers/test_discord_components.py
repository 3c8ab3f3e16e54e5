"""The loopback Discord refuses what Discord's documentation of components forbids."""

from __future__ import annotations

from typing import Any

import pytest

from tests.servers.discord import description
from tests.servers.discord.components import COMPONENTS_V2, Forbidden, text_of
from tests.servers.discord.world import Problem, World

POSTING = "POST /channels/{channel_id}/messages"
EDITING = "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original"
CALLBACK = "POST /interactions/{interaction_id}/{interaction_token}/callback"
Component = dict[str, Any]


def text(content: str = "a") -> Component:
    return {"type": 10, "content": content}


def button(**changes: Any) -> Component:
    return {"type": 2, "style": 2, "label": "tap", "custom_id": "s:x", **changes}


def row(*inside: Component) -> Component:
    return {"type": 1, "components": list(inside)}


def card(*inside: Component) -> Component:
    return {"type": 17, "components": list(inside)}


def message(*components: Component, **changes: Any) -> Component:
    made = {"flags": COMPONENTS_V2, "components": list(components), "allowed_mentions": {"parse": []}}
    return {**made, **changes}


PICTURE = {"type": 12, "items": [{"media": {"url": "attachment://path.png"}}]}
FILE = {"type": 13, "file": {"url": "attachment://path.ics"}}
LINK = {"type": 2, "style": 5, "label": "open", "url": "https://example.org"}
ATTACHED = [{"id": "0", "filename": "path.png"}]
SELECT = {"type": 3, "custom_id": "s:c", "options": [{"label": "a", "value": "a"}]}
SECTION = {"type": 9, "components": [text()], "accessory": LINK}


@pytest.mark.parametrize(
    "taken",
    [
        message(card(text(), {"type": 14}, SECTION, row(button()), row(SELECT))),
        message(card(text(), PICTURE), attachments=ATTACHED),
        message(card(FILE), attachments=[{"id": "0", "filename": "path.ics"}]),
        message(*[text() for _ in range(40)]),
        message(card(text("a" * 4000))),
        message(text(), content=None),
    ],
)
def test_what_the_documentation_allows_is_taken(taken: Component) -> None:
    description.check(POSTING, taken)
    description.check(EDITING, taken)


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ("content beside components", message(text(), content="a")),
        ("embeds beside components", message(text(), embeds=[{"title": "a"}])),
        ("a sticker beside components", message(text(), sticker_ids=["1"])),
        ("nothing", message()),
        ("more than forty, counting what is inside", message(card(*[text() for _ in range(40)]))),
        ("more than forty, counting what is in rows", message(*[row(button(custom_id=f"s:{n}")) for n in range(21)])),
        ("too many characters in all", message(card(text("a" * 2001), text("a" * 2000)))),
        ("too many characters in one", message(text("a" * 4001))),
        ("a text of blanks", message(text("  \n"))),
        ("a text of nothing", message(text(""))),
        ("a card in a card", message(card(card(text())))),
        ("a button outside a row", message(button())),
        ("a row of nothing", message(row())),
        ("six buttons in a row", message(row(*[button(custom_id=f"s:{n}") for n in range(6)]))),
        ("a list beside a button", message(row(SELECT, button()))),
        ("a list of nothing", message(row({**SELECT, "options": []}))),
        ("the same option twice", message(row({**SELECT, "options": SELECT["options"] * 2}))),
        ("a section without an accessory", message({"type": 9, "components": [text()]})),
        ("a section of four texts", message({**SECTION, "components": [text()] * 4})),
        ("the same id for two buttons", message(card(row(button()), row(button())))),
        ("the same id for a button and an accessory", message(row(button()), {**SECTION, "accessory": button()})),
        ("the same number for two components", message({**text(), "id": 3}, {**text(), "id": 3})),
        ("a button without an id", message(row({"type": 2, "style": 2, "label": "a"}))),
        ("a link with an id", message(row({**LINK, "custom_id": "s:x"}))),
        ("a button that leads somewhere", message(row(button(url="https://example.org")))),
        ("a link to something else than a page", message(row({**LINK, "url": "steam://run"}))),
        ("a button that says nothing", message(row(button(label=" ")))),
        ("a label that is too long", message(row(button(label="a" * 81)))),
        ("an id that is too long", message(row(button(custom_id="a" * 101)))),
        ("a picture that is not attached", message(card(PICTURE))),
        ("a picture by another name", message(card(PICTURE), attachments=[{"id": "0", "filename": "other.png"}])),
        ("an attachment that nothing shows", message(card(text()), attachments=ATTACHED)),
        ("a file from elsewhere", message({"type": 13, "file": {"url": "https://example.org/x.ics"}})),
        ("a colour that is none", message({**card(text()), "accent_color": 0x1000000})),
        ("mentions that are parsed", message(text(), allowed_mentions={"parse": ["everyone"]})),
        ("mentions of which nothing is said", {"flags": COMPONENTS_V2, "components": [text()]}),
        ("a card without the flag", message(card(text()), flags=0)),
        ("six rows without the flag", message(*[row(button(custom_id=f"s:{n}")) for n in range(6)], flags=0)),
    ],
)
def test_what_it_forbids_is_refused(what: str, told: Component) -> None:
    for call in (POSTING, EDITING):
        with pytest.raises(Forbidden):
            description.check(call, told)


def test_a_deferred_answer_has_no_flag_but_that_one_person_sees_it() -> None:
    description.check(CALLBACK, {"type": 5, "data": {"flags": 1 << 6}})
    with pytest.raises(Forbidden):
        description.check(CALLBACK, {"type": 5, "data": {"flags": COMPONENTS_V2}})


class TestEdits:
    """What a message is by then decides what can be made of it."""

    def test_a_card_stays_one(self) -> None:
        world = World()
        shown: Component = {"id": "1", **message(card(text("one")))}
        world.edit(shown, message(card(text("two")), flags=0))
        assert shown["flags"] & COMPONENTS_V2
        assert shown["content"] == "two"
        with pytest.raises(Problem):
            world.edit(shown, {"content": "plain", "components": []})

    def test_plain_text_becomes_a_card_when_it_is_taken_back(self) -> None:
        world = World()
        shown: Component = {"id": "1", "content": "plain", "flags": 0}
        with pytest.raises(Problem):
            world.edit(shown, message(card(text("card"))))
        world.edit(shown, message(card(text("card")), content=None))
        assert text_of(shown) == "card"
