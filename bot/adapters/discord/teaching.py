"""What a server teaches the bot: documents of its own, found in this server and nowhere else.

Whoever may tidy up messages can propose one; nothing is used before somebody who manages the server has said so. Where
those who manage it have chosen a role for that, who has it does both, but approves only what another has proposed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from bot.adapters.discord.cards import Part, button, row, select
from bot.adapters.discord.events import Called, Chosen, Speaker, Tapped
from bot.adapters.discord.files import sent_file, text_file
from bot.adapters.discord.posts import Place, Post, community_of, identity, outgoing
from bot.adapters.discord.render import message, said
from bot.adapters.discord.sdk import Rest
from bot.adapters.discord.server_settings import Servers
from bot.adapters.discord.written import pieces
from bot.chat import button_data
from bot.chat.styled import Styled, safe, shortened
from bot.chat.words import Words
from bot.core.owned import FileRefused, SentFile, Shelved
from bot.core.ports import Keepsakes
from bot.core.shelf import OwnDocuments
from bot.flow.work import Work

_KEPT = timedelta(days=14)
_SHOWN = 1500
_LISTED = 25
_LABEL = 80


class Teaching:
    """`refusal` says in somebody's language why a file is not taken; `own` is None where none can be kept."""

    def __init__(
        self,
        *,
        rest: Rest,
        words: Words,
        own: OwnDocuments | None,
        servers: Servers,
        keepsakes: Keepsakes,
        refusal: Callable[[str, str], str],
        now: Callable[[], datetime],
    ) -> None:
        self._rest = rest
        self._words = words
        self._own = own
        self._servers = servers
        self._keepsakes = keepsakes
        self._refusal = refusal
        self._now = now

    async def teach(self, work: Work, event: Called, guild: str) -> None:
        """A file that somebody who manages the server gives."""
        if event.file is None:
            await self._tell(work, event.by, "button.old")
        else:
            await self._put(work, event.by, guild, sent_file(event.file, self._rest))

    async def propose(self, work: Work, chosen: Chosen) -> None:
        """A message as something to be learnt: shown with what it says, and used only when it is approved."""
        by, guild = chosen.by, chosen.by.place.guild
        if guild is None or self._own is None or not chosen.text.strip():
            await self._tell(work, by, "teach.nothing")
            return
        set_ = await self._servers.settings(guild)
        if not (by.moderates or set_.allows_teaching(by.roles, default=by.tidies)):
            await self._tell(work, by, "teach.not_yours")
            return
        token = hashlib.sha256(f"{work.update.key}:{chosen.text}".encode()).hexdigest()[:24]
        kept = {"text": chosen.text, "by": _hidden(by, token)}
        await self._keepsakes.keep(identity(guild), {f"teach:{token}": kept}, self._now() + _KEPT)
        told = outgoing([said(self._words.say("teach.told", by.language))], by.place)
        await work.settle(*told, *outgoing([self._proposal(chosen.text, token, set_.language)], _here(by)))

    def _proposal(self, text: str, token: str, language: str | None) -> Post:
        shown = Styled(f"{self._words.say('teach.proposed', language)}\n\n") + Styled(
            shortened(safe(text), _SHOWN)
        ).wrapped("blockquote")
        choices = row(
            [
                button(self._words.say("label.use", language), _step("teach", f"use:{token}")),
                button(self._words.say("label.discard", language), _step("teach", f"drop:{token}")),
            ]
        )
        return message(next(pieces(shown)), [choices])

    async def decide(self, work: Work, tapped: Tapped, value: str) -> None:
        """What becomes of a proposal."""
        by, guild = tapped.by, tapped.by.place.guild
        verdict, _, token = value.partition(":")
        if guild is None:
            await self._tell(work, by, "admins_only")
            return
        key = f"teach:{token}"
        kept = await self._keepsakes.recall(identity(guild), key, self._now())
        teaches = (await self._servers.settings(guild)).allows_teaching(by.roles, default=False)
        if not (by.moderates or teaches):
            await self._tell(work, by, "admins_only")
        elif kept is None:
            await self._tell(work, by, "button.old")
        elif not by.moderates and kept["by"] == _hidden(by, token):
            await self._tell(work, by, "teach.by_another")
        elif verdict == "use":
            file = text_file(f"taught-{self._now():%Y-%m-%d}-{token[:6]}.md", kept["text"])
            await self._put(work, by, guild, file)
            await self._keepsakes.drop(identity(guild), key)
        else:
            await self._keepsakes.drop(identity(guild), key)
            await self._tell(work, by, "teach.discarded")

    async def list_documents(self, work: Work, by: Speaker, guild: str) -> None:
        """What this server has taught, to choose what is to be forgotten."""
        held = await self._own.documents(community_of(guild)) if self._own is not None else []
        text = self._words.say("teach.documents" if held else "teach.none", by.language, count=len(held))
        await work.settle(*outgoing([said(text, self._choices(held, by))], by.place))

    async def remove(self, work: Work, tapped: Tapped, document: str) -> None:
        by, guild = tapped.by, tapped.by.place.guild
        if guild is None or not by.moderates or self._own is None:
            await self._tell(work, by, "admins_only")
            return
        gone = await self._own.remove(community_of(guild), document)
        await self._tell(work, by, "teach.removed" if gone else "button.old")

    async def forget(self, guild: str) -> None:
        """Whoever sends the bot away takes their documents with them."""
        if self._own is not None:
            await self._own.clear(community_of(guild))

    async def _put(self, work: Work, by: Speaker, guild: str, file: SentFile) -> None:
        language = self._words.language(by.language)
        if self._own is None:
            await self._tell(work, by, "teach.nothing")
            return
        try:
            document = await self._own.put(community_of(guild), file, by.who, self._now())
        except FileRefused as refused:
            await work.settle(*outgoing([said(self._refusal(refused.reason, language))], by.place))
            return
        text = self._words.say("teach.taken", language, name=document.name, count=len(document.passages))
        await work.settle(*outgoing([said(text)], by.place))

    def _choices(self, held: Sequence[Shelved], by: Speaker) -> list[Part]:
        if not held:
            return []
        options = [
            (_step("remove", each.id), shortened(safe(each.name), _LABEL).strip() or "…") for each in held[:_LISTED]
        ]
        return [row([select(_step("choose", ""), self._words.say("teach.choose", by.language), options)])]

    async def _tell(self, work: Work, by: Speaker, key: str) -> None:
        posts: list[Post] = [said(self._words.say(key, by.language))]
        await work.settle(*outgoing(posts, by.place))


def _here(by: Speaker) -> Place:
    """Where others are, who decide."""
    return Place(channel=by.place.channel, who="", guild=by.place.guild)


def _hidden(by: Speaker, token: str) -> str:
    """Tells whether it is the same person, and not who: a proposal is the server's and is not forgotten with them."""
    return hashlib.sha256(f"{token}:{by.who.number}".encode()).hexdigest()


def _step(name: str, value: str) -> str:
    return button_data.written(button_data.Press("step", f"{name}:{value}" if value else name))
