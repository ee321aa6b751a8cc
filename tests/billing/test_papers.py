"""What papers say is what the books say: asked, charged, kept, missing; and the sums add up on every one of them."""

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

import pytest
from sqlalchemy import select, text

from billing.cards.tables import Card
from billing.clocks.wall import Wall
from billing.credits.tables import CreditSource
from billing.credits.watch import set_watch
from billing.invoices.tables import Invoice
from billing.notices.describe_invoice import describe_invoice
from billing.notices.letters import LETTERS
from billing.notices.occasion import Moot, Occasion
from billing.outcomes.record_outcome import record_outcome
from billing.outcomes.save_card import save_card
from billing.payments.tables import AttemptStatus, PaymentAttempt
from billing.top_ups.set import set_top_up
from billing.usage.consume import consume_credits
from documents.amounts import closing
from documents.arithmetic import require_sums
from documents.notice_facts import amount
from schemas.documents import InvoiceFacts, NoticeFacts
from schemas.facts.customers import CardFact
from schemas.facts.invoices import InvoicePaymentFact
from schemas.facts.payments import ChargedCard, PaymentFact, PaymentStatus
from tests.billing.gateway_facts import JANUARY_31, GatewayRun, invoice_of, line
from tests.billing.gifts import grant_credits
from tests.billing.papers import LETTERHEAD
from tests.billing.subscribers import Books, utc

BEGIN, HALF, LATER = utc("2026-04-01 10:00"), utc("2026-04-16 10:00"), utc("2026-04-20 10:00")
MAY = utc("2026-05-01 10:00")


def paper_of(books: Books, invoice: Invoice) -> InvoiceFacts:
    """The facts of its document, which add up."""
    with books.database.transaction() as session:
        facts = describe_invoice(session, invoice.id, LETTERHEAD)
    require_sums(facts)
    return facts


def mail_of(books: Books, topic: str, subject_id: UUID, now: datetime, cause: str = "") -> NoticeFacts:
    """The facts of a mail as they are now; raises Moot."""
    with books.database.transaction() as session:
        return LETTERS[topic](session, Occasion(subject_id, cause, LETTERHEAD, Wall(now)))


@pytest.fixture
def downgrader(books: Books) -> UUID:
    """A customer who has 100.00 USD kept after a downgrade."""
    account_id = books.open()
    books.give_card(account_id, BEGIN)
    subscription_id = books.subscribe(account_id, BEGIN, "scale")
    books.answer(BEGIN)
    books.change(subscription_id, "starter", HALF, when="now")
    books.cancel(subscription_id, HALF)
    return account_id


def test_kept_money_is_named_and_subtracted_before_and_after_the_card_pays_the_rest(
    books: Books, downgrader: UUID
) -> None:
    books.subscribe(downgrader, LATER, "growth")
    asked = paper_of(books, books.invoices(downgrader)[-1])
    assert closing(asked) == (("Paid from your balance", -10_000), ("Amount due", 9_900))
    assert (asked.pays_by, asked.credits_granted, asked.credits_to_come) == ("card", 0, 1_500)
    books.answer(LATER)
    paid = paper_of(books, books.invoices(downgrader)[-1])
    assert closing(paid) == (
        ("Paid from your balance", -10_000),
        ("Paid on 20 April 2026", -9_900),
        ("Amount due", 0),
    )
    (payment,) = paid.payments
    assert (payment.card_brand, payment.card_last4, payment.method) == ("visa", "4242", "Card (Stripe)")
    assert (paid.credits_granted, paid.credits_to_come) == (1_500, 0)


def test_what_could_not_be_collected_is_what_the_card_was_asked_for(books: Books, downgrader: UUID) -> None:
    books.subscribe(downgrader, LATER, "growth")
    books.answer(LATER, decline="insufficient_funds")
    with books.database.transaction() as session:
        failed = session.scalars(select(PaymentAttempt).where(PaymentAttempt.status == AttemptStatus.FAILED)).one()
    cause = f"payment_failed/{failed.id}"
    mail = mail_of(books, "payment_failed", books.invoices(downgrader)[-1].id, LATER, cause)
    assert failed.amount_minor == 9_900
    assert amount(mail) == "99.00 USD"


def test_a_downgrade_that_gives_back_thanks_for_no_payment(books: Books, downgrader: UUID) -> None:
    change = paper_of(books, books.invoices(downgrader)[-1])
    assert (change.total_minor, change.payments, closing(change)) == (0, (), (("Amount due", 0),))


def test_money_kept_of_a_payment_for_something_else_is_no_payment_of_the_next_invoice(books: Books) -> None:
    """Paid twice: the second payment pays the renewal, and is called what it is there."""
    ada = books.open()
    books.give_card(ada, BEGIN)
    books.subscribe(ada, BEGIN)
    books.answer(BEGIN)
    (attempt,) = _attempts(books)
    again = _captured(attempt, 12_900, ref="pi_again")
    with books.database.transaction() as session:
        record_outcome(session, again, Wall(BEGIN))
    books.come_due(MAY)
    renewal = paper_of(books, books.invoices(ada)[-1])
    assert (renewal.kept_minor, renewal.payments, renewal.status) == (9_900, (), "paid")


