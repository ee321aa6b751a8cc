"""A person bills an account by hand, mails the bill or does not, and takes it back as long as it is not paid."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from billing.clocks.timelines import Timeline
from billing.clocks.wall import Wall
from billing.credit_notes.tables import CreditNote
from billing.invoices.attach_document import attach_document
from billing.invoices.queries import show_invoice
from billing.invoices.stage_receipt import UNSENT
from billing.invoices.tables import Invoice, InvoiceStatus
from billing.manual_payments.queries import method_of
from billing.notices.about_orders import reminded
from billing.notices.copies import copies_for
from billing.notices.occasion import Occasion
from billing.notices.transfer_reminders import remind_of_transfers
from billing.outcomes.invoice_voided import invoice_voided
from billing.payment_methods.set_method import set_method
from billing.payment_methods.tables import ManualMethod
from billing.tax.set_rate import NewRate, set_rate
from database.engine import Database
from database.outbox import OutboxEntry, stage
from schemas.views.invoices import InvoiceView
from tests.billing.deciders import Deciders
from tests.billing.papers import LETTERHEAD
from tests.billing.payers import Payer
from workers.wiring import Work

WORKSHOP: dict[str, Any] = {"description": "Workshop", "quantity": 2, "unit_minor": 45_000}


class BillingDesk:
    """Mo, who bills the customer of `remitter`, and Jo, who is asked above a limit."""

    def __init__(self, deciders: Deciders, remitter: Payer) -> None:
        self.deciders, self.remitter = deciders, remitter

    def bill(self, *lines: dict[str, Any], **more: Any) -> UUID:
        """The operation."""
        wanted = {"account_id": str(self.remitter.account_id), "currency": "USD", "lines": lines or (WORKSHOP,)}
        return self.deciders.say("mo", "create_invoice", **{**wanted, **more})

    def invoice(self, operation_id: UUID) -> InvoiceView:
        """What came of it."""
        row = self.deciders.row(operation_id)
        assert row.result is not None, row.problem
        with self.deciders.work.database.transaction() as session:
            return show_invoice(session, UUID(row.result["id"]))

    def void(self, invoice_id: UUID) -> str:
        """What comes of taking it back."""
        said = self.deciders.say("mo", "void_invoice", invoice_id=str(invoice_id), reason="billed twice")
        return self.deciders.outcome(said)

    def staged(self, topic: str) -> list[str]:
        """What follows, by cause."""
        with self.deciders.work.database.transaction() as session:
            return list(session.scalars(select(OutboxEntry.cause).where(OutboxEntry.topic == topic)))


@pytest.fixture
def billing_desk(hands: Work, books_of_owner: Database, remitter: Payer) -> BillingDesk:
    """It."""
    return BillingDesk(Deciders(hands, books_of_owner), remitter)


def test_lines_packages_and_services_are_billed_with_the_tax_of_the_country(
    billing_desk: BillingDesk, books_of_owner: Database
) -> None:
    with books_of_owner.transaction() as session:
        set_rate(session, NewRate("GB", "VAT", 200_000, date(2026, 1, 1)), None)
    package, service = {"package": "value", "quantity": 3}, {"service": "setup-app", "description": "Set-up at yours"}
    bill = billing_desk.invoice(billing_desk.bill(WORKSHOP, package, service, due_days=30))
    assert bill.lines is not None
    assert [(line.description, line.quantity) for line in bill.lines] == [
        ("Workshop", 2), ("Value package: 2,000 credits", 3), ("Set-up at yours", 1),
    ]  # fmt: skip
    assert [line.net_minor for line in bill.lines][:2] == [90_000, 8_997]
    assert (bill.subtotal_minor, bill.tax_minor) == (128_897, 25_779)
    assert (bill.status, bill.reason, bill.due_minor) == ("pending", "manual", bill.total_minor)
    assert bill.due_at is not None
    assert bill.issued_at is not None
    assert bill.due_at - bill.issued_at == timedelta(days=30)


def test_numbers_have_no_gap_whatever_was_refused_between(billing_desk: BillingDesk) -> None:
    first = billing_desk.invoice(billing_desk.bill())
    refused = billing_desk.bill({"package": "nothing"})
    assert billing_desk.deciders.outcome(refused) == "package_not_found"
    second = billing_desk.invoice(billing_desk.bill())
    assert first.number is not None
    assert second.number is not None
    assert int(second.number[-5:]) - int(first.number[-5:]) == 1


def test_once_it_is_paid_its_credits_are_there(billing_desk: BillingDesk) -> None:
    bill = billing_desk.invoice(billing_desk.bill({"package": "value", "quantity": 2}))
    remitter, at = billing_desk.remitter, billing_desk.deciders.work.wall().at
    remitter.pay(bill.id, bill.total_minor - 1, now=at)
    assert (remitter.invoice(bill.id).status, remitter.credits()) == (InvoiceStatus.PENDING, 0)
    remitter.pay(bill.id, 1, now=at)
    assert (remitter.invoice(bill.id).status, remitter.credits()) == (InvoiceStatus.PAID, 4_000)


def test_money_that_is_kept_pays_of_it_and_may_pay_all_of_it(billing_desk: BillingDesk) -> None:
    """Somebody paid 1,000.00 for a bill that was taken back."""
    remitter, at = billing_desk.remitter, billing_desk.deciders.work.wall().at
    lost = billing_desk.invoice(billing_desk.bill({**WORKSHOP, "quantity": 3}))
    billing_desk.deciders.limit("void_invoice", "*", None)
    remitter.pay(lost.id, 100_000, now=at)
    assert billing_desk.void(lost.id) == "done"
    assert remitter.kept() == {"USD": 100_000}

    bill = billing_desk.invoice(billing_desk.bill())
    assert (bill.status, bill.balance_used_minor, bill.due_minor) == ("paid", 90_000, 0)
    rest = billing_desk.invoice(billing_desk.bill())
    assert (rest.status, rest.balance_used_minor, rest.due_minor) == ("pending", 10_000, 80_000)
    assert remitter.kept().get("USD", 0) == 0


@pytest.mark.parametrize("is_sent", [True, False])
def test_it_is_mailed_with_its_paper_unless_nobody_wants_that(billing_desk: BillingDesk, is_sent: bool) -> None:
    bill = billing_desk.invoice(billing_desk.bill(send=is_sent))
    (cause,) = billing_desk.staged("invoice_pdf")
    assert cause.endswith(UNSENT) is not is_sent
    with billing_desk.deciders.work.database.transaction() as session:
        attach_document(
            session, bill.id, b"%PDF", Wall(billing_desk.deciders.work.wall().at), is_paid=False,
            is_mailed=not cause.endswith(UNSENT),
        )  # fmt: skip
    assert billing_desk.staged("invoice_sent") == ([f"invoice_sent/{bill.id}"] if is_sent else [])
    assert billing_desk.staged("invoice_created") == billing_desk.staged("manual_payment_instructions") == []


def _mailed(billing_desk: BillingDesk, bill: InvoiceView) -> None:
    with billing_desk.deciders.work.database.transaction() as session:
        stage(session, "invoice_sent", bill.id, f"invoice_sent/{bill.id}")


def _reminded(billing_desk: BillingDesk, bill: InvoiceView, *days: int) -> list[str]:
    """Of which days customers were reminded by the time they were over, this bill's days after it was due."""
    assert bill.due_at is not None
    for day in days:
        with billing_desk.deciders.work.database.transaction() as session:
            remind_of_transfers(session, Timeline(None, bill.due_at + timedelta(days=day)), 100)
    return sorted(
        cause.removeprefix(f"payment_reminder/{bill.id}/") for cause in billing_desk.staged("payment_reminder")
    )


