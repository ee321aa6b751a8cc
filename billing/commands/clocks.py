"""Test clocks."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from billing.clocks.advance import advance_clock
from billing.clocks.queries import view_clock
from billing.commands.verb import Result, Verb
from database.operations import Operation
from schemas.commands.base import Command
from schemas.commands.clocks import AdvanceTestClock


def _advance_clock(session: Session, operation: Operation, command: AdvanceTestClock, now: datetime) -> Result:
    return view_clock(advance_clock(session, command.test_clock_id, command.frozen_at)).model_dump(mode="json")


VERBS: Mapping[type[Command], Verb] = {
    AdvanceTestClock: _advance_clock,
}
