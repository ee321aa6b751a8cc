"""A charge that was sent into an outage, never arrived, and is to be canceled: it is not sent again."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from billing.clocks.wall import Wall
from billing.invoices.tables import InvoiceStatus
from billing.subscriptions.tables import SubscriptionStatus
from calls.cancel_payment import cancel_payments
from calls.look_up_payments import look_up_payments
from database.memory import WorkState
from database.outbox import OutboxEntry
from tests.gateways.sandbox_process import Sandbox
from tests.workers.owing import Changing, Owing, Starting
from workers.wiring import Work

INTENTS = {"method": "POST", "path": "/v1/payment_intents"}


def later(work: Work, wait: timedelta) -> Work:
    """What a worker process has after a while."""
    wall = Wall(work.wall().at + wait)
    return replace(work, wall=lambda: wall)


def lose_the_next_charge(owing: Owing) -> None:
    """Another card is named, which is charged at once; the call never reaches the gateway."""
    owing.sandbox.arm("500", stage="before", **INTENTS, count=1)
    owing.use_card("pm_card_mastercard")
    owing.do("charge")
    assert owing.story()[-1] == ("charge", "unknown")


def its_own_retry(owing: Owing) -> None:
    """The charge's row, which looks before it speaks from its fourth attempt on."""
    for _ in range(4):
        owing.do("charge")


def the_wish(owing: Owing) -> None:
    """The row of the wish: at first the call may be on its way, a day later it is not."""
    owing.do("cancel_payment")
    assert owing.story()[-1] == ("charge", "unknown"), "the call may yet arrive"
    cancel_payments(later(owing.work, timedelta(hours=25)), owing.make_due("cancel_payment"))
    assert owing.rows("cancel_payment")[0][0] == "done"


def the_look_up(owing: Owing) -> None:
    """Both rows were parked in a long outage; what stays open for long is asked about all the same."""
    with owing.work.database.transaction() as session:
        rows = update(OutboxEntry).where(OutboxEntry.topic.in_(["charge", "cancel_payment"]))
        session.execute(rows.where(OutboxEntry.state == WorkState.READY).values(state=WorkState.PARKED))
    look_up_payments(later(owing.work, timedelta(hours=25)))
    with owing.work.database.transaction() as session:
        session.execute(rows.where(OutboxEntry.state == WorkState.PARKED).values(state=WorkState.DONE))


WAYS = [its_own_retry, the_wish, the_look_up]


@pytest.mark.parametrize("end", WAYS)
def test_a_change_of_plan_is_not_charged_after_its_time(
    work: Work, module_sandbox: Sandbox, end: Callable[[Owing], None]
) -> None:
    changing = Changing(work, module_sandbox)
    lose_the_next_charge(changing)
    taken = changing.taken()
    assert changing.expire() == 0, "it is unknown whether it was paid"
    end(changing)
    assert (changing.story()[-1], changing.taken()) == (("charge", "expired"), taken)
    changing.do("charge")
    assert changing.expire() == 1
    assert (changing.plan(), changing.invoice().status, changing.taken()) == ("starter", InvoiceStatus.VOID, taken)


@pytest.mark.parametrize("end", WAYS)
def test_a_start_is_not_charged_after_its_time(
    work: Work, module_sandbox: Sandbox, end: Callable[[Owing], None]
) -> None:
    starting = Starting(work, module_sandbox)
    lose_the_next_charge(starting)
    assert starting.come_due(hours=24) is SubscriptionStatus.INCOMPLETE
    end(starting)
    assert starting.story()[-1] == ("charge", "expired")
    assert starting.come_due(hours=26) is SubscriptionStatus.EXPIRED
    starting.do("charge")
    assert (starting.invoice().status, starting.taken()) == (InvoiceStatus.VOID, [])


def test_a_charge_that_arrived_has_paid_whoever_wanted_to_cancel_it(work: Work, module_sandbox: Sandbox) -> None:
    changing = Changing(work, module_sandbox)
    changing.sandbox.arm("answer_lost", **INTENTS, count=1)
    changing.use_card("pm_card_mastercard")
    changing.do("charge")
    assert changing.expire() == 0
    its_own_retry(changing)
    assert (changing.plan(), changing.invoice().status) == ("growth", InvoiceStatus.PAID)
