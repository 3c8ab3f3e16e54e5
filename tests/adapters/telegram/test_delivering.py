"""What goes wrong between the bot and Telegram: each fault once, and what comes of it."""

from __future__ import annotations

import asyncio
import itertools
import random
import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest
from aiohttp import ClientSession

from bot.adapters.telegram.pacing import Pacing
from bot.adapters.telegram.polling import Poller
from bot.adapters.telegram.receiving import Raw, Receiving
from bot.adapters.telegram.sdk import build_bot, build_polling_request
from bot.adapters.telegram.webhook import SECRET_HEADER, secret_of
from bot.app import Library
from bot.flow.ports import Limits
from bot.flow.reception import Busy, Taken
from tests.adapters.telegram.conftest import Running, running
from tests.servers.telegram.people import Person
from tests.servers.telegram.server import (
    BAD_GATEWAY,
    LOST,
    TOKEN,
    Fault,
    Flood,
    TelegramServer,
    blocked,
    refused,
)


@pytest.fixture
def anna(server: TelegramServer) -> Person:
    return server.person("Anna")


class TestFaults:
    async def test_an_outage_is_waited_for(self, server: TelegramServer, bot: Running, anna: Person) -> None:
        server.fail("sendMessage", BAD_GATEWAY, BAD_GATEWAY, Fault())
        await anna.sends("sec+ cost?")
        assert "425" in (await anna.receives())["text"]
        assert len(server.world.posted(anna.id)) == 1

    async def test_when_everything_is_away_nothing_is_lost(
        self, server: TelegramServer, bot: Running, anna: Person
    ) -> None:
        server.out = BAD_GATEWAY
        await anna.sends("sec+ cost?")
        await server.world.until(lambda: sum(call.status == 502 for call in server.calls) >= 2, "two tries")
        server.out = None
        assert "425" in (await anna.receives())["text"]

    async def test_an_answer_whose_arrival_is_not_known_is_sent_once_more(
        self, server: TelegramServer, bot: Running, anna: Person
    ) -> None:
        server.fail("sendMessage", LOST)
        await anna.sends("sec+ cost?")
        first, second = await anna.receives(), await anna.receives()
        assert first["text"] == second["text"]

    async def test_somebody_who_blocked_the_bot_hears_nothing_more_and_all_others_do(
        self, server: TelegramServer, bot: Running, anna: Person
    ) -> None:
        server.fail("sendMessage", blocked())
        await anna.sends("sec+ cost?")
        await server.world.until(lambda: [c for c in server.calls if c.status == 403], "the refusal")
        ben = server.person("Ben")
        await ben.sends("sec+ cost?")
        assert "425" in (await ben.receives())["text"]
        assert server.world.posted(anna.id) == []

    async def test_who_blocks_and_comes_back_is_answered(
        self, server: TelegramServer, bot: Running, anna: Person
    ) -> None:
        await anna.blocks_the_bot()
        await anna.unblocks_the_bot()
        await anna.sends("sec+ cost?")
        assert "425" in (await anna.receives())["text"]

    async def test_formatting_that_telegram_refuses_is_left_out(
        self, server: TelegramServer, bot: Running, anna: Person
    ) -> None:
        server.fail("sendMessage", refused("can't parse entities: unsupported start tag"))
        await anna.sends("sec+ cost?")
        answer = await anna.receives()
        assert "425" in answer["text"]
        assert not [entity for entity in answer.get("entities", []) if entity["type"] == "expandable_blockquote"]

    async def test_a_picture_that_telegram_cannot_read_comes_as_a_file(
        self, server: TelegramServer, bot: Running, anna: Person
    ) -> None:
        server.fail("sendPhoto", refused("IMAGE_PROCESS_FAILED"))
        await anna.sends("/plan sc-100")
        await anna.taps(await anna.receives(), "Picture")
        await anna.receives()
        assert "document" in await anna.receives()

    async def test_a_topic_that_is_gone_does_not_keep_the_answer(
        self, server: TelegramServer, bot: Running, anna: Person
    ) -> None:
        forum = server.group("Forum", anna, topics=True)
        server.fail("sendMessage", refused("message thread not found"))
        await anna.sends("@credway_bot sec+ cost?", to=forum, topic=7)
        assert "message_thread_id" not in await forum.receives()

    async def test_what_will_never_be_taken_is_dropped_and_what_follows_arrives(
        self, server: TelegramServer, bot: Running, anna: Person
    ) -> None:
        server.fail("sendMessage", refused("something nobody has heard of"))
        await anna.sends("sec+ cost?")
        await anna.sends("ccna cost?")
        assert "300" in (await anna.receives())["text"]

    async def test_a_tap_that_is_too_old_is_answered_all_the_same(
        self, server: TelegramServer, bot: Running, anna: Person
    ) -> None:
        await anna.sends("sec+ cost?")
        await anna.taps(await anna.receives(), "Validity", expired=True)
        assert "three years" in (await anna.receives())["text"]

    async def test_a_question_that_was_deleted_meanwhile_is_answered_all_the_same(
        self, server: TelegramServer, bot: Running, anna: Person
    ) -> None:
        team = server.group("Team", anna)
        asked = await anna.sends("@credway_bot sec+ cost?", to=team)
        del server.world.messages[team.chat.id, asked["message_id"]]
        assert "reply_to_message" not in await team.receives()

    async def test_telegrams_limits_are_kept(
        self, server: TelegramServer, library: Library, migrated_file: Path, tmp_path: Path, anna: Person
    ) -> None:
        shutil.copy(migrated_file, tmp_path)
        server.flood = Flood()
        limits = Limits(per_second=30, per_room_second=1, per_group_minute=20)
        async with running(server, library, tmp_path, limits=limits):
            for code in ("az-104", "az-900", "az-305", "ccna"):
                await anna.sends(f"{code} cost?")
            for _ in range(4):
                await anna.receives()
        assert {call.status for call in server.calls} == {200}


