"""The product's side: gives commands as a product app that shares the database, rings for them, and waits for quiet."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from database.engine import Database
from database.ids import operation_id
from database.operations import Operation, stage_command
from schemas.messages.commands import RunCommand
from schemas.messages.renewals import AdvanceClocks
from simulation.books import commands_waiting, follow_ups_waiting, unfinished
from simulation.people import Order
from simulation.street import Street
from stack.errors import StackError
from workers.producer import Bell

CALLER = "simulation"
# A worker that has died is back within seconds, and what it left is rung for again within half a minute.
QUIET_WAIT_SECONDS = 300.0
POLL_SECONDS = 0.01
POLL_SECONDS_MAX = 0.1
WAIT_GROWTH = 1.2
# A clock on its way that nobody has moved for so long is rung for again; beat does so every five seconds.
IMPATIENT_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Office:
    """One running stack, seen by the simulation. `street` is where the customers and their cards are."""

    database: Database
    bell: Bell
    street: Street

    def give(self, orders: Sequence[tuple[str, Order]]) -> None:
        """Stage commands, each under a key of its own, and ring for them."""
        if not orders:
            return
        with self.database.transaction() as session:
            ids = [stage_command(session, order.kind, order.body, CALLER, key) for key, order in orders]
        for row_id in ids:
            self.bell.ring(RunCommand(id=row_id), task_id=row_id)

    def ring_for_the_rest(self) -> None:
        """Ring for what the command line has left behind: it has no bell, and the sweep comes by and by."""
        with self.database.transaction() as session:
            left = follow_ups_waiting(session)
        self.bell.ring_for(left)

    def result(self, key: str) -> dict[str, Any]:
        """What the command of a key ended with. Raises StackError when it did not succeed."""
        with self.database.transaction() as session:
            operation = session.get_one(Operation, id_of(key))
        if operation.result is None:
            raise StackError(f"{operation.kind} {operation.state}: {operation.problem}")
        return operation.result

    def advance(self, clock_id: UUID, at: datetime) -> None:
        """Turn the clock until all that is due by then has happened, and the sandbox's own time beside it.

        What is disputed since is heard of only then: the sandbox's time has stood still while its cards were charged.
        """
        body = {"test_clock_id": str(clock_id), "frozen_at": at.isoformat()}
        self.give([(f"advance/{at.isoformat()}", Order("advance_test_clock", body))])
        self._await(self._has_no_commands)
        self.bell.ring(AdvanceClocks())
        self.await_quiet()
        self.street.turn_clock(at)
        self.await_quiet()

    def await_quiet(self) -> None:
        """Until nothing is under way anywhere: no command, charge, event, e-mail, webhook, and no clock on its way."""
        self._await(self._is_quiet)

    def _await(self, condition: Callable[[], bool]) -> None:
        begun = rung_at = time.monotonic()
        wait = POLL_SECONDS
        while not condition():
            if time.monotonic() - begun > QUIET_WAIT_SECONDS:
                raise StackError(f"not quiet after {QUIET_WAIT_SECONDS:.0f} seconds")
            if time.monotonic() - rung_at > IMPATIENT_SECONDS:
                self.bell.ring(AdvanceClocks())
                rung_at = time.monotonic()
            time.sleep(wait)
            wait = min(wait * WAIT_GROWTH, POLL_SECONDS_MAX)

    def _is_quiet(self) -> bool:
        """The sandbox is asked in between: what it has delivered by then is among the rows that are counted after."""
        return self._count(unfinished) == 0 and self.street.webhooks_pending() == 0 and self._count(unfinished) == 0

    def _has_no_commands(self) -> bool:
        return self._count(commands_waiting) == 0

    def _count(self, question: Callable[[Session], int]) -> int:
        with self.database.transaction() as session:
            return question(session)


def id_of(key: str) -> UUID:
    """The id of the operation that a key makes; also of the account or the subscription that it opens."""
    return operation_id(CALLER, key)
