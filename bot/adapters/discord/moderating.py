"""What those who manage a server set: where and how the bot answers, what it may use, who teaches it, which roles it
gives.
"""

from __future__ import annotations

from bot.adapters.discord.events import Called, Role, Speaker
from bot.adapters.discord.posts import outgoing
from bot.adapters.discord.prizes import Prizes
from bot.adapters.discord.render import said
from bot.adapters.discord.server_settings import GivenRole, Servers, Settings
from bot.chat.words import Words
from bot.flow.work import Work
from bot.learning.achievements import ACHIEVEMENTS


class Moderating:
    """`limit` is what the operator lets every server use in a day, None where that is unlimited."""

    def __init__(self, words: Words, servers: Servers, prizes: Prizes, limit: int | None) -> None:
        self._words = words
        self._servers = servers
        self._prizes = prizes
        self._limit = limit

    async def set(self, work: Work, event: Called, guild: str) -> None:
        """One setting, whose name is the subcommand's; what is set now for any other."""
        channel, options, servers = event.by.place.channel, event.options, self._servers
        match event.inner:
            case "mute" | "unmute":
                silent = event.inner == "mute"
                await servers.mute(guild, channel, silent=silent)
                await self._tell(work, event.by, "muted" if silent else "unmuted")
            case "only":
                await servers.answer_only(guild, channel, here=bool(options["here"]))
                only = (await servers.settings(guild)).only
                await self._tell(work, event.by, "only.set" if only else "only.everywhere", count=len(only))
            case "language" if (wanted := str(options.get("language"))) in self._words.languages:
                await servers.speak(servers.group(guild), wanted)
                await work.settle(*outgoing([said(self._words.say("language.set", wanted))], event.by.place))
            case "model":
                on = bool(options.get("on"))
                await servers.switch_model(guild, on=on)
                await self._tell(work, event.by, "model.on" if on else "model.off")
            case "budget":
                await self._budget(work, event, guild)
            case "teachers":
                await servers.let_teach(guild, event.role.id if event.role else None)
                await self._tell(work, event.by, "teachers.role" if event.role else "teachers.default")
            case "forum":
                on = bool(options.get("on"))
                await servers.watch(guild, str(options["forum"]), on=on)
                await self._tell(work, event.by, "forum.on" if on else "forum.off")
            case "role" if event.role is not None:
                await self._role(work, event, event.role, guild)
            case _:
                await self._show(work, event.by, await servers.settings(guild))

    async def _budget(self, work: Work, event: Called, guild: str) -> None:
        wanted = event.options.get("tokens")
        if wanted is None:
            await self._servers.limit(guild, None)
            await self._tell(work, event.by, "budget.default", most=self._most())
            return
        tokens = min(int(wanted), self._limit) if self._limit is not None else int(wanted)
        await self._servers.limit(guild, tokens)
        key = "budget.set" if tokens == int(wanted) else "budget.capped"
        await self._tell(work, event.by, key, tokens=f"{tokens:,}")

    async def _role(self, work: Work, event: Called, role: Role, guild: str) -> None:
        """Nobody comes to power by this: neither by a role that has any, nor by giving what they could not give."""
        achievement = str(event.options.get("achievement") or "")
        if achievement not in ACHIEVEMENTS:
            await self._servers.keep_role(guild, role.id)
            await self._tell(work, event.by, "role.kept", role=role.name)
        elif not event.they_give_roles:
            await self._tell(work, event.by, "role.not_yours")
        elif (obstacle := await self._prizes.obstacle(guild, role, event.by)) is not None:
            await self._tell(work, event.by, obstacle, role=role.name)
        else:
            at = int(event.options.get("at") or ACHIEVEMENTS[achievement])
            given = GivenRole(
                role=role.id, name=role.name, achievement=achievement, at=at, channel=event.by.place.channel
            )
            await self._servers.give_role(guild, given)
            key = "role.given" if event.bot_gives_roles else "role.cannot"
            what = dict(self._words.items("choices", event.by.language))[achievement]
            await self._tell(work, event.by, key, role=role.name, achievement=what, at=at)

    async def _show(self, work: Work, by: Speaker, set_: Settings) -> None:
        await self._tell(
            work,
            by,
            "server.settings",
            language=set_.language or "–",
            model="✓" if set_.model else "–",
            budget=f"{set_.budget:,}" if set_.budget is not None else self._most(),
            muted=len(set_.muted),
            only=len(set_.only) or "–",
            teachers="✓" if set_.teachers else "–",
            forums=len(set_.forums),
            roles=", ".join(f"{given.name}{' ⚠' * given.refused}" for given in set_.roles) or "–",
        )

    def _most(self) -> str:
        return f"{self._limit:,}" if self._limit is not None else "∞"

    async def _tell(self, work: Work, by: Speaker, key: str, **values: object) -> None:
        await work.settle(*outgoing([said(self._words.say(key, by.language, **values))], by.place))
