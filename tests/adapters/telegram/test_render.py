"""How a reply looks on Telegram: golden files, and what holds of any reply, as Telegram's own parser sees it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.telegram.posts import Post
from bot.adapters.telegram.render import Renderer
from bot.chat import button_data
from bot.chat.markdown import styled
from bot.chat.styled import MAX_TEXT, pieces
from bot.core.reply import Action, Reply
from bot.text.prompts import Phrases
from bot.text.words import clean
from tests.adapters.telegram.replies import LONG_TEXTS, NAUGHTY, REPLIES, TEXTS, USUAL
from tests.servers.telegram import limits
from tests.servers.telegram.parser import found_in, utf16
from tests.servers.telegram.shown import shown

PROMPTS = Path(__file__).resolve().parents[3] / "prompts"
GOLDEN = Path(__file__).parent / "golden"
RENDERER = Renderer(Phrases.load(PROMPTS / "telegram"))


def check(posts: tuple[Post, ...]) -> None:
    """Telegram takes every message of it, and none mentions anybody."""
    assert posts
    for post in posts:
        call = post.payload
        limits.keyboard(call.get("reply_markup"))
        if post.kind == "text":
            text, entities = limits.formatted(call, "text", limits.TEXT, empty="empty")
            assert call["link_preview_options"] == {"is_disabled": True}
            _no_mention(text)
            assert not [entity for entity in entities if entity["type"] == "text_mention"]
        elif post.kind == "poll":
            options = [{"text": option} for option in call["options"]]
            limits.poll({**call, "options": options})
        else:
            limits.formatted(call, "caption", limits.CAPTION, empty="")


def _no_mention(text: str) -> None:
    assert not [entity for entity in found_in(text) if entity["type"] == "mention"]


@pytest.mark.parametrize("name", USUAL)
def test_the_usual_replies_look_as_they_did(name: str) -> None:
    """After a change on purpose: UPDATE_GOLDEN=1, and look at the difference."""
    posts = RENDERER.posts(USUAL[name])
    check(posts)
    told = "\n\n---\n\n".join(
        shown(post.payload if post.content is None else {**post.payload, post.kind: 1}) for post in posts
    )
    file = GOLDEN / f"{name.replace(' ', '-')}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(told + "\n", encoding="utf-8")
    assert file.read_text(encoding="utf-8") == told + "\n"


@given(REPLIES)
@settings(max_examples=150, deadline=None)
def test_telegram_takes_whatever_a_reply_holds(reply: Reply) -> None:
    check(RENDERER.posts(reply, "123456789"))


@pytest.mark.parametrize("text", NAUGHTY, ids=lambda text: ascii(text)[:24])
def test_naughty_strings_come_out_as_messages(text: str) -> None:
    reply = USUAL["answer"]
    check(RENDERER.posts(Reply(text=text)))
    check(RENDERER.posts(Reply(text=text, citations=reply.citations, actions=(Action(label=text, ask=text),))))


@given(LONG_TEXTS)
@settings(max_examples=150, deadline=None)
def test_nothing_but_blanks_is_lost_where_a_text_is_cut(text: str) -> None:
    whole = styled(text, {})
    parts = list(pieces(whole))
    assert "".join("".join(part.text.split()) for part in parts) == "".join(whole.text.split())
    assert all(0 < part.units <= MAX_TEXT for part in parts)
    for part in parts:
        limits.formatted({"text": part.text, "entities": part.entities()}, "text", limits.TEXT, empty="empty")


@given(TEXTS.map(clean), st.one_of(st.none(), st.just("987654321")))
def test_a_button_says_what_it_said_when_it_was_made(ask: str, owner: str | None) -> None:
    data, kept = button_data.asking(ask, owner, most=64)
    assert 1 <= len(data.encode("utf-8", "replace")) <= 64
    press = button_data.read(data)
    if press is None:
        assert ask == ""
        return
    assert owner == press.owner
    assert ask == (kept[press.value] if press.kind == "kept" else press.value)


@pytest.mark.parametrize("data", ["", ":", "q", "x:1", "q1", "qa:1", "k:", "q12b:3"])
def test_a_button_of_somebody_else_says_nothing(data: str) -> None:
    assert button_data.read(data) is None


def test_a_text_is_cut_between_paragraphs_and_never_inside_an_emoji() -> None:
    first, second = "a " * 1500, "b " * 1500
    assert [part.text for part in pieces(styled(f"{first}\n\n{second}", {}))] == [first.strip(), second.strip()]
    family = "👩‍👩‍👧"
    parts = [part.text for part in pieces(styled("x" + family * 1000, {}))]
    assert all(part.replace("x", "").replace(family, "") == "" for part in parts)


def test_more_than_a_hundred_styles_go_into_several_messages() -> None:
    parts = list(pieces(styled(" ".join(f"**{n}**" for n in range(250)), {})))
    assert [len(part.spans) <= 100 for part in parts] == [True] * len(parts)
    assert sum(len(part.spans) for part in parts) == 250


def test_a_style_that_is_cut_goes_on_in_the_next_message() -> None:
    parts = list(pieces(styled("**" + "bold " * 2000 + "end**", {})))
    assert len(parts) > 1
    assert all(part.entities()[0]["length"] == utf16(part.text) for part in parts)


def test_sources_that_do_not_fit_below_the_answer_come_in_a_message_of_their_own() -> None:
    posts = RENDERER.posts(Reply(text="word " * 810, citations=USUAL["answer"].citations * 3))
    assert len(posts) == 2
    assert posts[1].payload["entities"][0]["type"] == "expandable_blockquote"
    assert "reply_markup" in posts[1].payload
