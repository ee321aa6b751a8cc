"""What the books say for us in a dispute: all that was had of the payment, as it is when the bank asks."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from structlog.testing import capture_logs

from billing.disputes.tables import Dispute
from billing.invoices.stage_receipt import stage_receipt
from billing.notices.describe_dispute import describe_dispute, papers_of
from billing.refunds.tables import UsedCredits
from database.memory import WorkState
from database.outbox import OutboxEntry, stage
from schemas.documents import InvoiceFacts
from schemas.evidence import EvidenceFacts
from schemas.facts.reversals import DisputeState
from tests.billing.contests import ANSWER, contest_facts
from tests.billing.money_back import BEGIN, MoneyBack, failed
from tests.billing.papers import LETTERHEAD
from tests.billing.standing import publish

PRICE, CREDITS = 2_999, 2_000
DAY = timedelta(days=1)


def ask(back: MoneyBack, payment: UUID, minor: int, state: DisputeState = DisputeState.NEEDS_RESPONSE) -> None:
    """The bank's word about a payment."""
    back.hear(payment, *contest_facts("dp_1", minor, state, at=back.now))


def described(back: MoneyBack, now: datetime = BEGIN) -> EvidenceFacts:
    """What would be written now of the only dispute."""
    with back.database.transaction() as session:
        return describe_dispute(session, session.scalars(select(Dispute.id)).one(), LETTERHEAD, now)


def papers(back: MoneyBack) -> Sequence[bytes | InvoiceFacts]:
    """What is bound behind it."""
    with back.database.transaction() as session:
        return papers_of(session, session.scalars(select(Dispute.id)).one(), LETTERHEAD)


def send_all(back: MoneyBack, **result: Any) -> None:
    """Whatever is to follow has followed, with this result."""
    done = {"state": WorkState.DONE, "finished_at": func.now(), "result": result or None}
    with back.database.transaction() as session:
        session.execute(update(OutboxEntry).where(OutboxEntry.state != WorkState.DONE).values(done))


def waiting(back: MoneyBack) -> int:
    """How many times evidence is to be written."""
    to_write = select(OutboxEntry.id).where(
        OutboxEntry.topic == "dispute_evidence", OutboxEntry.state != WorkState.DONE
    )
    with back.database.transaction() as session:
        return len(session.scalars(to_write).all())


def start_ten(back: MoneyBack) -> UUID:
    """Subscribe to ten credits a month for 10.00, and have its receipt mailed."""
    publish(back.books, "ten", 1_000, 10)
    subscription_id = back.books.subscribe(back.account_id, BEGIN, "ten")
    back.books.answer(BEGIN)
    with back.database.transaction() as session:
        stage_receipt(session, back.books.invoices(back.account_id)[-1])
    return subscription_id


def test_the_first_payment_of_a_subscription_tells_of_its_mail_its_time_and_its_end(back: MoneyBack) -> None:
    subscription_id = start_ten(back)
    send_all(back, email_ref="em_1")
    ask(back, back.payments()[0].id, 1_000)
    facts = described(back)
    assert [each.subject for each in facts.mails] == ["Confirmation of the subscription"]
    (bought,) = facts.invoices
    assert (bought.first_day, bought.last_day, bought.total_minor) == (date(2026, 4, 1), date(2026, 5, 1), 1_000)
    (subscribed,) = facts.subscriptions
    assert (subscribed.began_on, subscribed.canceled_on, subscribed.ended_on) == (date(2026, 4, 1), None, None)
    back.books.cancel(subscription_id, BEGIN + DAY)
    (subscribed,) = described(back).subscriptions
    assert (subscribed.canceled_on, subscribed.ended_on) == (date(2026, 4, 2), date(2026, 4, 2))


def test_a_mail_that_was_dropped_was_not_sent(back: MoneyBack) -> None:
    start_ten(back)
    send_all(back, dropped="the subscription is canceled")
    ask(back, back.payments()[0].id, 1_000)
    assert described(back).mails == ()


def test_it_says_what_was_used_and_what_went_back_and_not_what_came_back_again(back: MoneyBack) -> None:
    payment = back.buy()
    back.use(150)
    refund = back.ask(payment, 1_000, UsedCredits.FORGIVE)
    with back.database.transaction() as session:
        stage(session, "refund_notification", refund, f"refund_notification/{refund}")
    send_all(back)
    ask(back, payment, PRICE - 1_000)
    facts = described(back, BEGIN + DAY)
    assert (facts.credits_granted, facts.credits_used, facts.days_used, facts.written_on) == (
        CREDITS, 150, 1, date(2026, 4, 2),
    )  # fmt: skip
    assert [each.amount_minor for each in facts.returned] == [1_000]
    assert "Notice of a refund" in [each.subject for each in facts.mails]
    back.answer(refund, failed("re_1", refund))
    assert described(back).returned == ()


def test_earlier_payments_count_unless_they_were_disputed(back: MoneyBack) -> None:
    first = back.buy()
    ask(back, first, PRICE, DisputeState.WON)
    back.now += DAY
    second = back.buy()
    back.now += DAY
    third = back.buy()
    back.now += DAY
    back.buy()
    back.hear(third, *contest_facts("dp_2", PRICE, DisputeState.NEEDS_RESPONSE))
    with back.database.transaction() as session:
        latest = session.scalars(select(Dispute.id).where(Dispute.dispute_ref == "dp_2")).one()
        facts = describe_dispute(session, latest, LETTERHEAD, back.now)
    (earlier,) = facts.earlier
    assert earlier.reference == next(each.reference for each in back.payments() if each.id == second)


def test_an_invoice_that_is_not_drawn_yet_is_drawn_with_the_evidence(back: MoneyBack) -> None:
    ask(back, back.buy(), PRICE)
    (paper,) = papers(back)
    assert isinstance(paper, InvoiceFacts)
    assert (paper.number, paper.status) == (described(back).invoices[0].number, "paid")


def test_it_is_written_again_when_a_bank_asks_anew(back: MoneyBack) -> None:
    payment = back.buy()
    ask(back, payment, PRICE)
    ask(back, payment, PRICE)
    assert waiting(back) == 1
    send_all(back)
    ask(back, payment, PRICE, DisputeState.WON)
    back.use(1_999)
    with capture_logs() as lines:
        ask(back, payment, PRICE)
    assert [line["evidence_due_at"] for line in lines if line["event"] == "dispute_opened"] == [
        (BEGIN + ANSWER).isoformat()
    ]
    assert (waiting(back), described(back).credits_used) == (1, 1_999)
    assert described(back).answer_until == back.now + ANSWER


def test_it_is_written_for_a_bank_that_only_asks_and_again_when_that_takes_the_money(back: MoneyBack) -> None:
    payment = back.buy()
    asked, fee = contest_facts("dp_1", PRICE, DisputeState.INQUIRY)
    back.hear(payment, asked, replace(fee, left_minor=0))
    assert waiting(back) == 1
    send_all(back)
    ask(back, payment, PRICE)
    assert waiting(back) == 1
