"""The queue of commands."""

from calls.run_command import run_command
from database.operations import stage_command
from schemas.messages.commands import RunCommand, SubmitCommand
from workers.task import doorway
from workers.wiring import Work


@doorway(RunCommand)
def run(work: Work, message: RunCommand) -> None:
    """Run one stored operation."""
    run_command(work, message.id)


@doorway(SubmitCommand)
def submit(work: Work, message: SubmitCommand) -> None:
    """Store a command that came through the broker alone, then ring for it."""
    with work.database.transaction() as session:
        row_id = stage_command(session, message.kind, message.body, message.caller, message.idempotency_key)
    work.bell.ring(RunCommand(id=row_id), task_id=row_id)
