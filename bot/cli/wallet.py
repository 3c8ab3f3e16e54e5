"""`wallet` and `practice`: a learner's credentials with their renewals, and what is due to be practised."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

from bot.cli.asking import tell_learner
from bot.cli.learners import identity, opened_store
from bot.cli.output import say_json
from bot.cli.session import ready_library
from bot.learning.wallet import Entry


def show_wallet(learner: str, *, as_json: bool) -> None:
    if not as_json:
        tell_learner("/wallet", learner)
        return
    from bot.learning.wallet import wallet
    from bot.learning.zones import local_day

    with ready_library(patient=False) as library, asyncio.Runner() as runner:
        with opened_store(library.settings, runner) as store:
            known = runner.run(store.learner(identity(learner)))
        today = local_day(known.profile, datetime.now(UTC))
        entries = wallet(known.wallet, library.catalog(), today)
        say_json({"learner": learner, "credentials": [entry_object(entry) for entry in entries]})


def show_practice(learner: str, *, as_json: bool) -> None:
    if not as_json:
        tell_learner("/progress", learner)
        return
    from bot.learning.practice import is_due
    from bot.learning.progress import progress
    from bot.learning.zones import zone_of

    with ready_library(patient=False) as library, asyncio.Runner() as runner:
        now = datetime.now(UTC)
        with opened_store(library.settings, runner) as store:
            known = runner.run(store.learner(identity(learner)))
            cards = {card.item: card for card in runner.run(store.cards(known))}
            reviews = runner.run(store.reviews(known))
        told = progress(cards, cards, reviews, now, zone=zone_of(known.profile))
        say_json(
            {
                "learner": learner,
                "seen": told.seen,
                "mastered": told.mastered,
                "due": [
                    {"item": card.item, "due_at": card.due_at.isoformat()}
                    for card in cards.values()
                    if is_due(card, now)
                ],
                "days_this_week": told.days_this_week,
                "weekly_goal": told.weekly_goal,
            }
        )


def entry_object(entry: Entry) -> dict[str, Any]:
    """One credential of a wallet as others may rely on it. Days are ISO dates, None where nothing is known."""
    expiry, alert = entry.expiry, entry.alert
    return {
        "credential": entry.holding.credential,
        "title": entry.credential.title if entry.credential else None,
        "state": entry.holding.state,
        "earned_on": _day(entry.holding.earned_on),
        "expires_on": _day(expiry.on if expiry else None),
        "expiry_basis": expiry.basis if expiry else None,
        "validity": entry.validity,
        "renewal_opens": _day(entry.window.opens if entry.window else None),
        "renewed_by": list(entry.renewers),
        "alert": None
        if alert is None
        else {"kind": alert.kind, "advice": alert.advice, "on": _day(alert.on), "successor": alert.successor},
    }


def _day(day: Any) -> str | None:
    return day.isoformat() if day else None
