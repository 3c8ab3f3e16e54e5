"""What is shown to a person: a typed message that knows no platform. Adapters render it; none formats raw answers."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.answer import Answer, Citation
from bot.text.prompts import DEFAULT_LANGUAGE
from bot.text.words import clean


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something to tap or to type the number of: what is shown and what is asked then."""

    label: str
    ask: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A picture or a file that goes with a reply. `name` is a file name, `media_type` its MIME type."""

    name: str
    media_type: str
    content: bytes
    caption: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiz:
    """A question with one right option, for front ends that have polls which know it. `asks` is what choosing an
    option says, in the options' order; the reply's text asks the same, and its actions offer the same choices.
    `because` is what the source says, where that is to be told as soon as somebody has chosen.
    """

    question: str
    options: tuple[str, ...]
    asks: tuple[str, ...]
    right: int
    because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """`text` is Markdown with `[n]` after what citation n backs; actions are numbered from 1 in their order.

    `language` is that of the text, for what a front end adds of its own.
    """

    text: str
    language: str = DEFAULT_LANGUAGE
    citations: tuple[Citation, ...] = ()
    actions: tuple[Action, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    quiz: Quiz | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A credential in a list of others: what is shown of it there, and the reply that it stands for."""

    id: str
    title: str
    description: str
    reply: Reply


def reply_of(answer: Answer, attachments: tuple[Attachment, ...] = (), quiz: Quiz | None = None) -> Reply:
    return Reply(
        text=clean(answer.text),
        language=answer.language,
        citations=tuple(shown(citation) for citation in answer.citations),
        actions=tuple(Action(label=clean(s.label), ask=s.ask) for s in answer.suggestions),
        attachments=attachments,
        quiz=quiz,
    )


def shown(citation: Citation) -> Citation:
    """The citation without what a document may hide in it: control characters would steer a terminal."""
    url = clean(citation.url or "")
    return Citation(
        n=citation.n,
        document=clean(citation.document),
        title=clean(citation.title),
        heading=clean(citation.heading),
        passage=clean(citation.passage),
        url=url if url.startswith(("https://", "http://")) else None,
        source=clean(citation.source or "") or None,
        as_of=citation.as_of,
    )
