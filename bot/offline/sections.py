"""What is written beside the fields: the passage that says what a draft leaves open, before, behind or in its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.catalog.credential import Credential
from bot.catalog.fields import GROUPS
from bot.core.answer import Draft, Statement
from bot.core.ports import Hit
from bot.core.toolbox import Toolbox
from bot.documents.model import Passage
from bot.offline.reading import excerpt, fitness, split_sentences
from bot.offline.resolving import Resolved
from bot.offline.subject import SubjectGuess
from bot.offline.thresholds import COMPLETING_SIMILARITY, GUIDE_SIMILARITY, SECTION_SIMILARITY
from bot.offline.understanding import Question, Understanding
from bot.retrieval.tokens import terms

# Fields whose value is a rule: a yes or no, or what follows in a case, is written out in a section of its own.
_RULES = frozenset({"prerequisites", "stacks_into", "recognition", "renewal", "validity", "status", "replaced_by"})
# Of these a statement of the field is a yes or no by itself.
_PLAIN = frozenset({"status", "replaced_by", "validity"})
_CIRCUMSTANCES = 2  # words beyond the field and the name that make it a question about a case
_HITS = 12
_MAX_WORDS = 45
_SIDES = 3
_NEWS = 0.5
_MOST = 0.4
_OWN = 0.01  # what a credential's own document says of it goes before the same elsewhere
_LONG = 75  # words of a draft to which nothing is added: a phone would have to scroll


class Sections:
    """Completes drafts from the sections that are nearest to what was asked."""

    def __init__(
        self, toolbox: Toolbox, understanding: Understanding, subject_guess: SubjectGuess, documents: Mapping[str, str]
    ) -> None:
        """`documents`: the kind of each document."""
        self._toolbox = toolbox
        self._understanding = understanding
        self._subject = subject_guess
        self._named: dict[str, frozenset[str]] = {}
        self._headings: dict[str, tuple[bool, frozenset[str]]] = {}
        self._guides = [identity for identity, kind in documents.items() if kind == "guide"]

    async def completing(self, draft: Draft, question: Question, resolved: Resolved, fields: Sequence[str]) -> Draft:
        """The draft with what it leaves open of the question, as far as a section near enough says it.

        `fields` are those that the draft tells. A section that decides a yes or no goes before them; one that tells
        the rest goes behind, or takes the place of a draft that is only what is said for want of better.
        """
        if draft.status == "clarify":
            return await self._read_instead(draft, question)
        told = any(statement.passages for statement in draft.statements)
        listed = any(statement.shape == "item" for statement in draft.statements)
        if draft.status != "answered" or draft.fit == "settled" or not told or listed:
            return draft
        if len(resolved.subjects) == 1:
            decided = await self._decided(draft, question, resolved.subjects[0], fields)
            if decided is not None:
                return decided
        return await self._told_the_rest(draft, question, resolved, fields)

    async def _decided(
        self, draft: Draft, question: Question, subject: Credential, fields: Sequence[str]
    ) -> Draft | None:
        """With the section that decides a yes or no, where the field leaves that to the reader."""
        asked = set(fields)
        if not asked or not asked <= _RULES or not question.closed or (asked <= _PLAIN and not question.rest):
            return None
        deciding = await self.statement(question, subject, fields, closed=True)
        told = {passage.id for statement in draft.statements for passage in statement.passages}
        if deciding is None or deciding.passages[0].id in told:
            return None
        # A warning that it is retired goes before everything.
        retired = self._toolbox.catalog.status(subject) != "active"
        return replace(draft, statements=(*draft.statements, deciding) if retired else (deciding, *draft.statements))

    async def _told_the_rest(
        self, draft: Draft, question: Question, resolved: Resolved, fields: Sequence[str]
    ) -> Draft:
        tentative = draft.fit == "tentative"
        open_terms = self._open_terms(draft, question, resolved)
        case = len(question.rest) >= _CIRCUMSTANCES and bool(fields) and set(fields) <= _RULES
        if not (open_terms or (case and not tentative)) or (not tentative and _length(draft) > _LONG):
            return draft
        asked = set(terms(question.text))
        shown = {passage.id for statement in draft.statements for passage in statement.passages}
        own = {subject.document for subject in resolved.subjects}

        def tells(hit: Hit) -> bool:
            passage, similarity = hit.passage, hit.similarity or 0.0
            if passage.id in shown or not (tentative or is_written(passage)):
                return False
            held = bool(open_terms & self._subject.passage_terms(passage))
            if case and passage.document in own and self._is_headed(passage, fields, exactly=not held):
                return similarity >= SECTION_SIMILARITY
            # A guide speaks of many: beside a name it has to be nearer, and not of another one.
            general = bool(own) and passage.kind == "guide"
            if similarity < (GUIDE_SIMILARITY if general else COMPLETING_SIMILARITY):
                return False
            if tentative:
                return held
            return self._takes_up(passage, open_terms) and not (general and self._of_others(passage, resolved))

        hits = await self._toolbox.search(question.text, limit=_HITS, documents=self._scope(question, resolved))
        best = max(
            filter(tells, hits),
            key=lambda hit: fitness(hit, asked, own_page=False) + (_OWN if hit.passage.document in own else 0.0),
            default=None,
        )
        if best is None:
            return draft
        if tentative:
            return replace(
                draft, statements=(Statement(text=excerpt(best.passage, question.text), passages=(best.passage,)),)
            )
        text = self._excerpt(best.passage, open_terms, draft)
        added = (Statement(text=text, passages=(best.passage,)),) if text else ()
        return replace(draft, statements=(*draft.statements, *added))

    def _takes_up(self, passage: Passage, open_terms: frozenset[str]) -> bool:
        """Whether a passage is headed by something that is open, or holds most of it, some of it telling."""
        if open_terms & set(terms(passage.heading)):
            return True
        held = open_terms & self._subject.passage_terms(passage)
        most = self._subject.weight(held) >= _MOST * self._subject.weight(open_terms)
        return most and self._subject.tells_apart(held)

    def _of_others(self, passage: Passage, resolved: Resolved) -> bool:
        """Whether a passage names credentials or providers, but none of those asked about."""
        if passage.id not in self._named:
            self._named[passage.id] = self._understanding.names_in(f"{passage.heading} {passage.text}")
        named = self._named[passage.id]
        ours = {identity for subject in resolved.subjects for identity in (subject.id, subject.provider)}
        return bool(named) and not named & ours

    def _open_terms(self, draft: Draft, question: Question, resolved: Resolved) -> frozenset[str]:
        """The words of a question beyond names and fields that a draft does not take up, but some document might.
        Topics count beside a name: "CCNA Security" asks for more than CCNA.
        """
        topics = question.topic_words if draft.fit == "tentative" else ()
        names = {term for c in resolved.subjects for name in (c.name, *c.aliases) for term in terms(name)}
        said = {term for statement in draft.statements for term in terms(statement.text)}
        asked = (word for word in (*question.rest, *topics) if self._subject.knows(word))
        return frozenset(self._subject.content_terms(list(asked))) - names - said

    def _scope(self, question: Question, resolved: Resolved) -> list[str] | None:
        """Where the rest may stand: with the credentials named, their providers and the guides; else anywhere."""
        providers = question.providers or tuple(subject.provider for subject in resolved.subjects)
        if not providers:
            return None
        documents = [subject.document for subject in resolved.subjects]
        return [*documents, *(f"providers/{provider}" for provider in providers), *self._guides]

    def _excerpt(self, passage: Passage, open_terms: frozenset[str], draft: Draft) -> str:
        """The sentences that take up what is open, without those that the draft has already."""
        sentences = split_sentences(passage.text)
        # By our rule of writing the first sentence answers the heading.
        chosen = [0] if open_terms & set(terms(passage.heading)) or not open_terms & set(terms(passage.text)) else []
        missing = open_terms - {term for place in chosen for term in terms(sentences[place])}
        while True:
            size = sum(len(sentences[place].split()) for place in chosen)
            worth = {
                place: self._subject.weight(missing & set(terms(sentence)))
                for place, sentence in enumerate(sentences)
                if place not in chosen and (not chosen or size + len(sentence.split()) <= _MAX_WORDS)
            }
            best = max(worth, key=worth.__getitem__, default=None)
            if best is None or not worth[best]:
                break
            chosen.append(best)
            missing -= set(terms(sentences[best]))
        said = {term for statement in draft.statements for term in terms(statement.text)}
        return " ".join(sentences[place] for place in sorted(chosen) if _is_news(sentences[place], said))

    async def _read_instead(self, draft: Draft, question: Question) -> Draft:
        """To a question without a field the guide or page that is about it, rather than a question back."""
        if question.fields:
            return draft
        asked = set(terms(question.text))
        hits = await self._toolbox.search(question.text, limit=_HITS)
        best = max(hits, key=lambda hit: fitness(hit, asked, own_page=False), default=None)
        if best is None or best.passage.kind == "credential" or (best.similarity or 0.0) < COMPLETING_SIMILARITY:
            return draft
        statement = Statement(text=excerpt(best.passage, question.text), passages=(best.passage,))
        return Draft(status="answered", statements=(statement,))

    async def sides(self, question: Question, subjects: Sequence[Credential]) -> Draft | None:
        """Several told apart by a trait that is no field, each by its own section: "which is the attacking one?"; None
        where no telling word asks for one, or a side has no section near it.
        """
        traits = [word for word in question.rest if self._subject.is_telling(word)]
        if not traits:
            return None
        statements = []
        held: set[str] = set()
        for subject in subjects[:_SIDES]:
            hits = await self._toolbox.search(question.text, limit=_HITS, documents=[subject.document])
            near = [h for h in hits if is_written(h.passage) and (h.similarity or 0.0) >= SECTION_SIMILARITY]
            if not near:
                return None
            passage = near[0].passage
            held |= self._subject.passage_terms(passage)
            text = f"**{subject.short_name}**: {split_sentences(passage.text)[0]}"
            statements.append(Statement(text=text, passages=(passage,), shape="item"))
        if held.isdisjoint(self._subject.content_terms(traits)):
            return None
        return Draft(status="answered", statements=tuple(statements))

    async def headed(self, question: Question, subject: Credential, fields: Sequence[str]) -> Statement | None:
        """The section about a field that has no value of its own: "which courses are in it?"."""
        return await self.statement(question, subject, fields, exactly=True)

    async def statement(
        self,
        question: Question,
        subject: Credential,
        fields: Sequence[str] = (),
        *,
        closed: bool = False,
        exactly: bool = False,
    ) -> Statement | None:
        """What the nearest section about the fields says first, or None where none is near; `closed`: only of those
        that decide; `exactly`: only of those whose heading asks for one of the fields.
        """
        hits = await self._toolbox.search(question.text, limit=_HITS, documents=[subject.document])
        near = [
            hit
            for hit in hits
            if is_written(hit.passage)
            and (hit.similarity or 0.0) >= SECTION_SIMILARITY
            and self._is_headed(hit.passage, fields, closed=closed, exactly=exactly)
        ]
        if not near:
            return None
        asked = set(terms(question.text))
        best = max(near, key=lambda hit: fitness(hit, asked, own_page=False))
        first, *others = split_sentences(best.passage.text)
        size = len(first.split())
        second = next((other for other in others[:1] if size + len(other.split()) <= _MAX_WORDS), None)
        return Statement(text=" ".join(filter(None, [first, second])), passages=(best.passage,))

    def _is_headed(
        self, passage: Passage, fields: Sequence[str], *, closed: bool = False, exactly: bool = False
    ) -> bool:
        """Sections are headed by questions: whether this one asks for one of the fields, or for none that we know."""
        if passage.heading not in self._headings:
            read = self._understanding.read(passage.heading)
            self._headings[passage.heading] = read.closed, frozenset(read.fields)
        is_closed, headed = self._headings[passage.heading]
        if closed and not is_closed:
            return False
        if headed & set(fields):
            return True
        return not exactly and (not fields or not headed)


def is_written(passage: Passage) -> bool:
    """Whether a passage is a section and not made of fields."""
    return passage.id.rpartition("#")[2] not in GROUPS


def _is_news(sentence: str, said: set[str]) -> bool:
    """Whether a sentence is more than another wording of what is said already."""
    held = set(terms(sentence))
    return len(held - said) >= _NEWS * len(held)


def _length(draft: Draft) -> int:
    return sum(len(statement.text.split()) for statement in draft.statements)
