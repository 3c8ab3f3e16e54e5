"""The last of the abilities: help, commands that need a learner where none may be known, and commands that are none."""

from __future__ import annotations

from bot.core.conversation import Response
from bot.dialogue.hearing import Heard, Speaker

_PERSONAL = ("wallet", "practice", "progress", "me", "undo", "export", "forget", "link", "reminders")


class Helping:
    """Answers `/help`, and says why another command cannot be carried out here."""

    def __init__(self, speaker: Speaker) -> None:
        self._speaker = speaker

    async def respond(self, heard: Heard) -> Response | None:
        command = heard.turn.command
        if heard.turn.file is not None:
            key = "no_memory" if heard.turn.private else "file.group"
            return self._speaker.plain(heard, key, status="abstained")
        if command in {"help", "start"}:
            return self._speaker.plain(heard, "help")
        if heard.turn.learner is None and heard.calls(*_PERSONAL):
            key = "no_memory" if heard.turn.private else "private_only"
            return self._speaker.plain(heard, key, status="abstained")
        if command == "stop":
            return self._speaker.plain(heard, "stop.nothing")
        if command is not None:
            return self._speaker.plain(heard, "command.unknown", status="abstained", command=command)
        return None
