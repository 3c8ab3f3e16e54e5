"""Until when what somebody holds is valid, what renews it, and what of it goes away."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bot.catalog.catalog import Catalog, on
from bot.catalog.credential import Credential, RenewalRule
from bot.catalog.sourced import Reading, Sourced
from bot.errors import InputError
from bot.learning.learner import Holding, HoldingState
from bot.learning.wallet import Alert, Entry, Expiry, Extension, Say, Window, checked_holding, extension, wallet
from tests.learning.conftest import TODAY


def held(credential: str, earned: str | None = None, expires: str | None = None) -> Holding:
    return Holding(
        credential=credential,
        earned_on=date.fromisoformat(earned) if earned else None,
        expires_on=date.fromisoformat(expires) if expires else None,
    )


def entry(catalog: Catalog, *holdings: Holding, today: date = TODAY) -> Entry:
    """The first holding as it stands beside the others."""
    found = wallet(holdings, catalog, today)
    return next(entry for entry in found if entry.holding == holdings[0])


def expiry(catalog: Catalog, *holdings: Holding) -> Expiry:
    found = entry(catalog, *holdings).expiry
    assert found is not None
    return found


def with_validity(catalog: Catalog, credential: str, validity: Sourced[int] | None) -> Catalog:
    changed = replace(catalog[credential], validity=validity)
    return Catalog([changed if known.id == credential else known for known in catalog], on(catalog.today))


class TestExpiry:
    def test_security_plus_of_december_2023_expires_three_years_later(self, catalog: Catalog) -> None:
        found = expiry(catalog, held("comptia-security-plus", "2023-12-01"))

        assert Expiry(basis="computed", on=date(2026, 12, 1), since=date(2023, 12, 1), months=36) == found

    @pytest.mark.parametrize(
        ("credential", "earned", "until"),
        [
            pytest.param("az-104", "2026-02-10", "2027-02-10", id="twelve months"),
            pytest.param("az-104", "2024-02-29", "2025-02-28", id="29 February to a year without one"),
            pytest.param("cka", "2024-08-31", "2026-08-31", id="the end of a month"),
            pytest.param("cissp", "2023-11-30", "2026-11-30", id="years"),
            pytest.param("cka", "2023-06-15", "2026-06-15", id="a term that held for what was earned before a day"),
            pytest.param("cka", "2024-04-01", "2026-04-01", id="a term that holds from that day on"),
        ],
    )
    def test_expiry_follows_the_calendar(self, catalog: Catalog, credential: str, earned: str, until: str) -> None:
        assert date.fromisoformat(until) == expiry(catalog, held(credential, earned)).on

    def test_what_the_certificate_says_prevails(self, catalog: Catalog) -> None:
        found = expiry(catalog, held("comptia-security-plus", "2023-12-01", "2027-01-31"))

        assert Expiry(basis="stated", on=date(2027, 1, 31)) == found

    @pytest.mark.parametrize(
        ("holding", "basis"),
        [
            pytest.param(held("az-900", "2020-01-01"), "never", id="never"),
            pytest.param(held("google-it-support", "2024-01-01"), "unknown", id="the sources do not say"),
            pytest.param(held("ckad", "2023-06-15"), "unknown", id="the rule of before is in no source"),
            pytest.param(held("georgia-tech-omscs", "2024-01-01"), "unknown", id="the question does not arise"),
            pytest.param(held("comptia-security-plus"), "undated", id="no day of passing"),
            pytest.param(held("cka"), "undated", id="the term itself depends on the day"),
            pytest.param(held("no-such-thing", "2024-01-01"), "unlisted", id="not in the catalogue"),
        ],
    )
    def test_where_nothing_can_be_computed_the_reason_is_told(
        self, catalog: Catalog, holding: Holding, basis: str
    ) -> None:
        found = expiry(catalog, holding)

        assert (basis, None) == (found.basis, found.on)

    def test_disputed_validity_is_no_ground_for_a_date(self, catalog: Catalog) -> None:
        readings = (Reading(value=36, source=("a",)), Reading(value=24, source=("b",)))
        disputed = with_validity(catalog, "ccna", Sourced(conflict=readings))

        assert Expiry(basis="conflict") == expiry(disputed, held("ccna", "2024-01-01"))

    def test_a_date_on_the_certificate_needs_no_source(self, catalog: Catalog) -> None:
        assert "stated" == expiry(catalog, held("no-such-thing", expires="2027-01-01")).basis

    @pytest.mark.parametrize(
        ("today", "validity"),
        [
            (date(2026, 6, 3), "valid"),
            (date(2026, 6, 4), "renewable"),
            (date(2026, 12, 1), "renewable"),
            (date(2026, 12, 2), "expired"),
        ],
    )
    def test_it_is_valid_on_its_last_day_and_expired_on_the_next(
        self, catalog: Catalog, today: date, validity: str
    ) -> None:
        assert validity == entry(catalog, held("az-104", "2025-12-01"), today=today).validity

    def test_what_expires_first_stands_first_and_plans_stand_last(self, catalog: Catalog) -> None:
        planned = Holding(credential="az-305", state="planned")
        found = wallet(
            [planned, held("az-900"), held("ccna", "2025-01-01"), held("az-104", "2026-01-01")], catalog, TODAY
        )

        assert ["az-104", "ccna", "az-900", "az-305"] == [entry.holding.credential for entry in found]


class TestRenewal:
    def test_az_104_opens_180_days_before_it_expires(self, catalog: Catalog) -> None:
        found = entry(catalog, held("az-104", "2026-02-10"))

        assert Window(opens=date(2026, 8, 14), days=180) == found.window
        assert "renewable" == found.validity

    def test_a_window_in_months_is_counted_in_months(self, catalog: Catalog) -> None:
        found = entry(catalog, held("terraform-associate", "2025-08-31"))

        assert Window(opens=date(2027, 2, 28), months=6) == found.window

    def test_where_no_source_tells_of_a_window_there_is_none(self, catalog: Catalog) -> None:
        assert entry(catalog, held("comptia-security-plus", "2023-12-01")).window is None

    def test_duties_are_those_of_the_sources(self, catalog: Catalog) -> None:
        found = entry(catalog, held("comptia-security-plus", "2023-12-01"))

        expected = RenewalRule(
            by=("credits", "higher_certification", "fee"),
            credits=50,
            credit_unit="CEU",
            fee_usd=50,
            fee_every_months=12,
        )
        assert expected == found.rule
        assert ("comptia-cysa-plus", "comptia-pentest-plus", "comptia-securityx") == found.renewers

    def test_solutions_architect_professional_renews_the_associate(self, catalog: Catalog) -> None:
        found = expiry(
            catalog,
            held("aws-solutions-architect-associate", "2024-03-10"),
            held("aws-solutions-architect-professional", "2026-05-20"),
        )

        expected = Extension(
            by="aws-solutions-architect-professional", earned_on=date(2026, 5, 20), months=36, until=date(2029, 5, 20)
        )
        assert expected == found.extension
        assert ("renewed", date(2029, 5, 20), date(2026, 5, 20)) == (found.basis, found.on, found.since)

    @pytest.mark.parametrize(
        ("lower", "higher"),
        [
            pytest.param(
                held("aws-solutions-architect-associate", "2024-03-10"),
                held("aws-solutions-architect-professional", "2024-03-09"),
                id="earned before it",
            ),
            pytest.param(
                held("aws-solutions-architect-associate", "2020-03-10"),
                held("aws-solutions-architect-professional", "2023-03-11"),
                id="earned when it had lapsed",
            ),
            pytest.param(
                held("aws-solutions-architect-professional", "2024-03-10"),
                held("aws-solutions-architect-associate", "2025-03-10"),
                id="the lower one does not renew the higher",
            ),
            pytest.param(
                held("aws-solutions-architect-associate", "2024-03-10"),
                held("az-305", "2025-03-10"),
                id="no source says that it renews",
            ),
            pytest.param(
                held("aws-solutions-architect-associate", "2024-03-10"),
                Holding(credential="aws-solutions-architect-professional", state="planned"),
                id="only planned",
            ),
            pytest.param(
                held("aws-solutions-architect-associate", "2024-03-10"),
                held("aws-solutions-architect-professional"),
                id="nobody knows when it was earned",
            ),
        ],
    )
    def test_nothing_else_renews(self, catalog: Catalog, lower: Holding, higher: Holding) -> None:
        assert extension(lower, [lower, higher], catalog) is None

    def test_one_renewal_carries_to_the_next(self, catalog: Catalog) -> None:
        """CySA+ came in time only because PenTest+ had renewed Security+ before."""
        found = expiry(
            catalog,
            held("comptia-security-plus", "2019-01-01"),
            held("comptia-cysa-plus", "2024-06-01"),
            held("comptia-pentest-plus", "2021-12-31"),
        )

        assert ("renewed", date(2027, 6, 1)) == (found.basis, found.on)

    def test_a_stated_date_prevails_over_a_later_renewal_which_is_told_beside_it(self, catalog: Catalog) -> None:
        found = expiry(
            catalog, held("comptia-security-plus", expires="2026-12-01"), held("comptia-cysa-plus", "2026-06-01")
        )

        assert ("stated", date(2026, 12, 1)) == (found.basis, found.on)
        assert found.extension is not None
        assert date(2029, 6, 1) == found.extension.until


class TestAlerts:
    @pytest.mark.parametrize(
        ("credential", "state", "earned", "alert"),
        [
            pytest.param(
                "ms-102",
                "planned",
                None,
                Alert(
                    kind="retiring",
                    advice="finish_before",
                    on=date(2026, 11, 30),
                    by=date(2026, 11, 30),
                    successor="AB-650",
                ),
                id="planned and about to retire",
            ),
            pytest.param(
                "ms-102",
                "held",
                "2026-02-01",
                Alert(
                    kind="retiring",
                    advice="renew_before",
                    on=date(2026, 11, 30),
                    by=date(2026, 11, 30),
                    successor="AB-650",
                ),
                id="held, with the window open before it retires",
            ),
            pytest.param(
                "ms-102",
                "held",
                "2026-11-01",
                Alert(kind="retiring", advice="keep", on=date(2026, 11, 30), successor="AB-650"),
                id="held, with the window opening too late",
            ),
            pytest.param(
                "az-500",
                "in_progress",
                None,
                Alert(kind="retired", advice="choose_another", on=date(2026, 8, 31), successor="sc-500"),
                id="studied for, but gone",
            ),
            pytest.param(
                "az-500",
                "held",
                "2026-02-01",
                Alert(kind="retired", advice="keep", on=date(2026, 8, 31), successor="sc-500"),
                id="held and retired",
            ),
            pytest.param(
                "az-500",
                "held",
                "2024-02-01",
                Alert(kind="retired", advice="choose_another", on=date(2026, 8, 31), successor="sc-500"),
                id="held once, expired and retired",
            ),
            pytest.param("az-104", "planned", None, None, id="neither retired nor replaced"),
        ],
    )
    def test_what_goes_away_is_told_with_what_to_do(
        self, catalog: Catalog, credential: str, state: HoldingState, earned: str | None, alert: Alert | None
    ) -> None:
        holding = replace(held(credential, earned), state=state)

        assert alert == entry(catalog, holding).alert

    def test_what_is_announced_to_retire_has_retired_from_its_day_on(self, catalog: Catalog) -> None:
        planned = Holding(credential="ms-102", state="planned")
        before, after = (entry(catalog, planned, today=day).alert for day in (date(2026, 11, 29), date(2026, 11, 30)))

        assert before is not None
        assert after is not None
        assert ("retiring", "retired") == (before.kind, after.kind)

    def test_what_is_not_held_yet_has_no_expiry(self, catalog: Catalog) -> None:
        found = entry(catalog, Holding(credential="az-104", state="in_progress"))

        assert (None, None, None) == (found.expiry, found.window, found.validity)


class TestImpossibleDates:
    @pytest.mark.parametrize(
        ("holding", "helps"),
        [
            (held("ccna", "2026-11-24"), "today is 2026-11-23"),
            (held("ccna", "2025-01-01", "2024-12-31"), "cannot expire on 2024-12-31"),
            (held("ccna", "2025-01-01", "2025-01-01"), "Give both days again"),
            (held("ccna", "1026-01-01"), "The year of 1026-01-01 cannot be right"),
            (held("ccna", "2025-01-01", "2626-01-01"), "2626-01-01"),
            (replace(held("ccna", "2025-01-01"), state="planned"), "Say that you hold CCNA"),
        ],
    )
    def test_an_impossible_date_gets_a_message_that_helps(self, say: Say, holding: Holding, helps: str) -> None:
        with pytest.raises(InputError, match="CCNA") as refused:
            checked_holding(holding, "CCNA", TODAY, say)
        assert helps in str(refused.value)

    def test_possible_dates_pass_unchanged(self, say: Say) -> None:
        holding = held("ccna", "2026-11-23", "2029-11-23")

        assert holding is checked_holding(holding, "CCNA", TODAY, say)


def test_a_renewal_window_is_counted_in_days_or_in_months() -> None:
    with pytest.raises(ValueError, match="either in days or in months"):
        RenewalRule(by=("exam",), window_days=180, window_months=6)


def test_every_credential_of_the_catalogue_can_stand_in_a_wallet(catalog: Catalog) -> None:
    known: list[Credential] = list(catalog)
    found = wallet([held(credential.id, "2026-01-31") for credential in known], catalog, TODAY)

    assert len(known) == len(found)
    assert {"computed", "never", "unknown"} <= {entry.expiry.basis for entry in found if entry.expiry}
