"""A reply as messages: text with citation marks, sources below it and one tap away, follow-ups to tap, files. Pure.

What is sent fits Discord's limits, whatever the reply holds; nothing in it mentions anybody, and nothing is linked but
what is cited.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from bot.adapters.discord.posts import NO_MENTIONS, SUPPRESS_EMBEDS, Post
from bot.adapters.discord.written import MAX_CONTENT, only_links, pieces, written
from bot.chat import buttons
from bot.chat.citing import full_title, label_of, leads_somewhere, links_of
from bot.chat.markdown import styled
from bot.chat.styled import Styled, safe, shortened
from bot.core.answer import Citation
from bot.core.reply import Action, Reply
from bot.text.prompts import Phrases
from bot.text.words import clean

MAX_DATA = 100
MAX_FILE = 10_000_000
MAX_FILENAME = 100
MAX_URL = 500
_ROW, _ROWS, _OPTIONS = 5, 5, 25
# More follow-ups than these are a list to choose from, not buttons.
_BUTTONS = 9
_IN_ROW = 3
# So much of a passage is kept for the button below an answer.
_QUOTED = 600
_SMALL = "-# "
_ACTION_ROW, _BUTTON, _SELECT = 1, 2, 3
_PRIMARY, _SECONDARY = 1, 2

Row = dict[str, Any]


class Renderer:
    """Knows the words around an answer: `prompts/discord`."""

    def __init__(self, phrases: Phrases) -> None:
        self._phrases = phrases

    def posts(self, reply: Reply, owner: str, *, everybody: bool = False, more: Sequence[Row] = ()) -> tuple[Post, ...]:
        """A reply as messages in their order. `owner`: who asked, and in a room with others (`everybody`) the only one
        who may tap its follow-ups. `more` are rows of buttons of the bot's own.
        """
        kept: dict[str, Any] = {}
        rows = [*self._follow_ups(reply, owner if everybody else None, kept), *more]
        rows.append(self._around(reply, owner, kept, everybody=everybody))
        texts = list(self._texts(reply))
        found = [message(text) for text in texts]
        below = [row for row in rows if row["components"]][:_ROWS]
        found[-1] = replace(found[-1], body={**found[-1].body, "components": below}, kept=kept)
        return self._with_files(found, reply)

    def text(self, reply: Reply) -> str:
        """The text alone, in one piece: while more of it is coming."""
        return next(pieces(self._answer(reply)), "")

    def sources(self, citations: Sequence[Citation], language: str) -> tuple[Post, ...]:
        """All sources with what they say."""
        found = Styled(self._phrases.say("sources.heading", language)).wrapped("bold")
        for citation in citations:
            found += Styled("\n") + self._source(citation, language)
            if citation.passage:
                quote = shortened(" ".join(safe(citation.passage).split()), _QUOTED)
                found += Styled("\n") + Styled(quote).wrapped("blockquote")
        return tuple(message(text) for text in pieces(found))

    def _answer(self, reply: Reply) -> Styled:
        links = links_of(reply.citations, MAX_URL)
        answer = only_links(styled(reply.text, links), frozenset(url for url in links.values() if url))
        return answer if clean(answer.text) else Styled(self._phrases.say("nothing", reply.language))

    def _texts(self, reply: Reply) -> Iterator[str]:
        """The answer with its sources below in small print, where both fit into one message."""
        answer = self._answer(reply)
        small = [f"{_SMALL}{written(self._source(citation, reply.language))}" for citation in reply.citations]
        whole = "\n".join([written(answer), *small])
        if len(whole) <= MAX_CONTENT:
            yield whole
        else:
            yield from pieces(answer)

    def _source(self, citation: Citation, language: str) -> Styled:
        title = Styled(" ".join(safe(f"[{citation.n}] {full_title(citation)}").split()))
        if leads_somewhere(citation.url, MAX_URL):
            title = title.wrapped("text_link", url=citation.url)
        told = citation.source if citation.url is None else None
        dated = citation.as_of and self._phrases.say("source.as_of", language, as_of=citation.as_of)
        around = "".join(f" · {' '.join(safe(part).split())}" for part in (told, dated) if part)
        return title + Styled(around)

    def _follow_ups(self, reply: Reply, owner: str | None, kept: dict[str, Any]) -> list[Row]:
        wanted: dict[str, str] = {}
        for action in reply.actions:
            if data := _data(action, owner, kept):
                wanted.setdefault(data, label_of(action.label))
        if len(wanted) > _BUTTONS:
            return [self._choice(list(wanted.items())[:_OPTIONS], owner, reply.language)]
        made = [button(label, data) for data, label in wanted.items()]
        return [row(made[place : place + _IN_ROW]) for place in range(0, len(made), _IN_ROW)]

    def _choice(self, options: Sequence[tuple[str, str]], owner: str | None, language: str) -> Row:
        select = {
            "type": _SELECT,
            "custom_id": buttons.written(buttons.Press("step", "choose", owner)),
            "placeholder": self._phrases.say("select", language),
            "options": [{"label": label, "value": data} for data, label in options],
        }
        return row([select])

    def _around(self, reply: Reply, owner: str, kept: dict[str, Any], *, everybody: bool) -> Row:
        """Where the sources are, whether it helped, and how to go on where others are."""
        made = []
        if reply.citations:
            told = [_kept_citation(citation) for citation in reply.citations]
            token = hashlib.sha256(repr(told).encode()).hexdigest()[:24]
            kept[f"sources:{token}"] = {"language": reply.language, "citations": told}
            made.append(_step(self._phrases.say("label.sources", reply.language), f"sources:{owner}:{token}"))
            made += [_step("👍", "up"), _step("👎", "down")]
        if everybody:
            made.append(_step(self._phrases.say("label.more", reply.language), "more"))
            made.append(_step(self._phrases.say("label.thread", reply.language), "thread"))
        return row(made[:_ROW])

    @staticmethod
    def _with_files(posts: list[Post], reply: Reply) -> tuple[Post, ...]:
        """The first file goes with the text, so that both arrive at once."""
        for number, attachment in enumerate(reply.attachments):
            if len(attachment.content) > MAX_FILE:
                continue
            caption = written(Styled(shortened(safe(attachment.caption).strip(), 1000)))
            post = posts[-1] if number == 0 else message(caption)
            name = _filename(attachment.name)
            described = [{"id": "0", "filename": name, **({"description": caption[:1000]} if caption else {})}]
            with_file = replace(
                post, body={**post.body, "attachments": described}, filename=name, content=attachment.content
            )
            posts = [*posts[:-1], with_file] if number == 0 else [*posts, with_file]
        return tuple(posts)


def message(text: str, components: Sequence[Row] = ()) -> Post:
    """A message with no mentions and no previews."""
    return Post(
        body={
            "content": text,
            "components": list(components),
            "allowed_mentions": NO_MENTIONS,
            "flags": SUPPRESS_EMBEDS,
        }
    )


def said(text: str, components: Sequence[Row] = ()) -> Post:
    """What the bot says of its own, in Markdown."""
    return message(next(pieces(styled(text, {}))), components)


def row(components: Sequence[Mapping[str, Any]]) -> Row:
    return {"type": _ACTION_ROW, "components": list(components)}


def button(label: str, data: str, style: int = _SECONDARY) -> dict[str, Any]:
    return {"type": _BUTTON, "style": style, "label": label, "custom_id": data}


def asking(label: str, ask: str) -> dict[str, Any]:
    """A button that asks something short."""
    return button(label, buttons.asking(ask, most=MAX_DATA)[0], _PRIMARY)


def citations_of(kept: Mapping[str, Any]) -> tuple[Citation, ...]:
    return tuple(Citation(**citation) for citation in kept["citations"])


def _step(label: str, step: str) -> dict[str, Any]:
    return button(label, buttons.written(buttons.Press("step", step)))


def _data(action: Action, owner: str | None, kept: dict[str, Any]) -> str | None:
    ask = clean(action.ask)
    if not ask:
        return None
    data, long = buttons.asking(ask, owner, most=MAX_DATA)
    kept |= {f"ask:{token}": text for token, text in long.items()}
    return data


def _kept_citation(citation: Citation) -> dict[str, Any]:
    return {**asdict(citation), "passage": shortened(citation.passage, _QUOTED)}


def _filename(name: str) -> str:
    """A name that says what it is and nothing more."""
    kept = "".join(char if char.isascii() and (char.isalnum() or char in "._-") else "_" for char in name)
    return kept[-MAX_FILENAME:] or "file"
