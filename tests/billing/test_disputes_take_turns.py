"""A bank decides while the same account pays or is billed: both take turns."""

from datetime import timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from billing.clocks.timelines import Timeline
from billing.clocks.wall import Wall
from billing.cycle.renewal.come_due import come_due
from billing.cycle.renewal.due import claim_due
from billing.dunning.tables import DunningPolicy, LostDisputes
from billing.outcomes.record_outcome import record_outcome
from billing.payments.intend_page import intend_page
from billing.payments.start_checkout import thaw
from billing.subscriptions.queries import lock_subscription
from database.ids import uuid7
from schemas.commands.payments import PayInvoice
from schemas.facts.payments import PaymentStatus
from schemas.facts.reversals import DisputeState
from tests.billing.contests import contest_facts
from tests.billing.money_back import BEGIN, PAGES, MoneyBack
from tests.billing.purchases import fact
from tests.billing.standing import publish
from tests.billing.turns import at_once

LOST, WON = DisputeState.LOST, DisputeState.WON


def test_an_invoice_is_paid_on_its_page_while_its_dispute_is_won_after_all(back: MoneyBack) -> None:
    publish(back.books, "plan", 1_000, 100)
    subscription_id = back.books.subscribe(back.account_id, BEGIN, "plan")
    back.books.answer(BEGIN)
    payment_id = back.payments()[0].id
    back.contest(payment_id, LOST, 1_000)
    command = PayInvoice.model_validate({"invoice_id": back.books.invoices(back.account_id)[0].id, **PAGES})
    with back.database.transaction() as session:
        request = thaw(intend_page(session, f"page/{uuid7()}", command, "stripe", Wall(BEGIN)).request)
    told = fact(request, PaymentStatus.CAPTURED, amount_minor=1_000)
    at_once(
        back.database,
        lambda session: lock_subscription(session, subscription_id),
        lambda session: record_outcome(session, told, Wall(BEGIN)),
        lambda session: back.hear_in(session, payment_id, *contest_facts("dp_1", 1_000, WON)),
    )
    assert back.kept_minor() == 1_000


def test_a_renewal_comes_for_kept_money_while_a_dispute_is_lost(back: MoneyBack) -> None:
    publish(back.books, "plan", 1_000, 100)
    back.books.give_card(back.account_id, BEGIN)
    subscription_id = back.books.subscribe(back.account_id, BEGIN, "plan")
    back.books.answer(BEGIN)
    payment_id = back.payments()[0].id
    back.buy("value", 2_999 + 500)
    later = back.now = BEGIN + timedelta(days=31)
    with back.database.transaction() as session:
        session.execute(update(DunningPolicy).values(lost_disputes=LostDisputes.OWED))

    def claim(session: Session) -> None:
        assert claim_due(session, Timeline(None, later), 10) == [subscription_id]

    at_once(
        back.database,
        claim,
        lambda session: come_due(session, [subscription_id], later),
        lambda session: back.hear_in(session, payment_id, *contest_facts("dp_1", 1_000, LOST)),
    )
    assert back.kept_minor() == 0
