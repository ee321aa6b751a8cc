"""An invoice of the gateway becomes one of ours, once, and ends as it ended there."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from billing.catalog.tables import Interval
from billing.credits.queries import view_balance
from billing.errors import Unavailable
from billing.gateway_run.mirror_invoice import InvoiceContradiction
from billing.invariants import violations
from billing.invoices.tables import InvoiceStatus
from billing.periods import boundary
from billing.receipts.queries import kept_of
from billing.subscriptions.pending_changes import find_pending_change
from billing.tax.decision import TaxReason
from database.engine import Database
from schemas.facts.invoices import GatewayLineFact, InvoicePaymentFact
from schemas.facts.subscriptions import PendingChangeFact
from tests.billing.gateway_facts import FEBRUARY_14, FEBRUARY_28, JANUARY_31, GatewayRun, invoice_of, line
from tests.billing.subscribers import Books, utc


@pytest.fixture
def begun_run(run: GatewayRun, database: Database) -> Iterator[GatewayRun]:
    """Running, paid for January the 31st to February the 28th or about to be; in order afterwards."""
    run.hear(run.fact())
    yield run
    with database.transaction() as session:
        assert violations(session) == []


def test_open_then_paid_then_old_news(begun_run: GatewayRun) -> None:
    paid = invoice_of(line(9_900))
    invoice_id = begun_run.bill(replace(paid, status="open", paid_minor=0, paid_at=None))
    assert (begun_run.invoice(invoice_id).status, begun_run.credits(JANUARY_31)) == (InvoiceStatus.PENDING, 0)
    assert begun_run.bill(paid) == begun_run.bill(paid) == invoice_id
    for stale in ("open", "void", "uncollectible"):
        begun_run.bill(replace(paid, status=stale))
    after = begun_run.invoice(invoice_id)
    assert (after.status, after.number, after.paid_at) == (InvoiceStatus.PAID, "INV-2026-01-00001", JANUARY_31)
    assert (begun_run.credits(JANUARY_31), begun_run.mails()) == (500, ["invoice_pdf"])


def test_what_was_given_up_may_be_told_twice_and_paid_after_all(begun_run: GatewayRun) -> None:
    paid = invoice_of(line(9_900))
    for _ in range(2):
        invoice_id = begun_run.bill(replace(paid, status="uncollectible", paid_minor=0))
    assert begun_run.invoice(invoice_id).status is InvoiceStatus.UNCOLLECTIBLE
    begun_run.bill(paid)
    assert begun_run.invoice(invoice_id).status is InvoiceStatus.PAID


def test_a_void_invoice_owes_nothing(begun_run: GatewayRun) -> None:
    invoice_id = begun_run.bill(invoice_of(line(9_900), status="void"))
    assert (begun_run.invoice(invoice_id).status, begun_run.credits(JANUARY_31)) == (InvoiceStatus.VOID, 0)


def test_what_was_carried_over_from_a_void_invoice_is_not_owed(begun_run: GatewayRun) -> None:
    """The gateway settles what is too small to be charged before it voids, and the first that we hear is the end."""
    void = invoice_of(line(20), status="void", carried_over_minor=20)
    invoice = begun_run.invoice(next(begun_run.bill(void) for _ in range(2)))
    assert (invoice.status, invoice.carried_over_minor, begun_run.kept_there()) == (InvoiceStatus.VOID, 0, 0)


@pytest.mark.parametrize("mark", ["", "foreign", "0192f0c4-7d3e-7aa1-8c55-3f6d2b9e4a10"])
def test_a_change_to_a_price_that_is_none_of_ours_is_not_shown_and_its_invoice_is(
    begun_run: GatewayRun, mark: str
) -> None:
    change = PendingChangeFact("price_foreign", mark, FEBRUARY_14)
    invoice_id = begun_run.bill(invoice_of(line(9_900), status="open"), pending=change)
    assert begun_run.invoice(invoice_id).status is InvoiceStatus.PENDING
    with begun_run.database.transaction() as session:
        assert find_pending_change(session, begun_run.id) is None


def test_each_try_that_failed_is_told_of_once(begun_run: GatewayRun) -> None:
    unpaid = invoice_of(line(9_900), status="open", failure_code="insufficient_funds")
    for attempts in (1, 1, 2, 2):
        begun_run.bill(replace(unpaid, attempts=attempts))
    assert begun_run.mails() == ["payment_failed", "payment_failed"]
    begun_run.bill(replace(unpaid, attempts=3, failure_code=""))  # the bank still thinks
    assert begun_run.mails() == ["payment_failed", "payment_failed"]


def test_drafts_and_trials_are_not_billed_and_a_gift_is(begun_run: GatewayRun) -> None:
    assert begun_run.bill(invoice_of(line(9_900), status="draft")) is None
    gift = begun_run.bill(invoice_of(line(0), ref="in_gift"))
    assert (begun_run.invoice(gift).total_minor, begun_run.credits(JANUARY_31)) == (0, 500)
    begun_run.hear(begun_run.fact(status="trialing", trial_end=FEBRUARY_14))
    assert begun_run.bill(invoice_of(line(0, period_end=FEBRUARY_14), ref="in_trial")) is None


def test_tax_that_the_gateway_bills_is_owed_to_the_tax_office(begun_run: GatewayRun) -> None:
    invoice = begun_run.invoice(begun_run.bill(invoice_of(line(19_900, **_vat(3_781)))))
    assert (invoice.subtotal_minor, invoice.tax_minor, invoice.total_minor) == (19_900, 3_781, 23_681)
    assert invoice.tax_reason is TaxReason.AS_BILLED
    assert begun_run.tax_payable() == -3_781


def test_what_the_gateway_gives_back_is_given_back_with_its_tax(begun_run: GatewayRun) -> None:
    """More is given back than charged: the rest is kept there, gross, and the tax is owed no more."""
    begun_run.price("growth")
    half: dict[str, Any] = {"period_start": FEBRUARY_14, "is_proration": True}
    begun_run.bill(invoice_of(line(19_900, "price_growth", **_vat(3_781))))
    lines = (line(-9_950, "price_growth", **half, **_vat(-1_891)), line(4_950, **half, **_vat(941)))
    down = begun_run.invoice(begun_run.bill(invoice_of(*lines, ref="in_down", reason="change"), FEBRUARY_14))
    assert (down.subtotal_minor, down.tax_minor, down.total_minor) == (0, 0, 0)
    assert begun_run.kept_there() == 5_000 + 950
    assert begun_run.tax_payable() == -(3_781 - 950)


def test_a_cent_of_tax_alone_is_kept_too(begun_run: GatewayRun) -> None:
    """Line by line rounded, the tax of a change to and fro may come to a cent less than nothing."""
    half: dict[str, Any] = {"period_start": FEBRUARY_14, "is_proration": True}
    begun_run.bill(invoice_of(line(9_900, **_vat(1_881))))
    lines = (line(-300, **half, **_vat(-58)), line(100, **half, **_vat(19)), line(200, **half, **_vat(38)))
    change = begun_run.invoice(begun_run.bill(invoice_of(*lines, ref="in_change", reason="change"), FEBRUARY_14))
    assert (change.subtotal_minor, change.tax_minor, change.total_minor) == (0, 0, 0)
    assert begun_run.kept_there() == 1


def _vat(tax_minor: int) -> dict[str, Any]:
    return {"tax_minor": tax_minor, "tax_name": "VAT", "tax_rate_ppm": 190_000}


def test_halfway_through_february_more_credits_are_bought_and_given_back(begun_run: GatewayRun) -> None:
    begun_run.price("growth")
    begun_run.bill(invoice_of(line(9_900)))
    half: dict[str, Any] = {"period_start": FEBRUARY_14, "is_proration": True}
    up = invoice_of(line(-4_950, **half), line(9_950, "price_growth", **half), ref="in_up", reason="change")
    # 28 days from the 31st of January on, of which 14 are left: half of 1,500 less half of 500
    assert begun_run.lines(begun_run.bill(up, FEBRUARY_14)) == [(-4_950, 0, "credit"), (9_950, 500, "charge")]
    assert begun_run.credits(FEBRUARY_14) == 1_000

    down = invoice_of(line(-9_950, "price_growth", **half), line(4_950, **half), ref="in_down", reason="change")
    kept = begun_run.bill(down, FEBRUARY_14)
    assert begun_run.lines(kept) == [(-9_950, 0, "credit"), (4_950, 0, "charge"), (5_000, 0, "kept")]
    assert (begun_run.invoice(kept).total_minor, begun_run.credits(FEBRUARY_14)) == (0, 500)

    march = line(9_900, period_start=FEBRUARY_28, period_end=utc("2026-03-31 12:00"))
    renewal = begun_run.bill(invoice_of(march, ref="in_march", reason="cycle", balance_minor=5_000), FEBRUARY_28)
    assert (begun_run.invoice(renewal).balance_used_minor, begun_run.invoice(renewal).status) == (
        5_000,
        InvoiceStatus.PAID,
    )


def test_a_year_begun_a_day_after_the_31st_brings_the_credits_that_ours_does(books: Books) -> None:
    """27 of 28 days are left of January the 31st's month: 48,000 are granted, and 3,857 of the 4,000 taken back."""
    first_of_february, in_a_year = utc("2026-02-01 12:00"), utc("2027-02-01 12:00")
    ada, eve = books.open(), books.open("Eve")
    books.give_card(eve, JANUARY_31)
    ours = books.subscribe(eve, JANUARY_31, "scale")
    books.answer(JANUARY_31)
    books.change(ours, "scale", first_of_february, interval="year")
    books.answer(first_of_february)

    run = GatewayRun(books.database, ada, "scale")
    run.hear(run.fact("scale"))
    run.bill(invoice_of(line(29_900, run.price("scale"))))
    yearly = run.price("scale", Interval.YEAR)
    run.hear(run.fact("scale", anchor=first_of_february, period_start=first_of_february, period_end=in_a_year))
    rest = line(-28_832, "price_scale", period_start=first_of_february, is_proration=True)
    year = line(299_000, yearly, period_start=first_of_february, period_end=in_a_year)
    run.bill(invoice_of(rest, year, ref="in_year", reason="change"), first_of_february)
    with books.database.transaction() as session:
        balances = [view_balance(session, account_id, first_of_february).balance for account_id in (ada, eve)]
    assert balances == [48_143, 48_143]


