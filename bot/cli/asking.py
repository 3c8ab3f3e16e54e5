"""`ask`: one question, or many from a batch file."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.cli import batch
from bot.cli.learners import SavedFiles, incoming
from bot.cli.output import say_json
from bot.cli.session import ready_library
from bot.cli.views import console_phrases, output_view
from bot.core.answer import Answer
from bot.core.reply import Reply, reply_of
from bot.errors import InputError

if TYPE_CHECKING:
    from bot.app import Library
    from bot.core.assistant import Assistant


def ask_one(question: str, language: str | None, learner: str | None, *, as_json: bool) -> None:
    with ready_library(patient=False) as library, asyncio.Runner() as runner:
        tag = supported_language(language, library)
        with asking(library, runner) as questions:
            answer, reply = runner.run(questions.ask(question, learner, tag))
        if as_json:
            say_json(answer_object(secrets.token_hex(6), answer))
            return
        # Whoever asks once cannot pick a suggestion, but has to see between which readings to choose.
        view = output_view(console_phrases(library.settings))
        view.show(reply if answer.status == "clarify" else replace(reply, actions=()))
        if learner and reply.attachments:
            files = SavedFiles(library.settings, learner)
            for attachment in reply.attachments:
                view.note(console_phrases(library.settings).say("saved", place=files.save(attachment)))


def ask_many(file: str, language: str | None, learner: str | None) -> None:
    """An object a line. Lines of one learner follow on from each other; `learner` asks where a line names none."""
    with batch.opened(file) as stream, ready_library(patient=True) as library, asyncio.Runner() as runner:
        tag = supported_language(language, library)
        # Lines are read outside the event loop: inside, a wait for the next one would be deaf to Ctrl-C.
        with asking(library, runner) as questions:
            for item in batch.items(stream, "question"):
                if isinstance(item, batch.Unreadable):
                    say_json(item.as_object())
                    continue
                answer, _ = runner.run(questions.ask(item.text, item.learner or learner, tag))
                say_json(answer_object(item.id, answer))


def tell_learner(command: str, learner: str) -> None:
    """Carry out a chat command of a learner and show what comes of it."""
    with ready_library(patient=False) as library, asyncio.Runner() as runner, asking(library, runner) as questions:
        _, reply = runner.run(questions.ask(command, learner, None))
        output_view(console_phrases(library.settings)).show(replace(reply, actions=()))


class Asking:
    """Answers questions of learners and of nobody. The database is opened with the first learner, if there is one."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._opened = AsyncExitStack()
        self._assistants: dict[bool, Assistant] = {}

    async def ask(self, question: str, learner: str | None, language: str | None) -> tuple[Answer, Reply]:
        assistant = await self._assistant(learner)
        if learner:
            return await assistant.respond(incoming(learner, question, language))
        answer, _ = await assistant.ask(question, language=language)
        return answer, reply_of(answer)

    async def close(self) -> None:
        await self._opened.aclose()

    async def _assistant(self, learner: str | None) -> Assistant:
        from bot import app

        remembering = bool(learner)
        if remembering not in self._assistants:
            settings = self._library.settings
            model = await self._opened.enter_async_context(app.open_model(settings))
            store = None
            if learner:
                # Forgetting empties the folders of saved files as well, whoever's they are.
                files = SavedFiles(settings, learner)
                store = await self._opened.enter_async_context(app.open_store(settings, [files]))
            self._assistants[remembering] = app.build_assistant(self._library, store=store, model=model)
        return self._assistants[remembering]


@contextmanager
def asking(library: Library, runner: asyncio.Runner) -> Iterator[Asking]:
    questions = Asking(library)
    try:
        yield questions
    finally:
        runner.run(questions.close())


def answer_object(identity: str | int, answer: Answer) -> dict[str, Any]:
    """An answer as others may rely on it: these names, in this order."""
    return {
        "id": identity,
        "question": answer.question,
        "status": answer.status,
        "language": answer.language,
        "mode": answer.mode,
        "text": answer.text,
        "claims": [
            {"text": claim.text, "verdict": claim.verdict, "citations": list(claim.citations)}
            for claim in answer.claims
        ],
        "citations": [
            {
                "n": citation.n,
                "document": citation.document,
                "title": citation.title,
                "passage": citation.passage,
                "url": citation.url,
                "source": citation.source,
                "as_of": citation.as_of,
            }
            for citation in answer.citations
        ],
        "suggestions": [{"label": suggestion.label, "ask": suggestion.ask} for suggestion in answer.suggestions],
        "elapsed_ms": answer.elapsed_ms,
    }


def supported_language(tag: str | None, library: Library) -> str | None:
    """The language to reply in: `es`, also for `es-MX`. Raises `InputError` for one that has no phrases."""
    if tag is None:
        return None
    language = tag.replace("_", "-").split("-")[0].lower()
    supported = sorted(library.phrases.languages)
    if language not in supported:
        raise InputError(f"there are no replies in {tag!r}; --language takes {', '.join(supported)}")
    return language
