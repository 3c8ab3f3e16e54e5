"""`me`: what is kept of a learner; all of it as a file; its erasure."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import sys
from datetime import UTC, datetime
from typing import Any

import typer

from bot.cli.learners import SavedFiles, identity, opened_store
from bot.cli.output import is_terminal, say, say_json
from bot.cli.session import load_settings


def show(learner: str, *, as_json: bool) -> None:
    """Profile and wallet."""
    from bot.cli.asking import tell_learner

    if not as_json:
        tell_learner("/me", learner)
        return
    with asyncio.Runner() as runner, opened_store(load_settings(), runner) as store:
        known = runner.run(store.learner(identity(learner)))
        profile, wallet = dataclasses.asdict(known.profile), [dataclasses.asdict(held) for held in known.wallet]
        say_json(_plain({"learner": learner, "profile": profile, "wallet": wallet}))


def export(learner: str) -> None:
    """Everything that is kept, as one JSON object: for machines and people alike."""
    with asyncio.Runner() as runner, opened_store(load_settings(), runner) as store:
        kept = runner.run(store.export(identity(learner)))
        say(json.dumps(_plain(kept), ensure_ascii=False, indent=2))


def forget(learner: str, *, as_json: bool) -> None:
    """Erase everything; on a terminal it is asked first."""
    if is_terminal(sys.stdin) and not as_json:
        typer.confirm(f"Erase everything that is kept of {learner!r}? This cannot be undone.", abort=True)
    settings = load_settings()
    files = SavedFiles(settings, learner)
    with asyncio.Runner() as runner, opened_store(settings, runner, files) as store:
        receipt = runner.run(store.forget(identity(learner), datetime.now(UTC)))
        if as_json:
            say_json(_plain({"at": receipt.at, "erased": receipt.erased}))
        else:
            say(f"Erased: {sum(receipt.erased.values())} records, at {receipt.at:%Y-%m-%d %H:%M} UTC.")


def _plain(value: Any) -> Any:
    """Dates and times as ISO text, tuples as lists."""
    return json.loads(json.dumps(value, default=_text))


def _text(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
