"""`/check`: whether the documents bear out what a text claims, each claim by itself, with what they say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bot.core.answer import Draft, Statement, Status
from bot.core.conversation import Response
from bot.dialogue.hearing import Heard, Speaker
from bot.offline.claim_review import ClaimReview, ReviewedClaim

_LONGEST = 240  # characters of a claim that are repeated


class Checking:
    """Repeats each claim with what was found of it, and never as if it were true."""

    def __init__(self, claims: ClaimReview, speaker: Speaker) -> None:
        self._claims = claims
        self._speaker = speaker

    async def respond(self, heard: Heard) -> Response | None:
        if heard.turn.command != "check":
            return None
        if not heard.turn.question:
            return self._speaker.plain(heard, "check.ask", status="clarify")
        reviewed = await self._claims.review(heard.turn.question, heard.language)
        if not reviewed:
            return self._speaker.plain(heard, "check.nothing", status="abstained")
        told = [statement for each in reviewed for statement in self._told(each, heard)]
        status: Status = "answered" if any(each.told for each in reviewed) else "abstained"
        lead = Statement(text=self._speaker.say("check.lead", heard), shape="heading")
        return self._speaker.respond(heard, Draft(status=status, statements=(lead, *told)))

    def _told(self, reviewed: ReviewedClaim, heard: Heard) -> Iterator[Statement]:
        claim = reviewed.claim if len(reviewed.claim) <= _LONGEST else f"{reviewed.claim[: _LONGEST - 1]}…"
        text = self._speaker.say(f"check.{reviewed.finding}", heard, claim=claim.rstrip(".。।"))
        yield Statement(text=text, shape="item")
        for statement in reviewed.told:
            yield replace(statement, shape="continued")
