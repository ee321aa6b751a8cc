"""Accept commands as the door does, ring for them, and see what became of them."""

from collections.abc import Callable
from uuid import UUID, uuid4

from celery import Celery
from sqlalchemy import update

from database.engine import Database
from database.memory import WorkState
from database.operations import Operation, stage_command
from schemas.commands import Command, OpenAccount, StartCreditCheckout
from schemas.messages import RunCommand, SweepMemories
from tests.scenarios.storytelling import eventually
from workers.producer import Bell

PATIENCE_SECONDS = 30.0


class Desk:
    """What the ingress has written, and what it then sees."""

    def __init__(self, database: Database, app: Celery) -> None:
        self.database, self.bell = database, Bell(app)

    def accept(self, command: Command) -> UUID:
        """Write the row, and ring for nobody."""
        with self.database.transaction() as session:
            return stage_command(session, command.kind, command.model_dump(mode="json"), "test", str(uuid4()))

    def order(self, command: Command) -> UUID:
        """Write the row and ring."""
        operation_id = self.accept(command)
        self.bell.ring(RunCommand(id=operation_id), task_id=operation_id)
        return operation_id

    def ring(self, operation_id: UUID) -> bool:
        """Ring for a row again; true when the broker took it."""
        return self.bell.ring(RunCommand(id=operation_id))

    def sweep(self) -> None:
        """What beat rings for every five seconds."""
        self.bell.ring(SweepMemories(interval_seconds=1))

    def row(self, operation_id: UUID) -> Operation:
        """The row as it is now."""
        with self.database.transaction() as session:
            return session.get_one(Operation, operation_id)

    def wait_done(self, operation_id: UUID) -> dict[str, object]:
        """Wait for the result of an operation."""
        self.wait(lambda: self.row(operation_id).state is WorkState.DONE, f"{operation_id} to be done")
        return dict(self.row(operation_id).result or {})

    def wait_begun(self, operation_id: UUID) -> None:
        """Wait until a worker has taken it in hand."""
        self.wait(lambda: self.row(operation_id).lease_token is not None, f"{operation_id} to be taken")

    def let_lease_run_out(self, operation_id: UUID) -> None:
        """As 45 seconds would."""
        with self.database.transaction() as session:
            ended = update(Operation).where(Operation.id == operation_id)
            session.execute(ended.values(lease_until=Operation.created_at, next_attempt_at=Operation.created_at))

    def wait(self, condition: Callable[[], bool], what: str) -> None:
        """Wait until something is true."""
        eventually(condition, what, PATIENCE_SECONDS)


def an_account() -> OpenAccount:
    """A customer in London."""
    return OpenAccount.model_validate(
        {"name": "Ada", "owner": "user-1", "billing_email": "ada@ada.example", "billing_address": {"country": "GB"}}
    )


def a_checkout(account_id: object) -> StartCreditCheckout:
    """Something that needs the gateway."""
    return StartCreditCheckout.model_validate(
        {"account_id": account_id, "package": "value", "success_url": "https://app.example/ok",
         "cancel_url": "https://app.example/no"}
    )  # fmt: skip
