"""A customer who buys credit packages on the sandbox's hosted page, and everything that the sandbox tells of it."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from billing.accounts.open import open_account
from billing.ledger.queries import balances
from billing.ledger.tables import LedgerAccount
from billing.receipts.tables import Receipt
from database.ids import uuid7
from database.inbox import InboxEvent
from database.memory import WorkState
from database.operations import Operation, stage_command
from gateways.stripe.client import StripeGateway
from gateways.stripe.translate import HANDLED_TYPES
from schemas.commands.payments import StartCreditCheckout
from settings import SANDBOX_STRIPE_KEY
from tasks import commands, webhooks
from tests.billing.conftest import ADA
from tests.gateways.sandbox_process import Sandbox
from tests.workers.gateway_run import store
from workers.wiring import Work

Json = dict[str, Any]


class Buyer:
    """One account that buys, pays and hears."""

    def __init__(self, work: Work, sandbox: Sandbox) -> None:
        self.work, self.sandbox = work, sandbox
        self.stripe = StripeGateway(SANDBOX_STRIPE_KEY, sandbox.address)
        self.began_at = work.wall().at - timedelta(minutes=1)
        self.told = {event["id"] for event in self._listed()}
        with work.database.transaction() as session:
            self.account_id = open_account(session, uuid7(), ADA)

    def buy(self, package: str = "value") -> str:
        """Open a page and pay on it; the sandbox's charge. No event of it is handled yet."""
        assert self.sandbox.pay(self.open_page(package)) == 303
        return str(self.sandbox.ledger()["charges"][-1]["id"])

    def open_page(self, package: str = "value", key: str = "") -> str:
        """By the real command, under an Idempotency-Key of its own unless one is given; where to pay."""
        pages = {"success_url": "https://app.example/ok", "cancel_url": "https://app.example/no"}
        command = StartCreditCheckout.model_validate({"account_id": self.account_id, "package": package, **pages})
        with self.work.database.transaction() as session:
            body = command.model_dump(mode="json")
            operation_id = stage_command(session, command.kind, body, "test", key or str(uuid4()))
        commands.run(id=operation_id)
        with self.work.database.transaction() as session:
            result = session.get_one(Operation, operation_id).result or {}
        return str(result["checkout_url"])

    def refund(self, charge_ref: str, amount: int | None = None) -> str:
        """As a person does in the gateway's dashboard."""
        form = {"charge": charge_ref} | ({"amount": str(amount)} if amount else {})
        return str(self.sandbox.ask("POST", "/v1/refunds", **form)["id"])

    def news(self) -> list[Json]:
        """What was told since the last call, oldest first."""
        fresh = [event for event in self._listed() if event["id"] not in self.told]
        self.told |= {event["id"] for event in fresh}
        return fresh[::-1]

    def hear(self, events: list[Json] | None = None) -> list[WorkState]:
        """Handle what was told; how each ended."""
        ids = store(self.work, self.news() if events is None else events)
        webhooks.handle(ids=ids)
        return [state_of(self.work, row_id).state for row_id in ids]

    def at_gateway(self) -> tuple[int, int]:
        """What our ledger says is there of US dollars, and what is there, in cents."""
        with self.work.database.transaction() as session:
            ours = balances(session).get((LedgerAccount.GATEWAY_CLEARING, "stripe", "USD"), 0)
        return ours, self.sandbox.ledger()["totals"].get("usd", 0)

    def receipts(self) -> list[tuple[str, int, str]]:
        """Source, cents and remark of each, in the order of booking."""
        with self.work.database.transaction() as session:
            rows = session.scalars(select(Receipt).order_by(Receipt.id)).all()
        return [(row.source.value, row.amount_minor, row.remark.value) for row in rows]

    def _listed(self) -> list[Json]:
        return list(map(json.loads, self.stripe.list_events(created_after=self.began_at, types=list(HANDLED_TYPES))))


def state_of(work: Work, row_id: UUID) -> InboxEvent:
    """An event as it is now."""
    with work.database.transaction() as session:
        return session.get_one(InboxEvent, row_id)
