"""Staff find an account by whatever it is known, and see all of it."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from billing.accounts.open import open_account
from billing.accounts.tables import AccountRecipient, GatewayCustomer
from billing.catalog.plans import find_terms
from billing.catalog.seed import seed
from billing.catalog.tables import Interval
from billing.invoices.tables import Invoice, InvoiceStatus
from billing.payments.tables import AttemptStatus, PaymentAttempt
from billing.receipts.tables import Receipt, ReceiptSource
from billing.subscriptions.tables import Collection, PayBy, Subscription, SubscriptionStatus
from billing.team.tables import Member
from database.audit.queries import Wanted, list_entries
from database.engine import dialect_url
from database.ids import uuid7
from database.sight import Sight, look
from schemas.commands.accounts import Address, OpenAccount
from schemas.permissions import Role, StaffRole
from schemas.recipients import MailKind
from tests.logins import as_door

ADMIN = "/v1/admin/accounts/"
MARCH_1 = datetime(2026, 3, 1, tzinfo=UTC)
APRIL_1 = datetime(2026, 4, 1, tzinfo=UTC)
NewMember = Callable[..., dict[str, str]]


@pytest.fixture
def steel_id(owner_session: Session) -> UUID:
    """Acme Steel, of which every kind of thing is known."""
    command = OpenAccount(
        name="Acme Steel & Söhne", owner="User_77", billing_email="Money@Steel.example",
        billing_address=Address(country="US"), slug="steel-works",
    )  # fmt: skip
    account_id = open_account(owner_session, uuid7(), command)
    seed(owner_session)
    owner_session.flush()
    owner_session.add_all(_things(owner_session, account_id))
    owner_session.commit()
    return account_id


def _things(session: Session, account_id: UUID) -> Iterator[Any]:
    yield AccountRecipient(account_id=account_id, kind=MailKind.INVOICES, email="cfo@holding.example")
    yield Member(
        id=uuid7(), account_id=account_id, user_id="User_78", email="Ann@works.example", role=Role.BILLING,
        joined_at=MARCH_1,
    )  # fmt: skip
    yield GatewayCustomer(gateway="stripe", customer_ref="cus_77", account_id=account_id)
    price = find_terms(session, "starter", Interval.MONTH, "USD")
    yield Subscription(
        id=uuid7(), account_id=account_id, status=SubscriptionStatus.ACTIVE, collection=Collection.GATEWAY,
        pay_by=PayBy.CARD, gateway="stripe", subscription_ref="sub_77", price_id=price.price_id,
        interval=Interval.MONTH, currency="USD", anchor=MARCH_1, period_start=MARCH_1, period_end=APRIL_1,
        created_at=MARCH_1,
    )  # fmt: skip
    for number, due_at in (("INV-2026-03-00078", APRIL_1), ("INV-2026-03-00077", MARCH_1)):
        invoice = Invoice(
            id=uuid7(), account_id=account_id, cause=number, number=number, status=InvoiceStatus.PENDING,
            currency="USD", subtotal_minor=2_900, tax_minor=0, total_minor=2_900, issued_at=MARCH_1, due_at=due_at,
            gateway="stripe", invoice_ref=f"in_{number[-2:]}",
        )  # fmt: skip
        yield invoice
    attempt = PaymentAttempt(
        id=uuid7(), account_id=account_id, invoice_id=invoice.id, cause="try", gateway="stripe",
        status=AttemptStatus.FAILED, amount_minor=2_900, currency="USD", request={}, payment_ref="pi_77",
        checkout_ref="cs_77", charge_ref="ch_77", failure_code="card_declined",
    )  # fmt: skip
    yield attempt
    yield Receipt(
        id=uuid7(),
        account_id=account_id,
        source=ReceiptSource.CAPTURE,
        cause="came",
        gateway="paypal",
        reference="CAP77",
        amount_minor=1,
        currency="USD",
        allocated_minor=0,
        received_at=MARCH_1,
    )


def _found(door: httpx.Client, headers: dict[str, str], **wanted: str) -> list[str]:
    answer = door.get(ADMIN, params=wanted, headers=headers)
    assert answer.status_code == 200, answer.text
    return [account["id"] for account in answer.json()["data"]]


@pytest.mark.parametrize(
    "sought",
    [
        "acme st", "ACME STEEL", "steel", "söhne ste", "money@ste", "MONEY@STEEL.EXAMPLE", "steel.example", "@steel",
        "cfo@hold", "steel-works", "User_77", "inv-2026-03-00077", "cus_77", "sub_77", "in_78", "pi_77", "cs_77",
        "ch_77", "CAP77", "User_78", "ann@works",
    ],
)  # fmt: skip
def test_an_account_is_found_by_whatever_it_is_known(
    door: httpx.Client, new_member: NewMember, acme_id: UUID, steel_id: UUID, sought: str
) -> None:
    assert _found(door, new_member(StaffRole.SUPPORT), q=sought) == [str(steel_id)]


def test_the_id_finds_it_and_nothing_else_does(
    door: httpx.Client, key: dict[str, str], acme_id: UUID, steel_id: UUID
) -> None:
    for written in (str(steel_id), str(steel_id).upper(), steel_id.hex):
        assert _found(door, key, q=written) == [str(steel_id)]
    for sought in (
        "teel", "%", "_", "\\", "'", "' | 'z", "!", "()", ":*", "acme zebra", "user_7", "cus_7", "INV-2026-03-0007",
        str(uuid7()), "pi_", "money@steel.example.org", "a" * 200,
    ):  # fmt: skip
        assert _found(door, key, q=sought) == [], sought
    assert len(_found(door, key, q="acme")) == 2


def test_status_plan_and_subscription_narrow_it(
    door: httpx.Client, key: dict[str, str], acme_id: UUID, steel_id: UUID, rows: Callable[..., Any]
) -> None:
    steel, acme = str(steel_id), str(acme_id)
    assert _found(door, key, plan="starter") == _found(door, key, plan="starter", subscription="active") == [steel]
    assert _found(door, key, plan="growth") == _found(door, key, plan="starter", subscription="past_due") == []
    rows("UPDATE accounts SET suspended_at = now(), suspended_because = 'fraud' WHERE id = %s", acme)
    assert _found(door, key, status="suspended") == [acme]
    assert _found(door, key, status="active", q="acme") == [steel]
    rows("UPDATE accounts SET closed_at = now(), keep_until = now() WHERE id = %s", acme)
    assert (_found(door, key, status="suspended"), _found(door, key, status="closed")) == ([], [acme])
    rows("UPDATE subscriptions SET status = 'canceled', ended_at = now()")
    assert (_found(door, key, plan="starter"), _found(door, key, subscription="canceled")) == ([], [steel])


def test_every_order_is_followed_page_by_page(
    door: httpx.Client, key: dict[str, str], acme_id: UUID, steel_id: UUID, owner_session: Session
) -> None:
    """Also past a name with blanks of every kind."""
    command = OpenAccount(
        name="Zoë\u00a0👩\u200d🔧", owner="z", billing_email="z@z.example", billing_address=Address(country="US")
    )
    open_account(owner_session, uuid7(), command)
    owner_session.commit()
    for sort in ("created", "-created", "name", "-name"):
        whole = _found(door, key, sort=sort)
        followed: list[str] = []
        page = {"next_cursor": ""}
        while page["next_cursor"] is not None:
            params = {"sort": sort, "limit": "1", **({"cursor": page["next_cursor"]} if followed else {})}
            page = door.get(ADMIN, params=params, headers=key).json()
            followed += [account["id"] for account in page["data"]]
        assert (len(whole), followed) == (3, whole), sort
    names = [account["name"] for account in door.get(ADMIN, params={"sort": "name"}, headers=key).json()["data"]]
    assert names[:2] == ["Acme Corp", "Acme Steel & Söhne"]


def test_all_of_one_account_is_shown(
    door: httpx.Client, new_member: NewMember, steel_id: UUID, owner_session: Session
) -> None:
    robin = new_member(StaffRole.SUPPORT, "Robin")
    shown = door.get(f"{ADMIN}{steel_id}/", headers=robin).json()
    assert (shown["status"], shown["suspended_because"], shown["kept_minor"]) == ("active", "", {"USD": 1})
    assert [each["plan"] for each in shown["subscriptions"]] == ["starter"]
    assert shown["credits"]["balance"] == 0
    assert shown["owed_minor"] == {"USD": 5_800}
    assert [each["number"][-2:] for each in shown["open_invoices"]] == ["77", "78"], "the first due first"
    assert [each["failure_code"] for each in shown["last_payments"]] == ["card_declined"]
    assert shown["gateway_customers"] == [{"gateway": "stripe", "customer_ref": "cus_77", "deleted_at": None}]
    assert door.get(f"{ADMIN}{uuid7()}/", headers=robin).json()["title"] == "account not found"
    _found(door, robin, q="steel")
    listed, read = (each.entry for each in list_entries(owner_session, Wanted(), None, 10)[0])
    assert (read.account_id, listed.account_id) == (steel_id, steel_id), "who was found is written down, too"


def test_who_may_not_search_finds_nothing_whatever_is_asked(
    door: httpx.Client, new_key: Callable[..., dict[str, str]], steel_id: UUID, as_seen_by: Callable[..., Any]
) -> None:
    """Neither at the door, nor in the database for whoever gets past it."""
    assert door.get(ADMIN, headers=new_key("accounts:read")).status_code == 403
    assert door.get(ADMIN, headers=new_key(account_ids=[steel_id])).status_code == 403
    assert as_seen_by(None, {"accounts:search"}) == [steel_id]
    assert as_seen_by({steel_id}, {"accounts:search"}) == as_seen_by(None, {"accounts:read"}) == []


@pytest.fixture
def as_seen_by(database_url: str) -> Callable[..., list[UUID]]:
    """What the database's own function tells the door that sees so much."""
    engine = create_engine(dialect_url(as_door(database_url)), poolclass=NullPool)

    def find(accounts: set[UUID] | None, permissions: set[str]) -> list[UUID]:
        with Session(engine) as session:
            look(session, Sight(None if accounts is None else frozenset(accounts), (), frozenset(permissions)))
            return list(session.scalars(text("SELECT find_accounts('steel', ARRAY['stripe'])")))

    return find


