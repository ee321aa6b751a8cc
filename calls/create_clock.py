"""Create a test clock, with a clock of a gateway beside it."""

from typing import Any

from sqlalchemy.orm import Session

from billing.clocks.create import create_clock
from billing.clocks.queries import show_clock
from billing.errors import Rejected
from database.operations import Operation
from gateways.gateway import Capability
from schemas.commands.clocks import CreateTestClock
from workers.claims import Act
from workers.wiring import Work


def create_clock_beside(work: Work, operation: Operation, command: CreateTestClock) -> Act:
    """Claim: nothing; the key is the operation's. Call: the gateway's clock. Record: ours.

    So the subscriptions which the gateway runs go along.
    """
    gateway = work.choose(Capability.TEST_CLOCKS, command.gateway)
    if not gateway.is_test_mode:
        raise Rejected("test_mode_only", "There are no test clocks where real money moves.", status=403)
    key = f"cashbeat/clock/{operation.id}"
    beside = gateway.test_clocks.create_clock(command.name, command.frozen_at, idempotency_key=key)

    def act(session: Session) -> dict[str, Any]:
        reference = (gateway.name, beside.clock_ref)
        create_clock(session, operation.id, command.name, command.frozen_at, reference, work.wall())
        return show_clock(session, operation.id).model_dump(mode="json")

    return act
