"""Accept commands as the door does, ring for them, and see what became of them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

from celery import Celery
from sqlalchemy import select, text, update

from billing.invoices.tables import Invoice, InvoiceStatus
from billing.receipts.tables import Receipt
from database.engine import Database
from database.memory import WorkState
from database.operations import Operation, stage_command
from database.outbox import OutboxEntry
from gateways.stripe.client import StripeGateway
from schemas.commands.accounts import OpenAccount
from schemas.commands.base import Command
from schemas.commands.payments import StartCreditCheckout
from schemas.commands.subscriptions import CreateSubscription
from schemas.messages.commands import RunCommand
from schemas.messages.upkeep import SweepMemories
from settings import SANDBOX_STRIPE_KEY
from tests.billing.charges import give_card
from tests.gateways.cards_there import save_there
from tests.gateways.sandbox_process import Sandbox
from tests.scenarios.storytelling import eventually
from workers.producer import Bell
from workers.wiring import utc_now

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

    def sweep(self) -> bool:
        """What beat rings for every five seconds; true when the broker took it."""
        return self.bell.ring(SweepMemories(interval_seconds=1))

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

    def let_leases_run_out(self) -> None:
        """Of what is not finished, as 45 seconds would; and what was rung for is stale."""
        with self.database.transaction() as session:
            for memory in (Operation, OutboxEntry):
                long_ago = {"lease_until": memory.created_at, "next_attempt_at": memory.created_at, "hinted_at": None}
                session.execute(update(memory).where(memory.state == WorkState.READY).values(long_ago))

    def give_card(self, account_id: UUID, sandbox: Sandbox) -> None:
        """A card that the gateway has, too."""
        fact = save_there(StripeGateway(SANDBOX_STRIPE_KEY, sandbox.address), account_id)
        give_card(self.database, account_id, utc_now(), fact)

    @contextmanager
    def receipts_held(self) -> Iterator[None]:
        """Money may be taken, and it cannot be booked."""
        with self.database.transaction() as session:
            session.execute(text("LOCK TABLE receipts IN SHARE MODE"))
            yield

    def invoices(self) -> list[tuple[InvoiceStatus, int]]:
        """Status and total of each."""
        with self.database.transaction() as session:
            return [(row.status, row.total_minor) for row in session.scalars(select(Invoice))]

    def receipts(self) -> list[tuple[int, int]]:
        """Of each, what arrived and how much of it pays an invoice."""
        with self.database.transaction() as session:
            return [(row.amount_minor, row.allocated_minor) for row in session.scalars(select(Receipt))]

    def wait(self, condition: Callable[[], bool], what: str) -> None:
        """Wait until something is true."""
        eventually(condition, what, PATIENCE_SECONDS)


def an_account() -> OpenAccount:
    """A customer in London."""
    return OpenAccount.model_validate(
        {"name": "Ada", "owner": "user-1", "billing_email": "ada@ada.example", "billing_address": {"country": "GB"}}
    )


def a_subscription(account_id: UUID) -> CreateSubscription:
    """Starter, by the saved card."""
    return CreateSubscription.model_validate({"account_id": account_id, "plan": {"plan": "starter"}})


def a_checkout(account_id: object) -> StartCreditCheckout:
    """Something that needs the gateway."""
    return StartCreditCheckout.model_validate(
        {"account_id": account_id, "package": "value", "success_url": "https://app.example/ok",
         "cancel_url": "https://app.example/no"}
    )  # fmt: skip