def test_credits_that_are_spent_stay_spent(begun_run: GatewayRun) -> None:
    begun_run.bill(invoice_of(line(9_900)))
    half: dict[str, Any] = {"period_start": FEBRUARY_14, "is_proration": True}
    for number in range(3):  # more is given back than there is
        begun_run.bill(invoice_of(line(-4_950, **half), ref=f"in_{number}_back", reason="change"), FEBRUARY_14)
    assert begun_run.credits(FEBRUARY_14) == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"due_minor": 9_800},
        {"currency": "EUR"},
        {"balance_minor": 500, "due_minor": 9_400},
    ],
)
def test_what_does_not_add_up_is_written_nowhere(begun_run: GatewayRun, wrong: dict[str, Any]) -> None:
    with pytest.raises(InvoiceContradiction):
        begun_run.bill(replace(invoice_of(line(9_900), status="open"), **wrong))
    assert (begun_run.mails(), begun_run.credits(JANUARY_31)) == ([], 0)


@pytest.mark.parametrize("wrong", [{"due_minor": 9_800}, {"currency": "EUR"}])
def test_what_was_paid_for_it_is_kept_all_the_same_and_once(begun_run: GatewayRun, wrong: dict[str, Any]) -> None:
    paid = replace(invoice_of(line(9_900)), **wrong)
    assert [begun_run.bill(paid) for _ in range(2)] == [None, None]
    assert begun_run.kept(paid.currency) == 9_900
    assert (begun_run.mails(), begun_run.credits(JANUARY_31)) == ([], 0)


