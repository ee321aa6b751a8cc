"""From one company to the other with nothing in between left out: its sandbox, our door, our workers."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread
from typing import Any
from uuid import uuid4

import pytest
import requests
from pydantic import SecretStr
from sqlalchemy import func, select

from billing.accounts.open import open_account
from billing.credits.tables import CreditGrant
from billing.invariants import violations
from billing.payments.tables import PaymentAttempt
from billing.receipts.tables import Receipt
from calls.pull_events import pull_events
from calls.verify_webhooks import verify_webhooks
from database.engine import Database
from database.ids import uuid7
from database.inbox import InboxEvent
from database.memory import WorkState
from database.operations import stage_command
from database.unverified import GatewayCertificate, UnverifiedEvent
from schemas.commands.payments import StartCreditCheckout
from settings import (
    SANDBOX_PAYPAL_CLIENT_ID,
    SANDBOX_PAYPAL_CLIENT_SECRET,
    SANDBOX_PAYPAL_WEBHOOK_ID,
    Settings,
)
from tasks import commands, webhooks
from tests.billing.conftest import ADA
from tests.databases import warm_engine
from tests.gateways.forging import forge
from tests.gateways.paypal.paypal_sandbox import PayPalSandbox, a_checkout
from tests.gateways.paypal_side import event
from tests.gateways.sandbox_process import ANSWER_SECONDS, Sandbox
from tests.ingress.running_door import in_thread
from tests.logins import as_door, as_worker
from tests.sandbox.running import Delivery, Receiver
from tests.workers.hands import at_work
from workers.celery_app import make_app
from workers.wiring import Work, wire

ROUNDS, EVENTS_EACH = 4, 12
PATIENCE_SECONDS = 60.0
PATH = "/v1/billing/webhooks/paypal/"


class Company:
    """The sandbox's PayPal, whose webhook is a door of ours."""

    def __init__(self, sandbox: Sandbox, work: Work) -> None:
        self._sandbox, self._work = sandbox, work
        self._paypal = PayPalSandbox(sandbox)

    def tell(self, count: int) -> None:
        """So many buyers agree, and each is told of."""
        for _ in range(count):
            self._paypal.approve(self._work.gateway("paypal").checkout.open_checkout(a_checkout()).checkout_ref)

    def rotate(self) -> None:
        """It signs with another certificate from now on."""
        self._steer("POST", "paypal/certificates/rotate")

    def told(self) -> set[str]:
        """The ids of all its events."""
        url = f"{self._sandbox.address}/sandbox/webhooks/deliveries"
        return {each["event"] for each in requests.get(url, timeout=ANSWER_SECONDS).json()["deliveries"]}

    def pending(self) -> int:
        return int(self._steer("GET", "webhooks")["pending"])

    def _steer(self, method: str, path: str) -> dict[str, Any]:
        url = f"{self._sandbox.address}/sandbox/{path}"
        answered: dict[str, Any] = requests.request(method, url, timeout=ANSWER_SECONDS).json()
        return answered


@pytest.fixture
def tapped() -> Iterator[Receiver]:
    """Where somebody reads what was meant for us."""
    endpoint = Receiver()
    yield endpoint
    endpoint.close()


@pytest.fixture
def told_settings(database_url: str, broker_url: str, own_sandbox: Sandbox, tmp_path: Path) -> Settings:
    """An installation that is connected to the sandbox's PayPal."""
    certificates = requests.get(f"{own_sandbox.address}/sandbox/paypal/certificates", timeout=ANSWER_SECONDS).json()
    return Settings(
        cashbeat_home=tmp_path,
        worker_database_url=as_worker(database_url),
        ingress_database_url=as_door(database_url),
        broker_url=broker_url,
        paypal_client_id=SecretStr(SANDBOX_PAYPAL_CLIENT_ID),
        paypal_client_secret=SecretStr(SANDBOX_PAYPAL_CLIENT_SECRET),
        paypal_api_base=f"{own_sandbox.address}/paypal",
        paypal_webhook_secrets=(SecretStr(SANDBOX_PAYPAL_WEBHOOK_ID),),
        paypal_trust_file=certificates["trust_file"],
    )


@pytest.fixture
def told_work(told_settings: Settings) -> Iterator[Work]:
    wired = wire(told_settings, make_app(told_settings.broker_url))
    with at_work(replace(wired, database=Database(warm_engine(told_settings.worker_database_url)))) as work:
        yield work


@contextmanager
def verifying(work: Work) -> Iterator[None]:
    """A worker that is rung for as soon as anything is due."""
    is_over = Event()

    def run() -> None:
        while not is_over.wait(0.05):
            with work.database.transaction() as session:
                free = select(UnverifiedEvent.id).where(UnverifiedEvent.next_attempt_at <= func.now())
                ids = list(session.scalars(free.limit(100)))
            if ids:
                verify_webhooks(work, ids)

    thread = Thread(target=run)
    thread.start()
    yield
    is_over.set()
    thread.join()


def _until(true: Callable[[], bool]) -> None:
    ends_at = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < ends_at, "it never happened"
        time.sleep(0.1)


def _count(work: Work, table: type[InboxEvent | UnverifiedEvent | GatewayCertificate]) -> int:
    with work.database.transaction() as session:
        return session.scalars(select(func.count()).select_from(table)).one()


def _events(work: Work) -> set[str]:
    with work.database.transaction() as session:
        return set(session.scalars(select(InboxEvent.event_id)))


