"""Money goes back while the same account is billed, changes its plan, or has more of it given back: all take turns."""

import contextlib

import pytest
from sqlalchemy.orm import Session

from billing.accounts.queries import lock_account
from billing.clocks.timelines import Timeline
from billing.credit_notes.tables import CreditNoteReason
from billing.cycle.plan_change.change_plan import change_plan
from billing.cycle.renewal.come_due import come_due
from billing.cycle.renewal.due import claim_due
from billing.errors import Rejected
from billing.refunds.begin_refund import RefundWish, begin_refund
from billing.refunds.credit_invoice import CreditWish, credit_invoice
from billing.refunds.tables import UsedCredits
from database.ids import uuid7
from schemas.commands.subscriptions import ChangePlan, PlanChoice
from tests.billing.money_back import MoneyBack, refunded
from tests.billing.standing import publish
from tests.billing.subscribers import Books, utc
from tests.billing.turns import Step, at_once

BEGIN, END = utc("2026-04-01 10:00"), utc("2026-05-01 10:00")
REASON = CreditNoteReason.REQUESTED_BY_CUSTOMER


def _steps(books: Books) -> dict[str, Step]:
    """Of a new account with a subscription that is to be renewed, a purchase, and money kept."""
    account_id = books.open()
    books.give_card(account_id, utc("2025-01-01 09:00"))
    back = MoneyBack(books, account_id, BEGIN)
    subscription_id = books.subscribe(account_id, BEGIN, "big")
    books.answer(BEGIN)
    payment_id = back.buy(paid_minor=3_500)
    invoice_id = next(each.id for each in books.invoices(account_id) if each.total_minor == 2_999)
    wanted = ChangePlan(subscription_id=subscription_id, plan=PlanChoice(plan="small"), allow_another=True)

    def refund(session: Session) -> None:
        refund_id = uuid7()
        wish = RefundWish(payment_id, 600, REASON, UsedCredits.FORGIVE, "app/x", f"operation/{refund_id}")
        begin_refund(session, refund_id, wish, BEGIN)

    def credit(session: Session) -> None:
        wish = CreditWish(invoice_id, 100, REASON, UsedCredits.FORGIVE, f"note/{uuid7()}")
        credit_invoice(session, wish, BEGIN)

    def change(session: Session) -> None:
        with contextlib.suppress(Rejected):  # another may wait by now
            change_plan(session, wanted, str(uuid7()), utc("2026-04-11 10:00"))

    return {
        "refund": refund,
        "credit": credit,
        "hear": lambda session: back.hear_in(session, payment_id, refunded(f"re_{uuid7()}", 300)),
        "change": change,
        "renew": lambda session: come_due(session, claim_due(session, Timeline(None, END), 100), END),
        "hold": lambda session: lock_account(session, account_id),
    }


@pytest.mark.parametrize("one", ["refund", "credit", "hear", "change"])
def test_money_that_goes_back_takes_turns_with_all_that_moves_it(books: Books, one: str) -> None:
    """The other comes when it has begun, and when all its locks are taken."""
    publish(books, "big", 30_000, 0)
    publish(books, "small", 3_000, 0)
    for other in ("refund", "credit", "hear", "change", "renew"):
        steps = _steps(books)
        at_once(books.database, steps["hold"], steps[one], steps[other])
        steps = _steps(books)
        at_once(books.database, steps[one], lambda session: None, steps[other])
