"""Discord: the bot, who it is, and its parts around the flow's reception."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.app.assistant import Service
from bot.app.flow import build_stops
from bot.app.library import prompts_folder
from bot.app.stores import Stores
from bot.core.assistant import utc_now
from bot.core.ports import Budget
from bot.errors import MissingService, Unreachable
from bot.flow.ports import Desk, Limits, Platform
from bot.flow.reception import Reception
from bot.flow.thumbs import AGAIN_AFTER, Thumbs
from bot.settings import Settings
from bot.text.prompts import Phrases

if TYPE_CHECKING:
    from bot.adapters.discord.communities import Communities
    from bot.adapters.discord.gateway import BuildEars
    from bot.adapters.discord.judging import Judging
    from bot.adapters.discord.live import Streams
    from bot.adapters.discord.reading import Reader
    from bot.adapters.discord.role_changes import RoleChanges
    from bot.adapters.discord.sdk import Rest
    from bot.adapters.discord.server_settings import Servers
    from bot.adapters.discord.session_starts import StartPace
    from bot.adapters.discord.teaching import Teaching
    from bot.chat.signs import Signs
    from bot.chat.stopping import Stops
    from bot.chat.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscordBot:
    """A bot that Discord knows, and in how many shards it hears its servers."""

    rest: Rest
    id: int
    name: str
    shards: int


@asynccontextmanager
async def open_discord(settings: Settings) -> AsyncIterator[DiscordBot]:
    """Raises `MissingService` where there is no token or Discord does not know it, and `Unreachable` where it cannot
    be reached.
    """
    if not settings.discord_token:
        raise MissingService("DISCORD_TOKEN is not set; make a bot at discord.com/developers, put its token into .env")
    import discord  # noqa: PLC0415

    from bot.adapters.discord.receiving import FAULTS  # noqa: PLC0415
    from bot.adapters.discord.sdk import Rest, build_client, point_at  # noqa: PLC0415

    point_at(settings.discord_api_url, settings.discord_gateway_url)
    client = build_client()
    try:
        await client.login(settings.discord_token)
        if client.user is None or client.application_id is None:
            raise MissingService("Discord does not say who the bot is")
        rest = Rest(client, str(client.application_id))
        shards = settings.discord_shards or (await rest.gateway()).shards
        known = DiscordBot(rest=rest, id=client.user.id, name=client.user.name, shards=shards)
    except discord.LoginFailure as error:
        await client.close()
        raise MissingService(
            "DISCORD_TOKEN: Discord does not know it; copy it from the developer portal again"
        ) from error
    except FAULTS as error:
        await client.close()
        raise Unreachable(
            f"Discord cannot be reached ({type(error).__name__}); check the network, DISCORD_API_URL"
        ) from error
    try:
        yield known
    finally:
        await client.close()


def build_server_budget(stores: Stores, now: Callable[[], datetime] = utc_now) -> Budget:
    """The budget in which a Discord server is one community, and may have the model switched off."""
    from bot.adapters.discord.server_settings import ServerBudget, Servers  # noqa: PLC0415

    return ServerBudget(stores.budget, Servers(stores.keepsakes, now))


def build_discord(
    settings: Settings,
    opened: DiscordBot,
    service: Service,
    stores: Stores,
    *,
    now: Callable[[], datetime] = utc_now,
    limits: Limits | None = None,
    ears: BuildEars | None = None,
    starts: StartPace | None = None,
    digests_every: float = 3600.0,
    thumbs_again: Sequence[timedelta] = AGAIN_AFTER,
) -> Callable[[Reception], Platform]:
    """The platform, to be made around a reception. `limits` of sending: those that Discord sets, unless given;
    `ears` makes what hears a shard, the library's client with its own patience unless given; `starts` is how its
    sessions are begun; every so many seconds is looked whether a week is over; `thumbs_again` is how long a thumb waits
    each time for its message to be known as an answer.
    """
    from bot.adapters.discord.digest_times import Digests, WantedDigests  # noqa: PLC0415
    from bot.adapters.discord.gateway import Gateway  # noqa: PLC0415
    from bot.adapters.discord.live import Streams  # noqa: PLC0415
    from bot.adapters.discord.reading import Reader  # noqa: PLC0415
    from bot.adapters.discord.receiving import Receiving  # noqa: PLC0415
    from bot.adapters.discord.registering import Registering  # noqa: PLC0415
    from bot.adapters.discord.sdk import Ears, Shard  # noqa: PLC0415
    from bot.adapters.discord.session_starts import SessionStarts, StartPace  # noqa: PLC0415
    from bot.adapters.discord.transport import LIMITS, DiscordTransport  # noqa: PLC0415
    from bot.chat.signs import Signs  # noqa: PLC0415
    from bot.chat.words import Words  # noqa: PLC0415

    rest, phrases = opened.rest, Phrases.load(prompts_folder(settings, "discord"))
    words, reader, stops, signs = Words(phrases), Reader(opened.id), build_stops(stores, now), Signs()
    streams, beginning = Streams(), SessionStarts(rest, stores.leases, now, starts or StartPace())
    desk = _build_desk(settings, opened, phrases, reader, stops, signs, streams, service, stores, now, thumbs_again)

    def shard(number: int, reception: Reception) -> Gateway:
        receiving = Receiving(
            rest=rest,
            reader=reader,
            reception=reception,
            words=words,
            stops=stops,
            signs=signs,
            complete=completing(service),
        )
        one = Shard(number=number, of=opened.shards)
        return Gateway(settings.discord_token, rest.application, one, receiving, beginning, ears or Ears)

    def platform(reception: Reception) -> Platform:
        roles = build_role_changes(opened, stores, reception, now)
        transport = DiscordTransport(rest, streams, stores.keepsakes, roles, now, limits or LIMITS)
        gateways = (
            Registering(rest, words, stores.keepsakes, now),
            Digests(WantedDigests(rest.application, stores.keepsakes, now), reception, now, digests_every),
        )
        shards = tuple(shard(number, reception) for number in range(opened.shards))
        return Platform(name=transport.platform, desk=desk, transport=transport, gateways=gateways, shards=shards)

    return platform


def build_role_changes(
    opened: DiscordBot, stores: Stores, reception: Reception, now: Callable[[], datetime]
) -> RoleChanges:
    """What gives and takes roles; the reception takes what has to be said because of what Discord answers."""
    from bot.adapters.discord.prizes import Prizes  # noqa: PLC0415
    from bot.adapters.discord.role_changes import RoleChanges  # noqa: PLC0415
    from bot.adapters.discord.wearing import Worn  # noqa: PLC0415

    worn = Worn(stores.keepsakes, stores.mailbox, now)
    return RoleChanges(opened.rest, Prizes(opened.rest, str(opened.id)), worn, reception)


def _build_desk(
    settings: Settings,
    opened: DiscordBot,
    phrases: Phrases,
    reader: Reader,
    stops: Stops,
    signs: Signs,
    streams: Streams,
    service: Service,
    stores: Stores,
    now: Callable[[], datetime],
    thumbs_again: Sequence[timedelta],
) -> Desk:
    from bot.adapters.discord.answering import Answering  # noqa: PLC0415
    from bot.adapters.discord.desk import DiscordDesk  # noqa: PLC0415
    from bot.adapters.discord.forums import Forums  # noqa: PLC0415
    from bot.adapters.discord.judging import Judging  # noqa: PLC0415
    from bot.adapters.discord.moderating import Moderating  # noqa: PLC0415
    from bot.adapters.discord.prizes import Prizes  # noqa: PLC0415
    from bot.adapters.discord.render import Renderer  # noqa: PLC0415
    from bot.adapters.discord.roles import Roles  # noqa: PLC0415
    from bot.adapters.discord.server_settings import Servers  # noqa: PLC0415
    from bot.adapters.discord.silence import Silence  # noqa: PLC0415
    from bot.adapters.discord.wearing import Worn  # noqa: PLC0415
    from bot.chat.words import Words  # noqa: PLC0415

    rest, prizes = opened.rest, Prizes(opened.rest, str(opened.id))
    words, renderer, servers = Words(phrases), Renderer(phrases), Servers(stores.keepsakes, now)
    reactions, taps = Thumbs(stores.feedback, now, thumbs_again), Thumbs(stores.feedback, now, thumbs_again[:1])
    judging = Judging(reactions, taps)
    return DiscordDesk(
        rest=rest,
        reader=reader,
        renderer=renderer,
        words=words,
        answering=Answering(
            rest=rest, renderer=renderer, words=words, stops=stops, signs=signs, streams=streams, servers=servers
        ),
        communities=_build_communities(rest, words, servers, judging, service, stores, now),
        judging=judging,
        teaching=_build_teaching(settings, rest, words, servers, service, stores, now),
        moderating=Moderating(words, servers, prizes, settings.llm_daily_tokens_community),
        forums=Forums(words, servers),
        roles=Roles(
            words=words,
            servers=servers,
            prizes=prizes,
            worn=Worn(stores.keepsakes, stores.mailbox, now),
            learners=stores.learners,
            mailbox=stores.mailbox,
            now=now,
        ),
        silence=Silence(servers, rest),
        stops=stops,
        keepsakes=stores.keepsakes,
        named=service.cards.name,
        now=now,
    )


def _build_communities(
    rest: Rest,
    words: Words,
    servers: Servers,
    judging: Judging,
    service: Service,
    stores: Stores,
    now: Callable[[], datetime],
) -> Communities:
    from bot.adapters.discord.communities import Communities  # noqa: PLC0415
    from bot.adapters.discord.digest_text import Weeks  # noqa: PLC0415
    from bot.adapters.discord.digest_times import WantedDigests  # noqa: PLC0415

    return Communities(
        words=words,
        servers=servers,
        keepsakes=stores.keepsakes,
        weeks=Weeks(words=words, servers=servers, budget=stores.budget, asked=stores.asked, feedback=stores.feedback),
        judging=judging,
        quiz_on=service.quiz_on,
        digests=WantedDigests(rest.application, stores.keepsakes, now),
        now=now,
    )


def _build_teaching(
    settings: Settings,
    rest: Rest,
    words: Words,
    servers: Servers,
    service: Service,
    stores: Stores,
    now: Callable[[], datetime],
) -> Teaching:
    from bot.adapters.discord.teaching import Teaching  # noqa: PLC0415

    return Teaching(
        rest=rest,
        words=words,
        own=service.own_documents,
        servers=servers,
        keepsakes=stores.keepsakes,
        refusal=refusals(settings),
        now=now,
    )


def completing(service: Service) -> Callable[[str, str], Sequence[tuple[str, str]]]:
    """Proposes what an option may be, for what was typed of it so far."""

    def complete(option: str, text: str) -> Sequence[tuple[str, str]]:
        return service.cards.providers(text) if option == "provider" else service.cards.names(text)

    return complete


def refusals(settings: Settings) -> Callable[[str, str], str]:
    """Says in a language why a file is not taken, in the words of the dialogue."""
    phrases = Phrases.load(prompts_folder(settings, "dialogue"))

    def say(reason: str, language: str) -> str:
        return phrases.say(f"file.{reason}", language)

    return say
