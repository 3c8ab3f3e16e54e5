"""The wallet in words: what is computed says from what, passes the gate, and a wrong date never reaches anybody."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from bot.app import build_fact_reader
from bot.catalog.catalog import Catalog
from bot.catalog.credential import Credential
from bot.catalog.wording import Wording
from bot.core.answer import Draft
from bot.core.toolbox import Toolbox
from bot.grounding.gate import Gate, Released
from bot.learning.learner import Holding, Profile, Reminder
from bot.learning.reminder_times import wanted_reminders
from bot.learning.wallet import Entry, wallet
from bot.offline.wallet import WalletWords
from bot.settings import content_folder
from bot.text.lexicon import Lexicon
from bot.text.prompts import Phrases
from tests.fakes import NoRetriever
from tests.learning.conftest import TODAY, catalog, phrases, wording

__all__ = ["catalog", "phrases", "wording"]

LANGUAGES = ("en", "es", "fr", "de", "pt", "hi", "zh")
DAYS = ("2019-05-31", "2024-02-29", "2026-02-10")


def held(credential: str, earned: str | None = None, expires: str | None = None) -> Holding:
    return Holding(
        credential=credential,
        earned_on=date.fromisoformat(earned) if earned else None,
        expires_on=date.fromisoformat(expires) if expires else None,
    )


@pytest.fixture(scope="module")
def gate() -> Gate:
    return Gate(build_fact_reader(Lexicon.load(content_folder("prompts") / "understanding")))


@pytest.fixture(scope="module")
def words(catalog: Catalog, wording: Wording) -> WalletWords:
    return WalletWords(Toolbox(catalog, wording, NoRetriever()))


class Desk:
    """What somebody with these holdings is told."""

    def __init__(self, words: WalletWords, gate: Gate, catalog: Catalog, *holdings: Holding) -> None:
        self.words, self._gate = words, gate
        self.entries = wallet(holdings, catalog, TODAY)

    def released(self, draft: Draft, language: str = "en") -> Released:
        return self._gate.release(draft, self.words.own_words(self.entries), same_language=language == "en")

    def one(self, language: str = "en") -> str:
        return self.released(self.words.one(self.entries[0], language), language).text

    def overview(self) -> Released:
        return self.released(self.words.overview(self.entries, "en"))


@pytest.fixture
def desk(words: WalletWords, gate: Gate, catalog: Catalog) -> type[Desk]:
    class Here(Desk):
        def __init__(self, *holdings: Holding) -> None:
            super().__init__(words, gate, catalog, *holdings)

    return Here


def test_security_plus_is_told_with_its_expiry_and_how_to_renew_it(desk: type[Desk]) -> None:
    assert (
        "**Security+**: passed on 2023-12-01 and valid for three years, so it expires on 2026-12-01 [1]. To renew "
        "Security+: earn 50 continuing education units and pay the yearly fee, or pass a higher CompTIA certification "
        "[2]. Security+ is also renewed by earning CySA+, PenTest+ (PT0-003) or SecurityX (CAS-005) [3]."
    ) == desk(held("comptia-security-plus", "2023-12-01")).one()


def test_az_104_says_that_renewal_opens_180_days_before_it_expires(desk: type[Desk]) -> None:
    text = desk(held("az-104", "2026-11-20")).one()

    assert "Renewal of AZ-104 opens on 2027-05-24, 180 days before it expires [1]." in text


def test_the_associate_says_that_the_professional_renewed_it(desk: type[Desk]) -> None:
    text = desk(
        held("aws-solutions-architect-associate", "2024-03-10"),
        held("aws-solutions-architect-professional", "2025-05-20"),
    ).one()

    assert "renewed when you earned AWS Solutions Architect Professional (SAP-C02) on 2025-05-20" in text
    assert "expires on 2028-05-20" in text


def test_on_which_condition_something_renews_is_said(desk: type[Desk]) -> None:
    text = desk(held("comptia-cysa-plus", "2024-03-10"), held("comptia-pentest-plus", "2025-05-20")).one()

    assert "(PenTest+ only when first earned by exam)" in text


def test_a_stated_date_is_repeated_as_told_with_what_may_have_moved_it(desk: type[Desk]) -> None:
    text = desk(held("comptia-security-plus", expires="2026-12-24"), held("comptia-cysa-plus", "2026-06-01")).one()

    assert "expires on 2026-12-24, as you told me." in text
    assert "You earned CySA+ on 2026-06-01, which renews Security+ [" in text


def test_what_has_lapsed_is_not_told_how_to_renew_in_time(desk: type[Desk]) -> None:
    text = desk(held("comptia-security-plus", "2020-12-01")).one()

    assert "so it expired on 2023-12-01" in text
    assert "Ask the issuer" in text
    assert "continuing education" not in text


@pytest.mark.parametrize(
    ("holding", "says"),
    [
        (held("az-900", "2020-01-01"), "does not expire"),
        (held("google-it-support", "2024-01-01"), "is not confirmed"),
        (held("comptia-security-plus"), "tell me on which day you passed it"),
        (held("no-such-thing"), "I have no document on it"),
        (Holding(credential="az-305", state="in_progress"), "you are working on it"),
        (Holding(credential="az-305", state="planned"), "planned"),
    ],
)
def test_what_cannot_be_computed_is_said_to_be_so(desk: type[Desk], holding: Holding, says: str) -> None:
    assert says in desk(holding).one()


def test_a_plan_that_retires_is_told_what_to_do_by_when(desk: type[Desk]) -> None:
    text = desk(Holding(credential="ms-102", state="planned")).one()

    assert "MS-102 retires on 2026-11-30" in text
    assert "Finish before that day, or choose another." in text
    assert "MS-102 is replaced by AB-650" in text


def test_a_rule_that_was_read_long_ago_is_told_with_its_day(desk: type[Desk]) -> None:
    assert "Last checked 2024-10" in desk(held("cisco-cyberops-associate", "2024-06-01")).one()


def test_an_overview_has_an_item_for_each_and_sources(desk: type[Desk]) -> None:
    told = desk(held("ccna", "2025-06-01"), held("az-104", "2026-02-10"), held("az-900", "2020-01-01")).overview()

    lead, *items = told.text.splitlines()
    assert "expires first" in lead
    assert ["- **AZ-104**", "- **CCNA**", "- **AZ-900**"] == [item.split(":")[0].split(" does")[0] for item in items]
    assert "Renewal of AZ-104 has been open since 2026-08-14" in items[0]
    assert {"credentials/az-104", "credentials/ccna", "credentials/az-900"} == {c.document for c in told.citations}


def test_an_empty_wallet_says_what_to_tell(desk: type[Desk]) -> None:
    assert "Tell me which credentials you hold" in desk().overview().text


def test_a_wrong_date_is_dropped(desk: type[Desk]) -> None:
    here = desk(held("comptia-security-plus", "2023-12-01"))
    [entry] = here.entries
    assert entry.expiry is not None
    wrong = replace(entry, expiry=replace(entry.expiry, on=date(2027, 12, 1)))

    released = here.released(here.words.one(wrong, "en"))
    assert "2027" not in released.text
    assert ["date '2027-12-01' is in none of its citations"] == [reason.split(":")[0] for reason in released.dropped]


def spoken_of(catalog: Catalog, language: str) -> list[Credential]:
    """All credentials in English, and in each other language a seventh of them, so that all are covered there too."""
    return list(catalog) if language == "en" else list(catalog)[LANGUAGES.index(language) :: len(LANGUAGES)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_of_every_credential_in_every_state_nothing_is_dropped(
    desk: type[Desk], catalog: Catalog, language: str
) -> None:
    dropped: list[str] = []
    for credential in spoken_of(catalog, language):
        dated = [held(credential.id, earned) for earned in DAYS]
        others = [
            held(credential.id),
            held(credential.id, expires="2027-03-31"),
            Holding(credential=credential.id, state="planned"),
        ]
        for holding in [*dated, *others]:
            renewing = [held(other.id, "2026-01-15") for other in catalog.renewing(credential.id)[:1]]
            here = desk(holding, *renewing)
            drafts = [here.words.overview(here.entries, language)]
            drafts += [here.words.one(entry, language) for entry in here.entries]
            dropped += [reason for draft in drafts for reason in here.released(draft, language).dropped]

    assert [] == dropped


class TestReminders:
    def wanted(self, here: Desk, now: str) -> list[Reminder]:
        moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
        return list(wanted_reminders(here.entries, Profile(), moment))

    def test_it_says_what_expires_when_and_what_to_do(self, desk: type[Desk]) -> None:
        here = desk(held("comptia-security-plus", "2023-12-01"))
        [latest, *_] = self.wanted(here, "2026-11-23")

        text = here.released(here.words.reminder(latest, here.entries, "en")).text
        assert text.startswith(
            "Security+ expires on 2026-12-01. Passed on 2023-12-01, valid for three years [1]. To renew Security+: earn"
        )

    def test_what_retires_is_told_with_what_to_do_and_what_takes_its_place(self, desk: type[Desk]) -> None:
        here = desk(Holding(credential="ms-102", state="planned"))
        [latest, *_] = self.wanted(here, "2026-11-23")

        text = here.released(here.words.reminder(latest, here.entries, "en")).text
        assert text.startswith("MS-102 retires on 2026-11-30 [1]. Finish before that day, or choose another.")
        assert "AB-650" in text

    def test_practice_is_told_without_sources(self, desk: type[Desk]) -> None:
        here = desk()
        reminder = Reminder(key="practice:x", due_at=datetime(2026, 1, 1, tzinfo=UTC), text_key="reminder.practice")

        assert "Practice is due" in here.released(here.words.reminder(reminder, (), "en")).text

    def test_what_was_renewed_since_is_not_warned_about(self, desk: type[Desk]) -> None:
        [latest, *_] = self.wanted(desk(held("comptia-security-plus", "2023-12-01")), "2026-11-23")
        renewed = desk(held("comptia-security-plus", "2023-12-01"), held("comptia-cysa-plus", "2026-11-01"))

        told = renewed.released(renewed.words.reminder(latest, renewed.entries, "en")).text
        assert "" == told

    def test_what_left_the_wallet_is_not_told(self, desk: type[Desk]) -> None:
        [latest, *_] = self.wanted(desk(held("comptia-security-plus", "2023-12-01")), "2026-11-23")
        here = desk()

        assert "" == here.released(here.words.reminder(latest, here.entries, "en")).text

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_no_reminder_of_any_credential_is_dropped(self, desk: type[Desk], catalog: Catalog, language: str) -> None:
        dropped: list[str] = []
        for credential in spoken_of(catalog, language):
            for holding in (
                held(credential.id, "2024-02-29"),
                held(credential.id, "2026-02-10"),
                held(credential.id, expires="2027-03-31"),
                Holding(credential=credential.id, state="planned"),
            ):
                here = desk(holding)
                for reminder in self.wanted(here, "2026-01-01"):
                    released = here.released(here.words.reminder(reminder, here.entries, language), language)
                    dropped += released.dropped
                    assert reminder.values["date"] in released.text or released.dropped

        assert [] == dropped


def test_the_entries_that_are_tested_here_are_of_every_kind(catalog: Catalog) -> None:
    """What the two sweeps above go through: all that can be said of an expiry."""
    entries: list[Entry] = [
        entry for known in catalog for day in DAYS for entry in wallet([held(known.id, day)], catalog, TODAY)
    ]

    assert {"computed", "never", "unknown"} <= {entry.expiry.basis for entry in entries if entry.expiry}
    assert {"valid", "renewable", "expired", "endless", "open"} == {entry.validity for entry in entries}


def test_phrases_are_there_for_everything_that_is_said(phrases: Phrases) -> None:
    wanted = {f"wallet.{what}{over}" for what in ("computed", "renewed", "stated") for over in ("", ".expired")} | {
        f"wallet.advice.{advice}" for advice in ("finish_before", "renew_before", "choose_another")
    }

    for language in LANGUAGES:
        assert set() == wanted - phrases.by_language[language].keys()