def test_what_was_kept_pays_the_invoice_once_it_adds_up(begun_run: GatewayRun) -> None:
    """March used money that a change of plan had kept, and was heard of before the change."""
    begun_run.price("growth")
    begun_run.bill(invoice_of(line(9_900)))
    half: dict[str, Any] = {"period_start": FEBRUARY_14, "is_proration": True}
    down = invoice_of(line(-9_950, "price_growth", **half), line(4_950, **half), ref="in_down", reason="change")
    next_month = line(9_900, period_start=FEBRUARY_28, period_end=utc("2026-03-31 12:00"))
    march = invoice_of(next_month, ref="in_march", reason="cycle", balance_minor=5_000)
    assert (begun_run.bill(march, FEBRUARY_28), begun_run.kept("USD")) == (None, 4_900)

    begun_run.bill(down, FEBRUARY_28)
    renewal = begun_run.invoice(next(begun_run.bill(march, FEBRUARY_28) for _ in range(2)))
    assert (renewal.status, renewal.balance_used_minor, begun_run.kept("USD")) == (InvoiceStatus.PAID, 9_900, 0)
    assert begun_run.lines(renewal.id) == [(9_900, 500, "charge")]


def test_what_was_kept_and_has_paid_something_else_since_leaves_no_invoice_unseen(books: Books) -> None:
    ada = books.open()
    books.give_card(ada, JANUARY_31)
    run = GatewayRun(books.database, ada)
    run.hear(run.fact())
    early = replace(invoice_of(line(9_900)), due_minor=9_800)
    assert (run.bill(early), books.kept_minor(ada)) == (None, 9_900)
    books.subscribe(ada, JANUARY_31)
    assert books.kept_minor(ada) == 0
    with pytest.raises(InvoiceContradiction, match="it lacks 9900 USD"):
        run.bill(invoice_of(line(9_900)))


