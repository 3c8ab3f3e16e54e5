"""A private chat beside the questions: the welcome in three taps, links that lead in, settings, privacy."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.adapters.telegram.answering import Answering
from bot.adapters.telegram.events import Said, Speaker, Tapped
from bot.adapters.telegram.posts import Post, outgoing, with_keyboard
from bot.adapters.telegram.render import Rows, text_post
from bot.chat import button_data
from bot.chat.markdown import styled
from bot.chat.preferences import Preferences
from bot.chat.words import Words
from bot.core.reply import Reply
from bot.flow.work import Work

# The three taps, in their order: each tells the assistant something, the last asks the first question.
_STEPS = ("hours", "budget", "field")
_MAX_PAYLOAD = 64
_PAYLOAD = re.compile(r"[A-Za-z0-9_-]+")


class Welcome:
    """`/start` and its steps. What is tapped is told to the assistant in words, as if the person had typed it."""

    def __init__(self, answering: Answering, words: Words, preferences: Preferences) -> None:
        self._answering = answering
        self._words = words
        self._preferences = preferences

    async def start(self, work: Work, said: Said, payload: str) -> None:
        """`payload` is what a link https://t.me/<bot>?start=… gives: it leads straight to what it names."""
        asked = asked_by_link(payload)
        if asked is not None:
            await self._answering.answer(work, said.by, asked)
            return
        language = said.by.language
        text = f"{self._words.say('welcome', language)}\n\n{self._words.say('step.hours', language)}"
        await work.settle(*outgoing([self._post(text, self._choices("hours", language))], said.by.place))

    async def step(self, work: Work, tapped: Tapped, step: str, choice: str) -> None:
        by = tapped.by
        asks = dict(self._words.items(f"step.{step}.asks", by.language)) if step in _STEPS else {}
        if choice == "skip" and step in _STEPS[:-1]:
            await self._ask_next(work, by, step)
        elif choice in asks:
            following = self._following(step)
            rows = self._choices(following, by.language) if following else []
            await self._answering.answer(
                work, by, asks[choice], change=lambda reply: self._with_next(reply, by, following), rows=rows
            )

    async def settings(self, work: Work, by: Speaker) -> None:
        """Everything that can be set by a tap; the rest is told in a sentence."""
        language = by.language
        rows = [*self._choices("hours", language, skip=False), *self._choices("budget", language, skip=False)]
        names = self._words.items("languages", language)
        rows += _in_rows([(name, f"language:{tag}") for tag, name in names], 3)
        rows.append(
            [
                self._asking("label.reminders_on", "/reminders on", language),
                self._asking("label.reminders_off", "/reminders off", language),
            ]
        )
        await work.settle(*outgoing([self._post(self._words.say("settings", language), rows)], by.place))

    async def privacy(self, work: Work, by: Speaker) -> None:
        language = by.language
        commands = [("label.me", "/me"), ("label.export", "/export"), ("label.forget", "/forget")]
        rows = [[self._asking(label, ask, language)] for label, ask in commands]
        await work.settle(*outgoing([self._post(self._words.say("privacy", language), rows)], by.place))

    async def speak(self, work: Work, by: Speaker, language: str) -> None:
        """From now on in this language, whatever is asked in."""
        await self._preferences.speak(by.who, language)
        text = self._words.say("language.set", language)
        await work.settle(*outgoing([self._post(text, [])], by.place))

    async def _ask_next(self, work: Work, by: Speaker, step: str) -> None:
        following = self._following(step)
        text = self._words.say(f"step.{following}", by.language)
        await work.settle(*outgoing([self._post(text, self._choices(following, by.language))], by.place))

    def _with_next(self, reply: Reply, by: Speaker, following: str) -> Reply:
        """What was noted, and the next question below it."""
        if not following:
            return reply
        text = f"{reply.text}\n\n{self._words.say(f'step.{following}', by.language)}"
        return replace(reply, text=text, actions=())

    @staticmethod
    def _following(step: str) -> str:
        """The step after this one, empty after the last."""
        return next(iter(_STEPS[_STEPS.index(step) + 1 :]), "")

    def _choices(self, step: str, language: str | None, *, skip: bool = True) -> Rows:
        labels = [
            (label, f"{step}:{choice}") for choice, label in self._labels(step, language) if skip or choice != "skip"
        ]
        return _in_rows(labels, 2)

    def _labels(self, step: str, language: str | None) -> list[tuple[str, str]]:
        labels = list(self._words.items(f"step.{step}.labels", language))
        skip = [("skip", self._words.say("label.skip", language))] if step != _STEPS[-1] else []
        return [*labels, *skip]

    def _asking(self, label: str, ask: str, language: str | None) -> dict[str, str]:
        return {
            "text": self._words.say(label, language),
            "callback_data": button_data.written(button_data.Press("ask", ask)),
        }

    @staticmethod
    def _post(text: str, rows: Rows) -> Post:
        return with_keyboard([text_post(styled(text, {}))], rows, {})[0]


def asked_by_link(payload: str) -> str | None:
    """What a link asks: `az-104` about that credential, `plan_az-305` for a path, `link_CODE` to become one person.

    A link may hold only letters, figures, `_` and `-`; another payload leads to the welcome.
    """
    if not payload or len(payload) > _MAX_PAYLOAD or not _PAYLOAD.fullmatch(payload):
        return None
    command, _, rest = payload.partition("_")
    if rest and command in {"plan", "practice", "link", "simulate"}:
        return f"/{command} {rest}"
    return payload.replace("_", " ")


def _in_rows(labelled: list[tuple[str, str]], width: int) -> Rows:
    found = [
        {"text": label, "callback_data": button_data.written(button_data.Press("step", step))}
        for label, step in labelled
    ]
    return [found[place : place + width] for place in range(0, len(found), width)]