def test_what_came_in_part_is_subtracted_and_the_rest_is_asked_for(books: Books) -> None:
    ada = books.open()
    books.give_card(ada, BEGIN)
    books.subscribe(ada, BEGIN, trial_days=1)
    renewal = utc("2026-04-02 10:00")
    books.come_due(renewal)
    with books.database.transaction() as session:
        record_outcome(session, _captured(_attempts(books)[-1], 1_400), Wall(renewal))
    facts = paper_of(books, books.invoices(ada)[-1])
    assert closing(facts) == (("Paid on 1 April 2026", -1_400), ("Amount due", 8_500))


def test_a_line_tells_the_days_of_its_service(books: Books) -> None:
    """A period that ends in the morning of the 1st serves on that day too; one that ends at midnight does not."""
    for begin, last_day in ((BEGIN, date(2026, 5, 1)), (utc("2026-04-01 00:00"), date(2026, 4, 30))):
        account_id = books.open()
        books.subscribe(account_id, begin, pay_by="transfer")
        facts = paper_of(books, books.invoices(account_id)[-1])
        assert [(each.first_day, each.last_day) for each in facts.lines] == [(date(2026, 4, 1), last_day)]
        assert facts.pays_by == "transfer"


def test_a_trial_that_ends_names_the_money_that_pays_before_the_card(books: Books, downgrader: UUID) -> None:
    subscription_id = books.subscribe(downgrader, LATER, trial_days=3)
    mail = mail_of(books, "trial_ending", subscription_id, LATER)
    assert mail.subscription is not None
    assert mail.subscription.kept_minor == 10_000


def test_a_gateway_names_the_card_of_its_invoices_by_reference(run: GatewayRun, books: Books) -> None:
    """What it has let the customer's own money pay is no payment."""
    run.hear(run.fact())
    card = CardFact("stripe", "pm_1", "cus_1", "mastercard", "4444", 12, 2040)
    with books.database.transaction() as session:
        save_card(session, run.account_id, card, JANUARY_31, chosen_at=JANUARY_31)
    payments = (InvoicePaymentFact("pi_1", 9_900, "ch_1", JANUARY_31, "pm_1"),)
    invoice = run.invoice(run.bill(replace(invoice_of(line(9_900)), payments=payments)))
    (payment,) = paper_of(books, invoice).payments
    assert (payment.card_brand, payment.card_last4, payment.reference) == ("mastercard", "4444", "pi_1")


def test_a_card_stays_on_the_receipt_as_it_was_when_it_paid(books: Books) -> None:
    ada = books.open()
    books.give_card(ada, BEGIN)
    books.subscribe(ada, BEGIN)
    books.answer(BEGIN)
    with books.database.transaction() as session:
        session.execute(text("UPDATE cards SET last4 = '9999'"))
        assert session.scalars(select(Card.last4)).all() == ["9999"]
    (payment,) = paper_of(books, books.invoices(ada)[-1]).payments
    assert payment.card_last4 == "4242"


def test_low_credits_and_an_automatic_purchase_are_told_once(books: Books) -> None:
    """Warned below 200, topped up below 100: told of what is to come, and then by the receipt."""
    ada = books.open()
    books.give_card(ada, BEGIN)
    with books.database.transaction() as session:
        grant_credits(session, ada, CreditSource.PACKAGE, "gift", 300, None, BEGIN)
        set_watch(session, ada, 200)
        set_top_up(session, ada, "starter", 100, 1, BEGIN)
    with books.database.transaction() as session:
        consume_credits(session, ada, 150, "operation/1", "", BEGIN)
    warned = mail_of(books, "low_credits", ada, BEGIN)
    assert warned.top_up is not None
    assert (warned.top_up.package_name, warned.top_up.below, warned.credits_balance) == ("Starter", 100, 150)

    with books.database.transaction() as session:
        consume_credits(session, ada, 100, "operation/2", "", BEGIN)
    with pytest.raises(Moot, match="credits are being bought automatically"):
        mail_of(books, "low_credits", ada, BEGIN)
    books.answer(BEGIN)
    receipt = paper_of(books, books.invoices(ada)[-1])
    assert (receipt.is_top_up, receipt.credits_granted > 0) == (True, True)

    with books.database.transaction() as session:
        set_watch(session, ada, 10_000)
    used_up = mail_of(books, "low_credits", ada, BEGIN)
    assert used_up.top_up is None, "the month's only purchase is made"


def test_a_top_up_that_was_declined_adds_no_credits_and_has_no_paper(books: Books) -> None:
    ada = books.open()
    books.give_card(ada, BEGIN)
    with books.database.transaction() as session:
        set_top_up(session, ada, "starter", 100, 1, BEGIN)
    books.answer(BEGIN, decline="insufficient_funds")
    (invoice,) = books.invoices(ada)
    assert (invoice.status.value, invoice.number) == ("void", None)


def _attempts(books: Books) -> list[PaymentAttempt]:
    with books.database.transaction() as session:
        return list(session.scalars(select(PaymentAttempt).order_by(PaymentAttempt.id)))


def _captured(attempt: PaymentAttempt, amount_minor: int, ref: str = "pi_part") -> PaymentFact:
    return PaymentFact(
        gateway="stripe",
        attempt_id=str(attempt.id),
        checkout_ref="",
        payment_ref=ref,
        charge_ref="",
        customer_ref=attempt.request["customer_ref"],
        status=PaymentStatus.CAPTURED,
        amount_minor=amount_minor,
        currency=attempt.currency,
        paid_at=BEGIN,
        card=ChargedCard("visa", "4242"),
    )
