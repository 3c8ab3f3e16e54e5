"""The wallet and its reminders in words: what is computed is told with what it was computed from, and with sources."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.catalog.credential import Credential
from bot.catalog.fields import sourced, verdict
from bot.core.answer import Derived, Draft, Statement, Suggestion
from bot.core.toolbox import Toolbox
from bot.documents.model import Passage
from bot.learning.learner import Reminder
from bot.learning.wallet import Entry, Expiry, Window

_MAX_SUGGESTIONS = 3
_OVER = "expired"
_LASTING = frozenset({"valid", "renewable", "open"})


class WalletWords:
    """Composes what is said of a wallet. The gate needs `own_words` beside it: what the learner has told before."""

    def __init__(self, toolbox: Toolbox) -> None:
        self._toolbox = toolbox
        self._wording = toolbox.wording

    def overview(self, entries: Sequence[Entry], language: str) -> Draft:
        """Every credential in one item: until when it is valid, whether renewal is open, whether it goes away."""
        if not entries:
            return Draft(status="answered", statements=(self._framing("wallet.empty", language),))
        items = [part for entry in entries for part in self._item(entry, language)]
        return Draft(
            status="answered",
            statements=(self._framing("wallet.lead", language), *items),
            suggestions=self._suggestions(entries, language),
        )

    def one(self, entry: Entry, language: str) -> Draft:
        """One credential in full: its expiry, its window, how to renew it, what else renews it, whether it goes."""
        statements = [*self._base(entry, language), *self._window(entry, language)]
        if entry.validity != _OVER and entry.credential is not None and entry.credential.renewed_by is not None:
            statements += [*self._renewal(entry, language), self._fact(entry.credential, "renewed_by", language)]
        else:
            statements += self._renewal(entry, language)
        statements += [*self._extension(entry, language), *self.alert(entry, language)]
        return Draft(status="answered", statements=tuple(statements), suggestions=self._suggestions([entry], language))

    def reminder(self, reminder: Reminder, entries: Iterable[Entry], language: str) -> Draft:
        """A reminder as it is sent, with what to do. `entries` are the wallet as it stands when it is sent.

        Without statements where it is no longer so: the credential was renewed since, or has left the wallet.
        """
        text = self._wording.say(reminder.text_key, language, **reminder.values)
        if reminder.credential is None:
            return Draft(status="answered", statements=(Statement(text=text),), suggestions=self._of_practice(language))
        entry = next((entry for entry in entries if entry.holding.credential == reminder.credential), None)
        told = self._reminded(reminder, entry, text, language) if entry is not None else None
        if entry is None or told is None:
            return Draft(status="answered", statements=())
        more = self._advice(entry, language) if _about_retirement(reminder) else []
        return Draft(
            status="answered",
            statements=(told, *more, *self._renewal(entry, language)),
            suggestions=self._suggestions([entry], language),
        )

    def own_words(self, entries: Iterable[Entry]) -> str:
        """What the learner has told, for the gate: names and days. A name may hold a number and states none."""
        told = []
        for entry in entries:
            told.append(entry.credential.name if entry.credential else entry.holding.credential)
            told.append(entry.name)
            told += [day.isoformat() for day in (entry.holding.earned_on, entry.holding.expires_on) if day]
        return "\n".join(told)

    def _of_practice(self, language: str) -> tuple[Suggestion, ...]:
        asks = {"practise_now": "/practice", "not_today": "/reminders later", "never": "/reminders off"}
        return tuple(
            Suggestion(label=self._wording.say(f"reminder.{name}", language), ask=ask) for name, ask in asks.items()
        )

    # What is said, piece by piece

    def _reminded(self, reminder: Reminder, entry: Entry, text: str, language: str) -> Statement | None:
        """The reminder itself, with what its day was computed from; None where it is no longer so."""
        day = reminder.values.get("date")
        if _about_retirement(reminder):
            if entry.alert is None or entry.credential is None or str(entry.alert.on) != day:
                return None
            return Statement(text=text, passages=self._passages(entry.credential, "status", "retired_on"))
        expiry = entry.expiry
        if expiry is None or str(expiry.on) != day:
            return None
        if entry.credential is None or expiry.months is None:
            # The learner's own date needs no source.
            return Statement(text=text)
        basis = self._wording.say(f"reminder.basis.{expiry.basis}", language, **self._terms(expiry, language))
        fields = ("validity", "renewed_by") if expiry.basis == "renewed" else ("validity",)
        passages = self._passages(entry.credential, *fields)
        return Statement(text=f"{text} {basis}", passages=passages, derived=_derived(expiry, None))

    def _item(self, entry: Entry, language: str) -> list[Statement]:
        window = self._window(entry, language) if entry.validity == "renewable" else []
        first, *more = [
            *self._base(entry, language),
            *window,
            *self._extension(entry, language),
            *self.alert(entry, language),
        ]
        return [replace(first, shape="item"), *(replace(part, shape="continued") for part in more)]

    def _base(self, entry: Entry, language: str) -> list[Statement]:
        """What is held until when, or that it is planned."""
        if entry.expiry is None:
            return [self._framing(f"wallet.{entry.holding.state}", language, name=entry.name)]
        expiry, over = entry.expiry, ".expired" if entry.validity == _OVER else ""
        if expiry.basis == "stated":
            return [self._framing(f"wallet.stated{over}", language, name=entry.name, date=expiry.on)]
        if expiry.on is not None:
            fields = ("validity", "renewed_by") if expiry.basis == "renewed" else ("validity",)
            text = self._wording.say(
                f"wallet.{expiry.basis}{over}",
                language,
                name=entry.name,
                date=expiry.on,
                **self._terms(expiry, language),
            )
            text = " ".join([text, *self._limits(entry, fields, language)])
            return [self._cited(entry, text, *fields, derived=_derived(expiry, None))]
        key = {"unknown": "no_term", "conflict": "disputed"}.get(expiry.basis, expiry.basis)
        cited = ("validity",) if expiry.basis in {"never", "unknown", "conflict"} else ()
        told = [self._cited(entry, self._wording.say(f"wallet.{key}", language, name=entry.name), *cited)]
        if expiry.basis in {"unknown", "conflict", "unlisted"}:
            told.append(self._framing("wallet.ask_date", language))
        return told

    def _terms(self, expiry: Expiry, language: str) -> dict[str, object]:
        """From what an expiry was computed, for the phrases that say so."""
        by = {"by": self._wording.name_of(expiry.extension.by)} if expiry.extension is not None else {}
        term = self._wording.term(expiry.months, language) if expiry.months is not None else ""
        return {"earned": expiry.since, "term": term, **by}

    def _limits(self, entry: Entry, fields: Sequence[str], language: str) -> list[str]:
        """What to know of the rules that a date was computed by: that one is old, or on which condition it renews."""
        limits = []
        for field in fields:
            known = sourced(entry.credential, field) if entry.credential else None
            if verdict(field, known, self._toolbox.catalog.today) == "stale" and known is not None:
                limits.append(self._wording.say("stale", language, as_of=known.as_of))
            if field == "renewed_by" and known is not None and known.note:
                limits.append(self._wording.say("note", language, note=known.note))
        return limits

    def _window(self, entry: Entry, language: str) -> list[Statement]:
        window = entry.window
        if window is None or entry.expiry is None or entry.validity == _OVER:
            return []
        if window.months is not None:
            span = self._wording.term(window.months, language)
        else:
            span = self._wording.say("wallet.days", language, n=window.days)
        key = "wallet.window.open" if entry.validity == "renewable" else "wallet.window"
        text = self._wording.say(key, language, name=entry.name, date=window.opens, span=span)
        return [self._cited(entry, text, "renewal", "validity", derived=_derived(entry.expiry, window))]

    def _renewal(self, entry: Entry, language: str) -> list[Statement]:
        """How to renew what is held; once it has lapsed, the rules of those who renew in time no longer help."""
        if entry.validity == _OVER:
            return [self._framing("wallet.lapsed", language)]
        if not entry.held or entry.credential is None or entry.credential.renewal is None:
            return []
        return [self._fact(entry.credential, "renewal", language)]

    def _extension(self, entry: Entry, language: str) -> list[Statement]:
        """Beside a stated date: whether that counts a later renewal in, only the learner can look up."""
        if entry.expiry is None or entry.expiry.basis != "stated" or entry.expiry.extension is None:
            return []
        renewed = entry.expiry.extension
        values = {"name": entry.name, "by": self._wording.name_of(renewed.by), "earned": renewed.earned_on}
        text = self._wording.say("wallet.extension", language, **values)
        return [self._cited(entry, text, "renewed_by"), self._framing("wallet.look_up", language)]

    def standing(self, entry: Entry, language: str) -> list[Statement]:
        """Until when it is valid, and the renewal window where that is open."""
        window = self._window(entry, language) if entry.validity == "renewable" else []
        return [*self._base(entry, language), *window]

    def alert(self, entry: Entry, language: str) -> list[Statement]:
        """That what is held or planned goes away, or has gone, and what to do; nothing where it stays."""
        if entry.alert is None or entry.credential is None:
            return []
        told = [self._fact(entry.credential, "status", language)] if entry.alert.kind != "replaced" else []
        return [*told, *self._advice(entry, language)]

    def _advice(self, entry: Entry, language: str) -> list[Statement]:
        """What to do about what goes away, and what takes its place."""
        told = []
        if entry.alert is not None and entry.alert.kind != "replaced" and entry.alert.advice != "keep":
            told.append(self._framing(f"wallet.advice.{entry.alert.advice}", language))
        if entry.credential is not None and entry.credential.replaced_by is not None:
            told.append(self._fact(entry.credential, "replaced_by", language))
        return told

    def _fact(self, credential: Credential, field: str, language: str) -> Statement:
        return self._toolbox.statement(credential, field, language, name=credential.short_name)

    def _cited(self, entry: Entry, text: str, *fields: str, derived: tuple[Derived, ...] = ()) -> Statement:
        if entry.credential is None or not fields:
            return Statement(text=text)
        first = self._toolbox.look_up(entry.credential, fields[0])
        passages = self._passages(entry.credential, *fields)
        return Statement(text=text, passages=passages, verdict=first.verdict, derived=derived)

    def _passages(self, credential: Credential, *fields: str) -> tuple[Passage, ...]:
        found = (self._toolbox.look_up(credential, field).passage for field in fields)
        return tuple(dict.fromkeys(passage for passage in found if passage is not None))

    def _framing(self, key: str, language: str, **values: object) -> Statement:
        return Statement(text=self._wording.say(key, language, **values))

    def _suggestions(self, entries: Sequence[Entry], language: str) -> tuple[Suggestion, ...]:
        """How to renew what expires first."""
        known = [
            entry.credential
            for entry in entries
            if entry.credential is not None and entry.credential.renewal_rule and entry.validity in _LASTING
        ]
        return tuple(
            Suggestion(
                label=self._wording.say("wallet.label.renewal", language, name=credential.short_name),
                ask=self._wording.say("ask.renewal", language, name=credential.short_name),
            )
            for credential in known[:_MAX_SUGGESTIONS]
        )


def _about_retirement(reminder: Reminder) -> bool:
    return reminder.text_key.startswith(("reminder.retiring", "reminder.retired"))


def _derived(expiry: Expiry, window: Window | None) -> tuple[Derived, ...]:
    """The steps from what was told to the expiry, and on to the first day of the window."""
    steps = []
    if expiry.on is not None and expiry.since is not None and expiry.months is not None:
        terms = (expiry.since.isoformat(), f"{expiry.months} months")
        steps.append(Derived(value=expiry.on.isoformat(), rule="after", terms=terms))
    if window is not None and expiry.on is not None:
        span = f"{window.months} months" if window.months is not None else f"{window.days} days"
        steps.append(Derived(value=window.opens.isoformat(), rule="before", terms=(expiry.on.isoformat(), span)))
    return tuple(steps)
