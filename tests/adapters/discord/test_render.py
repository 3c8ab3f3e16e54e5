"""How a reply looks on Discord: golden files, and what holds of any reply."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.discord.cards import ASKS, MAX_TEXT, SOURCED, row
from bot.adapters.discord.paging import kept_pages
from bot.adapters.discord.plainly import plain_posts
from bot.adapters.discord.posts import Place, Post, outgoing
from bot.adapters.discord.render import Renderer, asking, said
from bot.adapters.discord.written import only_links, pieces, written
from bot.chat import button_data
from bot.chat.markdown import styled
from bot.core.reply import Action, Attachment, Reply
from bot.text.prompts import Phrases
from tests.adapters.telegram.replies import LONG_TEXTS, REPLIES, TEXTS, USUAL
from tests.adapters.telegram.test_render import NAUGHTY
from tests.servers.discord import description
from tests.servers.discord.components import COMPONENTS_V2, every, text_of

PROMPTS = Path(__file__).resolve().parents[3] / "prompts"
GOLDEN = Path(__file__).parent / "golden"
RENDERER = Renderer(Phrases.load(PROMPTS / "discord"))
EVERYBODY = Place(channel="5", who="7", guild="3")
# What Discord makes mentions, emoji, times and links of, read from what is sent.
_MENTION = re.compile(r"<(?:@[!&]?\d|#\d|/\w|a?:\w|t:\d|id:)|@(?:everyone|here)\b")
_OURS = re.compile(r"\]\(<(https?://[^>\s]*)>\)")
_CODE = re.compile(r"```.*?```|``.*?``|`[^`\n]*`", re.DOTALL)
_LINK = re.compile(r"\w+://\w|discord\.gg/\w", re.IGNORECASE)
CONTAINER = 17
POSTING = "POST /channels/{channel_id}/messages"


def check(posts: tuple[Post, ...], cited: set[str]) -> None:
    """Discord takes every message of it; none mentions anybody, none leads where nothing is cited."""
    assert posts
    for body in [body for post in posts for body in bodies(post)]:
        description.check(POSTING, body)
        text = text_of(body)
        assert set(_OURS.findall(text)) <= {_written(url) for url in cited}
        rest = _CODE.sub("", _OURS.sub("]", text))
        assert not _LINK.search(rest)
        assert not _MENTION.search(rest)


def bodies(post: Post) -> list[dict[str, Any]]:
    """The message, with each of its pages."""
    kept = [kept_pages(told, "7") for key, told in post.kept.items() if key.startswith("pages:")]
    turned = [pages.post(number, by=by).body for pages in kept for number in range(len(pages.pages)) for by in "79"]
    return [post.body, *turned]


def _written(url: str) -> str:
    for char, code in (("<", "%3C"), (">", "%3E"), ("(", "%28"), (")", "%29")):
        url = url.replace(char, code)
    return url


@pytest.mark.parametrize("name", USUAL)
def test_the_usual_replies_look_as_they_did(name: str) -> None:
    """After a change on purpose: UPDATE_GOLDEN=1, and look at the difference."""
    posts = RENDERER.posts(USUAL[name], "7", everybody=True)
    check(posts, {citation.url or "" for citation in USUAL[name].citations})
    told = "\n\n---\n\n".join(_shown(post) for post in posts)
    file = GOLDEN / f"{name.replace(' ', '-')}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(told + "\n", encoding="utf-8")
    assert file.read_text(encoding="utf-8") == told + "\n"


def _shown(post: Post) -> str:
    if "components" not in post.body:
        return str(post.body["content"])
    (card,) = post.body["components"]
    accent = f" #{card['accent_color']:06x}" if "accent_color" in card else ""
    files = [f"({post.filename}, {len(post.content or b'')} bytes)"] if post.filename else []
    return "\n".join([f"card{accent}", *map(_line, card["components"]), *files])


def _line(part: dict[str, Any]) -> str:
    """A part of a card as it could be typed."""
    match part["type"]:
        case 1:
            return " ".join(f"[{each.get('label') or each.get('placeholder')}]" for each in part["components"])
        case 9:
            return f"{text_of({'components': [part], 'flags': COMPONENTS_V2})} [{part['accessory']['label']}]"
        case 10:
            return str(part["content"])
        case 12:
            return f"picture {part['items']}"
        case 13:
            return f"file {part['file']['url']}"
    return "—"


@given(REPLIES, st.booleans())
@settings(max_examples=150, deadline=None)
def test_discord_takes_whatever_a_reply_holds(reply: Reply, everybody: bool) -> None:  # noqa: FBT001
    posts = RENDERER.posts(reply, "123456789012345678", everybody=everybody, asked=reply.text)
    check(posts, {citation.url or "" for citation in reply.citations})
    # It survives in the outbox as JSON.
    for each in outgoing(posts, EVERYBODY):
        assert json.loads(json.dumps(each.payload)) == each.payload


def read_over(post: Post) -> str:
    """Letters and digits of all that a message and its pages say, without addresses."""
    kept = [kept_pages(told, "7") for key, told in post.kept.items() if key.startswith("pages:")]
    shown = [kept[0].post(number).body for number in range(len(kept[0].pages))] if kept else [post.body]
    # Of a page, what stands above the line is said, and what stands below is where it is from.
    return _letters("".join(str(body["components"][0]["components"][0]["content"]) for body in shown))


def _letters(text: str) -> str:
    without = re.sub(r"```\w*$", "", _OURS.sub("]", text), flags=re.MULTILINE)
    return "".join(char for char in without if char.isalnum())


@given(REPLIES)
@settings(max_examples=100, deadline=None)
def test_all_of_a_text_is_read_over_its_pages(reply: Reply) -> None:
    post = RENDERER.posts(reply, "7", everybody=True)[0]
    wanted = _letters(written(only_links(styled(reply.text, {}), frozenset())))
    assert read_over(post) == (wanted or read_over(post))


@given(REPLIES)
@settings(max_examples=100, deadline=None)
def test_all_of_it_comes_as_plain_text_where_cards_are_refused(reply: Reply) -> None:
    post = RENDERER.posts(reply, "7", everybody=True)[0]
    plain = plain_posts(post.body, post.kept)
    for each in plain:
        description.check(POSTING, each.body)
    told = "".join(each.body["content"] for each in plain)
    pages = [
        _letters(page[0]["content"]) for key, kept in post.kept.items() if "pages:" in key for page in kept["pages"]
    ]
    assert all(page in _letters(told) for page in pages or [read_over(post)])
    labels = [each["label"] for each in every(post.body["components"]) if each.get("custom_id", "")[:1] in {"q", "k"}]
    assert all(f"-# {label}" in told for label in labels)


@given(REPLIES, st.sampled_from(["image/png", "text/calendar"]), st.text(max_size=2000))
@settings(max_examples=60, deadline=None)
def test_discord_takes_whatever_files_are_named(reply: Reply, media_type: str, name: str) -> None:
    files = tuple(Attachment(name=name, media_type=media_type, content=b"x", caption=name) for _ in range(2))
    posts = RENDERER.posts(replace(reply, attachments=files), "7")
    check(posts, {citation.url or "" for citation in reply.citations})
    assert [post.content for post in posts if post.content] == [b"x", b"x"]


def test_the_edge_says_what_a_card_rests_on() -> None:
    def edge(name: str) -> int | None:
        (post, *_) = RENDERER.posts(USUAL[name], "7")
        found: int | None = post.body["components"][0].get("accent_color")
        return found

    assert (edge("answer"), edge("question"), edge("formatted")) == (SOURCED, ASKS, None)


def test_a_line_is_no_card_and_what_can_be_tapped_is() -> None:
    assert said("Thank you.").body["content"] == "Thank you."
    assert said("**One**\n\ntwo").body["components"][0]["type"] == CONTAINER
    assert said("Tap.", [row([asking("label", "/me")])]).body["components"][0]["type"] == CONTAINER


@given(REPLIES)
@settings(max_examples=60, deadline=None)
def test_discord_takes_whatever_sources_hold(reply: Reply) -> None:
    if reply.citations:
        check(RENDERER.sources(reply.citations, "en", "7"), {citation.url or "" for citation in reply.citations})


@pytest.mark.parametrize("text", NAUGHTY, ids=lambda text: ascii(text)[:24])
def test_naughty_strings_come_out_as_messages(text: str) -> None:
    cited = USUAL["answer"].citations
    check(RENDERER.posts(Reply(text=text), "7"), set())
    reply = Reply(text=text, citations=cited, actions=(Action(label=text, ask=text),))
    check(RENDERER.posts(reply, "7", everybody=True), {citation.url or "" for citation in cited})


@pytest.mark.parametrize(
    "text",
    [
        "<@123> <@!123> <@&5> <#77> </ask:1> <:smile:1> <a:dance:1> <t:1:R> <id:guide>",
        "@everyone and @here and **@**everyone",
        "https://evil.example/x [a](https://evil.example) <https://evil.example> steam://run discord.gg/abc",
        "[click](<https://evil.example>) [x][1]\n\n[1]: https://evil.example",
        "`` ` `` and ```\n<@1>```",
    ],
)
def test_what_a_text_holds_mentions_nobody_and_leads_nowhere(text: str) -> None:
    check(RENDERER.posts(Reply(text=text), "7"), set())


@given(LONG_TEXTS)
@settings(max_examples=100, deadline=None)
def test_texts_are_cut_to_fit(text: str) -> None:
    parts = list(pieces(styled(text, {})))
    assert all(0 < len(part) <= MAX_TEXT for part in parts)


@given(st.text(alphabet="ab *_~`|>#-+[]()<@:/.\\\n", max_size=200))
@settings(max_examples=200, deadline=None)
def test_plain_text_reads_as_it_was(text: str) -> None:
    """What is escaped is shown: taking the escapes away gives the text back."""
    plain = styled("", {}) + type(styled("", {}))(text)
    shown = re.sub(r"\\([\\*_~`|\[\]#>+-])", r"\1", written(plain)).replace("\u2060", "")
    assert shown == text.strip()


@given(TEXTS, st.one_of(st.none(), st.just("987654321098765432")))
def test_a_button_fits_and_says_what_it_said(ask: str, owner: str | None) -> None:
    data, kept = button_data.asking(ask, owner, most=100)
    assert 1 <= len(data) <= 100
    press = button_data.read(data)
    if press is not None:
        assert owner == press.owner
        assert ask == (kept[press.value] if press.kind == "kept" else press.value)


def test_more_follow_ups_than_buttons_are_a_list() -> None:
    actions = tuple(Action(label=f"Choice {n}", ask=f"ask {n}") for n in range(30))
    (post,) = RENDERER.posts(Reply(text="Which?", actions=actions), "7")
    (select,) = [each for each in every(post.body["components"]) if "options" in each]
    assert [option["value"] for option in select["options"]] == [f"q:ask {n}" for n in range(25)]
    assert asking("label", "/me")["custom_id"] == "q:/me"


def test_sources_are_kept_with_what_is_shown_of_them() -> None:
    (post,) = RENDERER.posts(USUAL["answer"], "7")
    (kept,) = post.kept.values()
    assert kept["citations"][0]["passage"] == USUAL["answer"].citations[0].passage
