"""An invoice of the gateway becomes one of ours, once, and ends as it ended there."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from billing.errors import Unavailable
from billing.gateway_run.mirror_invoice import InvoiceContradiction
from billing.invariants import violations
from billing.invoices.tables import InvoiceStatus
from billing.receipts.queries import kept_of
from database.engine import Database
from tests.billing.gateway_facts import FEBRUARY_14, FEBRUARY_28, JANUARY_31, GatewayRun, invoice_of, line
from tests.billing.subscribers import Books, utc


@pytest.fixture
def run(database: Database, account_id: UUID) -> Iterator[GatewayRun]:
    """Running, paid for January the 31st to February the 28th or about to be; in order afterwards."""
    running = GatewayRun(database, account_id)
    running.hear(running.fact())
    yield running
    with database.transaction() as session:
        assert violations(session) == []


def test_open_then_paid_then_old_news(run: GatewayRun) -> None:
    paid = invoice_of(line(9_900))
    invoice_id = run.bill(replace(paid, status="open", paid_minor=0, paid_at=None))
    assert (run.invoice(invoice_id).status, run.credits(JANUARY_31)) == (InvoiceStatus.PENDING, 0)
    assert run.bill(paid) == run.bill(paid) == invoice_id
    for stale in ("open", "void", "uncollectible"):
        run.bill(replace(paid, status=stale))
    after = run.invoice(invoice_id)
    assert (after.status, after.number, after.paid_at) == (InvoiceStatus.PAID, "INV-2026-01-00001", JANUARY_31)
    assert (run.credits(JANUARY_31), run.mails()) == (500, ["invoice_pdf"])


def test_what_was_given_up_may_be_told_twice_and_paid_after_all(run: GatewayRun) -> None:
    paid = invoice_of(line(9_900))
    for _ in range(2):
        invoice_id = run.bill(replace(paid, status="uncollectible", paid_minor=0))
    assert run.invoice(invoice_id).status is InvoiceStatus.UNCOLLECTIBLE
    run.bill(paid)
    assert run.invoice(invoice_id).status is InvoiceStatus.PAID


def test_a_void_invoice_owes_nothing(run: GatewayRun) -> None:
    invoice_id = run.bill(invoice_of(line(9_900), status="void"))
    assert (run.invoice(invoice_id).status, run.credits(JANUARY_31)) == (InvoiceStatus.VOID, 0)


def test_each_try_that_failed_is_told_of_once(run: GatewayRun) -> None:
    unpaid = invoice_of(line(9_900), status="open", failure_code="insufficient_funds")
    for attempts in (1, 1, 2, 2):
        run.bill(replace(unpaid, attempts=attempts))
    assert run.mails() == ["payment_failed", "payment_failed"]
    run.bill(replace(unpaid, attempts=3, failure_code=""))  # the bank still thinks
    assert run.mails() == ["payment_failed", "payment_failed"]


def test_drafts_and_trials_are_not_billed_and_a_gift_is(run: GatewayRun) -> None:
    assert run.bill(invoice_of(line(9_900), status="draft")) is None
    gift = run.bill(invoice_of(line(0), ref="in_gift"))
    assert (run.invoice(gift).total_minor, run.credits(JANUARY_31)) == (0, 500)
    run.hear(run.fact(status="trialing", trial_end=FEBRUARY_14))
    assert run.bill(invoice_of(line(0, period_end=FEBRUARY_14), ref="in_trial")) is None


def test_tax_that_the_gateway_bills_is_part_of_the_price(run: GatewayRun) -> None:
    invoice = run.invoice(run.bill(invoice_of(line(9_900, tax_minor=1_980))))
    assert (invoice.subtotal_minor, invoice.tax_minor, invoice.total_minor) == (11_880, 0, 11_880)


def test_halfway_through_february_more_credits_are_bought_and_given_back(run: GatewayRun) -> None:
    run.price("growth")
    run.bill(invoice_of(line(9_900)))
    half: dict[str, Any] = {"period_start": FEBRUARY_14, "is_proration": True}
    up = invoice_of(line(-4_950, **half), line(9_950, "price_growth", **half), ref="in_up", reason="change")
    # 28 days from the 31st of January on, of which 14 are left: half of 1,500 less half of 500
    assert run.lines(run.bill(up, FEBRUARY_14)) == [(-4_950, 0, "credit"), (9_950, 500, "charge")]
    assert run.credits(FEBRUARY_14) == 1_000

    down = invoice_of(line(-9_950, "price_growth", **half), line(4_950, **half), ref="in_down", reason="change")
    kept = run.bill(down, FEBRUARY_14)
    assert run.lines(kept) == [(-9_950, 0, "credit"), (4_950, 0, "charge"), (5_000, 0, "kept")]
    assert (run.invoice(kept).total_minor, run.credits(FEBRUARY_14)) == (0, 500)

    march = line(9_900, period_start=FEBRUARY_28, period_end=utc("2026-03-31 12:00"))
    renewal = run.bill(invoice_of(march, ref="in_march", reason="cycle", balance_minor=5_000), FEBRUARY_28)
    assert (run.invoice(renewal).balance_used_minor, run.invoice(renewal).status) == (5_000, InvoiceStatus.PAID)


def test_credits_that_are_spent_stay_spent(run: GatewayRun) -> None:
    run.bill(invoice_of(line(9_900)))
    half: dict[str, Any] = {"period_start": FEBRUARY_14, "is_proration": True}
    for number in range(3):  # more is given back than there is
        run.bill(invoice_of(line(-4_950, **half), ref=f"in_{number}_back", reason="change"), FEBRUARY_14)
    assert run.credits(FEBRUARY_14) == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"due_minor": 9_800},
        {"currency": "EUR"},
        {"balance_minor": 500, "due_minor": 9_400},
    ],
)
def test_what_does_not_add_up_is_written_nowhere(run: GatewayRun, wrong: dict[str, Any]) -> None:
    with pytest.raises(InvoiceContradiction):
        run.bill(replace(invoice_of(line(9_900), status="open"), **wrong))
    assert (run.mails(), run.credits(JANUARY_31)) == ([], 0)


@pytest.mark.parametrize("wrong", [{"due_minor": 9_800}, {"currency": "EUR"}])
def test_what_was_paid_for_it_is_kept_all_the_same_and_once(run: GatewayRun, wrong: dict[str, Any]) -> None:
    paid = replace(invoice_of(line(9_900)), **wrong)
    assert [run.bill(paid) for _ in range(2)] == [None, None]
    assert run.kept(paid.currency) == 9_900
    assert (run.mails(), run.credits(JANUARY_31)) == ([], 0)


def test_what_was_kept_pays_the_invoice_once_it_adds_up(run: GatewayRun) -> None:
    """March used money that a change of plan had kept, and was heard of before the change."""
    run.price("growth")
    run.bill(invoice_of(line(9_900)))
    half: dict[str, Any] = {"period_start": FEBRUARY_14, "is_proration": True}
    down = invoice_of(line(-9_950, "price_growth", **half), line(4_950, **half), ref="in_down", reason="change")
    next_month = line(9_900, period_start=FEBRUARY_28, period_end=utc("2026-03-31 12:00"))
    march = invoice_of(next_month, ref="in_march", reason="cycle", balance_minor=5_000)
    assert (run.bill(march, FEBRUARY_28), run.kept("USD")) == (None, 4_900)

    run.bill(down, FEBRUARY_28)
    renewal = run.invoice(next(run.bill(march, FEBRUARY_28) for _ in range(2)))
    assert (renewal.status, renewal.balance_used_minor, run.kept("USD")) == (InvoiceStatus.PAID, 9_900, 0)
    assert run.lines(renewal.id) == [(9_900, 500, "charge")]


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


def test_what_is_paid_without_money_is_no_matter_of_course(run: GatewayRun) -> None:
    """Somebody marked it as paid by hand: it must not stay open here with nobody knowing."""
    invoice_id = run.bill(invoice_of(line(9_900), status="open"))
    with pytest.raises(InvoiceContradiction, match="9900 USD are left"):
        run.bill(invoice_of(line(9_900), paid_minor=0, payment_ref=""))
    assert (run.invoice(invoice_id).status, run.credits(JANUARY_31)) == (InvoiceStatus.PENDING, 0)


@pytest.mark.parametrize("is_known", [True, False])
def test_what_was_paid_of_an_invoice_that_is_void_is_kept(run: GatewayRun, is_known: bool) -> None:
    if is_known:
        run.bill(invoice_of(line(9_900), status="open"))
    void = invoice_of(line(9_900), status="void", paid_minor=100)
    invoice = run.invoice(next(run.bill(void) for _ in range(2)))
    assert (invoice.status, run.kept("USD")) == (InvoiceStatus.VOID, 100)


def test_what_was_paid_in_part_leaves_the_rest_open(run: GatewayRun) -> None:
    part = replace(invoice_of(line(9_900)), paid_minor=100)
    invoice = run.invoice(next(run.bill(part) for _ in range(2)))
    assert (invoice.status, invoice.left_minor, run.credits(JANUARY_31)) == (InvoiceStatus.PENDING, 9_800, 0)


def test_an_invoice_waits_for_its_subscription(database: Database, account_id: UUID) -> None:
    with pytest.raises(Unavailable):
        GatewayRun(database, account_id).bill(invoice_of(line(9_900)))
