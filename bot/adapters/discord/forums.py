"""Forums: below a new post an answer is offered, where moderators want that.

What the post says is not heard without a permission that this bot does not ask for; whoever taps says it themselves, in
a form that begins with the title.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.adapters.discord.events import POST, Opened
from bot.adapters.discord.posts import Place, outgoing
from bot.adapters.discord.render import button, row, said
from bot.adapters.discord.servers import Servers
from bot.chat.words import Words
from bot.flow.work import Work

# An update of ours: what of a thread's opening is kept.
OPENED = "OPENED"
_WITHOUT_NOTIFYING = 1 << 12


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