def test_what_a_gateway_keeps_pays_no_invoice_of_ours(books: Books) -> None:
    """The gateway will use it for its own next invoice: it would be spent twice."""
    ada = books.open()
    books.give_card(ada, JANUARY_31)
    run = GatewayRun(books.database, ada)
    run.hear(run.fact())
    run.price("growth")
    run.bill(invoice_of(line(9_900)))
    half: dict[str, Any] = {"period_start": FEBRUARY_14, "is_proration": True}
    down = invoice_of(line(-9_950, "price_growth", **half), line(4_950, **half), ref="in_down", reason="change")
    run.bill(down, FEBRUARY_14)
    books.subscribe(ada, FEBRUARY_14)
    ours = books.invoices(ada)[-1]
    assert (ours.total_minor, ours.balance_used_minor) == (9_900, 0)

    march = line(9_900, period_start=FEBRUARY_28, period_end=utc("2026-03-31 12:00"))
    fact = invoice_of(march, ref="in_march", reason="cycle", balance_minor=5_000)
    renewal = run.invoice(run.bill(fact, FEBRUARY_28))
    assert (renewal.status, renewal.balance_used_minor) == (InvoiceStatus.PAID, 5_000)
    with books.database.transaction() as session:
        assert kept_of(session, ada) == {}


def test_what_the_gateway_carries_over_is_owed_with_its_next_invoice(begun_run: GatewayRun) -> None:
    """A 99.8 % coupon leaves 0.20 in January, which are no charge, and 0.20 in February; March asks for 99.40."""
    january = begun_run.invoice(begun_run.bill(invoice_of(line(20), carried_over_minor=20)))
    assert (january.status, january.carried_over_minor, begun_run.kept_there()) == (InvoiceStatus.PAID, 20, -20)
    assert begun_run.credits(JANUARY_31) == 500

    in_february: dict[str, Any] = {"balance_minor": -20, "carried_over_minor": 40}
    begun_run.bill(invoice_of(_month(line(20), 2), ref="in_2", reason="cycle", **in_february))
    assert begun_run.kept_there() == -40
    march = begun_run.invoice(
        begun_run.bill(invoice_of(_month(line(9_900), 3), ref="in_3", reason="cycle", balance_minor=-40))
    )
    assert (march.status, march.balance_used_minor, march.due_minor) == (InvoiceStatus.PAID, -40, 9_940)
    assert (begun_run.received(), begun_run.kept_there()) == ({"pi_in_3": 9_940}, 0)
    assert set(begun_run.mails()) == {"invoice_pdf"}


def test_what_the_gateway_carried_over_is_owed_again_when_the_next_invoice_is_void(begun_run: GatewayRun) -> None:
    begun_run.bill(invoice_of(line(20), carried_over_minor=20))
    february = invoice_of(_month(line(9_900), 2), ref="in_2", reason="cycle", balance_minor=-20, status="open")
    begun_run.bill(february)
    assert begun_run.kept_there() == 0
    begun_run.bill(replace(february, status="void"))
    assert begun_run.kept_there() == -20


