"""A community's ranking, of those who asked to be in it and by the name they chose for it."""

from __future__ import annotations

from bot.core.conversation import Response
from bot.core.ports import LearnerStore
from bot.dialogue.hearing import Heard, Speaker
from bot.learning.achievements import RANKED_PERIOD
from bot.learning.learner import Identity, Room

_SHOWN = 10


class Ranking:
    """`/join NAME`, `/leave` and `/leaderboard` in a group. It shows who practises, never who does not."""

    def __init__(self, speaker: Speaker, store: LearnerStore) -> None:
        self._speaker = speaker
        self._store = store

    async def respond(self, heard: Heard) -> Response | None:
        # All topics of a group, all channels of a server have one.
        command, who, room = heard.turn.command, heard.turn.who, heard.turn.community or heard.turn.room
        if command not in {"join", "leave", "leaderboard"} or who is None or room is None:
            return None
        if room.private:
            return self._speaker.plain(heard, "ranking.private", status="abstained")
        if command == "join":
            return await self._join(heard, who, room)
        if command == "leave":
            await self._store.leave_ranking(who, room)
            return self._speaker.plain(heard, "ranking.left")
        return await self._show(heard, room)

    async def _join(self, heard: Heard, who: Identity, room: Room) -> Response:
        alias = heard.turn.question.strip()
        if not alias:
            return self._speaker.plain(heard, "ranking.ask", status="clarify")
        joined = await self._store.join_ranking(who, room, alias)
        if not joined:
            return self._speaker.plain(heard, "ranking.taken", status="clarify", alias=alias)
        return self._speaker.plain(heard, "ranking.joined", alias=alias)

    async def _show(self, heard: Heard, room: Room) -> Response:
        standings = await self._store.ranking(room, since=heard.turn.now - RANKED_PERIOD)
        if not standings:
            return self._speaker.plain(heard, "ranking.nobody")
        lines = [
            self._speaker.say("ranking.line", heard, rank=line.rank, alias=line.alias, correct=line.correct)
            for line in standings[:_SHOWN]
        ]
        return self._speaker.plain(heard, "ranking.shown", list="\n".join(lines))
