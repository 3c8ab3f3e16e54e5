"""What is ours to answer: whether a question is in our field, and whether it names something we hold no document on."""

from __future__ import annotations

from collections.abc import Callable

from bot.core.toolbox import Toolbox
from bot.offline.resolving import Resolved, names_another
from bot.offline.subject import SubjectGuess
from bot.offline.thresholds import COMPLETING_SIMILARITY, SURE_SIMILARITY
from bot.offline.understanding import Question
from bot.retrieval.tokens import terms
from bot.text.ordinary import is_ordinary
from bot.text.prompts import DEFAULT_LANGUAGE

# Fields that people also ask of credentials in general; the others are asked of one.
CONCEPTUAL = frozenset({"recognition", "skills", "level", "stacks_into"})
# Fields in which the credentials of a provider are mostly alike: its page answers for all of them.
GENERAL = frozenset({"renewal", "validity", "recognition", "retake", "languages", "awarding_body", "status"})
_NEAREST = 3
_FIRST_WORDS = 6  # of a question, to say what it was about


class Scope:
    """Decides what is declined, not how that is said."""

    def __init__(self, toolbox: Toolbox, subject: SubjectGuess, is_name_word: Callable[[str], bool]) -> None:
        self._toolbox = toolbox
        self._subject = subject
        self._is_name_word = is_name_word

    async def holds(self, question: Question) -> bool:
        """Whether a question is in our field: by its likeness to examples, or because a passage is about it."""
        if self._subject.in_field(question.text) or self.term(question) is not None:
            return True
        hits = await self._toolbox.search(question.text, limit=1)
        return any(hit.similarity is not None and hit.similarity >= SURE_SIMILARITY for hit in hits)

    def term(self, question: Question) -> str | None:
        """The one word of a "what is ...?" that documents explain and that ordinary English does not have."""
        if not question.has("define") or len(question.rest) != 1 or question.fields or question.named:
            return None
        word = question.rest[0]
        return word if self._subject.is_telling(word) and not is_ordinary(word) else None

    def unknown_name(self, question: Question, resolved: Resolved, language: str) -> str | None:
        """The name or code by which a credential is asked about that no document holds; None when all are known."""
        if question.unknown_codes and not resolved.subjects:
            return question.unknown_codes[0].upper()
        if question.sibling:
            return question.sibling
        if question.leads_in and names_another(question) and set(resolved.fields) - CONCEPTUAL:
            # "And CKS?" asks the same of something that has no document, even if some document mentions it.
            return " ".join(question.rest).upper()
        if language != DEFAULT_LANGUAGE:
            return None if resolved.subjects else self._foreign_name(question)
        if question.stranger:
            return question.stranger
        if (acronym := self._acronym(question)) is not None:
            return acronym
        if question.has("recommend") or question.constraints.measured:
            return None
        return self._another(question, resolved) or self._strange(question, resolved)

    async def explains(self, question: Question) -> bool:
        """Whether a passage about the question holds all that nothing else explains, none of it a word of names: then
        it is no name. What is no ordinary word has to stand in its heading: "Student discount on Microsoft exams",
        "what is FSRS and do I need it?".
        """
        asked = frozenset(self._subject.content_terms(question.rest))
        strange = {term for word in question.rest if not is_ordinary(word) for term in terms(word)}
        if not asked or any(self._is_name_word(word) for word in question.rest):
            return False
        hits = await self._toolbox.search(question.text, limit=_NEAREST)
        return any(
            (hit.similarity or 0.0) >= COMPLETING_SIMILARITY
            and asked <= self._subject.passage_terms(hit.passage)
            and strange <= set(terms(hit.passage.heading))
            for hit in hits
        )

    def unknown_side(self, question: Question) -> str | None:
        """One of several compared that no document holds, told by its name being no ordinary word."""
        if question.sibling or question.stranger:
            return question.sibling or question.stranger
        if question.unknown_codes:
            return question.unknown_codes[0].upper()
        if not question.has("compare"):
            return None
        strange = (word for word in question.rest if word.isascii() and word.isalnum() and not is_ordinary(word))
        return next((word.upper() for word in (*strange, *question.foreign)), None)

    def unknown_beside(self, question: Question) -> str | None:
        """A name that no document holds beside one that is known, in a question that the known one answers in general:
        "does a MicroMasters count towards a master's at ASU?".
        """
        if not question.fields or set(question.fields) - CONCEPTUAL:
            return None
        acronyms = {word.lower() for word in question.acronyms}
        names = (
            word
            for word in question.rest
            if word in acronyms or (word.isascii() and word.isalpha() and not is_ordinary(word))
        )
        return next((word.upper() for word in names if not self._subject.knows(word)), None)

    def _foreign_name(self, question: Question) -> str | None:
        """Words of other languages are unknown to English documents without being names; but an acronym is a name,
        and so is a Latin word in a text of another script. A word of that script which its language does not have is
        the sound of a name, when something is asked of it that is not asked of credentials in general.
        """
        if question.in_other_script and question.stranger:
            return question.stranger
        acronym = next((word for word in question.acronyms if not self._subject.knows(word.lower())), None)
        wishes = question.has("recommend") or question.constraints.measured
        if acronym is not None or wishes or not set(question.fields) - CONCEPTUAL:
            return acronym
        return " ".join(question.foreign) or None

    def _acronym(self, question: Question) -> str | None:
        """An acronym that is no name of ours, beside a field or a comparison: "CKA or CKS", "PSPO price"."""
        exact = set(question.fields) - CONCEPTUAL
        if question.has("recommend") and not question.named and not question.constraints.topics:
            # "How do I become a CPA?"
            return next(
                (w for w in question.acronyms if not self._subject.knows(w.lower()) and not is_ordinary(w.lower())),
                None,
            )
        if not exact and not (question.named and question.has("compare")):
            return None
        return next((word for word in question.acronyms if not is_ordinary(word.lower())), None)

    def _another(self, question: Question, resolved: Resolved) -> str | None:
        """The words of a credential that is like ours but none of them: "AWS Blockchain Architect", "Google Cloud
        Security Engineer".
        """
        asked = set(question.fields)
        exact = (asked - CONCEPTUAL - GENERAL) | (asked & {"skills"})
        if exact and question.beside:
            return question.beside
        if exact and question.providers and _only_kinds(resolved, question):
            return " ".join(question.tokens[:_FIRST_WORDS])
        if not exact or question.named or question.has("plural", "define"):
            return None
        if resolved.readings or resolved.guessed:
            return " ".join(word for word in question.rest if not self._subject.knows(word)) or None
        described = question.constraints.topics or question.constraints.bands
        if not question.providers or not described or question.partial:
            return None
        return " ".join(question.tokens[:_FIRST_WORDS])

    def _strange(self, question: Question, resolved: Resolved) -> str | None:
        """Words that are neither in a document nor ordinary English, where nothing else is the subject."""
        asks = bool(question.fields) or question.leads_in
        if not asks or (resolved.subjects and not resolved.guessed and not resolved.leaning):
            return None
        # "and CKS?" after a question about CKA: a document may mention it, yet none is about it.
        alone = question.leads_in and resolved.leaning and len(question.rest) == 1 and not question.named
        strange = (word for word in question.rest if (alone or not self._subject.knows(word)) and not is_ordinary(word))
        return " ".join(strange) or None


def _only_kinds(resolved: Resolved, question: Question) -> bool:
    """Whether all that is named is a kind of programme of others than the provider named: "IBM Data Analyst
    Professional Certificate".
    """
    readings = resolved.readings or resolved.subjects
    return bool(readings and question.constraints.topics) and all(
        reading.kind == "programme_type" and reading.provider not in question.providers for reading in readings
    )
