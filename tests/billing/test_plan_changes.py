"""Plan changes in the books: what is previewed is charged, and nobody gains by changing to and fro."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from billing.catalog.publish_plan import PlanContent, publish_plan
from billing.catalog.tables import Interval
from billing.credits.queries import view_balance
from billing.cycle.plan_change.preview import preview_change
from billing.cycle.renewal.migrate import migrate_subscriptions
from billing.errors import Rejected
from billing.invoices.queries import list_lines
from billing.invoices.tables import Invoice, InvoiceReason, InvoiceStatus
from billing.payments.tables import AttemptStatus
from billing.periods import Period
from billing.subscriptions.tables import SubscriptionPeriod, SubscriptionStatus
from schemas.commands.subscriptions import ChangePlan
from schemas.plan_change_views import ChangePreview
from tests.billing.fickle import BEGIN, COUPONS, PLANS, RATES_PPM, Choice, Fickle, stock
from tests.billing.subscribers import Books, utc
from tests.gateways.fuzzing import fuzzed

# An example takes tens of transactions: finding a smaller one that fails too would take minutes.
in_the_books = settings(fuzzed, phases=[Phase.explicit, Phase.reuse, Phase.generate])
DAY = 86_400
choices = st.sampled_from(list(PLANS))
whens = st.sampled_from(["now", "now", "now", "period_end", None])
fickle_people = st.tuples(
    st.sampled_from(list(RATES_PPM)), choices, st.sampled_from([None, None, *COUPONS]), st.sampled_from([0, 0, 0, 14])
)
services = st.lists(st.sampled_from(["setup-app", "campaign-management"]), max_size=2, unique=True)
waits = st.one_of(
    st.just(0), st.integers(1, 20 * DAY), st.integers(1, 45 * DAY), st.sampled_from([31 * DAY, 366 * DAY])
)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("wait"), waits),
        st.tuples(st.just("change"), choices, whens),
        st.tuples(st.just("change"), choices, whens),
        st.tuples(st.just("use"), st.integers(1, 100)),
        st.tuples(st.just("pause"), st.integers(0, 40 * DAY)),
    ),
    max_size=7,
)
# through two tax rates of Poland, and through the three periods of a coupon
TO_A_YEAR_AND_BACK = [
    ("wait", 20 * DAY), ("change", ("growth", "year"), "now"), ("use", 10), ("wait", 30 * DAY),
    ("change", ("odd", "month"), "now"), ("wait", 62 * DAY), ("change", ("starter", "month"), "now"),
    ("wait", 31 * DAY),
]  # fmt: skip
# a coupon of three months must not become one of twelve on the way there and back
TO_A_YEAR_AND_BACK_IN_A_TRIAL = [
    ("change", ("starter", "year"), "now"), ("change", ("starter", "month"), "now"), ("wait", 140 * DAY),
]  # fmt: skip
# 8 % of 333.31 less 33.33 are 24.00, but of each of the two by itself 26.66 and 2.67
TO_AN_ODD_YEAR_AND_OUT = [
    ("change", ("odd", "year"), "now"), ("pause", 2_417_711), ("change", ("free", "year"), "now"),
]  # fmt: skip
# February's last hour of a dearer plan costs less than a card can be charged
FOR_A_FEW_CENTS = [("wait", 28 * DAY - 3_600), ("change", ("growth", "month"), "now")]
# from Growth down to a plan of odd prices
KEEPS_MONEY = ("DE", ("growth", "month"), None, 0), ["campaign-management"], [("odd", "month")]


@pytest.fixture(autouse=True)
def _plans_to_choose_from(books: Books) -> None:
    stock(books)


def test_nobody_gains_by_changing_plans(books: Books) -> None:
    """For any sequence of changes, waits, pauses and uses of credits, with all that falls due billed and paid:

    Let a stretch be the time between two events, and its use what `value_left` of the present period (at the price
    after discount) falls by in that time. Every use is at least zero, and at any instant, in minor units,

    * all lines without tax = the sum of all uses + the value that is left now;
    * money captured - money kept = the same sum of taxed values (a value with the tax of the day on which it was
      charged, half-up once); each change may move this by one unit, as an invoice that gives one value back and charges
      another at the same rate taxes their difference (EN 16931, BR-CO-17);
    * so money captured - money kept >= the value that was used (each change may take one unit off);
    * credits granted - credits revoked = credits for all uses + credits for the time that is left: never more.

    And a change is refused only because credits were used, or for a charge too small for a card; never for the changes
    and pauses before it.
    """

    @settings(in_the_books, max_examples=30)
    @given(fickle_people, steps)
    @example(("PL", ("starter", "month"), "HALF", 0), TO_A_YEAR_AND_BACK)
    @example(("PL", ("growth", "month"), "THIRD", 14), TO_A_YEAR_AND_BACK)
    @example(("US", ("starter", "month"), "HALF", 14), TO_A_YEAR_AND_BACK_IN_A_TRIAL)
    @example(("US", ("starter", "month"), None, 0), FOR_A_FEW_CENTS)
    @example(("PL", ("odd", "month"), None, 0), TO_AN_ODD_YEAR_AND_OUT)
    def check(person: tuple[str, Choice, str | None, int], events: list[tuple[Any, ...]]) -> None:
        fay = Fickle(books, *person)
        for verb, *arguments in events:
            getattr(fay, verb)(*arguments)
        meter = fay.meter
        meter.read(fay.now.replace(microsecond=0))
        assert fay.net_minor() == meter.used + meter.value
        rounding = fay.changes_billed() if person[0] != "US" else 0
        assert abs(fay.paid_less_kept() - meter.used_taxed - meter.taxed_value) <= rounding
        assert fay.paid_less_kept() >= meter.used - rounding
        assert fay.granted_less_revoked() == meter.used_credits + meter.credits_due
        assert {invoice.status for invoice in books.invoices(fay.account_id)} <= {InvoiceStatus.PAID}
        books.cancel(fay.id, fay.now)

    check()


def test_what_is_previewed_is_charged(books: Books) -> None:
    """For any two plans, coupon, tax, services, money kept before, and instant: lines, totals, kept money, credits."""

    @settings(in_the_books, max_examples=20)
    @given(
        fickle_people, services, st.lists(choices, max_size=1), choices, whens, st.integers(0, 13 * DAY), st.booleans()
    )
    @example(*KEEPS_MONEY, ("starter", "month"), "now", 7 * DAY, False)
    @example(*KEEPS_MONEY, ("starter", "year"), "now", 7 * DAY, False)
    @example(*KEEPS_MONEY, ("starter", "month"), "period_end", 7 * DAY, False)
    @example(("US", ("starter", "month"), None, 0), [], [], ("growth", "month"), "now", 28 * DAY - 3_600, False)
    def check(
        person: tuple[str, Choice, str | None, int],
        added: list[str],
        before: list[Choice],
        choice: Choice,
        when: str | None,
        wait: int,
        at_the_end: bool,
    ) -> None:
        fay = Fickle(books, *person, added)
        for earlier in before:
            fay.change(earlier, "now")
        last_second = books.subscription(fay.id).period_end - timedelta(seconds=1)
        fay.now = last_second if at_the_end else fay.now + timedelta(seconds=wait)
        _compare(books, fay, choice, when)
        books.cancel(fay.id, fay.now)

    check()


def _compare(books: Books, fay: Fickle, choice: Choice, when: str | None) -> None:
    wanted = ChangePlan.model_validate(
        {"subscription_id": fay.id, "plan": {"plan": choice[0], "interval": choice[1]}, "when": when}
    )
    kept_before, granted_before = books.kept_minor(fay.account_id), fay.granted_less_revoked()
    known = {invoice.id for invoice in books.invoices(fay.account_id)}
    try:
        with books.database.transaction() as session:
            preview = preview_change(session, wanted, fay.now)
    except Rejected as refusal:
        with pytest.raises(Rejected, match=refusal.code):
            books.change(fay.id, choice[0], fay.now, interval=choice[1], when=when)
        return
    assert known == {invoice.id for invoice in books.invoices(fay.account_id)}, "a preview writes nothing"

    books.change(fay.id, choice[0], fay.now, interval=choice[1], when=when)
    if preview.when == "period_end":
        fay.now = books.subscription(fay.id).period_end
        books.come_due(fay.now)
    written = [invoice for invoice in books.invoices(fay.account_id) if invoice.id not in known]
    assert len(written) == bool(preview.lines)
    for invoice in written:
        _assert_same(books, preview, invoice)
    books.answer(fay.now)
    met = preview.balance_used_minor + preview.carried_over_minor
    assert books.kept_minor(fay.account_id) == kept_before + preview.kept_minor - met
    gained = preview.credits_granted - preview.credits_revoked
    assert fay.granted_less_revoked() == granted_before + gained
    present = books.subscription(fay.id)
    assert (present.period_start, present.period_end) == (preview.period_start, preview.period_end)


def _preview(books: Books, subscription_id: UUID, plan: str, at: datetime, when: str | None = None) -> ChangePreview:
    command = ChangePlan.model_validate({"subscription_id": subscription_id, "plan": {"plan": plan}, "when": when})
    with books.database.transaction() as session:
        return preview_change(session, command, at)


def _assert_same(books: Books, preview: ChangePreview, invoice: Invoice) -> None:
    for name in ("subtotal", "tax", "total", "balance_used", "carried_over", "due"):
        assert getattr(preview, f"{name}_minor") == getattr(invoice, f"{name}_minor"), name
    assert preview.currency == invoice.currency
    with books.database.transaction() as session:
        lines = list_lines(session, invoice.id)
        asked = session.scalars(
            text("SELECT amount_minor FROM payment_attempts WHERE invoice_id = :id"), {"id": invoice.id}
        ).all()
    parts = ("kind", "description", "quantity", "unit_minor", "net_minor", "tax_minor")
    assert [[getattr(line, part) for part in parts] for line in preview.lines] == [
        [getattr(line, part) for part in parts] for line in lines
    ]
    assert asked == ([preview.due_minor] if preview.due_minor else [])


@pytest.mark.parametrize("other", [("growth", "month"), ("odd", "month"), ("starter", "year"), ("growth", "year")])
def test_there_and_back_at_one_instant_costs_nothing(books: Books, other: Choice) -> None:
    """A -> B -> A: within an interval nothing at all; by way of a year only the month that begins anew."""
    for at in ("2026-01-31 10:00", "2026-02-14 09:12:34", "2026-02-28 09:59:59"):
        fay, now = Fickle(books, "DE", ("starter", "month"), None, 0), utc(at)
        before, period_end = fay.paid_less_kept(), books.subscription(fay.id).period_end
        fay.now = now
        fay.change(other, "now")
        fay.change(("starter", "month"), "now")
        present = books.subscription(fay.id)
        fay.meter.read(now)
        if other[1] == "month":
            assert (fay.paid_less_kept(), fay.granted_less_revoked()) == (before, 500)
            assert present.period_end == period_end
        else:
            assert Period(present.period_start, present.period_end) == Period(now, fay.meter.end)
            assert fay.paid_less_kept() == before + fay.meter.used_taxed
            assert fay.granted_less_revoked() == 500 + fay.meter.used_credits


def test_the_year_that_begins_in_the_second_of_the_start_takes_its_place(books: Books, ada: UUID) -> None:
    subscription_id = books.subscribe(ada, BEGIN)
    books.answer(BEGIN)
    books.change(subscription_id, "starter", BEGIN, interval="year")
    books.answer(BEGIN)
    assert books.paid_minor(ada) == 99_000
    with books.database.transaction() as session:
        begun = session.scalars(select(SubscriptionPeriod)).one()
    assert (begun.period_start, begun.period_end) == (BEGIN, utc("2027-01-31 10:00"))
    assert begun.invoice_id == books.invoices(ada)[-1].id


def test_credits_of_a_month_last_for_the_year_that_they_are_counted_in(books: Books, ada: UUID) -> None:
    """4,000 of the month are there when a year of 6,000 begins: 2,000 come, and all 6,000 are there to be used."""
    subscription_id = books.subscribe(ada, BEGIN, "scale")
    books.answer(BEGIN)
    books.change(subscription_id, "starter", BEGIN, interval="year", when="now")
    books.answer(BEGIN)
    with books.database.transaction() as session:
        balance = view_balance(session, ada, utc("2027-01-31 09:59:59"))
    assert (balance.balance, balance.next_expiry_at) == (6_000, utc("2027-01-31 10:00"))
    books.change(subscription_id, "starter", utc("2026-08-01 22:00"), when="now")
    assert books.subscription(subscription_id).interval == "month"


def test_a_planned_downgrade_that_is_taken_back_leaves_no_invoice(books: Books, ada: UUID) -> None:
    subscription_id = books.subscribe(ada, BEGIN, "growth")
    books.answer(BEGIN)
    books.change(subscription_id, "starter", utc("2026-02-10 10:00"))
    assert books.subscription(subscription_id).next_price_id is not None
    books.change(subscription_id, "growth", utc("2026-02-11 10:00"))
    assert books.subscription(subscription_id).next_price_id is None
    assert [invoice.reason for invoice in books.invoices(ada)] == [InvoiceReason.START]


def test_who_takes_a_planned_change_back_keeps_the_price(books: Books, ada: UUID) -> None:
    """Starter has come to cost 129; who is on it for 99 plans to go to Scale, stays after all, and pays nothing."""
    subscription_id = books.subscribe(ada, BEGIN)
    books.answer(BEGIN)
    with books.database.transaction() as session:
        publish_plan(session, "starter", "Starter", PlanContent(700, {("USD", Interval.MONTH): 12_900}))
    books.change(subscription_id, "scale", utc("2026-02-10 10:00"), when="period_end")

    preview = _preview(books, subscription_id, "starter", utc("2026-02-11 10:00"))
    assert (preview.when, preview.lines, preview.due_minor, preview.credits_granted) == ("now", [], 0, 0)
    later = _preview(books, subscription_id, "starter", utc("2026-02-11 10:00"), when="period_end")
    assert (later.when, later.due_minor) == ("period_end", 9_900)

    books.change(subscription_id, "starter", utc("2026-02-11 10:00"))
    assert books.answer(utc("2026-02-11 10:00")) == 0, "nothing is charged"
    books.come_due(utc("2026-02-28 10:00"))
    books.answer(utc("2026-02-28 10:00"))
    assert [invoice.total_minor for invoice in books.invoices(ada)] == [9_900, 9_900]


@pytest.mark.parametrize("when", [None, "now", "period_end"])
def test_a_planned_change_can_be_taken_back_to_a_plan_that_is_sold_no_more(
    books: Books, ada: UUID, when: str | None
) -> None:
    subscription_id = books.subscribe(ada, BEGIN)
    books.answer(BEGIN)
    books.change(subscription_id, "growth", utc("2026-02-10 10:00"), when="period_end")
    with books.database.transaction() as session:
        session.execute(text("UPDATE plans SET active = false WHERE slug = 'starter'"))
    books.change(subscription_id, "starter", utc("2026-02-11 10:00"), when=when)
    assert books.subscription(subscription_id).next_price_id is None


def test_a_migration_is_not_the_customers_to_take_back(books: Books, ada: UUID) -> None:
    """Starter goes from 99 to 129 for all with the next period; to ask for Starter is to ask for the new one."""
    subscription_id = books.subscribe(ada, BEGIN)
    books.answer(BEGIN)
    with books.database.transaction() as session:
        publish_plan(session, "starter", "Starter", PlanContent(700, {("USD", Interval.MONTH): 12_900}))
        assert migrate_subscriptions(session, "starter") == 1
    books.change(subscription_id, "starter", utc("2026-02-11 10:00"), when="period_end")
    books.come_due(utc("2026-02-28 10:00"))
    assert [invoice.total_minor for invoice in books.invoices(ada)] == [9_900, 12_900]


def test_a_preview_of_the_next_period_follows_the_anchor(books: Books, ada: UUID) -> None:
    """Who began on the 31st of January goes down from the 28th of February to the 31st of March."""
    subscription_id = books.subscribe(ada, BEGIN, "growth")
    books.answer(BEGIN)
    preview = _preview(books, subscription_id, "starter", utc("2026-02-10 10:00"))
    assert (preview.period_start, preview.period_end) == (utc("2026-02-28 10:00"), utc("2026-03-31 10:00"))


@pytest.mark.parametrize(("coupon", "periods"), [("TENNER", 1), ("HALF", 3), ("THIRD", 5)])
def test_a_coupon_counts_for_as_many_periods_as_it_says(books: Books, ada: UUID, coupon: str, periods: int) -> None:
    """One, three, or all of five."""
    subscription_id = books.subscribe(ada, BEGIN, coupon=coupon)
    books.answer(BEGIN)
    for _ in range(4):
        now = books.subscription(subscription_id).period_end
        books.come_due(now)
        books.answer(now)
    reduced = [invoice.total_minor < 9_900 for invoice in books.invoices(ada)]
    assert reduced == [True] * periods + [False] * (5 - periods)


def test_what_is_not_paid_is_not_given_back(books: Books, ada: UUID) -> None:
    """An upgrade whose charge is under way, and then declined: no way down leads to kept money."""
    subscription_id = books.subscribe(ada, BEGIN)
    books.answer(BEGIN)
    now = utc("2026-02-05 10:00")
    books.change(subscription_id, "growth", now)
    books.send(now)
    with pytest.raises(Rejected, match="change_pending"):
        books.change(subscription_id, "starter", now, when="now")
    books.answer(now, decline="insufficient_funds", status=AttemptStatus.UNKNOWN)
    books.change(subscription_id, "starter", now, when="now")
    assert [invoice.status for invoice in books.invoices(ada)] == [InvoiceStatus.PAID, InvoiceStatus.VOID]
    assert (books.kept_minor(ada), books.paid_minor(ada)) == (0, 9_900)


def test_a_renewal_that_is_not_paid_is_not_given_back(books: Books, ada: UUID) -> None:
    subscription_id = books.subscribe(ada, BEGIN, "growth")
    books.answer(BEGIN)
    now = books.subscription(subscription_id).period_end
    books.come_due(now)
    with pytest.raises(Rejected, match="invoice_open"):
        books.change(subscription_id, "starter", now, when="now")
    books.answer(now, decline="insufficient_funds")
    assert books.subscription(subscription_id).status is SubscriptionStatus.PAST_DUE
    with pytest.raises(Rejected, match="subscription_state"):
        books.change(subscription_id, "starter", now, when="now")
    assert (books.kept_minor(ada), books.paid_minor(ada)) == (0, 19_900)
