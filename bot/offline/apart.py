"""What a question names only to set it aside: "not from AWS", "besides CCNA", "I already hold Security+". Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.catalog.names import Named, Names, Span
from bot.text.lexicon import Cue

Called = tuple[str, Span]
_BETWEEN = 1  # a word may stand between "not" and the name: "not the AWS one"
_HELD_BETWEEN = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Apart:
    """`named` and `called` are the credentials and providers that are left as the subject.

    `providers` are those that are not wanted, `held` the credentials that the learner has, `credentials` all that must
    not be recommended. `bodies` are those named that issue nothing
    themselves, `places` the words that are denied.
    """

    named: Named
    called: tuple[Called, ...]
    providers: tuple[str, ...] = ()
    credentials: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    all_held: bool = False
    bodies: tuple[str, ...] = ()
    places: frozenset[int] = frozenset()

    def kept(self, tokens: Sequence[str]) -> list[str]:
        return [token for place, token in enumerate(tokens) if place not in self.places]


def set_apart(tokens: Sequence[str], cues: Sequence[Cue], named: Named, names: Names) -> Apart:
    everyone = names.providers(tokens)
    called = [found for found in everyone if names.is_offering(found[0])]
    spans = [*named.spans, *(span for _, span in called), *_brands(tokens, names)]
    denied = _denied(cues, spans)
    kept = [found for found in called if found[1][0] not in denied]
    not_wanted = [identity for identity, (start, _) in called if start in denied]
    not_wanted += [owner for place in denied if (owner := names.owner(tokens[place])) and names.is_brand(tokens[place])]
    wanted_by_name = {identity for identity, _ in kept}
    subject, refused = _without(named, denied, others=bool(kept))
    if not named.found and denied:
        subject = names.find(tokens, denied)
    held = _held(cues, subject)
    return Apart(
        named=subject,
        called=tuple(kept),
        providers=tuple(dict.fromkeys(identity for identity in not_wanted if identity not in wanted_by_name)),
        credentials=(*refused, *held),
        held=held,
        bodies=tuple(dict.fromkeys(identity for identity, _ in everyone if not names.is_offering(identity))),
        all_held=bool(held) and set(held).issuperset(i for ids in subject.found for i in ids),
        places=frozenset(place for start, end in spans if start in denied for place in range(start, end)),
    )


def _brands(tokens: Sequence[str], names: Names) -> list[Span]:
    """Words that stand for a provider without being its name."""
    return [(place, place + 1) for place, token in enumerate(tokens) if names.is_brand(token)]


def _denied(cues: Sequence[Cue], spans: Sequence[Span]) -> frozenset[int]:
    """Where the denied names begin. "Not AWS or Azure" denies both."""
    quiet = {cue.start for cue in cues if cue.key == "function_words" and cue.end - cue.start == 1}
    joined = {cue.start for cue in cues if cue.key == "alternative"}
    ends = dict(sorted(spans))

    def next_name(place: int) -> int | None:
        for ahead in range(place, place + _BETWEEN + 1):
            if ahead in ends:
                return ahead
            if ahead not in quiet:
                break
        return None

    found: set[int] = set()
    for cue in cues:
        place = next_name(cue.end) if cue.key == "negation" else None
        while place is not None and place not in found:
            found.add(place)
            end = ends[place]
            place = next_name(end + 1) if end in joined else None
    return frozenset(found)


def _without(named: Named, denied: frozenset[int], *, others: bool) -> tuple[Named, tuple[str, ...]]:
    """What is named beside what is denied: "AZ-104, not AZ-900" names one. Where nothing else is named, what is denied
    is the subject all the same: "what instead of AZ-500?".
    """
    kept = [place for place, (start, _) in enumerate(named.spans) if start not in denied]
    refused = tuple(i for place, ids in enumerate(named.found) if place not in kept for i in ids)
    if not refused or not (kept or others):
        return named, ()
    found = tuple(named.found[place] for place in kept)
    return replace(named, found=found, spans=tuple(named.spans[place] for place in kept)), refused


def _held(cues: Sequence[Cue], named: Named) -> tuple[str, ...]:
    """What the learner says to have: "I passed CCNA", "after Security+"."""
    ends = {cue.end for cue in cues if cue.key == "held"}
    held = []
    for ids, (start, end) in zip(named.found, named.spans, strict=True):
        if len(ids) == 1 and any(0 <= start - before < _HELD_BETWEEN for before in ends):
            held.append(ids[0])
            ends.add(end)  # "Security+ and Network+": the next one as well
    return tuple(held)
