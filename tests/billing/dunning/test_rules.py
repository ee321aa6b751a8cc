"""When an unpaid invoice is tried again: on the days of the policy, at the customer's good hour."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.dunning.declines import HARD, NO_CARD, is_hard
from billing.dunning.rules import Terms, freeze, next_retry, retry_times, terms_of
from billing.dunning.tables import DunningEnd, DunningPolicy
from tests.billing.subscribers import utc

HOURS = st.integers(0, 23)
INSTANTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds
DAYS = st.lists(st.integers(1, 60), unique=True, max_size=8).map(sorted)


def test_a_payment_that_failed_at_three_at_night_is_tried_again_at_ten_in_the_morning() -> None:
    planned = retry_times(utc("2026-01-31 03:20:05"), [1, 3, 5, 7], hour=10)
    assert planned == (
        utc("2026-02-01 10:20:05"), utc("2026-02-03 10:20:05"), utc("2026-02-05 10:20:05"), utc("2026-02-07 10:20:05"),
    )  # fmt: skip


def test_without_a_better_hour_it_is_whole_days() -> None:
    assert retry_times(utc("2026-01-31 23:59"), [1, 7], hour=23) == (utc("2026-02-01 23:59"), utc("2026-02-07 23:59"))


@given(opened_at=INSTANTS, days=DAYS, hour=HOURS)
def test_retries_ascend_in_the_good_hour_within_half_a_day_of_their_day(
    opened_at: datetime, days: list[int], hour: int
) -> None:
    planned = retry_times(opened_at, days, hour)
    assert list(planned) == sorted(set(planned))
    for day, at in zip(days, planned, strict=True):
        assert at.hour == hour
        assert at > opened_at
        assert abs(at - opened_at - timedelta(days=day)) <= timedelta(hours=12)


@given(opened_at=INSTANTS, days=DAYS, hour=HOURS, later=st.timedeltas(timedelta(0), timedelta(days=70)))
def test_the_next_retry_is_never_in_the_past_and_none_comes_after_the_end(
    opened_at: datetime, days: list[int], hour: int, later: timedelta
) -> None:
    terms, now = Terms(tuple(days), DunningEnd.CANCEL, hour, tries_other_cards=True), opened_at + later
    upcoming = next_retry(terms.retries(opened_at), now)
    if upcoming is None:
        assert now >= terms.ends_at(opened_at)
    else:
        assert now < upcoming <= terms.ends_at(opened_at)


def test_a_policy_without_retries_ends_with_the_first_failure() -> None:
    terms, failed_at = Terms((), DunningEnd.PAUSE, 7, tries_other_cards=True), utc("2026-01-31 03:20")
    assert terms.ends_at(failed_at) == failed_at


@given(days=DAYS, end=st.sampled_from(DunningEnd), hour=HOURS, others=st.booleans())
def test_a_frozen_policy_thaws_to_the_same_terms(days: list[int], end: DunningEnd, hour: int, others: bool) -> None:
    policy = DunningPolicy(slug="strict", retry_days=days, at_the_end=end, tries_other_cards=others)
    assert terms_of(freeze(policy, hour)) == Terms(tuple(days), end, hour, others)


def test_what_was_frozen_before_there_was_a_choice_tries_no_other_card() -> None:
    frozen = {"slug": "default", "retry_days": [1, 3], "at_the_end": "cancel", "hour": 10}
    assert terms_of(frozen).tries_other_cards is False


@pytest.mark.parametrize(
    "code", ["stolen_card", "expired_card", "authentication_required", "do_not_try_again", NO_CARD]
)
def test_some_declines_are_for_good(code: str) -> None:
    assert is_hard(code)


@pytest.mark.parametrize(
    "code", ["insufficient_funds", "generic_decline", "do_not_honor", "try_again_later", "", "new"]
)
def test_others_may_pass_another_day(code: str) -> None:
    assert not is_hard(code)


def test_the_banks_advice_not_to_try_again_is_followed() -> None:
    """The codes for which https://docs.stripe.com/declines#retrying-issuer-declines says: do not try again."""
    assert {"lost_card", "stolen_card", "pickup_card", "restricted_card", "revocation_of_authorization"} <= HARD
