"""One update under way: what answers it says here with what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from bot.core.answer import Answer
from bot.core.assistant import Assistant
from bot.core.conversation import Incoming, Progress
from bot.core.feedback import Thumb
from bot.core.mail import Accepted, Delivery, Mailbox, Outgoing, Settlement
from bot.core.reply import Reply
from bot.flow.crash_points import Passing
from bot.learning.learner import Identity, Room

Render = Callable[[Answer, Reply], Sequence[Outgoing]]


class Work:
    """An update that is being answered. It is settled once, by `respond` or by `settle`, or put off."""

    def __init__(
        self,
        accepted: Accepted,
        assistant: Assistant,
        mailbox: Mailbox,
        now: Callable[[], datetime],
        passing: Passing,
        on_sign: Callable[[Accepted], None],
        on_thumb: Callable[[Thumb], None],
    ) -> None:
        """`on_sign` is told when the person first sees that something is being done, `on_thumb` what they think."""
        self.accepted = accepted
        self.update = accepted.update
        self.settled = False
        self.result = "settled"
        self._assistant = assistant
        self._mailbox = mailbox
        self._now = now
        self._passing = passing
        self._on_sign = on_sign
        self._on_thumb = on_thumb
        self._seen = False

    def seen(self) -> None:
        """The person sees that something is being done: a draft, "typing". Only the first time counts."""
        if not self._seen:
            self._seen = True
            self._on_sign(self.accepted)

    async def respond(
        self, incoming: Incoming, render: Render, progress: Progress | None = None
    ) -> tuple[Answer, Reply]:
        """Let the assistant answer, showing by `progress` what there is already. `render` makes the messages, and they
        are stored with the turn, or none is.

        Raises `Superseded` where somebody else has been given the update meanwhile.
        """
        answered = await self._assistant.respond(incoming, progress, self._delivery(render))
        self._end()
        return answered

    async def settle(self, *outgoing: Outgoing) -> None:
        """Answer with these messages, without the assistant."""
        self._passing("before_settle")
        await self._mailbox.settle(Settlement(ticket=self.accepted.ticket, outgoing=outgoing), self._now())
        self._end()

    async def put_off(self, due: datetime) -> None:
        """It cannot be told yet what this is about: it is to be handled again from then on, which counts as another
        attempt. What waits behind it in its conversation waits as long.
        """
        await self._mailbox.give_back(self.accepted.ticket, due, begun=True)
        self.settled, self.result = True, "put_off"

    def judged(self, thumb: Thumb) -> None:
        """Somebody has shown what they think of an answer, and it is kept."""
        self._on_thumb(thumb)

    async def blocked(self) -> None:
        """Who sent this (by a message of the platform's own) has blocked us: no reminders until they write again."""
        if self.update.sender is not None:
            who = Identity(platform=self.update.platform, number=self.update.sender)
            await self._mailbox.unreachable(who, self._now())

    async def moved(self, old: Room, new: Room) -> None:
        """The update says that a room has another number now: what waits for the old one goes to the new."""
        await self._mailbox.moved(old, new)

    def _delivery(self, render: Render) -> Delivery:
        def rendered(answer: Answer, reply: Reply) -> Sequence[Outgoing]:
            outgoing = render(answer, reply)
            self._passing("after_answer")
            return outgoing

        return Delivery(ticket=self.accepted.ticket, render=rendered)

    def _end(self) -> None:
        self.settled = True
        self._passing("after_settle")
