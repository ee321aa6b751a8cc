"""A gateway that knows the wish that a subscription ends with its period, and leaves the end to us."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from billing.clocks.timelines import Timeline
from billing.gateway_run.end_overdue import OVERDUE_ENDS, overdue_ends
from billing.gateway_run.stage_syncs import PERIOD_END
from billing.invariants import violations
from billing.subscriptions.tables import Subscription, SubscriptionStatus
from database.engine import Database
from database.memory import WorkState
from database.operations import Operation, stage_command
from schemas.commands.accounts import OpenAccount
from schemas.commands.subscriptions import (
    CancelSubscription,
    ReactivateSubscription,
    StartSubscriptionCheckout,
    SyncWithGateway,
)
from settings import SANDBOX_PAYPAL_CLIENT_ID, SANDBOX_PAYPAL_CLIENT_SECRET, Settings
from tasks import commands
from tests.databases import warm_engine
from tests.gateways.paypal.paypal_sandbox import PayPalSandbox
from tests.gateways.sandbox_process import Sandbox
from tests.logins import as_worker
from tests.workers.hands import at_work
from workers.celery_app import make_app
from workers.sweeps import do_due
from workers.wiring import Work, wire

NOW = datetime.now(UTC)
FORTY_DAYS_AGO = NOW - timedelta(days=40)


@pytest.fixture
def past_work(database_url: str, broker_url: str, own_sandbox: Sandbox) -> Iterator[Work]:
    """A worker's hands at a PayPal that lives forty days ago."""
    own_sandbox.freeze(FORTY_DAYS_AGO)
    settings = Settings(
        worker_database_url=as_worker(database_url),
        broker_url=broker_url,
        paypal_client_id=SecretStr(SANDBOX_PAYPAL_CLIENT_ID),
        paypal_client_secret=SecretStr(SANDBOX_PAYPAL_CLIENT_SECRET),
        paypal_api_base=f"{own_sandbox.address}/paypal",
    )
    wired = wire(settings, make_app(broker_url))
    with at_work(replace(wired, database=Database(warm_engine(settings.worker_database_url)))) as work:
        yield work
        with work.database.transaction() as session:
            assert violations(session) == []


class Leaver:
    """Somebody who has paid for a month that is over, by our clock."""

    def __init__(self, work: Work, sandbox: Sandbox) -> None:
        self.work, self.at_paypal = work, PayPalSandbox(sandbox)
        named = {
            "name": "Lea",
            "owner": "lea",
            "billing_email": "lea@lea.example",
            "billing_address": {"country": "US"},
        }
        account_id = self.run(OpenAccount.model_validate(named))["id"]
        wanted = {"account_id": account_id, "plan": {"plan": "starter"}, "gateway": "paypal"}
        pages = {"success_url": "https://app.example/ok", "cancel_url": "https://app.example/no"}
        page = self.run(StartSubscriptionCheckout.model_validate(wanted | pages))
        self.id, self.ref = UUID(page["subscription_id"]), page["checkout_ref"]
        self.at_paypal.subscribe(self.ref)
        assert self.run(SyncWithGateway(subscription_id=self.id))["status"] == "active"

    def run(self, command: Any) -> dict[str, Any]:
        """As a worker does."""
        with self.work.database.transaction() as session:
            row_id = stage_command(session, command.kind, command.model_dump(mode="json"), "test", str(uuid4()))
        return self.run_staged(row_id)

    def run_staged(self, operation_id: UUID) -> dict[str, Any]:
        commands.run(id=operation_id)
        with self.work.database.transaction() as session:
            operation = session.get_one(Operation, operation_id)
        assert operation.state is WorkState.DONE, (operation.problem, operation.error)
        return dict(operation.result or {})

    def wishes_to_leave(self) -> None:
        self.run(CancelSubscription.model_validate({"subscription_id": self.id, "when": "period_end"}))

    def status(self) -> tuple[SubscriptionStatus, bool]:
        with self.work.database.transaction() as session:
            row = session.get_one(Subscription, self.id)
            return row.status, row.cancel_at_period_end

    def sweep(self, at: datetime = NOW) -> list[UUID]:
        """What is asked for by then."""
        do_due(self.work, OVERDUE_ENDS, Timeline(None, at))
        with self.work.database.transaction() as session:
            return list(session.scalars(select(Operation.id).where(Operation.caller == PERIOD_END)))


@pytest.fixture
def leaver(past_work: Work, own_sandbox: Sandbox) -> Leaver:
    return Leaver(past_work, own_sandbox)


def test_what_was_to_end_is_ended_once_its_period_is_over(leaver: Leaver) -> None:
    leaver.wishes_to_leave()
    assert leaver.status() == (SubscriptionStatus.ACTIVE, True)
    with leaver.work.database.transaction() as session:
        period_end = session.get_one(Subscription, leaver.id).period_end
    assert leaver.sweep(period_end + timedelta(minutes=59)) == []
    (staged,) = leaver.sweep(period_end + timedelta(minutes=60))
    assert leaver.sweep(period_end + timedelta(minutes=61)) == [staged]
    assert leaver.run_staged(staged)["status"] == "canceled"
    assert leaver.status() == (SubscriptionStatus.CANCELED, False)
    gateway = leaver.work.gateway("paypal").subscriptions
    ended = gateway.fetch_subscription(subscription_ref=leaver.ref)
    assert ended is not None
    assert (ended.status, len(gateway.list_invoices(leaver.ref))) == ("canceled", 1)


def test_what_did_not_end_is_asked_about_every_day_and_keeps_no_other_out_meanwhile(leaver: Leaver) -> None:
    leaver.wishes_to_leave()
    assert len(leaver.sweep()) == 1
    for hours, due in ((0, []), (23, []), (24, [leaver.id])):
        with leaver.work.database.transaction() as session:
            assert overdue_ends(session, Timeline(None, NOW + timedelta(hours=hours)), 1) == due
    assert len(leaver.sweep(NOW + timedelta(hours=24))) == 2


def test_a_gateway_that_ends_it_by_itself_is_only_asked(leaver: Leaver) -> None:
    leaver.wishes_to_leave()
    (staged,) = leaver.sweep()
    there = leaver.work.gateway("paypal")
    other = replace(there, limits=replace(there.limits, leaves_ends=False))
    with at_work(replace(leaver.work, gateways={"paypal": other})):
        assert leaver.run_staged(staged)["status"] == "active"


def test_a_wish_that_was_taken_back_ends_nothing(leaver: Leaver) -> None:
    leaver.wishes_to_leave()
    (staged,) = leaver.sweep()
    # somebody takes it back at the gateway, which nobody has told us
    leaver.work.gateway("paypal").subscriptions.set_cancellation(leaver.ref, at_period_end=False, idempotency_key="x")
    assert leaver.run_staged(staged)["status"] == "active"
    assert leaver.status() == (SubscriptionStatus.ACTIVE, False)


def test_what_runs_on_is_left_alone(leaver: Leaver) -> None:
    assert leaver.sweep() == []
    leaver.wishes_to_leave()
    leaver.run(ReactivateSubscription(subscription_id=leaver.id))
    assert leaver.sweep() == []
    assert leaver.run(SyncWithGateway(subscription_id=leaver.id))["status"] == "active"
