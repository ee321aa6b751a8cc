"""The queue of commands."""

from calls.run_command import run_command
from calls.run_set import run_set
from database.operations import stage_command
from schemas.messages.commands import RunCommand, RunSet, SubmitCommand
from workers.task import doorway
from workers.wiring import Work


@doorway(RunCommand)
def run(work: Work, message: RunCommand) -> None:
    """Run one stored operation."""
    run_command(work, message.id)


@doorway(RunSet)
def run_together(work: Work, message: RunSet) -> None:
    """Run these stored operations."""
    run_set(work, message.ids)


@doorway(SubmitCommand)
def submit(work: Work, message: SubmitCommand) -> None:
    """Store a command that came through the broker alone, then ring for it."""
    with work.database.transaction() as session:
        row_id = stage_command(session, message.kind, message.body, message.caller, message.idempotency_key)
    work.bell.ring(RunCommand(id=row_id), task_id=row_id)
