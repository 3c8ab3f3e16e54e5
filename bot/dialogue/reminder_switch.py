"""Whether somebody who practises wants to be reminded of it: `/reminders`, or in words."""

from __future__ import annotations

from dataclasses import replace

from bot.core.answer import Suggestion
from bot.core.conversation import Response
from bot.dialogue.hearing import Heard, Speaker
from bot.learning.learner import Changes, Learner


class ReminderSwitch:
    """`/reminders on` and `off`, and what the buttons below a reminder say. What expires is told in any case."""

    def __init__(self, speaker: Speaker) -> None:
        self._speaker = speaker

    async def respond(self, heard: Heard) -> Response | None:
        learner = heard.turn.learner
        if learner is None:
            return None
        said = heard.turn.question.strip().lower() if heard.turn.command == "reminders" else ""
        if said == "off" or heard.calls("reminders_off"):
            return self._set(heard, learner, on=False)
        if said == "on" or heard.calls("reminders_on"):
            return self._set(heard, learner, on=True)
        if said == "later":
            # One a day is all there is, and this was it.
            return self._speaker.plain(heard, "reminders.later", suggestions=(self._other(heard, on=True),))
        if heard.turn.command == "reminders":
            on = learner.profile.practice_reminders
            key = "reminders.are_on" if on else "reminders.are_off"
            return self._speaker.plain(heard, key, suggestions=(self._other(heard, on=on),))
        return None

    def _set(self, heard: Heard, learner: Learner, *, on: bool) -> Response:
        return self._speaker.plain(
            heard,
            "reminders.on" if on else "reminders.off",
            changes=Changes(profile=replace(learner.profile, practice_reminders=on)),
            suggestions=(self._other(heard, on=on),),
        )

    def _other(self, heard: Heard, *, on: bool) -> Suggestion:
        if on:
            return self._speaker.suggest("label.reminders_off", heard, "/reminders off")
        return self._speaker.suggest("label.reminders_on", heard, "/reminders on")
