"""What becomes of a learner by a turn's changes, and of two learners who turn out to be one person. Pure."""

from __future__ import annotations

from dataclasses import fields, replace

from bot.learning.learner import CardState, Changes, Holding, Learner, Profile

# Said in one breath: of these, one learner's are never mixed with another's.
_TOGETHER = (("goals", "goal_text"), ("quiet_from", "quiet_until"))


def changed(learner: Learner, changes: Changes) -> Learner:
    """The learner after the changes, with the same version. The wallet is in order of credential ids."""
    held = {holding.credential: holding for holding in learner.wallet}
    for credential in changes.dropped:
        held.pop(credential, None)
    held |= {holding.credential: holding for holding in changes.holdings}
    return replace(learner, profile=changes.profile or learner.profile, wallet=_ordered(held))


def joined(first: Learner, second: Learner) -> Learner:
    """Both as the first, in whose favour every contradiction is decided; the second fills in what is not said."""
    return replace(
        first,
        profile=_joined_profile(first.profile, second.profile),
        wallet=_ordered({holding.credential: holding for holding in (*second.wallet, *first.wallet)}),
    )


def joined_card(first: CardState, second: CardState) -> CardState:
    """The first's schedule, and the days on which either knew the answer."""
    return replace(first, correct_days=tuple(sorted({*first.correct_days, *second.correct_days})))


def _ordered(held: dict[str, Holding]) -> tuple[Holding, ...]:
    return tuple(held[credential] for credential in sorted(held))


def _joined_profile(first: Profile, second: Profile) -> Profile:
    together = {name: names for names in _TOGETHER for name in names}
    unsaid = Profile()
    filled = {
        field.name: getattr(second, field.name)
        for field in fields(Profile)
        if all(getattr(first, name) == getattr(unsaid, name) for name in together.get(field.name, (field.name,)))
    }
    return replace(first, **filled)