def test_who_was_mailed_a_bill_and_does_not_pay_it_is_reminded(billing_desk: BillingDesk) -> None:
    bill = billing_desk.invoice(billing_desk.bill())
    assert _reminded(billing_desk, bill, -3, 1, 7) == [], "nobody was to be sent it"
    _mailed(billing_desk, bill)
    assert _reminded(billing_desk, bill, -4, -3, 1, 7, 8) == ["-3", "1", "7"]


def test_of_a_bill_that_is_paid_or_taken_back_nobody_is_reminded(billing_desk: BillingDesk) -> None:
    paid, void = billing_desk.invoice(billing_desk.bill()), billing_desk.invoice(billing_desk.bill())
    for bill in (paid, void):
        _mailed(billing_desk, bill)
    billing_desk.remitter.pay(paid.id, paid.total_minor, now=billing_desk.deciders.work.wall().at)
    assert billing_desk.void(void.id) == "done"
    assert _reminded(billing_desk, paid, -3, 1, 7) == []


def test_a_reminder_of_a_bill_threatens_with_nothing(billing_desk: BillingDesk) -> None:
    """An order is canceled some day; a bill is not."""
    bill, work = billing_desk.invoice(billing_desk.bill()), billing_desk.deciders.work
    with work.database.transaction() as session:
        told = reminded(session, Occasion(bill.id, f"payment_reminder/{bill.id}/-3", LETTERHEAD, work.wall()))
    assert (told.order, told.subscription, told.is_overdue) == (None, None, False)


