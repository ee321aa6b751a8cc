"""What was shown to whoever agreed to a change of plan is what is booked, to the cent and the credit; or nothing is."""

from datetime import date, datetime, timedelta
from random import Random
from uuid import UUID

import pytest

from billing.catalog.publish_plan import PlanContent, publish_plan
from billing.catalog.tables import Interval
from billing.cycle.plan_change.check_quoted import QUOTE_LIVES
from billing.cycle.plan_change.preview import preview_change
from billing.errors import Rejected
from billing.subscriptions.queries import show_subscription
from billing.tax.set_rate import NewRate, set_rate
from schemas.commands.subscriptions import ChangePlan, Quoted
from schemas.plan_change_views import ChangePreview
from tests.billing.subscribers import Books, utc

BEGAN = utc("2026-03-01 00:00")
SHOWN = utc("2026-03-16 11:22:33")
LATER = SHOWN + timedelta(minutes=7, seconds=13)
PLANS = ("starter", "growth", "scale")


@pytest.fixture
def quoted_one(books: Books) -> tuple[UUID, UUID]:
    """A customer whose subscription has begun, and it."""
    account_id = books.open()
    books.give_card(account_id, BEGAN)
    subscription_id = books.subscribe(account_id, BEGAN)
    books.answer(BEGAN)
    return account_id, subscription_id


def _shown(books: Books, subscription_id: UUID, plan: str, at: datetime, when: str = "now") -> ChangePreview:
    wish = ChangePlan.model_validate({"subscription_id": subscription_id, "plan": {"plan": plan}, "when": when})
    with books.database.transaction() as session:
        return preview_change(session, wish, at)


def _agree(books: Books, shown: ChangePreview, plan: str, now: datetime) -> None:
    quoted = Quoted(at=shown.at, fingerprint=shown.fingerprint)
    books.change(shown.subscription_id, plan, now, when=shown.when, quoted=quoted)


def test_minutes_later_it_costs_what_was_shown(books: Books, quoted_one: tuple[UUID, UUID]) -> None:
    account_id, subscription_id = quoted_one
    shown = _shown(books, subscription_id, "growth", SHOWN)
    unquoted = _shown(books, subscription_id, "growth", LATER)
    assert unquoted.due_minor != shown.due_minor, "it goes by the second, so that this test can fail"
    _agree(books, shown, "growth", LATER)
    invoice = books.invoices(account_id)[-1]
    assert (invoice.due_minor, invoice.total_minor) == (shown.due_minor, shown.total_minor)
    books.answer(LATER)
    assert books.subscription(subscription_id).period_end == shown.period_end


def test_over_random_changes_what_is_booked_is_what_was_shown(books: Books, quoted_one: tuple[UUID, UUID]) -> None:
    """Up and down, now and later, each agreed to up to 29 minutes after it was shown."""
    account_id, subscription_id = quoted_one
    now, made = BEGAN, 0
    dice = Random(20261130)  # noqa: S311 - no secret
    for _ in range(24):
        now += timedelta(seconds=dice.randrange(60, 90_000))
        plan, when = dice.choice(PLANS), dice.choice(["now", "now", "period_end"])
        if plan == _plan_of(books, subscription_id) and not _is_planned(books, subscription_id):
            continue
        shown = _shown(books, subscription_id, plan, now, when)
        billed = len(books.invoices(account_id))
        now += timedelta(seconds=dice.randrange(1, 29 * 60))
        _agree(books, shown, plan, now)
        new = books.invoices(account_id)[billed:]
        asked = [(each.due_minor, each.total_minor) for each in new]
        is_billed = shown.when == "now" and bool(shown.lines)
        assert asked == ([(shown.due_minor, shown.total_minor)] if is_billed else [])
        books.answer(now)
        made += 1
    assert made > 8


def test_what_was_shown_too_long_ago_is_refused(books: Books, quoted_one: tuple[UUID, UUID]) -> None:
    account_id, subscription_id = quoted_one
    shown = _shown(books, subscription_id, "growth", SHOWN)
    for now in (SHOWN + QUOTE_LIVES, SHOWN - timedelta(seconds=1), utc("2026-04-02 00:00")):
        _assert_stale(books, shown, "growth", now)
    assert len(books.invoices(account_id)) == 1
    _agree(books, shown, "growth", SHOWN + QUOTE_LIVES - timedelta(seconds=1))


def test_another_price_another_tax_another_plan_or_kept_money_is_no_longer_what_was_shown(
    books: Books, quoted_one: tuple[UUID, UUID]
) -> None:
    _, subscription_id = quoted_one
    shown = _shown(books, subscription_id, "growth", SHOWN)
    _assert_stale(books, shown, "scale", LATER)
    with books.database.transaction() as session:
        dearer = PlanContent(1_500, {("USD", Interval.MONTH): 20_900}, sites_max=5, users_max=10)
        publish_plan(session, "growth", "Growth", dearer, sort_order=1)
    _assert_stale(books, shown, "growth", LATER)
    # down, whose rest is kept, and pays of the next one
    scale = _shown(books, subscription_id, "scale", SHOWN)
    _agree(books, scale, "scale", LATER)
    books.answer(LATER)
    back = _shown(books, subscription_id, "growth", LATER)
    assert back.kept_minor > 0
    up = _shown(books, subscription_id, "starter", LATER, "period_end")
    _agree(books, back, "growth", LATER)
    _assert_stale(books, up, "starter", LATER)


def test_at_midnight_a_new_rate_of_tax_is_not_slipped_in(books: Books) -> None:
    with books.database.transaction() as session:
        set_rate(session, NewRate("GB", "VAT", 200_000, date(2026, 1, 1)), None)
    account_id = books.open(country="GB")
    books.give_card(account_id, BEGAN)
    subscription_id = books.subscribe(account_id, BEGAN)
    books.answer(BEGAN)
    eve = utc("2026-03-15 23:55")
    shown = _shown(books, subscription_id, "growth", eve)
    with books.database.transaction() as session:
        set_rate(session, NewRate("GB", "VAT", 210_000, date(2026, 3, 16)), None)
    _assert_stale(books, shown, "growth", eve + timedelta(minutes=10))
    _agree(books, shown, "growth", eve + timedelta(minutes=4))


def test_an_unquoted_change_goes_on_as_before(books: Books, quoted_one: tuple[UUID, UUID]) -> None:
    account_id, subscription_id = quoted_one
    expected = _shown(books, subscription_id, "growth", LATER)
    books.change(subscription_id, "growth", LATER)
    assert books.invoices(account_id)[-1].due_minor == expected.due_minor


def _plan_of(books: Books, subscription_id: UUID) -> str:
    with books.database.transaction() as session:
        return show_subscription(session, subscription_id).plan


def _is_planned(books: Books, subscription_id: UUID) -> bool:
    return books.subscription(subscription_id).next_price_id is not None


def _assert_stale(books: Books, shown: ChangePreview, plan: str, now: datetime) -> None:
    before = books.subscription(shown.subscription_id)
    with pytest.raises(Rejected) as refused:
        _agree(books, shown, plan, now)
    assert (refused.value.code, refused.value.status) == ("quote_stale", 409)
    after = books.subscription(shown.subscription_id)
    assert (after.price_id, after.next_price_id) == (before.price_id, before.next_price_id)
