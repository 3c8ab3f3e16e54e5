"""A thumb is kept and counted where it is on an answer; one that comes too early waits, and any other is dropped."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.core.feedback import Tally, Thumb
from bot.core.mail import Posted
from bot.flow.ports import Sent
from bot.flow.thumbs import Thumbs
from bot.flow.work import Work
from bot.learning.learner import Identity
from tests.flow.conftest import Office
from tests.flow.fakes import EchoDesk, FakeTransport, room_of, said, until
from tests.flow.test_health import ask, served

Opened = Callable[..., Any]
DAY = timedelta(days=1)


class ThumbDesk(EchoDesk):
    """Where a message's number is said, a thumb is given to it, by whoever says it."""

    thumbs: Thumbs

    async def handle(self, work: Work) -> None:
        if not work.update.payload["text"].isdigit():
            await super().handle(work)
            return
        self.begun.append(work.update.payload["text"])
        thumb = Thumb(
            who=Identity(platform=work.update.platform, number=work.update.sender or ""),
            message=Posted(room=room_of(said("ada", "", "")), number=work.update.payload["text"]),
            up=True,
            at=datetime.now(UTC),
        )
        await self.thumbs.take(work, thumb)


def desk_of(office: Office, *waits: timedelta) -> EchoDesk:
    desk = office.desk
    assert isinstance(desk, ThumbDesk)
    desk.thumbs = Thumbs(office.stores.feedback, office.now, waits)
    return desk


async def tally(office: Office) -> Tally:
    now = datetime.now(UTC)
    return await office.stores.feedback.tally(now - DAY, now + DAY)


async def test_it_is_kept_counted_and_answered_with_nothing(opened: Opened, unused_tcp_port: int) -> None:
    transport = FakeTransport(outcomes={"re: hello": [Sent(messages=("7",))]})
    listen = f"127.0.0.1:{unused_tcp_port}"
    async with opened(desk=ThumbDesk(), transport=transport, listen=listen) as office:
        await served(office, listen)
        desk_of(office)
        await office.bring(said("ada", "hello", "1"))
        await office.settled()
        await office.bring(said("bo", "7", "2"))
        await office.settled()

        assert Tally(ups=1) == await tally(office)
        assert ["re: hello"] == transport.texts()
        _, told = await ask(listen, "metrics")

    assert 'credway_thumbs_total{platform="fake",thumb="up"} 1.0' in told


async def test_one_that_comes_before_the_answer_is_known_counts_when_it_is(opened: Opened) -> None:
    transport = FakeTransport(outcomes={"re: hello": [Sent(messages=("7",))]})
    transport.open.clear()
    async with opened(desk=ThumbDesk(), transport=transport) as office:
        desk = desk_of(office, *(timedelta(seconds=wait) for wait in (0, 0.5, 1, 5)))
        await office.bring(said("ada", "hello", "1"))
        await until(lambda: transport.tried)
        await office.bring(said("bo", "7", "2"))
        await until(lambda: desk.begun.count("7") == 2)
        assert Tally() == await tally(office)

        transport.open.set()
        await office.settled()

        assert Tally(ups=1) == await tally(office)


async def test_one_on_anything_else_is_dropped_in_the_end(opened: Opened) -> None:
    async with opened(desk=ThumbDesk()) as office:
        desk = desk_of(office, timedelta(0), timedelta(0))
        await office.bring(said("bo", "7", "2"))
        await office.settled()

        assert ["7"] * 3 == desk.begun
        assert Tally() == await tally(office)
        assert 0 == (await office.stores.mailbox.backlog()).set_aside
