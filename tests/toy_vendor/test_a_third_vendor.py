"""A vendor is one folder and one line of the registry: it sells through the real pipeline, and is no special case."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select

from billing.accounts.open import open_account
from billing.catalog.seed import seed
from billing.credits.queries import view_balance
from billing.invariants import violations
from billing.invoices.queries import list_invoices
from billing.notices.describe_invoice import describe_invoice
from billing.receipts.queries import list_receipts
from calls.send_emails import letterhead_of
from database.api_keys import create_key
from database.ids import uuid7
from database.inbox import InboxEvent
from database.operations import Operation
from gateways.registry import VENDORS
from schemas.facts import RefundRequest
from settings import Settings
from tasks import commands, webhooks
from tests.billing.conftest import ADA
from tests.ingress.running_door import in_thread
from tests.toy_vendor import vendor
from tests.toy_vendor.door import SECRET
from tests.toy_vendor.office import Office, open_office
from workers import task as task_base
from workers.celery_app import make_app
from workers.wiring import Work, utc_now, wire

PAGES = {"success_url": "https://app.example/ok", "cancel_url": "https://app.example/no"}


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    with open_office() as running:
        monkeypatch.setattr(vendor, "address", running.url)
        yield running


@pytest.fixture
def settings(database_url: str, broker_url: str, office: Office, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """With the one line."""
    monkeypatch.setitem(VENDORS, "toy", "tests.toy_vendor")
    return Settings(database_url=database_url, broker_url=broker_url)


@pytest.fixture
def work(settings: Settings) -> Iterator[Work]:
    wired = wire(settings, make_app(settings.broker_url))
    with wired.database.transaction() as session:
        seed(session)
    task_base.start(wired)
    yield wired
    with wired.database.transaction() as session:
        assert [found for found in violations(session) if "nothing_waits" not in found] == []
    task_base.stop()


@pytest.fixture
def account_id(work: Work) -> UUID:
    with work.database.transaction() as session:
        return open_account(session, uuid7(), ADA)


@pytest.fixture
def door(settings: Settings, work: Work) -> Iterator[httpx.Client]:
    with work.database.transaction() as session:
        secret = create_key(session, "toy", ["billing:write", "billing:read"])
    with in_thread(settings) as client:
        client.headers["authorization"] = f"Bearer {secret}"
        yield client


def give(door: httpx.Client, work: Work, path: str, **body: Any) -> Operation:
    """A command through the door, run as its worker runs it."""
    accepted = door.post(path, json=body)
    assert accepted.status_code == 202, accepted.text
    commands.run(id=accepted.json()["id"])
    with work.database.transaction() as session:
        return session.get_one(Operation, UUID(accepted.json()["id"]))


def hear(door: httpx.Client, work: Work, body: bytes) -> None:
    """A webhook through the vendor's own door, handled as its worker handles it."""
    answer = door.post("/v1/billing/webhooks/toy/", content=body, headers={"toy-secret": SECRET.decode()})
    assert answer.status_code == 200
    with work.database.transaction() as session:
        ids = [str(row_id) for row_id in session.scalars(select(InboxEvent.id))]
    webhooks.handle(ids=ids)


def buy(door: httpx.Client, work: Work, account_id: UUID) -> str:
    bought = give(
        door, work, "/v1/billing/stripe/credit-checkout/", account_id=str(account_id), package="value",
        gateway="toy", **PAGES,
    )  # fmt: skip
    assert bought.result is not None, bought.problem
    return str(bought.result["checkout_ref"])


def test_it_sells_a_package_through_its_own_door(
    door: httpx.Client, work: Work, office: Office, account_id: UUID
) -> None:
    event = office.pay(buy(door, work, account_id))
    for _ in range(2):
        hear(door, work, event)
    with work.database.transaction() as session:
        (invoice,) = list_invoices(session, account_id=account_id).data
        (receipt,) = list_receipts(session, account_id=account_id).data
        facts = describe_invoice(session, invoice.id, letterhead_of(work))
        assert (invoice.status, invoice.number is not None) == ("paid", True)
        assert (receipt.gateway, receipt.amount_minor, receipt.kept_minor) == ("toy", 2_999, 0)
        assert view_balance(session, account_id, utc_now()).balance == 2_000
        assert facts.payment_method == "Toy money"


def test_who_does_not_know_its_secret_is_refused(door: httpx.Client, work: Work) -> None:
    forged = door.post("/v1/billing/webhooks/toy/", content=b'{"id": "1"}', headers={"toy-secret": "guess"})
    assert forged.status_code == 400
    with work.database.transaction() as session:
        assert session.scalars(select(InboxEvent)).all() == []


def test_money_that_does_not_fit_is_kept_whichever_vendor_has_it(
    door: httpx.Client, work: Work, office: Office, account_id: UUID
) -> None:
    hear(door, work, office.pay(buy(door, work, account_id), amount_minor=1_000))
    listed = door.get("/v1/billing/receipts/", params={"account_id": str(account_id), "needs_a_look": True}).json()
    assert [(each["gateway"], each["kept_minor"], each["remark"]) for each in listed["data"]] == [
        ("toy", 1_000, "other_amount")
    ]


@pytest.mark.parametrize(
    ("path", "body", "cannot"),
    [
        ("/v1/billing/stripe/card-setup/", PAGES, "keep payment methods"),
        ("/v1/billing/stripe/subscription-checkout/", {**PAGES, "plan": {"plan": "starter"}}, "run subscriptions"),
        ("/v1/billing/stripe/portal/", {"return_url": "https://app.example/"}, "run subscriptions"),
    ],
)
def test_what_it_cannot_do_is_refused_in_our_words(
    door: httpx.Client, work: Work, account_id: UUID, path: str, body: dict[str, Any], cannot: str
) -> None:
    refused = give(door, work, path, account_id=str(account_id), gateway="toy", **body)
    assert refused.problem is not None
    assert refused.problem["type"] == "urn:cashbeat:problem:gateway_cannot"
    assert refused.problem["detail"] == f"The gateway 'toy' cannot {cannot}."


def test_a_vendor_that_nobody_has_registered_is_unknown(door: httpx.Client, work: Work, account_id: UUID) -> None:
    refused = give(door, work, "/v1/billing/stripe/card-setup/", account_id=str(account_id), gateway="abacus", **PAGES)
    assert refused.problem is not None
    assert refused.problem["type"] == "urn:cashbeat:problem:gateway_unknown"


def test_it_gives_money_back(door: httpx.Client, work: Work, office: Office, account_id: UUID) -> None:
    ref = buy(door, work, account_id)
    hear(door, work, office.pay(ref))
    work.gateway("toy").refunds.refund(RefundRequest("refund-1", "key-1", ref, 500, "USD"))
    assert office.orders[ref]["refunded"] == 500
