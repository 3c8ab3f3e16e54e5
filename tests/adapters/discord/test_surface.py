"""Everything that people can do on Discord: commands, menus, buttons, lists, forms, threads, direct messages."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.app import Library
from bot.learning.learner import Identity
from tests.adapters.at_work import passed_lately
from tests.adapters.discord.conftest import Running, running
from tests.servers.discord.components import every
from tests.servers.discord.people import EVERYBODY, Person, inside, labels
from tests.servers.discord.server import DiscordServer


class TestQuestions:
    async def test_an_answer_has_its_sources_below_and_what_could_be_asked_next(
        self, channel: str, bot: Running, anna: Person
    ) -> None:
        answer = await anna.asks("sec+ cost?", channel)
        assert "425" in answer["content"]
        assert "-# [" in answer["content"]
        assert "Sources" in labels(answer)

        again = await anna.reads(await anna.taps(answer, "Validity"))
        assert "three years" in again["content"]

    async def test_in_a_channel_the_answer_to_a_command_says_what_was_asked(
        self, server: DiscordServer, channel: str, bot: Running, anna: Person
    ) -> None:
        """Discord shows others only that a command was used. What somebody wrote stands there anyway."""
        answer = await anna.asks("sec+ *cost*?", channel)
        assert answer["content"].startswith("-# “sec+ \\*cost\\*?”\n")
        again = await anna.reads(await anna.taps(answer, "Validity"))
        assert "valid" in again["content"].split("\n")[0]
        await anna.says(f"<@{server.world.bot['id']}> sec+ cost?", channel)
        assert "“" not in (await anna.receives(channel))["content"]
        assert "“" not in (await anna.asks("sec+ cost?"))["content"]

    async def test_what_was_compared_or_planned_stands_there_by_its_name(
        self, server: DiscordServer, channel: str, bot: Running, anna: Person
    ) -> None:
        """What somebody chooses while typing is a name; what Discord sends for it is only for the bot."""
        compared = await anna.reads(
            await anna.calls("compare", channel, first="az-900", second="comptia-security-plus")
        )
        assert compared["content"].startswith(
            "-# “Compare Microsoft Certified: Azure Fundamentals (AZ-900) and CompTIA"
        )
        assert "az-900 and" not in compared["content"]
        dora = server.person("Dora", locale="de")
        found = await dora.reads(await dora.calls("compare", channel, first="az-900", second="something of theirs"))
        shown = found["content"].split("\n")[0]
        assert shown.endswith("(AZ-900) und something of theirs im Vergleich”")
        planned = await anna.reads(await anna.calls("plan", channel, goal="az-305", hours=5))
        assert "(AZ-305) with 5 hours a week”" in planned["content"].split("\n")[0]

    async def test_sources_are_a_tap_away_for_everybody_and_only_who_taps_sees_them(
        self, server: DiscordServer, channel: str, bot: Running, anna: Person
    ) -> None:
        answer = await anna.asks("sec+ cost?", channel)
        shown = await server.person("Ben").taps(answer, "Sources")
        assert "> " in (await anna.reads(shown, "425"))["content"]
        assert shown.ephemeral

    async def test_a_mention_is_answered_below_it_and_nothing_else_in_a_channel(
        self, server: DiscordServer, channel: str, bot: Running, anna: Person
    ) -> None:
        await anna.says("what do you all think of sec+?", channel)
        asked = await anna.says(f"<@{server.world.bot['id']}> sec+ cost?", channel)
        answer = await anna.receives(channel)
        assert "425" in answer["content"]
        assert answer["message_reference"]["message_id"] == asked["id"]
        assert len(server.world.posted(channel)) == 1

    async def test_a_direct_message_is_a_conversation(self, bot: Running, anna: Person) -> None:
        await anna.says("sec+ cost?")
        assert "425" in (await anna.receives())["content"]
        await anna.says("and how long is it valid?")
        assert "three years" in (await anna.receives(number=2))["content"]
        assert anna.world.typed == [anna.dm, anna.dm]

    async def test_nobody_talks_with_bots_and_webhooks(self, server: DiscordServer, bot: Running, anna: Person) -> None:
        other = {**server.world.bot, "id": server.world.number()}
        for told in ({"author": other}, {"webhook_id": "1"}, {"type": 7}):
            await anna.says("sec+ cost?", **told)
        await anna.says("ccna cost?")
        assert "300" in (await anna.receives())["content"]
        assert len(server.world.posted(anna.dm)) == 1

    async def test_a_mention_without_a_question_is_greeted(
        self, server: DiscordServer, channel: str, bot: Running, anna: Person
    ) -> None:
        await anna.says(f"<@{server.world.bot['id']}>", channel)
        assert "AI learning advisor" in (await anna.receives(channel))["content"]


class TestCommands:
    async def test_the_menu_is_said_once_in_all_languages(self, server: DiscordServer, bot: Running) -> None:
        await server.world.until(lambda: server.world.registered, "the menu")
        names = {each["name"] for each in server.world.commands}
        told = {"ask", "find", "compare", "plan", "stack", "wallet", "practice", "quiz", "leaderboard", "me", "privacy"}
        told |= {"sources", "help", "check", "link", "why", "export", "forget", "server", "roles", "reminders"}
        assert {*told, "Ask about this", "Check this claim with sources", "Make a quiz from this"} <= names
        plan = next(each for each in server.world.commands if each["name"] == "plan")
        for localized in ("name_localizations", "description_localizations"):
            assert {"de", "es-ES", "fr", "hi", "pt-BR", "zh-CN"} <= plan[localized].keys()
        assert (plan["integration_types"], plan["contexts"]) == ([0, 1], [0, 1, 2])

    async def test_the_menu_is_said_again_only_when_it_has_changed(
        self, server: DiscordServer, library: Library, home: Path, anna: Person
    ) -> None:
        for _ in range(2):
            async with running(server, library, home) as bot:
                await server.world.until(lambda: server.world.registered, "the menu")
                await anna.reads(await anna.calls("help"))
                await bot.ends()
        assert server.world.registered == 1

    @pytest.mark.parametrize(
        ("name", "given", "holding"),
        [
            ("find", {"what": "cloud certification under 200 dollars"}, "USD 99"),
            ("find", {"provider": "Microsoft", "level": "1", "price": 100}, "USD 99"),
            ("stack", {"credential": "az-104"}, "AZ-305"),
            ("check", {"claim": "AZ-900 is free"}, "say otherwise"),
            ("sources", {"credential": "az-104"}, "read about"),
            ("compare", {"first": "az-900", "second": "ccna"}, "USD 300"),
            ("plan", {"goal": "az-305", "hours": 5, "budget": 300}, "USD 330"),
            ("simulate", {}, "Decisions"),
            ("progress", {}, "pract"),
            ("help", {}, "/plan"),
            ("privacy", {}, "/export"),
            ("why", {}, "answer"),
            ("wallet", {}, "wallet"),
            ("reminders", {}, "remind you to practise"),
            ("me", {}, "know nothing about you yet"),
            ("link", {}, "/link"),
            ("forget", {}, "erase"),
        ],
    )
    async def test_every_command_is_answered(
        self, bot: Running, anna: Person, name: str, given: dict[str, object], holding: str
    ) -> None:
        assert await anna.reads(await anna.calls(name, **given), holding)

    async def test_reminders_are_switched_off_and_on(self, channel: str, bot: Running, anna: Person) -> None:
        for on, told in ((False, "don't remind"), (True, "From now on I remind")):
            switched = await anna.calls("reminders", channel, on=on)
            assert told in (await anna.reads(switched))["content"]
            assert switched.ephemeral
            profile = (await bot.stores.learners.learner(_identity(anna))).profile
            assert profile.practice_reminders == on

    async def test_a_command_is_answered_in_the_language_of_the_app(self, server: DiscordServer, bot: Running) -> None:
        dora = server.person("Dora", locale="de")
        found = await dora.calls("plan", goal="az-305", hours=5, budget=300)
        assert "Budget von USD 300" in (await dora.reads(found))["content"]

    async def test_credentials_are_proposed_while_one_types(self, bot: Running, anna: Person) -> None:
        assert {"name": "CompTIA Security+ (SY0-701)", "value": "comptia-security-plus"} in await anna.types(
            "compare", "first", "secur"
        )
        assert {"name": "Microsoft Certified: Azure Administrator Associate (AZ-104)", "value": "az-104"} in (
            await anna.types("plan", "goal", "az-1")
        )
        assert await anna.types("plan", "goal", "")
        assert await anna.types("plan", "goal", "zzzz") == []
        assert await anna.types("find", "provider", "micro") == [{"name": "Microsoft", "value": "Microsoft"}]
        assert len(await anna.types("find", "provider", "")) > 10

    async def test_export_is_a_file(self, server: DiscordServer, bot: Running, anna: Person) -> None:
        await anna.reads(await anna.calls("wallet"))
        found = await anna.reads(await anna.calls("export"))
        assert found["attachments"][0]["filename"] == "credway-export.json"
        assert b'"turns"' in server.world.files[found["attachments"][0]["id"]]

    async def test_a_path_comes_as_a_picture_and_as_a_calendar(
        self, server: DiscordServer, bot: Running, anna: Person
    ) -> None:
        path = await anna.reads(await anna.calls("plan", goal="sc-100"))
        picture = await anna.reads(await anna.taps(path, "Picture"))
        (gallery,) = [each for each in every(picture["components"]) if "items" in each]
        assert gallery["items"][0]["media"]["url"] == "attachment://credway-path.png"
        assert server.world.files[picture["attachments"][0]["id"]].startswith(b"\x89PNG")
        calendar = await anna.reads(await anna.taps(path, "Calendar"))
        (file,) = [each for each in every(calendar["components"]) if "file" in each]
        assert file["file"]["url"] == "attachment://credway-path.ics"
        assert server.world.files[calendar["attachments"][0]["id"]].startswith(b"BEGIN:VCALENDAR")

    async def test_practice_is_tapped(self, bot: Running, anna: Person) -> None:
        asked = await anna.reads(await anna.calls("practice", credential="az-104"))
        assert [label[:2] for label in labels(asked)[:4]] == ["A:", "B:", "C:", "D:"]
        told = await anna.reads(await anna.taps(asked, "B:"))
        assert "\\[1\\]" in told["content"]
        assert await anna.reads(await anna.taps(told, "Next"))

    async def test_a_question_without_words_opens_a_form(self, channel: str, bot: Running, anna: Person) -> None:
        form = await anna.calls("ask", channel)
        answered = await anna.fills(form, "sec+ cost?")
        assert "425" in (await anna.reads(answered))["content"]
        assert not answered.ephemeral


class TestSources:
    async def test_of_the_last_answer_in_this_channel_and_for_who_asks_alone(
        self, server: DiscordServer, channel: str, bot: Running, anna: Person
    ) -> None:
        await anna.asks("sec+ cost?", channel)
        found = await anna.calls("sources", channel)
        assert "“sec+ cost?”" in (await anna.reads(found))["content"]
        assert found.ephemeral
        ben = server.person("Ben")
        assert "None of my last answers" in (await ben.reads(await ben.calls("sources", channel)))["content"]
        assert "None of my last answers" in (await anna.reads(await anna.calls("sources")))["content"]


class TestMenus:
    async def test_what_somebody_wrote_can_be_asked_about(self, channel: str, bot: Running, anna: Person) -> None:
        message = await anna.says("how much is sec+?", channel)
        form = await anna.opens_menu("Ask about this", message, channel)
        await anna.acknowledged(form)
        assert form.data["components"][0]["component"]["value"] == "how much is sec+?"
        answered = await anna.fills(form, "how much is sec+?")
        assert "425" in (await anna.reads(answered))["content"]
        assert answered.ephemeral

    async def test_what_somebody_claims_is_checked_for_who_asks(self, channel: str, bot: Running, anna: Person) -> None:
        message = await anna.says("Sec+ costs 425 dollars. It never expires!", channel)
        checked = await anna.opens_menu("Check this claim with sources", message, channel)
        told = (await anna.reads(checked, "never expires"))["content"]
        backed, contradicted = told.split("costs 425 dollars")[0], told.split("costs 425 dollars", 1)[1]
        assert "Backed" in backed
        assert "The sources say otherwise: “It never expires!”" in contradicted
        assert "valid for three years" in contradicted
        assert "-# [" in told
        assert checked.ephemeral

    async def test_what_the_bot_said_itself_can_be_asked_about_although_a_card_has_no_content(
        self, channel: str, bot: Running, anna: Person
    ) -> None:
        answer = await anna.asks("sec+ cost?", channel)
        form = await anna.acknowledged(await anna.opens_menu("Ask about this", answer, channel))
        assert "425" in form.data["components"][0]["component"]["value"]


class TestWordsOfOthers:
    """A form that begins with what somebody else wrote is soon sent off unread: it asks, whatever it says."""

    async def test_no_command_in_it_is_obeyed(
        self, server: DiscordServer, channel: str, bot: Running, anna: Person
    ) -> None:
        mallory, learners = server.person("Mallory"), bot.stores.learners
        code = await learners.link_code(_identity(mallory), datetime.now(UTC))
        for words in (f"/link {code}", "/stop", "/forget", "I passed Security+ on 2023-12-01"):
            form = await anna.opens_menu("Ask about this", await mallory.says(words, channel), channel)
            answered = await anna.reads(await anna.fills(form, words))
            assert not [word for word in ("erase", "Stopped", "noted") if word in answered["content"]]
        assert (await learners.learner(_identity(anna))).wallet == ()
        # Nobody has used it.
        assert await learners.redeem(code, _identity(server.person("Ben")), datetime.now(UTC)) is not None

    async def test_nor_in_the_title_of_a_post(
        self, server: DiscordServer, channel: str, bot: Running, anna: Person, mo: Person
    ) -> None:
        guild = server.world.guilds[server.world.channels[channel]["guild_id"]]
        forum = server.world.channel(guild, "questions", 15)
        told = {"forum": server.world.channels[forum], "on": True}
        await mo.reads(await mo.calls("server", channel, inner="forum", **told))
        post = await mo.posts(forum, "/join Mallory")
        form = await anna.taps(await anna.receives(post), "Ask the advisor")
        await anna.reads(await anna.fills(form, "/join Mallory"))
        board = await anna.reads(await anna.calls("leaderboard", channel))
        assert "Mallory" not in board["content"]

    async def test_no_yes_in_it_confirms_what_was_asked_before(self, channel: str, bot: Running, anna: Person) -> None:
        await anna.says("I passed Security+ on 2023-12-01")
        await anna.receives()
        assert "erase" in (await anna.reads(await anna.calls("forget", channel)))["content"]
        form = await anna.opens_menu("Ask about this", await anna.says("yes", channel), channel)
        await anna.reads(await anna.fills(form, "yes"))
        assert (await bot.stores.learners.learner(_identity(anna))).wallet != ()

    async def test_what_one_types_oneself_is_obeyed(self, channel: str, bot: Running, anna: Person) -> None:
        answer = await anna.asks("sec+ cost?", channel)
        form = await anna.taps(answer, "Ask more")
        assert "/plan" in (await anna.reads(await anna.fills(form, "/help")))["content"]


class TestMentions:
    async def test_no_message_and_no_edit_lets_anything_be_a_mention(
        self, server: DiscordServer, channel: str, bot: Running, anna: Person
    ) -> None:
        answer = await anna.asks("@everyone <@1> sec+ cost?", channel)
        await anna.says(f"<@{server.world.bot['id']}> sec+ cost?", channel)
        await anna.receives(channel)
        await anna.reads(await anna.taps(answer, "👍"))
        sent = [made.body for made in server.calls if isinstance(made.body, dict) and "flags" in made.body]
        assert len(sent) >= 3
        assert [body["allowed_mentions"] for body in sent] == [{"parse": [], "replied_user": False}] * len(sent)


class TestButtons:
    async def test_they_are_for_whoever_asked(
        self, server: DiscordServer, channel: str, bot: Running, anna: Person
    ) -> None:
        answer = await anna.asks("sec+ cost?", channel)
        ben = server.person("Ben")
        assert "belong to whoever asked" in (await ben.reads(await ben.taps(answer, "Validity")))["content"]

    async def test_what_nobody_knows_any_more_says_so(self, bot: Running, anna: Person) -> None:
        answer = await anna.asks("sec+ cost?")
        for data in ("k:gone", "from another bot", "s:sources:1:2", "s:quiz:1:2"):
            assert "too old" in (await anna.reads(await anna.presses(answer, data)))["content"]

    async def test_more_is_asked_in_a_form(self, channel: str, bot: Running, anna: Person) -> None:
        answer = await anna.asks("sec+ cost?", channel)
        form = await anna.taps(answer, "Ask more")
        assert "three years" in (await anna.reads(await anna.fills(form, "how long is it valid?")))["content"]

    async def test_a_longer_talk_goes_on_in_a_thread(
        self, server: DiscordServer, channel: str, bot: Running, anna: Person
    ) -> None:
        answer = await anna.asks("sec+ cost?", channel)
        assert "open" in (await anna.reads(await anna.taps(answer, "Thread")))["content"]
        thread = answer["id"]
        assert "Mention me" in (await anna.receives(thread))["content"]
        await anna.says(f"<@{server.world.bot['id']}> ccna cost?", thread)
        assert "300" in (await anna.receives(thread, 2))["content"]

    @pytest.mark.parametrize("missing", [1 << 35, 1 << 38])
    async def test_nobody_opens_a_thread_by_a_button_who_may_not_by_hand(
        self, server: DiscordServer, channel: str, bot: Running, anna: Person, missing: int
    ) -> None:
        answer = await anna.asks("sec+ cost?", channel)
        anna.permissions = str(int(EVERYBODY) & ~missing)
        tapped = await anna.taps(answer, "Thread")
        assert "You may not open threads" in (await anna.reads(tapped))["content"]
        assert tapped.ephemeral
        assert server.made("/threads") == []

        anna.permissions = str(1 << 3)
        assert "open" in (await anna.reads(await anna.taps(answer, "Thread")))["content"]

    async def test_what_the_bot_needs_for_a_thread_is_said(
        self, server: DiscordServer, channel: str, bot: Running, anna: Person
    ) -> None:
        answer = await anna.asks("sec+ cost?", channel)
        server.world.may_open_threads = False
        tapped = await anna.taps(answer, "Thread")
        assert "“Create Public Threads”" in (await anna.reads(tapped))["content"]
        assert tapped.ephemeral
        assert server.made("/threads") == []

    async def test_there_is_no_thread_in_a_thread(
        self, server: DiscordServer, channel: str, bot: Running, anna: Person
    ) -> None:
        answer = await anna.asks("sec+ cost?", server.world.thread(channel, "Talk")["id"])
        assert "a thread already" in (await anna.reads(await anna.taps(answer, "Thread")))["content"]
        assert server.made("/threads") == []

    async def test_many_follow_ups_are_a_list_to_choose_from(self, bot: Running, anna: Person) -> None:
        answer = await anna.asks("sec+ cost?")
        option = {"label": "validity", "value": "q:How long is Security+ valid?"}
        select = {"type": 3, "custom_id": "s:choose", "options": [option]}
        with_list = {**answer, "components": [{"type": 1, "components": [select]}]}
        assert "three years" in (await anna.reads(await anna.chooses(with_list, "validity")))["content"]


class TestPrivacy:
    async def test_in_a_server_what_is_personal_is_seen_by_one_person(
        self, channel: str, bot: Running, anna: Person
    ) -> None:
        await anna.says(f"I passed Security+ on {passed_lately()}")
        await anna.receives()
        wallet = await anna.calls("wallet", channel)
        assert "Security+" in (await anna.reads(wallet))["content"]
        assert wallet.ephemeral
        assert not inside(wallet.original or {}) or "Ask more" not in labels(wallet.original or {})

    async def test_what_all_see_knows_nothing_of_who_asks(self, channel: str, bot: Running, anna: Person) -> None:
        await anna.says(f"I passed Security+ on {passed_lately()}")
        await anna.receives()
        shown = await anna.asks("what do I hold?", channel)
        assert "Security+" not in shown["content"]
        assert "private" in shown["content"]

    async def test_where_the_bot_was_not_asked_in_only_the_person_sees_it(
        self, channel: str, bot: Running, anna: Person
    ) -> None:
        found = await anna.calls("ask", channel, installed=False, question="sec+ cost?")
        await anna.reads(found, "425")
        assert found.ephemeral

    async def test_what_is_written_down_holds_no_name(self, bot: Running, anna: Person) -> None:
        await anna.asks("sec+ cost?")
        kept = await bot.stores.learners.export(_identity(anna))
        assert "Anna" not in str(kept)


def _identity(person: Person) -> Identity:
    return Identity(platform="discord", number=person.id)
