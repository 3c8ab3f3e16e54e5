"""The wallet on a day: until when each credential is valid, when its renewal opens, what else renews it, what retires.

Computed from what the learner said and what the sources say; what they do not say is said to be unknown, never
guessed. Pure: no clock, no phrasing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from bot.catalog.catalog import Catalog
from bot.catalog.credential import Credential, RenewalRule
from bot.catalog.terms import add_months
from bot.errors import InputError
from bot.learning.learner import Holding

Basis = Literal["stated", "computed", "renewed", "never", "unknown", "conflict", "undated", "unlisted"]
Validity = Literal["valid", "renewable", "expired", "endless", "open"]
AlertKind = Literal["retiring", "retired", "replaced"]
Advice = Literal["finish_before", "renew_before", "choose_another", "keep"]
# `say` of the phrases in one language: messages for people stand in `prompts/`.
Say = Callable[..., str]

# Nobody's certificate is older, or valid for longer; such a year is a slip of the finger.
_OLDEST = 1970
_LONGEST_YEARS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """A later success renewed this credential: what (`by`), when, and until when, counted `months` from that day."""

    by: str
    earned_on: date
    months: int
    until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Expiry:
    """The last valid day `on` (expired from the next day on), and what it rests on.

    `stated`: the certificate says so; `computed`: `months` after `since`, the day it was earned; `renewed`: `months`
    after `since`, the day on which something was earned that renews it; `never`: it does not expire; `unknown` and
    `conflict`: the sources do not say, or disagree; `undated`: the day it was earned is not known; `unlisted`: the
    credential is not in the catalogue. `on` is None for all but the first three.

    `extension` is a later renewal. A stated date prevails over it, because nobody knows whether it counts it in.
    """

    basis: Basis
    on: date | None = None
    since: date | None = None
    months: int | None = None
    extension: Extension | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The first day on which it can be renewed: so many days or months, as the source counts, before it expires."""

    opens: date
    days: int | None = None
    months: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A credential that is held or planned goes away. `on` is the first day on which it is retired, None: not told.

    `advice`: `finish_before` and `renew_before` the day `by`; `choose_another`, where it cannot be earned any more or
    has run out; `keep` what is held, with whatever the sources say of renewing it.
    """

    kind: AlertKind
    advice: Advice
    on: date | None = None
    by: date | None = None
    successor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One credential of the wallet as it stands on a day.

    `expiry` is None for what is not held yet; `rule` is the renewal in numbers and `renewers` the credentials whose
    success renews this one, as the sources say.
    """

    holding: Holding
    credential: Credential | None
    validity: Validity | None = None
    expiry: Expiry | None = None
    window: Window | None = None
    rule: RenewalRule | None = None
    renewers: tuple[str, ...] = ()
    alert: Alert | None = None

    @property
    def name(self) -> str:
        return self.credential.short_name if self.credential else self.holding.credential

    @property
    def held(self) -> bool:
        return self.holding.state == "held"


def wallet(holdings: Sequence[Holding], catalog: Catalog, today: date) -> tuple[Entry, ...]:
    """Every holding as it stands today, what expires first standing first; what is not held yet comes last."""
    entries = [_entry(holding, holdings, catalog, today) for holding in holdings]
    return tuple(sorted(entries, key=_soonest_first))


def checked_holding(holding: Holding, name: str, today: date, say: Say) -> Holding:
    """The holding, if its dates are possible. Raises `InputError` that says what to change, in the words of `say`;
    `name` is what the credential is called.
    """
    earned, expires = holding.earned_on, holding.expires_on
    if holding.state != "held" and (earned or expires):
        raise InputError(say("wallet.error.not_held", name=name))
    if earned and earned > today:
        raise InputError(say("wallet.error.future", name=name, earned=earned, today=today))
    if earned and expires and expires <= earned:
        raise InputError(say("wallet.error.order", name=name, earned=earned, expires=expires))
    for day in filter(None, (earned, expires)):
        if not _OLDEST <= day.year <= today.year + _LONGEST_YEARS:
            raise InputError(say("wallet.error.year", name=name, day=day))
    return holding


def extension(holding: Holding, holdings: Iterable[Holding], catalog: Catalog) -> Extension | None:
    """The latest renewal of a holding by something earned after it, None where there is none.

    Only where the credential's own sources name what renews it (`renewed_by`), and only by what was earned while it
    was valid: a lapsed certificate is earned anew. The new term counts from the day of the later success. The sources
    say that it renews, not from when: that is the earlier of the two readings (the other adds to the old expiry), so
    that a warning comes too early rather than too late.
    """
    credential = catalog.get(holding.credential)
    first = _first_term(holding, credential)
    months = _months(credential, holding.earned_on) if credential else None
    if credential is None or first.on is None or not isinstance(months, int):
        return None
    renewers = {other.id for other in catalog.renewing(credential.id)}
    later = sorted(
        (other.earned_on, other.credential)
        for other in holdings
        if other.credential in renewers and other.state == "held" and other.earned_on is not None
    )
    found, until = None, first.on
    for earned_on, by in later:
        in_time = (holding.earned_on or date.min) < earned_on <= until
        if in_time and (new := add_months(earned_on, months)) > until:
            found, until = Extension(by=by, earned_on=earned_on, months=months, until=new), new
    return found


