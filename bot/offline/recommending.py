"""Answers that name the credentials which meet a wish, and say what had to give when none does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from bot.catalog.credential import Credential
from bot.catalog.fields import FIELDS, sourced
from bot.catalog.recommend import Constraints, Recommendation, total_cost
from bot.core.answer import Draft, Statement, Suggestion
from bot.core.conversation import Context
from bot.core.toolbox import Toolbox
from bot.offline.understanding import Question
from bot.retrieval.tokens import terms

_ALWAYS = ("level", "cost")
_SHOWN = 3
_LEAST_COIN = 0.01
_CANDIDATES = 30
_LISTED = 10
_LOWEST, _HIGHEST = 1, 3  # bands


class Recommendations:
    """Composes recommendations."""

    def __init__(self, toolbox: Toolbox) -> None:
        self._toolbox = toolbox
        self._wording = toolbox.wording

    def fitting(self, question: Question, named: Sequence[Credential]) -> Recommendation:
        """What meets the wish; of those that the question names in part, where it does ("a Georgia Tech one"). To
        those who hold something already, nothing below it.
        """
        wish = question.constraints
        held = [self._toolbox.catalog.band(self._toolbox.catalog[identity]) or _LOWEST for identity in question.held]
        if held and not wish.bands:
            wish = replace(wish, bands=tuple(range(max(held), _HIGHEST + 1)))
        topical = set(question.narrowing) <= set(question.topic_words)
        among = frozenset(credential.id for credential in named if not topical)
        found = self._toolbox.recommend(wish, limit=_CANDIDATES, among=among)
        return self._toolbox.recommend(wish, limit=_CANDIDATES) if found.given_up else found

    async def ordered(self, found: Recommendation, question: Question, *, telling: bool) -> Recommendation:
        """The same credentials, those first that hold most of the words asked for, words that few hold counting more;
        where none holds any and the question has `telling` words, those whose documents are nearest in meaning.
        """
        asked = {term for word in (*question.topic_words, *question.rest) for term in terms(word)}
        holding = {credential.id: asked & _own_terms(credential) for credential in found.picks}
        count = Counter(term for own in holding.values() for term in own)
        held = {identity: round(sum(1 / count[term] for term in own), 3) for identity, own in holding.items()}
        picks = found.picks
        if telling and not any(held.values()):
            documents = {credential.document: credential for credential in picks}
            hits = await self._toolbox.search(question.text, limit=_CANDIDATES, documents=list(documents))
            order = list(dict.fromkeys([*(hit.passage.document for hit in hits), *documents]))
            picks = tuple(documents[document] for document in order)
        return replace(found, picks=tuple(sorted(picks, key=lambda credential: -held[credential.id])))

    def recommend(
        self, found: Recommendation, wish: Constraints, language: str
    ) -> tuple[Draft, tuple[Credential, ...]]:
        """The draft and what it lists, in order."""
        found = replace(found, picks=found.picks[:_SHOWN])
        statements = [self._lead(found, language)]
        statements += [self._item(credential, wish, language) for credential in found.picks]
        draft = Draft(status="answered", statements=tuple(statements), suggestions=self._next(found.picks, language))
        return draft, found.picks

    def among(self, listed: Sequence[str], wish: Constraints, language: str) -> tuple[Draft, Context] | None:
        """Those listed, in the order in which to take them; None where they cannot be put in one."""
        only = frozenset(listed)
        found = self._toolbox.recommend(Constraints(topics=wish.topics), limit=_SHOWN, among=only)
        if len(found.picks) < min(len(only), _SHOWN):
            found = self._toolbox.recommend(Constraints(), limit=_SHOWN, among=only)
        if len(found.picks) <= 1:
            return None
        draft, picks = self.recommend(found, wish, language)
        lead = Statement(text=self._wording.say("recommend.order", language))
        ids = tuple(credential.id for credential in picks)
        draft = replace(draft, statements=(lead, *draft.statements[1:]))
        return draft, Context(focus=ids[:1], options=ids, wish=wish)

    def cheaper(self, identity: str, language: str) -> tuple[Draft, Context]:
        """What costs less than a credential and is about the same."""
        spoken_of = self._toolbox.catalog[identity]
        cost = total_cost(spoken_of)
        wish = Constraints(
            topics=spoken_of.topics[:1],
            max_cost=None if cost is None else cost - _LEAST_COIN,
            excluded=(identity,),
        )
        draft, picks = self.recommend(self._toolbox.recommend(wish, limit=_SHOWN), wish, language)
        ids = tuple(credential.id for credential in picks)
        return draft, Context(focus=ids[:1], options=ids, wish=wish)

    def gone(self, topics: Sequence[str], language: str) -> Draft:
        """The credentials that have been retired or soon will be, latest first."""
        catalog = self._toolbox.catalog
        listed = [
            credential
            for credential in catalog
            if catalog.status(credential) != "active" and (not topics or set(topics) & set(credential.topics))
        ]
        listed.sort(key=lambda credential: (credential.retired_on.value if credential.retired_on else "") or "")
        statements = []
        for credential in reversed(listed[-_LISTED:]):
            passage = self._toolbox.look_up(credential, "status").passage
            text = self._wording.sentence(credential, "status", language)
            statements.append(Statement(text=text, passages=(passage,) if passage else (), shape="item"))
        return Draft(status="answered", statements=tuple(statements))

    def _lead(self, found: Recommendation, language: str) -> Statement:
        if not found.given_up:
            return Statement(text=self._wording.say("recommend.lead", language))
        gone = [self._wording.say(f"constraint.{name}", language) for name in found.given_up]
        return Statement(
            text=self._wording.say("recommend.nearest", language, constraints=self._wording.both(gone, language))
        )

    def _item(self, credential: Credential, wish: Constraints, language: str) -> Statement:
        fields = list(dict.fromkeys([*_ALWAYS, *wish.fields()]))
        told = [field for field in fields if sourced(credential, field) is not None]
        facts = [self._toolbox.look_up(credential, field) for field in told]
        values = [self._labelled(credential, field, language) for field in told]
        # Two fields of one group come from one passage, which is then cited once.
        passages = {FIELDS[fact.field].group: fact.passage for fact in reversed(facts) if fact.passage}
        return Statement(
            text=f"**{credential.name}**: {'; '.join(values)}",
            passages=tuple(passages.values()),
            shape="item",
        )

    def _labelled(self, credential: Credential, field: str, language: str) -> str:
        known = sourced(credential, field)
        if known is None or known.value is None:
            return self._wording.say("brief.unknown", language, field=self._wording.field_name(field, language))
        value = self._wording.short_value(credential, field, language)
        return self._wording.say(f"brief.{field}", language, value=value)

    def _next(self, picks: tuple[Credential, ...], language: str) -> tuple[Suggestion, ...]:
        suggestions = [
            Suggestion(
                label=self._wording.say("ask.label.overview", language, name=credential.short_name),
                ask=self._wording.say("ask.overview", language, name=credential.short_name),
            )
            for credential in picks[:2]
        ]
        if len(picks) > 1:
            names = self._wording.both([credential.short_name for credential in picks[:2]], language)
            suggestions.append(
                Suggestion(
                    label=self._wording.say("ask.label.compare", language),
                    ask=self._wording.say("ask.compare", language, names=names),
                )
            )
        return tuple(suggestions)


def _own_terms(credential: Credential) -> frozenset[str]:
    """The words of what a credential is called and covers."""
    skills = (credential.skills.value or ()) if credential.skills else ()
    return frozenset(terms(" ".join((credential.title, *credential.aliases, credential.summary, *skills))))
