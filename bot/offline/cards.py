"""Cards of credentials for a few typed letters or words: from the catalogue and the index, the same for everybody."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from bot.catalog.credential import Credential
from bot.catalog.recommend import Constraints
from bot.core.conversation import Advisor, Turn
from bot.core.reply import Card, reply_of
from bot.core.toolbox import Toolbox
from bot.offline.understanding import Understanding, named_ids
from bot.text.words import clean, words

MAX_CARDS = 6
MAX_NAMES = 25
_LONGEST = 100
_LEAST_COVERAGE = 0.2
_MARK = re.compile(r"\s*\[\d+\]")
_DOCUMENT = "credentials/"


class CardFinder:
    """What is on a card is an answer of the advisor that needs no model: it has passed the gate."""

    def __init__(
        self, advisor: Advisor, toolbox: Toolbox, understanding: Understanding, providers: Mapping[str, Sequence[str]]
    ) -> None:
        """`providers`: what each is called, by its id."""
        self._providers = providers
        self._advisor = advisor
        self._toolbox = toolbox
        self._understanding = understanding
        self._made: dict[tuple[str, str], Card] = {}

    async def find(self, text: str, language: str) -> Sequence[Card]:
        """Up to six, the best first; for an empty text those that suit most people."""
        found = [await self._card(identity, language) for identity in await self._ids(clean(text[:_LONGEST]))]
        return [card for card in found if card is not None]

    def names(self, text: str) -> Sequence[tuple[str, str]]:
        """Ids and names of credentials that somebody who types may mean: at once, so without a search."""
        typed = clean(text[:_LONGEST])
        if not typed:
            found = [credential.id for credential in self._toolbox.recommend(Constraints(), limit=MAX_NAMES).picks]
        else:
            found = [
                *named_ids(self._understanding.read(typed)),
                *self._beginning_with(words(typed)),
                *self._holding(typed.lower()),
            ]
        ids = [identity for identity in dict.fromkeys(found) if identity in self._toolbox.catalog][:MAX_NAMES]
        return [(identity, clean(self._toolbox.catalog[identity].name)) for identity in ids]

    def name(self, identity: str) -> str | None:
        """What one of these is called; None for any other text."""
        return clean(self._toolbox.catalog[identity].name) if identity in self._toolbox.catalog else None

    def providers(self, text: str) -> Sequence[tuple[str, str]]:
        """Names of those who issue anything, as `names`: what is chosen is said as it is shown."""
        typed = clean(text[:_LONGEST]).lower()
        issuing = dict.fromkeys(credential.provider for credential in self._toolbox.catalog)
        found = [
            shown
            for identity in issuing
            # The first is its page's title, which says more than its name.
            if (shown := next(iter(self._providers.get(identity, ())[1:]), None))
            and any(typed in called.lower() for called in (identity, *self._providers[identity]))
        ]
        return [(name, name) for name in sorted(found, key=str.lower)][:MAX_NAMES]

    def _holding(self, typed: str) -> list[str]:
        """Those in whose names it stands as it is: half a code, the name of a provider."""
        return [
            credential.id
            for credential in self._toolbox.catalog
            if typed in f"{credential.id} {credential.name} {' '.join(credential.codes)} {credential.provider}".lower()
        ]

    async def _ids(self, text: str) -> list[str]:
        if not text:
            best = self._toolbox.recommend(Constraints(), limit=MAX_CARDS)
            return [credential.id for credential in best.picks]
        hits = await self._toolbox.search(text, limit=4 * MAX_CARDS)
        # Search always finds something; what shares no word with the text is not what was meant.
        near = [hit.passage.document for hit in hits if hit.coverage >= _LEAST_COVERAGE]
        documents = [document for document in near if document.startswith(_DOCUMENT)]
        ids = [
            *named_ids(self._understanding.read(text)),
            *self._beginning_with(words(text)),
            *(document.removeprefix(_DOCUMENT) for document in documents),
        ]
        return [identity for identity in dict.fromkeys(ids) if identity in self._toolbox.catalog][:MAX_CARDS]

    def _beginning_with(self, typed: Sequence[str]) -> list[str]:
        """Those of which every typed word begins a word: whoever types has not come to its end."""
        found = [
            credential.id
            for credential in self._toolbox.catalog
            if typed and all(any(word.startswith(start) for word in _called(credential)) for start in typed)
        ]
        return sorted(found, key=lambda identity: not identity.startswith(typed[0]))

    async def _card(self, identity: str, language: str) -> Card | None:
        if (identity, language) not in self._made:
            credential = self._toolbox.catalog[identity]
            question = f"Tell me about {credential.short_name}"
            answer, _ = await self._advisor.answer(Turn(question=question, language=language))
            if answer.status != "answered":
                return None
            reply = reply_of(answer)
            description = _MARK.sub("", reply.text).replace("**", "").split("\n")[0]
            self._made[identity, language] = Card(
                id=identity, title=clean(credential.name), description=description, reply=reply
            )
        return self._made[identity, language]


def _called(credential: Credential) -> list[str]:
    return words(f"{credential.id} {credential.name} {' '.join(credential.codes)}")