def _entry(holding: Holding, holdings: Sequence[Holding], catalog: Catalog, today: date) -> Entry:
    credential = catalog.get(holding.credential)
    expiry = _expiry(holding, holdings, catalog) if holding.state == "held" else None
    window = _window(expiry, credential.renewal_rule if credential else None)
    validity = _validity(expiry, window, today)
    return Entry(
        holding=holding,
        credential=credential,
        validity=validity,
        expiry=expiry,
        window=window,
        rule=credential.renewal_rule if credential else None,
        renewers=tuple(other.id for other in catalog.renewing(credential.id)) if credential else (),
        alert=_alert(credential, validity, window, catalog, today) if credential else None,
    )


def _expiry(holding: Holding, holdings: Iterable[Holding], catalog: Catalog) -> Expiry:
    first = _first_term(holding, catalog.get(holding.credential))
    renewed = extension(holding, holdings, catalog)
    if renewed is None:
        return first
    if first.basis == "stated":
        return Expiry(basis="stated", on=first.on, extension=renewed)
    return Expiry(basis="renewed", on=renewed.until, since=renewed.earned_on, months=renewed.months, extension=renewed)


def _first_term(holding: Holding, credential: Credential | None) -> Expiry:
    """Until when it was valid when it was earned. A date on the certificate prevails over what sources say."""
    if holding.expires_on is not None:
        return Expiry(basis="stated", on=holding.expires_on)
    if credential is None:
        return Expiry(basis="unlisted")
    months = _months(credential, holding.earned_on)
    if isinstance(months, str):
        return Expiry(basis=months)
    if holding.earned_on is None:
        return Expiry(basis="undated", months=months)
    return Expiry(basis="computed", on=add_months(holding.earned_on, months), since=holding.earned_on, months=months)


def _months(credential: Credential, earned_on: date | None) -> int | Literal["never", "unknown", "conflict", "undated"]:
    """How long it is valid that was earned on that day, as the sources say, or what keeps that from being known.

    Some terms hold only from a day on (`earned_since`); what was earned earlier has the term that held until then,
    where a source still tells it.
    """
    known = credential.validity
    if known is None or known.unknown is not None:
        return "unknown"
    if known.conflict:
        return "conflict"
    value = known.value
    if known.earned_since is not None:
        if earned_on is None:
            return "undated"
        if earned_on.isoformat() < known.earned_since:
            day = earned_on.isoformat()
            value = next((old.value for old in known.older if old.earned_before and day < old.earned_before), None)
    return "unknown" if value is None else value


def _window(expiry: Expiry | None, rule: RenewalRule | None) -> Window | None:
    if expiry is None or expiry.on is None or rule is None:
        return None
    if rule.window_months is not None:
        return Window(opens=add_months(expiry.on, -rule.window_months), months=rule.window_months)
    if rule.window_days is not None:
        return Window(opens=expiry.on - timedelta(days=rule.window_days), days=rule.window_days)
    return None


def _validity(expiry: Expiry | None, window: Window | None, today: date) -> Validity | None:
    if expiry is None:
        return None
    if expiry.basis == "never":
        return "endless"
    if expiry.on is None:
        return "open"
    if expiry.on < today:
        return "expired"
    return "renewable" if window is not None and window.opens <= today else "valid"


def _alert(
    credential: Credential, validity: Validity | None, window: Window | None, catalog: Catalog, today: date
) -> Alert | None:
    status = catalog.status(credential, today)
    successor = credential.replaced_by.value if credential.replaced_by else None
    if status == "active" and successor is None:
        return None
    kind: AlertKind = "replaced" if status == "active" else status
    on = _first_day(credential.retired_on.value) if credential.retired_on and credential.retired_on.value else None
    advice = _advice(kind, validity, on, window)
    by = on if advice in {"finish_before", "renew_before"} else None
    return Alert(kind=kind, advice=advice, on=on, by=by, successor=successor)


def _advice(kind: AlertKind, validity: Validity | None, on: date | None, window: Window | None) -> Advice:
    if validity is None or validity == "expired":
        return "finish_before" if kind == "retiring" and on is not None and validity is None else "choose_another"
    # Renewing before it retires is open for certain; whether it is afterwards, only the sources' renewal rule says.
    renewable = window is not None and on is not None and window.opens < on
    return "renew_before" if kind == "retiring" and renewable else "keep"


def _first_day(text: str) -> date:
    """The first day of `YYYY`, `YYYY-MM` or `YYYY-MM-DD`: of a month that is told, nobody should wait for the end."""
    year, month, day = (*(int(part) for part in text[:10].split("-")), 1, 1)[:3]
    return date(year, month, day)


def _soonest_first(entry: Entry) -> tuple[int, date, str]:
    on = entry.expiry.on if entry.expiry else None
    rank = {"held": 0, "in_progress": 1, "planned": 2}[entry.holding.state]
    return rank, on or date.max, entry.name.casefold()
