"""A reply as messages: text with citation marks, sources one tap away, follow-ups as buttons, files, quiz polls. Pure.

What is sent fits Telegram's limits, whatever the reply holds; previews are off; no mention is ever made by content.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.adapters.telegram.posts import Post, with_keyboard
from bot.adapters.telegram.rich import rich_html
from bot.chat import button_data
from bot.chat.citing import label_of, leads_somewhere, link_labels, links_of
from bot.chat.markdown import styled
from bot.chat.styled import MAX_CAPTION, MAX_TEXT, Styled, pieces, safe, shortened, utf16
from bot.core.answer import Citation
from bot.core.reply import Action, Attachment, Quiz, Reply
from bot.text.prompts import Phrases
from bot.text.words import clean

MAX_PHOTO = 10_000_000
MAX_FILE = 50_000_000
# A button with a longer label has a row of its own; two of them side by side would be cut on a phone.
_SHORT_LABEL = 18
# What a keyboard shows; more buttons than these nobody reads.
MAX_ACTIONS = 12
MAX_LINKS = 4
# Bytes that a button carries.
MAX_DATA = 64
# Telegram's limits of polls.
_QUESTION, _OPTION, _FEWEST, _MOST = 300, 100, 2, 12
_BECAUSE, _BECAUSE_LINES = 200, 2
# So much of a passage is quoted below an answer; `/why` shows all of it.
_QUOTED = 240
_NO_PREVIEW = {"is_disabled": True}

Rows = list[list[dict[str, str]]]


class Renderer:
    """Knows the words around an answer: `prompts/telegram`. `rich`: with rich messages beside the plain ones."""

    def __init__(self, phrases: Phrases, *, rich: bool = False) -> None:
        self._phrases = phrases
        self._rich = rich

    def posts(
        self, reply: Reply, owner: str | None = None, more: Sequence[list[dict[str, str]]] = ()
    ) -> tuple[Post, ...]:
        """A reply as messages in their order. `owner`: who may tap its buttons, None for everybody (in private).
        `more` are rows of buttons of the bot's own.
        """
        quiz = reply.quiz if reply.quiz and fits_poll(reply.quiz) else None
        actions = reply.actions
        if quiz is not None:
            # The poll asks: neither its question nor its options are said again.
            actions = tuple(action for action in actions if action.ask not in quiz.asks)
            lead = reply.text.removesuffix(quiz.question).strip()
            posts = [*self._texts(lead, reply), poll_post(quiz)] if lead else [poll_post(quiz)]
        else:
            posts = list(self._texts(reply.text, reply))
            # One message stands for one: what takes several in plain text is sent so.
            posts = [replace(post, rich=self.rich(reply)) for post in posts] if len(posts) == 1 else posts
        rows, kept = self.keyboard(actions, reply.citations, owner)
        return (*with_keyboard(posts, [*rows, *more], kept), *map(_file, reply.attachments))

    def text(self, reply: Reply) -> Styled:
        """The text alone, in one piece: for a draft while more of it is coming."""
        whole = styled(reply.text, links_of(reply.citations))
        return next(pieces(whole), Styled())

    def rich(self, reply: Reply) -> str:
        """The HTML of a reply as a rich message; empty where it gains nothing by it."""
        if not self._rich:
            return ""
        answer = styled(reply.text, links_of(reply.citations))
        sources = [self._source(citation, reply.language, quoting=True) for citation in reply.citations]
        return rich_html(answer, self._phrases.say("sources.heading", reply.language), sources)

    def keyboard(
        self, actions: Sequence[Action], citations: Sequence[Citation], owner: str | None
    ) -> tuple[Rows, dict[str, str]]:
        """Follow-ups, then where the sources are; and the questions that are to be kept."""
        kept: dict[str, str] = {}
        asked = []
        for action in [action for action in actions if clean(action.ask)][:MAX_ACTIONS]:
            data, long = button_data.asking(clean(action.ask), owner, most=MAX_DATA)
            kept |= long
            asked.append({"text": label_of(action.label), "callback_data": data})
        links = [{"text": label, "url": url} for label, url in link_labels(citations, MAX_LINKS)]
        return [*_rows(asked), *_rows(links)], kept

    def _texts(self, text: str, reply: Reply) -> Iterator[Post]:
        answer = styled(text, links_of(reply.citations))
        if not clean(answer.text):
            answer = Styled(self._phrases.say("nothing", reply.language))
        for piece in self._fitted(answer, reply):
            yield text_post(piece)

    def _fitted(self, answer: Styled, reply: Reply) -> Iterator[Styled]:
        """The answer with its sources below, in one message where that is possible."""
        if not reply.citations:
            yield from pieces(answer)
            return
        for quoting in (True, False):
            sources = self._sources(reply, quoting=quoting)
            whole = answer + Styled("\n\n") + sources
            if whole.units <= MAX_TEXT and len(list(pieces(whole))) == 1:
                yield whole.part(0, len(whole.text))
                return
        yield from pieces(answer)
        yield from pieces(sources)

    def _sources(self, reply: Reply, *, quoting: bool) -> Styled:
        """Folded until it is tapped: each source with where it is, and what it says."""
        found = Styled(self._phrases.say("sources.heading", reply.language)).wrapped("bold")
        for citation in reply.citations:
            found += Styled("\n") + self._source(citation, reply.language, quoting=quoting)
        return found.wrapped("expandable_blockquote")

    def _source(self, citation: Citation, language: str, *, quoting: bool) -> Styled:
        title = Styled(safe(f"[{citation.n}] {citation.full_title}"))
        if leads_somewhere(citation.url):
            title = title.wrapped("text_link", url=citation.url)
        told = citation.source if citation.url is None else None
        dated = citation.as_of and self._phrases.say("source.as_of", language, as_of=citation.as_of)
        found = title + Styled("".join(f" · {safe(part)}" for part in (told, dated) if part))
        if quoting and citation.passage:
            quote = shortened(" ".join(safe(citation.passage).split()), _QUOTED)
            found += Styled("\n") + Styled(f"“{quote}”").wrapped("italic")
        return found


def text_post(piece: Styled) -> Post:
    call: dict[str, object] = {"text": piece.text, "link_preview_options": _NO_PREVIEW}
    if piece.spans:
        call["entities"] = piece.entities()
    return Post(kind="text", payload=call)


def fits_poll(quiz: Quiz) -> bool:
    options = quiz.options
    return (
        _FEWEST <= len(options) <= _MOST
        and 0 <= quiz.right < len(options)
        and len(set(options)) == len(options)
        and 0 < utf16(safe(quiz.question)) <= _QUESTION
        and all(option.strip() and utf16(safe(option)) <= _OPTION for option in options)
    )


def poll_post(quiz: Quiz, *, everybody: bool = False) -> Post:
    """A quiz poll. `everybody`: for a group, where nobody is told who has chosen what."""
    call: dict[str, object] = {
        "question": safe(quiz.question),
        "options": [safe(option) for option in quiz.options],
        "type": "quiz",
        "correct_option_ids": [quiz.right],
        # Of an anonymous poll nobody tells the bot what was chosen.
        "is_anonymous": everybody,
    }
    because = safe(quiz.because).strip()
    if because and utf16(because) <= _BECAUSE and because.count("\n") <= _BECAUSE_LINES:
        call["explanation"] = because
    return Post(kind="poll", payload=call, asks=() if everybody else quiz.asks)


def _file(attachment: Attachment) -> Post:
    """A picture as one, anything else as a file."""
    picture = attachment.media_type in {"image/png", "image/jpeg"} and len(attachment.content) <= MAX_PHOTO
    caption = shortened(safe(attachment.caption).strip(), MAX_CAPTION)
    call = {"filename": attachment.name, **({"caption": caption} if caption else {})}
    return Post(kind="photo" if picture else "document", payload=call, content=attachment.content)


def _rows(found: Sequence[dict[str, str]]) -> Rows:
    """Short ones two in a row."""
    rows: Rows = []
    for button in found:
        short = utf16(button["text"]) <= _SHORT_LABEL
        if rows and short and len(rows[-1]) == 1 and utf16(rows[-1][0]["text"]) <= _SHORT_LABEL:
            rows[-1].append(button)
        else:
            rows.append([button])
    return rows
