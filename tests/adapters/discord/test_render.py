"""How a reply looks on Discord: golden files, and what holds of any reply."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.discord.cards import MAX_TEXT
from bot.adapters.discord.paging import kept_pages
from bot.adapters.discord.posts import Place, Post, outgoing
from bot.adapters.discord.render import Renderer, asking
from bot.adapters.discord.written import pieces, written
from bot.chat import buttons
from bot.chat.markdown import styled
from bot.core.reply import Action, Reply
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
    posts = RENDERER.posts(reply, "123456789012345678", everybody=everybody)
    check(posts, {citation.url or "" for citation in reply.citations})
    # It survives in the outbox as JSON.
    for each in outgoing(posts, EVERYBODY):
        assert json.loads(json.dumps(each.payload)) == each.payload


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
    data, kept = buttons.asking(ask, owner, most=100)
    assert 1 <= len(data) <= 100
    press = buttons.read(data)
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