class Taking(Receiving):
    """Takes everything, and remembers in which order."""

    def __init__(self) -> None:
        self.taken: list[int] = []

    async def accept(self, raw: Iterable[Raw], *, more: bool = False) -> Taken | Busy:
        self.taken += [update["update_id"] for update in raw]
        return Taken(new=1)


class TestPolling:
    async def test_what_comes_twice_or_out_of_order_is_answered_once(
        self, server: TelegramServer, bot: Running, anna: Person
    ) -> None:
        people = [server.person(f"Person {n}") for n in range(20)]
        numbers = itertools.cycle([5, 900_000_000, 17, 880_000_000])
        for n, person in enumerate(people):
            await person.sends("sec+ cost?", update_id=next(numbers) + 100 * n)
        again = list(server.world.updates)
        await server.until_heard()
        for _ in range(2):
            random.Random(4).shuffle(again)  # noqa: S311
            server.world.updates += again
            server.world.changed()
            await server.until_heard()
        for person in people:
            await person.receives()
        await anna.sends("ccna cost?")
        await anna.receives()
        assert [len(server.world.posted(person.id)) for person in people] == [1] * 20

    async def test_numbers_that_begin_anew_are_heard(self, server: TelegramServer, anna: Person) -> None:
        """After a week without updates they may be lower: a number that is remembered would acknowledge them unseen."""
        stop, taking = asyncio.Event(), Taking()
        async with build_bot(TOKEN, server.url) as bot, build_polling_request() as request:
            poller = Poller(bot, request, taking, pacing=Pacing(poll=0))
            running = asyncio.create_task(poller.run(stop))
            await anna.sends("first", update_id=900_000_000)
            await server.world.until(lambda: server.polled[-1:] == [None] and 900_000_001 in server.polled, "silence")
            await anna.sends("second", update_id=3)
            await server.until_heard()
            stop.set()
            await running
        assert taking.taken == [900_000_000, 3]

    async def test_an_update_that_nobody_can_read_holds_up_nothing(
        self, server: TelegramServer, bot: Running, anna: Person
    ) -> None:
        server.world.updates += [
            {"update_id": 1, "message": {"message_id": "x", "chat": 7}},
            {"update_id": 2, "brand_new_kind": {}},
            {"update_id": 3},
        ]
        await anna.sends("sec+ cost?")
        assert "425" in (await anna.receives())["text"]

    async def test_another_who_asks_is_given_time(self, server: TelegramServer, bot: Running, anna: Person) -> None:
        server.fail("getUpdates", Fault(409, "Conflict: terminated by other getUpdates request"))
        server.world.update("my_chat_member", _nothing(anna))
        await anna.sends("sec+ cost?")
        assert "425" in (await anna.receives())["text"]

    async def test_only_what_is_understood_is_asked_for(self, server: TelegramServer, bot: Running) -> None:
        await server.world.until(lambda: server.world.allowed, "a question")
        assert {"callback_query", "message_reaction"} <= {*(server.world.allowed or [])}
        assert "channel_post" not in (server.world.allowed or [])

    async def test_it_ends_in_time_and_what_was_not_answered_is_answered_next_time(
        self, server: TelegramServer, library: Library, migrated_file: Path, tmp_path: Path, anna: Person
    ) -> None:
        shutil.copy(migrated_file, tmp_path)
        async with running(server, library, tmp_path) as first:
            await anna.sends("sec+ cost?")
            await first.ends()
        async with running(server, library, tmp_path):
            assert "425" in (await anna.receives())["text"]
        assert len(server.world.posted(anna.id)) == 1


