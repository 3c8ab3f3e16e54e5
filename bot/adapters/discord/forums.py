"""Forums: below a new post an answer is offered, where moderators want that.

What the post says is not heard without a permission that this bot does not ask for; whoever taps says it themselves, in
a form that begins with the title.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.adapters.discord.cards import button, row
from bot.adapters.discord.events import POST
from bot.adapters.discord.posts import Place, outgoing
from bot.adapters.discord.render import said
from bot.adapters.discord.server_settings import Servers
from bot.chat.words import Words
from bot.flow.work import Work

# An update of ours: what of a thread's opening is kept.
OPENED = "OPENED"
_WITHOUT_NOTIFYING = 1 << 12
_PUBLIC_THREAD = 11


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A thread that has just been opened in a channel: in a forum it is a post. Who did is not asked."""

    guild: str
    channel: str
    thread: str


def opened(event: Mapping[str, Any]) -> Opened | None:
    """Threads that are merely shown anew, to somebody who may see them now, are told by the same event."""
    if event["t"] != "THREAD_CREATE":
        return None
    told = event["d"]
    new = told.get("newly_created") and told.get("type") == _PUBLIC_THREAD and told.get("parent_id")
    return Opened(guild=told["guild_id"], channel=told["parent_id"], thread=told["id"]) if new else None


def opened_of(payload: Mapping[str, Any]) -> Opened | None:
    return Opened(**payload["d"]) if payload["t"] == OPENED else None


class Forums:
    def __init__(self, words: Words, servers: Servers) -> None:
        self._words = words
        self._servers = servers

    async def offer(self, work: Work, post: Opened) -> None:
        """One message that notifies nobody, with a button; nothing where it is not wanted."""
        set_ = await self._servers.settings(post.guild)
        if post.channel not in set_.forums or set_.is_silent(post.channel, post.thread):
            return
        ask = row([button(self._words.say("label.post", set_.language), POST)])
        offered = said(self._words.say("forum.offer", set_.language), [ask])
        flags = offered.body.get("flags", 0) | _WITHOUT_NOTIFYING
        quiet = replace(offered, body={**offered.body, "flags": flags})
        await work.settle(*outgoing([quiet], Place(channel=post.thread, who="", guild=post.guild)))
