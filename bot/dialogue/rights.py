"""A learner's rights over what is kept: a copy of all of it, its erasure, and joining two platforms into one person."""

from __future__ import annotations

import json
from dataclasses import replace

from bot.core.conversation import Context, Response
from bot.core.ports import LearnerStore, TooManyGuesses
from bot.core.reply import Attachment
from bot.dialogue.hearing import Heard, Speaker
from bot.learning.learner import Identity

_SHORT_ANSWER = 4  # words: a longer message is no mere yes or no


class Rights:
    """`/export`, `/forget` and `/link`. Erasing is confirmed first, in the very next message."""

    def __init__(self, speaker: Speaker, store: LearnerStore) -> None:
        self._speaker = speaker
        self._store = store

    async def respond(self, heard: Heard) -> Response | None:
        who = heard.turn.who
        if heard.turn.learner is None or who is None:
            return None
        if heard.confirming == "forget" and (done := await self._confirmed(heard, who)) is not None:
            return done
        if heard.calls("export"):
            return await self._export(heard, who)
        if heard.calls("forget"):
            return self._ask_first(heard)
        if heard.calls("link"):
            return await self._link(heard, who)
        return None

    async def _export(self, heard: Heard, who: Identity) -> Response:
        kept = await self._store.export(who)
        content = json.dumps(kept, ensure_ascii=False, indent=2, default=str).encode()
        response = self._speaker.plain(heard, "export.done")
        return replace(
            response,
            attachments=(Attachment(name="credway-export.json", media_type="application/json", content=content),),
        )

    def _ask_first(self, heard: Heard) -> Response:
        return self._speaker.plain(
            heard,
            "forget.ask",
            status="clarify",
            context=replace(heard.turn.context, confirming="forget"),
            suggestions=(
                self._speaker.suggest("label.forget_all", heard, self._speaker.say("word.yes", heard)),
                self._speaker.suggest("label.keep", heard, self._speaker.say("word.no", heard)),
            ),
        )

    async def _confirmed(self, heard: Heard, who: Identity) -> Response | None:
        if len(heard.question.tokens) > _SHORT_ANSWER or heard.turn.command is not None:
            return None
        if "no" in heard.cues:
            return self._speaker.plain(heard, "forget.kept", context=heard.turn.context)
        if "yes" not in heard.cues:
            return None
        receipt = await self._store.forget(who, heard.turn.now)
        rows = sum(receipt.erased.values())
        response = self._speaker.plain(heard, "forget.done", rows=rows, at=f"{receipt.at:%Y-%m-%d %H:%M} UTC")
        # Storing this turn would begin a new memory of the one who has just asked for none.
        return replace(response, context=Context(language=heard.language), kept=False)

    async def _link(self, heard: Heard, who: Identity) -> Response:
        code = heard.turn.question.strip() if heard.turn.command == "link" else ""
        if not code:
            made = await self._store.link_code(who, heard.turn.now)
            return self._speaker.plain(heard, "link.code", code=made)
        try:
            joined = await self._store.redeem(code, who, heard.turn.now)
        except TooManyGuesses as wait:
            return self._speaker.plain(heard, "link.wait", status="abstained", until=f"{wait.until:%H:%M}")
        if joined is None:
            return self._speaker.plain(heard, "link.unknown", status="abstained")
        # The learner that this turn began with has been joined to another: the next turn begins anew.
        return replace(self._speaker.plain(heard, "link.done"), kept=False)
