"""Every way in which the answer to a charge can fail to come: nothing is taken twice."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, func, update

from billing.payments.tables import AttemptStatus, PaymentAttempt
from database.memory import ATTEMPTS_MAX, WorkState, ready_again
from database.outbox import OutboxEntry
from gateways.stripe.limits import LIMITS
from tasks import payments
from tests.gateways.sandbox_process import Sandbox
from tests.workers.charging import INTENTS, LOST, STORED, attempt_of, charge, customer, owe, row_of, taken, void
from workers.wiring import Work


def test_a_lost_answer_is_asked_for_again_under_the_same_key(work: Work, module_sandbox: Sandbox) -> None:
    attempt = owe(work, customer(work))
    module_sandbox.arm(LOST, count=1, **INTENTS)
    charge(work)
    assert attempt_of(work.database, attempt.id).status is AttemptStatus.UNKNOWN
    assert row_of(work.database, attempt.id).state is WorkState.READY

    charge(work)
    assert attempt_of(work.database, attempt.id).status is AttemptStatus.CAPTURED
    assert taken(module_sandbox, attempt) == [2_900]


@pytest.mark.parametrize("stage", ["during", "after"])
def test_an_error_that_the_gateway_repeats_for_a_day_is_looked_behind_and_nothing_is_taken_twice(
    work: Work, module_sandbox: Sandbox, stage: str
) -> None:
    attempt = owe(work, customer(work))
    module_sandbox.arm(STORED, stage=stage, count=1, **INTENTS)
    for _ in range(LIMITS.same_key_attempts):
        charge(work)
        assert attempt_of(work.database, attempt.id).status is AttemptStatus.UNKNOWN
    charge(work)
    assert attempt_of(work.database, attempt.id).status is AttemptStatus.CAPTURED
    assert taken(module_sandbox, attempt) == [2_900]


def test_while_a_call_may_still_be_under_way_no_other_key_is_used(work: Work, module_sandbox: Sandbox) -> None:
    """A worker that died or hangs has left its lease: its call may reach the gateway after we have looked."""
    attempt = owe(work, customer(work))
    module_sandbox.arm(STORED, stage="during", count=1, **INTENTS)
    for _ in range(LIMITS.same_key_attempts):
        charge(work)
    with work.database.transaction() as session:
        session.execute(update(OutboxEntry).values(next_attempt_at=func.now(), lease_until=func.now()))
    payments.charge(ids=[row_of(work.database, attempt.id).id])
    assert attempt_of(work.database, attempt.id).status is AttemptStatus.UNKNOWN
    assert (taken(module_sandbox, attempt), row_of(work.database, attempt.id).lease_until) == ([], None)

    charge(work)
    assert attempt_of(work.database, attempt.id).status is AttemptStatus.CAPTURED
    assert taken(module_sandbox, attempt) == [2_900]


def test_a_day_later_the_gateway_is_asked_before_anything_is_sent(
    work: Work, module_sandbox: Sandbox, as_owner: Engine
) -> None:
    attempt = owe(work, customer(work))
    module_sandbox.arm(LOST, count=1, **INTENTS)
    charge(work)
    with as_owner.begin() as connection:
        connection.execute(update(PaymentAttempt).values(created_at=func.now() - timedelta(days=2)))
    # whatever is sent now would be lost as well: only a look can bring the answer
    module_sandbox.arm(LOST, **INTENTS)
    charge(work)
    assert attempt_of(work.database, attempt.id).status is AttemptStatus.CAPTURED
    assert taken(module_sandbox, attempt) == [2_900]


@pytest.mark.parametrize("last", [{"kind": LOST}, {"kind": "timeout_before", "seconds": 0.1}])
def test_what_parked_is_looked_for_before_anything_is_sent_when_a_person_lets_it_run_again(
    work: Work, module_sandbox: Sandbox, last: dict[str, Any]
) -> None:
    """The first keys never reached the gateway: under them the charge would be made once more."""
    attempt = owe(work, customer(work))
    module_sandbox.arm("timeout_before", seconds=0.1, count=ATTEMPTS_MAX - 1, **INTENTS)
    for _ in range(ATTEMPTS_MAX - 1):
        charge(work)
    module_sandbox.arm(**last, count=1, **INTENTS)
    charge(work)
    assert row_of(work.database, attempt.id).state is WorkState.PARKED
    with work.database.transaction() as session:
        session.execute(update(OutboxEntry).where(OutboxEntry.topic == "charge").values(ready_again()))
    charge(work)
    assert attempt_of(work.database, attempt.id).status is AttemptStatus.UNKNOWN, "its last call may be on its way"
    charge(work)
    assert attempt_of(work.database, attempt.id).status is AttemptStatus.CAPTURED
    assert taken(module_sandbox, attempt) == [2_900]


def test_a_void_invoice_whose_answer_was_lost_is_only_asked_about(work: Work, module_sandbox: Sandbox) -> None:
    attempt = owe(work, customer(work))
    module_sandbox.arm("timeout_before", seconds=0.1, count=1, **INTENTS)
    charge(work)
    void(work)
    for _ in range(LIMITS.same_key_attempts - 1):
        charge(work)
        assert attempt_of(work.database, attempt.id).status is AttemptStatus.UNKNOWN
    charge(work)
    assert (attempt_of(work.database, attempt.id).status, taken(module_sandbox, attempt)) == (AttemptStatus.EXPIRED, [])