class TestWebhook:
    @pytest.fixture
    def settings(self, unused_tcp_port: int) -> dict[str, str]:
        place = f"127.0.0.1:{unused_tcp_port}"
        return {"telegram_webhook_url": f"http://{place}/telegram", "telegram_webhook_listen": place}

    async def test_updates_come_by_webhook_with_the_secret(
        self,
        server: TelegramServer,
        library: Library,
        migrated_file: Path,
        tmp_path: Path,
        anna: Person,
        settings: dict[str, str],
    ) -> None:
        shutil.copy(migrated_file, tmp_path)
        async with running(server, library, tmp_path, **settings):
            await server.until_made("setWebhook")
            await anna.sends("sec+ cost?")
            assert "425" in (await anna.receives())["text"]
        hook = server.made("setWebhook")[0]
        assert hook["secret_token"] == secret_of(TOKEN)
        assert {"callback_query", "message_reaction"} <= {*hook["allowed_updates"]}
        assert set(server.pushed) == {200}

    async def test_who_does_not_know_the_secret_is_not_heard(
        self,
        server: TelegramServer,
        library: Library,
        migrated_file: Path,
        tmp_path: Path,
        settings: dict[str, str],
    ) -> None:
        shutil.copy(migrated_file, tmp_path)
        own = {**settings, "telegram_webhook_secret": "a-secret-of-our-own"}
        async with running(server, library, tmp_path, **own), ClientSession() as session:
            await server.until_made("setWebhook")
            for headers in ({}, {SECRET_HEADER: "wrong"}, {SECRET_HEADER: secret_of(TOKEN)}):
                async with session.post(settings["telegram_webhook_url"], json=_NONE, headers=headers) as answer:
                    assert answer.status == 401
            right = {SECRET_HEADER: "a-secret-of-our-own"}
            async with session.post(settings["telegram_webhook_url"], data=b"{", headers=right) as answer:
                assert answer.status == 400
            async with session.post(settings["telegram_webhook_url"], json=_NONE, headers=right) as answer:
                assert (answer.status, await answer.text()) == (200, "")

    async def test_when_too_much_waits_telegram_is_asked_to_come_again(
        self,
        server: TelegramServer,
        library: Library,
        migrated_file: Path,
        tmp_path: Path,
        anna: Person,
        settings: dict[str, str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        shutil.copy(migrated_file, tmp_path)
        monkeypatch.setattr("bot.flow.reception.MAX_WAITING", -1)
        async with running(server, library, tmp_path, **settings):
            await server.until_made("setWebhook")
            await anna.sends("sec+ cost?")
            await server.world.until(lambda: server.pushed.count(503) >= 2, "two refusals")
            assert set(server.pushed) == {503}
            monkeypatch.undo()
            assert "425" in (await anna.receives())["text"]


_NONE = {"update_id": 1}


def _nothing(person: Person) -> dict[str, object]:
    member = {"user": {"id": 7_000_001, "is_bot": True, "first_name": "Credway"}, "status": "member"}
    return {
        "chat": person.chat.shown(),
        "from": person.shown,
        "date": 1,
        "old_chat_member": member,
        "new_chat_member": member,
    }