def test_the_time_line_shows_to_each_what_they_may_see(
    door: httpx.Client, new_member: NewMember, steel_id: UUID, rows: Callable[..., Any]
) -> None:
    """Support sees what was wanted; who looked at an account, only whoever may see the audit."""
    robin, otto, fay = (new_member(role) for role in (StaffRole.SUPPORT, StaffRole.OPERATOR, StaffRole.FINANCE))
    said = {"account_id": str(steel_id), "name": "Steel"}
    rows(
        "INSERT INTO operations (id, kind, caller, body, body_sha256) VALUES (%s, 'update_account', 'app/x', %s, '')",
        str(uuid7()), json.dumps(said),
    )  # fmt: skip
    assert door.get(f"{ADMIN}{steel_id}/", headers=robin).status_code == 200
    line = f"{ADMIN}{steel_id}/activity/"
    seen = {
        role: [entry["kind"] for entry in door.get(line, headers=headers).json()["data"]]
        for role, headers in (("support", robin), ("operator", otto), ("finance", fay))
    }
    books = {"invoice", "payment", "receipt"}
    assert set(seen["support"]) == {*books, "command"}
    assert set(seen["operator"]) == {*books, "command", "person"}
    assert set(seen["finance"]) == books
    (invoice,) = door.get(line, params={"kind": "invoice", "limit": 1}, headers=robin).json()["data"]
    assert (invoice["status"], invoice["amount"], invoice["unit"]) == ("pending", 2_900, "USD")
    nobodys = door.get(f"{ADMIN}{uuid7()}/activity/", headers=robin)
    assert (nobodys.status_code, nobodys.json()["title"]) == (404, "account not found")
    for refused in ({"kind": "rumour"}, {"sort": "created"}, {"account_id": str(steel_id)}):
        assert door.get(line, params=refused, headers=robin).status_code == 422
