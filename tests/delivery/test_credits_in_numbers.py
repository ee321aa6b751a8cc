"""Sixteen customers' servers reach for the same credits at once, and two workers serve them."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from pytest_celery import CeleryTestSetup
from sqlalchemy import func, select

from billing.credits.queries import view_balance
from billing.credits.tables import CreditMovement, CreditTransaction
from billing.invariants import violations
from database.memory import WorkState
from database.operations import Operation, stage_command
from schemas.commands.credits import ConsumeCredits
from schemas.messages.commands import RunSet
from tests.billing.prepaid import Prepaid
from tests.delivery.desk import Desk, an_account
from workers.wiring import utc_now

CLIENTS, USES_EACH, AT_ONCE, CREDITS = 16, 25, 5, 380


def _use(desk: Desk, account_id: UUID) -> None:
    """One client's uses, a few at a time; each is rung for twice, as a broker that repeats itself does."""
    body = {"account_id": str(account_id), "amount": 1}
    for _ in range(0, USES_EACH, AT_ONCE):
        with desk.database.transaction() as session:
            ids = [stage_command(session, ConsumeCredits.kind, body, "app/shop") for _ in range(AT_ONCE)]
        for _ in range(2):
            desk.bell.ring(RunSet(ids=tuple(ids)))


def test_nothing_is_used_twice_and_nothing_is_lost(celery_setup: CeleryTestSetup, desk: Desk) -> None:
    assert celery_setup.worker.ready()
    account_id = UUID(str(desk.wait_done(desk.order(an_account()))["id"]))
    Prepaid(desk.database, account_id).grant(CREDITS, utc_now())
    with ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(lambda _: _use(desk, account_id), range(CLIENTS)))

    def uses_by_state() -> dict[WorkState, int]:
        by_state = select(Operation.state, func.count()).where(Operation.kind == ConsumeCredits.kind)
        with desk.database.transaction() as session:
            return dict(session.execute(by_state.group_by(Operation.state)).all())

    desk.wait(lambda: not uses_by_state().get(WorkState.READY), "all uses to be carried out")
    asked = CLIENTS * USES_EACH
    assert uses_by_state() == {WorkState.DONE: CREDITS, WorkState.REJECTED: asked - CREDITS}
    used = select(func.count(), func.sum(CreditTransaction.amount)).where(
        CreditTransaction.movement == CreditMovement.CONSUME
    )
    with desk.database.transaction() as session:
        assert session.execute(used).one() == (CREDITS, -CREDITS)
        assert view_balance(session, account_id, utc_now()).balance == 0
        assert violations(session) == []
