"""Documents of one's own in conversation: a file that is sent, `/documents`, and questions to what was sent."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

from bot.catalog.catalog import Catalog
from bot.core.answer import Suggestion
from bot.core.conversation import Advisor, Response
from bot.core.owned import FileRefused, OwnDocument, Owner, SentFile, Shelved, is_picture
from bot.core.shelf import MAX_DOCUMENTS, OwnDocuments, owner_of
from bot.dialogue.hearing import Heard, Speaker
from bot.learning.learner import Learner
from bot.offline.own_reading import CUE

logger = logging.getLogger(__name__)

_BUTTONS = 5
_DELETE = "delete "
_SHORT = 4  # words
_AWAITED = 3
_LONGEST_ASK = 200


class Documents:
    """Takes files in private only. A community's documents are shown here and taken elsewhere, by who may do that."""

    def __init__(self, own: OwnDocuments, catalog: Catalog, speaker: Speaker, advisor: Advisor) -> None:
        self._own = own
        self._catalog = catalog
        self._speaker = speaker
        self._advisor = advisor

    async def respond(self, heard: Heard) -> Response | None:
        turn, owner = heard.turn, owner_of(heard.turn)
        if turn.file is not None:
            return await self._sent(heard, turn.file)
        if owner is None:
            return None
        # "My documents" asks for the list, "what do my documents say about labs?" asks them.
        if heard.calls("documents") and (turn.command or len(heard.question.tokens) <= _SHORT):
            return await self._listed(heard, owner)
        if turn.command is None and heard.question.has(CUE):
            # Before "what do my notes say about my wallet?" is taken for a question about the wallet.
            answer, context = await self._advisor.answer(turn)
            return Response(answer=answer, context=context)
        return None

    async def _sent(self, heard: Heard, file: SentFile) -> Response:
        who = heard.turn.who
        if not heard.turn.private or heard.turn.learner is None or who is None:
            return self._speaker.plain(heard, "file.group", status="abstained")
        if is_picture(file):
            return self._unseen(heard, heard.turn.learner)
        try:
            document = await self._own.read(who, file, who, heard.turn.now)
        except FileRefused as refused:
            logger.info("file.refused reason=%s", refused)
            if refused.reason == "picture":
                return self._unseen(heard, heard.turn.learner)
            return self._speaker.plain(heard, f"file.{refused.reason}", status="abstained")
        noted = self._speaker.plain(
            heard,
            "file.noted",
            count=len(document.passages),
            name=document.name,
            suggestions=self._after(heard, document),
        )
        return replace(noted, shelved=(document,))

    def _unseen(self, heard: Heard, learner: Learner) -> Response:
        """A picture, of which nothing is fetched or kept: most show a certificate, perhaps that of an exam that the
        learner was about to sit.
        """
        held = {holding.credential for holding in learner.wallet if holding.state == "held"}
        studied = [holding.credential for holding in learner.wallet if holding.state != "held"]
        awaited = [one for one in dict.fromkeys([*studied, *learner.profile.goals]) if one not in held][:_AWAITED]
        names = [credential.short_name for one in awaited if (credential := self._catalog.get(one)) is not None]
        passed = [
            self._speaker.suggest("label.passed", heard, self._speaker.say("ask.passed", heard, name=name), name=name)
            for name in names
        ]
        suggestions = (*passed, self._speaker.suggest("label.wallet", heard, "/wallet"))
        return self._speaker.plain(heard, "file.picture", status="abstained", suggestions=suggestions)

    def _after(self, heard: Heard, document: OwnDocument) -> tuple[Suggestion, ...]:
        headings = [passage.heading for passage in document.passages if passage.heading]
        asked = [Suggestion(label=heard.turn.question, ask=heard.turn.question)] if heard.turn.question else []
        if headings:
            ask = self._speaker.say("ask.file_about", heard, name=document.name, topic=headings[0])[:_LONGEST_ASK]
            asked.append(Suggestion(label=ask, ask=ask))
        return (
            *asked,
            self._speaker.suggest("label.documents", heard, "/documents"),
            self._delete(heard, document.id, document.name),
        )

    def _delete(self, heard: Heard, identity: str, name: str) -> Suggestion:
        return self._speaker.suggest("label.file_delete", heard, f"/documents {_DELETE}{identity}", name=name)

    async def _listed(self, heard: Heard, owner: Owner) -> Response:
        asked = heard.turn.question.strip() if heard.turn.command == "documents" else ""
        if asked.startswith(_DELETE) and heard.turn.private:
            gone = await self._own.remove(owner, asked.removeprefix(_DELETE).strip())
            return self._speaker.plain(heard, "file.deleted" if gone else "file.not_there")
        lines = await self._own.documents(owner)
        if not lines:
            return self._speaker.plain(heard, "files.none" if heard.turn.private else "files.none_community")
        return self._speaker.plain(
            heard,
            "files.shown" if heard.turn.private else "files.shown_community",
            list="\n".join(self._line(heard, line) for line in lines),
            most=MAX_DOCUMENTS,
            suggestions=self._deleting(heard, lines) if heard.turn.private else (),
        )

    def _line(self, heard: Heard, line: Shelved) -> str:
        return self._speaker.say("files.line", heard, name=line.name, count=line.passages, date=f"{line.at:%Y-%m-%d}")

    def _deleting(self, heard: Heard, lines: Sequence[Shelved]) -> tuple[Suggestion, ...]:
        return tuple(self._delete(heard, line.id, line.name) for line in lines[:_BUTTONS])