def test_a_debt_at_the_gateway_that_we_never_heard_of_does_not_add_up(begun_run: GatewayRun) -> None:
    with pytest.raises(InvoiceContradiction, match="asks for 9920 USD, our books for 9900 USD"):
        begun_run.bill(invoice_of(line(9_900), balance_minor=-20, status="open"))


def test_what_is_paid_without_money_is_no_matter_of_course(begun_run: GatewayRun) -> None:
    """Somebody marked it as paid by hand: it must not stay open here with nobody knowing."""
    invoice_id = begun_run.bill(invoice_of(line(9_900), status="open"))
    with pytest.raises(InvoiceContradiction, match="it lacks 9900 USD"):
        begun_run.bill(invoice_of(line(9_900), paid_minor=0, payment_ref=""))
    assert (begun_run.invoice(invoice_id).status, begun_run.credits(JANUARY_31)) == (InvoiceStatus.PENDING, 0)


@pytest.mark.parametrize("is_known", [True, False])
def test_what_was_paid_of_an_invoice_that_is_void_is_kept(begun_run: GatewayRun, is_known: bool) -> None:
    if is_known:
        begun_run.bill(invoice_of(line(9_900), status="open"))
    void = invoice_of(line(9_900), status="void", paid_minor=100)
    invoice = begun_run.invoice(next(begun_run.bill(void) for _ in range(2)))
    assert (invoice.status, begun_run.kept("USD")) == (InvoiceStatus.VOID, 100)


def test_several_payments_of_one_invoice_are_a_receipt_each(begun_run: GatewayRun) -> None:
    part, rest = InvoicePaymentFact("pi_1", 4_000), InvoicePaymentFact("pi_2", 5_900)
    opened = invoice_of(line(9_900), status="open", paid_minor=4_000, payments=(part,))
    waiting = begun_run.invoice(next(begun_run.bill(opened) for _ in range(2)))
    assert (waiting.status, waiting.left_minor, begun_run.credits(JANUARY_31)) == (InvoiceStatus.PENDING, 5_900, 0)
    paid = invoice_of(line(9_900), payments=(part, rest))
    invoice = begun_run.invoice(next(begun_run.bill(paid) for _ in range(2)))
    assert (invoice.status, invoice.left_minor, begun_run.credits(JANUARY_31)) == (InvoiceStatus.PAID, 0, 500)
    assert (begun_run.received(), begun_run.kept("USD")) == ({"pi_1": 4_000, "pi_2": 5_900}, 0)


@pytest.mark.parametrize(("status", "paid_minor"), [("paid", 9_900), ("void", 0)])
def test_a_payment_of_what_is_paid_or_void_already_is_kept(begun_run: GatewayRun, status: str, paid_minor: int) -> None:
    over = invoice_of(line(9_900), status=status, paid_minor=paid_minor)
    begun_run.bill(over)
    late = InvoicePaymentFact("pi_late", 9_900)
    again = replace(over, paid_minor=paid_minor + 9_900, payments=(*over.came, late))
    invoice = begun_run.invoice(next(begun_run.bill(again) for _ in range(2)))
    assert (invoice.status.value, begun_run.kept("USD")) == (status, 9_900)
    assert begun_run.received()["pi_late"] == 9_900


def test_what_was_paid_in_part_leaves_the_rest_open(begun_run: GatewayRun) -> None:
    part = replace(invoice_of(line(9_900)), paid_minor=100)
    invoice = begun_run.invoice(next(begun_run.bill(part) for _ in range(2)))
    assert (invoice.status, invoice.left_minor, begun_run.credits(JANUARY_31)) == (InvoiceStatus.PENDING, 9_800, 0)


def test_an_invoice_waits_for_its_subscription(database: Database, account_id: UUID) -> None:
    with pytest.raises(Unavailable):
        GatewayRun(database, account_id).bill(invoice_of(line(9_900)))


def _month(each: GatewayLineFact, month: int) -> GatewayLineFact:
    """The same line for another month of the year."""
    start, end = (boundary(JANUARY_31, 1, index) for index in (month - 1, month))
    return replace(each, period_start=start, period_end=end)
