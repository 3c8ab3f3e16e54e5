"""What kind of question it is, and so which tool it gets. Pure; `advisor` asks these in its order."""

from __future__ import annotations

from bot.catalog.catalog import Catalog
from bot.core.conversation import Context
from bot.offline.resolving import Resolved
from bot.offline.scope import CONCEPTUAL, GENERAL
from bot.offline.understanding import Question

# What may be told of a credential that is looked for: "an entry certificate in data", "one still offered".
_OF_A_WISH = frozenset({"level", "status"})
# With a topic they make a wish of our field beyond doubt.
_FIRST_STEPS = ("level.1", "no_prerequisites")
_FEW = 4  # words


def wants_recommendation(question: Question, resolved: Resolved) -> bool:
    wish = question.constraints
    told = bool(wish.topics or wish.bands or wish.measured)
    asks = question.has("recommend")
    no_fact = _OF_A_WISH.issuperset(resolved.fields)
    if resolved.subjects and not resolved.guessed and (resolved.fields or not question.topical_name):
        # Only what is named as a step already taken does not make it the subject.
        return question.held_alone and (told or bool(wish.providers)) and no_fact
    if resolved.guessed and resolved.fields and question.closed and not asks:
        # "Does ISC2's entry exam last two hours?" puts a figure forward and looks for nothing.
        return False
    if question.has("define"):
        return asks and (wish.measured or (bool(wish.bands) and question.has("credential_word")))
    if asks and told:
        return True
    if wish.topics and question.has("credential_word") and no_fact:
        return True
    if wish.providers and no_fact and not question.has("plural"):
        # "Professional level AWS for operations": no verb, but what is told of it can only be a wish.
        return bool(wish.bands and wish.topics) or (asks and question.has("credential_word") and not question.rest)
    if len(wish.fields()) > 1 or (wish.measured and question.has("plural")):
        return not resolved.dangling
    return wish.measured and (bool(wish.topics or wish.bands) or (wish.no_renewal and not resolved.dangling))


def is_plain_wish(question: Question, resolved: Resolved) -> bool:
    """Whether it is a wish of our field beyond doubt, however unlike our examples it is worded."""
    wish = question.constraints
    told = question.has("credential_word", *_FIRST_STEPS) or len(wish.fields()) > 1
    return bool(wish.topics) and told and wants_recommendation(question, resolved)


def is_of_provider(question: Question, resolved: Resolved, catalog: Catalog) -> bool:
    """Whether a provider is the subject: it is named, and nothing else is that would single out a credential."""
    if resolved.leaning:
        return False
    if not question.providers:
        return bool(question.bodies) and not (question.named or question.partial)
    if question.named:
        # "Sophia" is both: its credential answers for its fields, its page for the rest.
        several = len(question.providers) > 1
        return question.of_provider and (several or (not resolved.fields and bool(question.rest)))
    general = bool(resolved.fields) and GENERAL.issuperset(resolved.fields)
    if question.has("plural") or (general and not _singles_out(question, catalog)):
        return True
    if _singles_out(question, catalog):
        return False
    # "AWS exam price?" asks for one of its exams, "what does Coursera cost?" does not.
    return bool(question.rest) or not resolved.fields or not question.has("generic")


def _singles_out(question: Question, catalog: Catalog) -> bool:
    """Whether words beside the provider's name tell its credentials apart: "cloud" does not for those of AWS."""
    if not question.narrowing:
        return False
    topics = set(question.constraints.topics)
    offered = [c for c in catalog if c.provider in question.providers]
    shared = bool(topics) and all(topics & set(credential.topics) for credential in offered)
    return not shared or len(question.narrowing) > len(question.topic_words)


def is_exact(question: Question) -> bool:
    """Whether a field is asked for that each credential has to itself."""
    return bool(set(question.fields) - CONCEPTUAL - GENERAL)


def lists_gone(question: Question) -> bool:
    """Whether it asks which are retired, of all and not of a provider's."""
    singled = question.named or question.partial or question.providers or question.rest
    return question.has("plural") and question.has("polar.gone") and question.fields == ("status",) and not singled


def is_vague(question: Question) -> bool:
    """Whether it asks to choose, but not what or among what: "which is better?", "the scrum one"."""
    asks = question.fields or question.rest or question.named or question.providers or question.partial
    chooses = question.has("compare") or (question.has("choice") and question.constraints.any)
    return chooses and not asks and len(question.tokens) <= _FEW and not question.has("recommend", "define")


def names_only(question: Question) -> bool:
    """Whether a provider is named and nothing asked of it."""
    return bool(question.providers) and not (question.fields or question.rest or question.named or question.narrowing)


def refines(question: Question, context: Context) -> bool:
    """Whether it changes the wish of the turn before: "same but without renewal", "and one under 200 dollars"."""
    points = question.leads_in or question.has("pronoun")
    return context.wish.any and question.constraints.any and points and not question.named and not question.providers


def chooses(question: Question, context: Context) -> bool:
    """Whether it asks which of those listed to take: "which first?", "which would you take?"."""
    return len(context.options) > 1 and question.has("choose") and not _names_anything(question)


def wants_cheaper(question: Question, context: Context) -> bool:
    """Whether something cheaper is looked for than the one spoken of: "cheaper one?", "anything less expensive?"."""
    alone = len(context.focus) == 1 and not context.comparing
    return alone and question.has("compare.cheaper") and not (question.fields or _names_anything(question))


def _names_anything(question: Question) -> bool:
    wish = question.constraints
    of_whom = question.named or question.partial or question.providers or question.bodies
    return bool(of_whom or question.rest or wish.topics or wish.measured)