def test_a_way_to_pay_that_is_said_is_remembered_and_one_that_is_not_offered_is_refused(
    billing_desk: BillingDesk, books_of_owner: Database
) -> None:
    bill = billing_desk.invoice(billing_desk.bill(method="bank_transfer"))
    with billing_desk.deciders.work.database.transaction() as session:
        assert method_of(session, bill.id) is ManualMethod.BANK_TRANSFER
        assert method_of(session, billing_desk.invoice(billing_desk.bill()).id) is None
    with books_of_owner.transaction() as session:
        set_method(session, "GB", "bank_transfer", {"enabled": False})
    assert billing_desk.deciders.outcome(billing_desk.bill(method="bank_transfer")) == "method_not_offered"


def test_whoever_else_gets_the_accounts_invoices_gets_a_copy_of_it(billing_desk: BillingDesk) -> None:
    account_id, accountant = billing_desk.remitter.account_id, "accounts@ada.example"
    changed = billing_desk.deciders.say(
        "mo", "update_account", account_id=str(account_id), recipients={"invoices": [accountant]}
    )
    assert billing_desk.deciders.outcome(changed) == "done"
    with billing_desk.deciders.work.database.transaction() as session:
        assert copies_for(session, account_id, "invoice_sent", "billing@ada.example") == (accountant,)


def test_what_cannot_be_billed_is_refused(billing_desk: BillingDesk) -> None:
    fine = {"description": "Fine", "unit_minor": 1_234}
    for lines, more, word in (
        ([{"service": "nothing"}], {}, "service_not_found"),
        ([{"package": "value"}], {"currency": "EUR"}, "currency_differs"),
        ([fine], {"currency": "KWD"}, "amount_too_fine"),
        ([{**fine, "unit_minor": 10**12}], {}, "amount_too_large"),
        ([fine], {"account_id": str(uuid4())}, "account_not_found"),
        ([{"description": "Both", "unit_minor": 1, "package": "value"}], {}, "command_invalid"),
        ([{"unit_minor": 1}], {}, "command_invalid"),
        ([{"description": "Nothing"}], {}, "command_invalid"),
    ):
        assert billing_desk.deciders.outcome(billing_desk.bill(*lines, **more)) == word, lines