@pytest.mark.parametrize("verification", ["offline", "by_paypal"])
def test_certificates_change_under_load_and_every_event_arrives(
    told_settings: Settings, told_work: Work, own_sandbox: Sandbox, verification: str
) -> None:
    company = Company(own_sandbox, told_work)
    settings = told_settings.model_copy(update={"paypal_webhook_verification": verification})
    with in_thread(settings) as door, verifying(told_work):
        own_sandbox.set(paypal_webhook_url=str(door.base_url.join(PATH)))
        for _ in range(ROUNDS):
            company.tell(EVENTS_EACH)
            company.rotate()
        _until(lambda: company.pending() == 0 and _count(told_work, UnverifiedEvent) == 0)
    told = company.told()
    assert len(told) == ROUNDS * EVENTS_EACH
    assert _events(told_work) == told
    assert _count(told_work, GatewayCertificate) == (ROUNDS if verification == "offline" else 0)


def _open_page(work: Work) -> PaymentAttempt:
    """Of somebody who means to buy 2,000 credits for 29.99 USD, by the real command."""
    pages = {"success_url": "https://app.example/ok", "cancel_url": "https://app.example/no", "gateway": "paypal"}
    with work.database.transaction() as session:
        account_id = open_account(session, uuid7(), ADA)
        command = StartCreditCheckout.model_validate({"account_id": account_id, "package": "value", **pages})
        operation_id = stage_command(session, command.kind, command.model_dump(mode="json"), "test", str(uuid4()))
    commands.run(id=operation_id)
    with work.database.transaction() as session:
        return session.scalars(select(PaymentAttempt)).one()


def _paid(attempt: PaymentAttempt) -> dict[str, Any]:
    """What a customer would like PayPal to say."""
    resource = {
        "id": "2GG279541U471931P",
        "status": "COMPLETED",
        "amount": {"currency_code": "USD", "value": "29.99"},
        "custom_id": f"cashbeat.{attempt.id}",
        "supplementary_data": {"related_ids": {"order_id": attempt.checkout_ref}},
    }
    return {**json.loads(event("WH-2")), "event_type": "PAYMENT.CAPTURE.COMPLETED", "resource": resource}


def _read_before_it_came(company: Company, sandbox: Sandbox, tapped: Receiver) -> tuple[Delivery, dict[str, str]]:
    """A delivery that somebody else has got, and the headers that sign it."""
    sandbox.set(paypal_webhook_url=tapped.url)
    company.tell(1)
    _until(lambda: bool(tapped.deliveries))
    [genuine] = tapped.deliveries
    return genuine, {name: value for name, value in genuine.headers.items() if name.startswith("paypal-")}


def test_a_forged_payment_with_a_genuine_signature_changes_nothing(
    told_settings: Settings, told_work: Work, own_sandbox: Sandbox, tapped: Receiver
) -> None:
    """A customer has read a delivery about somebody else before it came here, and says in its place that they paid."""
    company, attempt = Company(own_sandbox, told_work), _open_page(told_work)
    genuine, headers = _read_before_it_came(company, own_sandbox, tapped)
    forged = forge(_paid(attempt), genuine.body)
    with in_thread(told_settings) as door, verifying(told_work):
        assert door.post(PATH, content=forged, headers=headers).status_code == 200
        _until(lambda: _events(told_work) == {"WH-2"})
        with told_work.database.transaction() as session:
            ids = list(session.scalars(select(InboxEvent.id)))
        webhooks.handle(ids=ids)
        # now that it is known by another body, it is the genuine one that is refused: the events list brings it
        assert door.post(PATH, content=genuine.body, headers=headers).status_code in (200, 400)
        _until(lambda: _count(told_work, UnverifiedEvent) == 0)
    with told_work.database.transaction() as session:
        assert session.get_one(InboxEvent, ids[0]).state is WorkState.DONE
        assert session.get_one(PaymentAttempt, attempt.id).status is attempt.status
        assert session.scalars(select(func.count()).select_from(Receipt)).one() == 0
        assert session.scalars(select(func.count()).select_from(CreditGrant)).one() == 0
        assert violations(session) == []
    pull_events(told_work)
    assert _events(told_work) == {"WH-2", *company.told()}


def test_a_forged_event_keeps_no_genuine_one_out_that_it_takes_the_name_of(
    told_settings: Settings, told_work: Work, own_sandbox: Sandbox, tapped: Receiver
) -> None:
    """Somebody has read what is to be told of them, as that a bank takes their payment back, and says another thing."""
    company, attempt = Company(own_sandbox, told_work), _open_page(told_work)
    genuine, headers = _read_before_it_came(company, own_sandbox, tapped)
    told = json.loads(genuine.body)
    forged = forge({**_paid(attempt), "id": told["id"]}, genuine.body)
    with in_thread(told_settings) as door, verifying(told_work):
        assert door.post(PATH, content=forged, headers=headers).status_code == 200
        _until(lambda: _events(told_work) == {told["id"]})
    for _ in range(2):
        pull_events(told_work)
    with told_work.database.transaction() as session:
        bodies = [json.loads(body) for body in session.scalars(select(InboxEvent.body).order_by(InboxEvent.id))]
    assert [each["event_type"] for each in bodies] == ["PAYMENT.CAPTURE.COMPLETED", told["event_type"]]
    assert bodies[1]["resource"] == told["resource"]
