"""A reply as cards: the answer, its sources in small print below it and one tap away, follow-ups to tap, files. Pure.

What is sent fits Discord's limits, whatever the reply holds; nothing in it mentions anybody, and nothing is linked but
what is cited. What is too long for a card has pages.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from bot.adapters.discord import cards
from bot.adapters.discord.cards import ASKS, MAX_TEXT, MAX_TEXTS, PRIMARY, SOURCED, Part, button, row
from bot.adapters.discord.paging import Pages
from bot.adapters.discord.posts import Post
from bot.adapters.discord.written import only_links, pieces, written
from bot.chat import button_data
from bot.chat.citing import label_of, leads_somewhere, links_of
from bot.chat.markdown import styled
from bot.chat.styled import Styled, safe, shortened
from bot.core.answer import Citation
from bot.core.reply import Action, Attachment, Reply
from bot.text.prompts import Phrases
from bot.text.words import clean

MAX_DATA = 100
MAX_FILE = 10_000_000
MAX_FILENAME = 100
MAX_URL = 500
_IN_ROW, _OPTIONS = 5, 25
# Longer than this is turned like pages, of which each is about two screens of a phone.
_PAGE = 1500
# More follow-ups than these are a list to choose from, not buttons.
_BUTTONS = 9
# So many in a row, which a phone breaks where it has to: four options of a question stand apart from its hint.
_BESIDE = 4
# So many sources stand below an answer, on a phone a line each; all of them are one tap away.
_SOURCES = 6
_TITLE = 90
# Of a question above its answer so much, which escaping makes three times as long at most; sources have the rest.
_ASKED = 200
_ROOM = MAX_TEXTS - MAX_TEXT - 3 * _ASKED - 10
# So much of a passage is kept for the button below an answer; with its title it is at most so long, and so many are
# one page.
_QUOTED = 600
_PASSAGE = 1300
_ON_PAGE = 3
_SMALL = "-# "
_MARK = re.compile(r"\[(\d{1,3})\]")


class Renderer:
    """Knows the words around an answer: `prompts/discord`."""

    def __init__(self, phrases: Phrases) -> None:
        self._phrases = phrases

    def posts(
        self, reply: Reply, owner: str, *, everybody: bool = False, asked: str = "", more: Sequence[Part] = ()
    ) -> tuple[Post, ...]:
        """A reply as messages in their order. `owner`: who asked, and in a room with others (`everybody`) the only one
        who may tap its follow-ups. `asked` is what others there do not see otherwise; `more` are rows of buttons of the
        bot's own.
        """
        kept: dict[str, Any] = {}
        pages = list(self._pages(reply))
        pages[0] = [*_asked(asked), *pages[0]]
        rows = [*self._follow_ups(reply, owner if everybody else None, kept), *more]
        rows.append(self._around(reply, owner, kept, everybody=everybody))
        below = [each for each in rows if each["components"]]
        files = [file for file in reply.attachments if len(file.content) <= MAX_FILE]
        accent = ASKS if reply.quiz is not None else SOURCED if reply.citations else None
        if files and len(pages) == 1:
            # The first file goes with the text, so that both arrive at once. Pages come without: a file that is not
            # sent again when they are turned would be lost.
            head, files = files[0], files[1:]
            whole = cards.card([*pages[0], *_shown(head), *below], accent)
            first = _with_file(whole, head)
        else:
            first = Pages(pages=pages, below=below, owner=owner, accent=accent, everybody=everybody).first()
        first = replace(first, kept={**kept, **first.kept})
        return (first, *(_with_file(cards.card(_shown(file)), file) for file in files))

    def draft(self, reply: Reply, rows: Sequence[Part], *, asked: str = "") -> Post:
        """As much as a card holds, while more of it is coming."""
        told = next(pieces(self._answer(reply)), "")
        return cards.card([*_asked(asked), cards.text(told), *rows])

    def sources(self, citations: Sequence[Citation], language: str, owner: str) -> tuple[Post, ...]:
        """All sources with what they say, and where to read on."""
        heading = cards.text(written(Styled(self._phrases.say("sources.heading", language)).wrapped("bold")))
        pages: list[list[Part]] = [[heading]]
        for number, citation in enumerate(citations):
            if number and number % _ON_PAGE == 0:
                pages.append([heading])
            pages[-1] += self._passage(citation, language)
        return (Pages(pages=pages, below=(), owner=owner, accent=SOURCED).first(),)

    def _answer(self, reply: Reply) -> Styled:
        links = links_of(reply.citations, MAX_URL)
        answer = only_links(styled(reply.text, links), frozenset(url for url in links.values() if url))
        return answer if clean(answer.text) else Styled(self._phrases.say("nothing", reply.language))

    def _pages(self, reply: Reply) -> Iterator[list[Part]]:
        """The answer in pieces, each above the sources that it names; the last also has those that none names."""
        answer = self._answer(reply)
        texts = [whole] if len(whole := written(answer)) <= MAX_TEXT else list(pieces(answer, _PAGE))
        left = {citation.n for citation in reply.citations}
        named = [{int(n) for n in _MARK.findall(each.replace("\\", ""))} for each in texts]
        for number, told in enumerate(texts):
            below = named[number] if number < len(texts) - 1 else named[number] | left
            left -= named[number]
            small = self._small([each for each in reply.citations if each.n in below], reply.language)
            yield [cards.text(told), *([cards.separator(), cards.text(small)] if small else [])]

    def _small(self, citations: Sequence[Citation], language: str) -> str:
        """A line for each source with all that is cited of it, as many as there is room for."""
        alike: dict[tuple[str | None, ...], list[Citation]] = {}
        for each in citations:
            alike.setdefault((each.title, each.url, each.source, each.as_of), []).append(each)
        lines: list[str] = []
        for found in list(alike.values())[:_SOURCES]:
            line = f"{_SMALL}{written(self._source(found, language))}"
            if sum(map(len, lines)) + len(lines) + len(line) > _ROOM:
                break
            lines.append(line)
        return "\n".join(lines)

    def _passage(self, citation: Citation, language: str) -> list[Part]:
        """A source with what it says below it; where it leads is a button beside its title."""
        leads = leads_somewhere(citation.url, MAX_URL)
        title = written(self._source([replace(citation, url=None) if leads else citation], language))
        if citation.url is not None and leads:
            head = cards.section(title, cards.link(self._phrases.say("label.open", language), citation.url))
        else:
            head = cards.text(title)
        quote = Styled(shortened(" ".join(safe(citation.passage).split()), _QUOTED)).wrapped("blockquote")
        told = next(pieces(quote, _PASSAGE - len(title)), "")
        return [head, cards.text(told)] if told else [head]

    def _source(self, cited: Sequence[Citation], language: str) -> Styled:
        """The title of what is cited, with its section where it is only one."""
        citation = cited[0]
        title_of = citation.full_title if len(cited) == 1 else citation.title
        numbers = "".join(f"[{each.n}]" for each in cited)
        title = Styled(shortened(" ".join(safe(f"{numbers} {title_of}").split()), _TITLE))
        if leads_somewhere(citation.url, MAX_URL):
            title = title.wrapped("text_link", url=citation.url)
        told_by = citation.source if citation.url is None else None
        dated = citation.as_of and self._phrases.say("source.as_of", language, as_of=citation.as_of)
        around = (" ".join(safe(part).split()) for part in (told_by, dated) if part)
        return title + Styled("".join(f" · {shortened(part, _TITLE)}" for part in around))

    def _follow_ups(self, reply: Reply, owner: str | None, kept: dict[str, Any]) -> list[Part]:
        wanted: dict[str, str] = {}
        for action in reply.actions:
            if data := _data(action, owner, kept):
                wanted.setdefault(data, label_of(action.label))
        if len(wanted) > _BUTTONS:
            choose = button_data.written(button_data.Press("step", "choose", owner))
            options = list(wanted.items())[:_OPTIONS]
            return [row([cards.select(choose, self._phrases.say("select", reply.language), options)])]
        made = [button(label, data) for data, label in wanted.items()]
        return [row(made[place : place + _BESIDE]) for place in range(0, len(made), _BESIDE)]

    def _around(self, reply: Reply, owner: str, kept: dict[str, Any], *, everybody: bool) -> Part:
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
        return row(made[:_IN_ROW])


def message(text: str, rows: Sequence[Part] = (), accent: int | None = None) -> Post:
    """A text as a card, with rows of buttons below it."""
    return cards.card([cards.text(text), *rows], accent)


def said(text: str, rows: Sequence[Part] = ()) -> Post:
    """What the bot says of its own, in Markdown. A line stays a line: around a thank-you, a card would be louder than
    what it says, and a preview on a locked phone shows no card. What is longer, or has something to tap, is one.
    """
    told = list(pieces(styled(text, {})))[: MAX_TEXTS // MAX_TEXT]
    if not rows and len(told) == 1 and "\n" not in told[0]:
        return cards.line(told[0])
    return cards.card([*map(cards.text, told), *rows])


def asking(label: str, ask: str) -> Part:
    """A button that asks something short."""
    return button(label, button_data.asking(ask, most=MAX_DATA)[0], PRIMARY)


def citations_of(kept: Mapping[str, Any]) -> tuple[Citation, ...]:
    return tuple(Citation(**citation) for citation in kept["citations"])


def _asked(text: str) -> list[Part]:
    """A question above its answer. Of a command, Discord shows others only that it was used."""
    told = written(Styled(shortened(" ".join(safe(text).split()), _ASKED)))
    return [cards.text(f"{_SMALL}“{told}”")] if told else []


def _step(label: str, step: str) -> Part:
    return button(label, button_data.written(button_data.Press("step", step)))


def _data(action: Action, owner: str | None, kept: dict[str, Any]) -> str | None:
    ask = clean(action.ask)
    if not ask:
        return None
    data, long = button_data.asking(ask, owner, most=MAX_DATA)
    kept |= {f"ask:{token}": text for token, text in long.items()}
    return data


def _kept_citation(citation: Citation) -> dict[str, Any]:
    return {**asdict(citation), "passage": shortened(citation.passage, _QUOTED)}


def _shown(file: Attachment) -> list[Part]:
    """A file with what it is, as parts of a card. Of a picture its description says that."""
    told = _described(file)
    picture = file.media_type.startswith("image/")
    around = [cards.text(told)] if told and not picture else []
    return [*around, cards.attached(_filename(file.name), file.media_type, told)]


def _with_file(post: Post, file: Attachment) -> Post:
    name, told = _filename(file.name), _described(file)
    listed = [{"id": "0", "filename": name, **({"description": told} if told else {})}]
    return replace(post, body={**post.body, "attachments": listed}, filename=name, content=file.content)


def _described(file: Attachment) -> str:
    return shortened(written(Styled(safe(file.caption).strip())), cards.MAX_DESCRIPTION)


def _filename(name: str) -> str:
    """A name that says what it is and nothing more."""
    kept = "".join(char if char.isascii() and (char.isalnum() or char in "._-") else "_" for char in name)
    return kept[-MAX_FILENAME:] or "file"