def test_a_bill_that_is_taken_back_keeps_its_number_and_has_a_credit_note(billing_desk: BillingDesk) -> None:
    bill, work = billing_desk.invoice(billing_desk.bill()), billing_desk.deciders.work
    assert billing_desk.void(bill.id) == "done"
    void = billing_desk.remitter.invoice(bill.id)
    assert (void.status, void.number) == (InvoiceStatus.VOID, bill.number)
    with work.database.transaction() as session:
        invoice_voided(session, bill.id, work.wall())
    with work.database.transaction() as session:
        (note,) = session.scalars(select(CreditNote).where(CreditNote.invoice_id == bill.id))
        assert (note.total_minor, note.unpaid_minor) == (bill.total_minor, bill.total_minor)
    assert billing_desk.void(bill.id) == "invoice_void"


def test_what_is_paid_is_given_back_and_not_voided(billing_desk: BillingDesk) -> None:
    bill, at = billing_desk.invoice(billing_desk.bill()), billing_desk.deciders.work.wall().at
    billing_desk.remitter.pay(bill.id, bill.total_minor, now=at)
    assert billing_desk.void(bill.id) == "invoice_paid"
    assert billing_desk.remitter.invoice(bill.id).status is InvoiceStatus.PAID
    assert billing_desk.void(uuid4()) == "invoice_not_found"


def test_what_a_subscription_is_asked_for_is_not_taken_back_while_it_goes_on(
    billing_desk: BillingDesk, april: UUID
) -> None:
    with billing_desk.deciders.work.database.transaction() as session:
        invoice_id = session.scalars(select(Invoice.id).where(Invoice.subscription_id == april)).one()
    assert billing_desk.void(invoice_id) == "subscription_runs"


def test_what_was_given_up_may_still_be_taken_back(billing_desk: BillingDesk) -> None:
    bill = billing_desk.invoice(billing_desk.bill())
    given_up = billing_desk.deciders.say("mo", "write_off_invoice", invoice_id=str(bill.id), reason="they are gone")
    assert billing_desk.deciders.outcome(given_up) == "done"
    assert billing_desk.void(bill.id) == "done"


def test_above_a_limit_another_person_approves_exactly_what_would_be_forgiven(billing_desk: BillingDesk) -> None:
    deciders, at = billing_desk.deciders, billing_desk.deciders.work.wall().at
    bill = billing_desk.invoice(billing_desk.bill({**WORKSHOP, "quantity": 3}))
    wanted = deciders.say("mo", "void_invoice", invoice_id=str(bill.id), reason="billed twice")
    effect = deciders.shown(wanted).effect
    assert (effect["left_minor"], effect["kept_minor"], effect["number"]) == (135_000, 0, bill.number)
    assert billing_desk.remitter.invoice(bill.id).status is InvoiceStatus.PENDING
    billing_desk.remitter.pay(bill.id, 5_000, now=at)
    assert deciders.approve("jo", wanted) == "done"
    assert deciders.outcome(wanted) == "approval_stale"

    again = deciders.say("mo", "void_invoice", invoice_id=str(bill.id), reason="billed twice")
    effect = deciders.shown(again).effect
    assert (effect["left_minor"], effect["kept_minor"]) == (130_000, 5_000)
    assert deciders.approve("jo", again) == "done"
    assert (deciders.outcome(again), billing_desk.remitter.kept()) == ("done", {"USD": 5_000})


def test_a_draft_and_what_a_gateway_collects_are_not_taken_back(
    billing_desk: BillingDesk, books_of_owner: Database
) -> None:
    bill = billing_desk.invoice(billing_desk.bill())
    with books_of_owner.transaction() as session:
        session.execute(update(Invoice).where(Invoice.id == bill.id).values(gateway="stripe", invoice_ref="in_1"))
    assert billing_desk.void(bill.id) == "gateway_collects"
    with books_of_owner.transaction() as session:
        session.execute(update(Invoice).where(Invoice.id == bill.id).values(gateway="", invoice_ref=""))
