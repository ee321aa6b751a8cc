"""Reads of the books through the API."""

import hashlib
from datetime import UTC, datetime
from uuid import UUID, uuid4

import httpx
from sqlalchemy.orm import Session

from billing.cards.tables import Card
from billing.catalog.seed import seed
from billing.credits.tables import CreditSource
from billing.invoices.tables import Invoice, InvoiceDocument, InvoiceLine, InvoiceStatus
from billing.payment_methods.set_method import set_method
from database.ids import uuid7
from tests.billing.gifts import grant_credits

NOW = datetime(2026, 11, 22, tzinfo=UTC)
PDF = b"%PDF-1.7 an invoice"
INVOICES = "/v1/billing/invoices/"


def test_an_account(door: httpx.Client, key: dict[str, str], acme_id: UUID) -> None:
    shown = door.get(f"/v1/accounts/{acme_id}/", headers=key).json()
    assert (shown["id"], shown["name"], shown["slug"]) == (str(acme_id), "Acme Corp", "acme-corp")
    assert door.get(f"/v1/accounts/{acme_id}", headers=key).json() == shown, "the last slash may be missing"


def test_invoices_page_by_page(door: httpx.Client, key: dict[str, str], owner_session: Session, acme_id: UUID) -> None:
    numbers = [_issue(owner_session, acme_id, f"INV-2026-11-{number:05}").number for number in range(1, 8)]
    seen: list[str] = []
    cursor: dict[str, str] = {}
    for _ in range(4):
        page = door.get(INVOICES, params={"limit": 2, **cursor}, headers=key).json()
        seen += [invoice["number"] for invoice in page["data"]]
        cursor = {"cursor": page["next_cursor"]}
    assert page["next_cursor"] is None
    assert seen == numbers[::-1]


def test_invoices_by_account_status_and_number(
    door: httpx.Client, key: dict[str, str], owner_session: Session, acme_id: UUID
) -> None:
    _issue(owner_session, acme_id, "INV-2026-11-00001")
    _issue(owner_session, acme_id, "INV-2026-11-00002", InvoiceStatus.PAID)
    for wanted, expected in (
        ({}, ["INV-2026-11-00002", "INV-2026-11-00001"]),
        ({"status": "paid"}, ["INV-2026-11-00002"]),
        ({"number": "INV-2026-11-00001"}, ["INV-2026-11-00001"]),
        ({"account_id": str(acme_id), "status": "pending"}, ["INV-2026-11-00001"]),
        ({"account_id": str(uuid4())}, []),
        ({"subscription_id": str(uuid4())}, []),
    ):
        found = door.get(INVOICES, params=wanted, headers=key).json()["data"]
        assert [invoice["number"] for invoice in found] == expected


def test_filters_that_make_no_sense(door: httpx.Client, key: dict[str, str]) -> None:
    for name, value in (
        ("limit", "0"), ("limit", "101"), ("limit", "x"), ("account_id", "x"), ("status", "x"), ("cursor", "x"),
        ("number", "\x00"), ("color", "red"), ("limit", "1_0"), ("limit", "+5"), ("limit", "5.0"),
        ("limit", ["2", "3"]), ("account_id", [str(UUID(int=1))] * 2),
    ):  # fmt: skip
        answer = door.get(INVOICES, params={name: value}, headers=key)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, name), value


def test_one_invoice_with_its_lines_and_its_pdf(
    door: httpx.Client, key: dict[str, str], owner_session: Session, acme_id: UUID
) -> None:
    invoice = _issue(owner_session, acme_id, "INV-2026-11-00001")
    path = f"{INVOICES}{invoice.id}/"
    shown = door.get(path, headers=key).json()
    assert (shown["total_minor"], shown["lines"][0]["description"], shown["pdf"]) == (2999, "Value package", None)
    assert door.get(f"{path}pdf/", headers=key).json()["type"] == "urn:cashbeat:problem:pdf_not_ready"

    owner_session.add(
        InvoiceDocument(invoice_id=invoice.id, kind="pdf", content=PDF, sha256=hashlib.sha256(PDF).hexdigest())
    )
    owner_session.commit()
    pdf = door.get(door.get(path, headers=key).json()["pdf"], headers=key)
    assert (pdf.content, pdf.headers["content-type"]) == (PDF, "application/pdf")
    assert pdf.headers["content-disposition"] == 'inline; filename="INV-2026-11-00001.pdf"'
    again = door.get(f"{path}pdf/", headers={**key, "If-None-Match": pdf.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_balance(door: httpx.Client, key: dict[str, str], owner_session: Session, acme_id: UUID) -> None:
    grant_credits(owner_session, acme_id, CreditSource.PACKAGE, "a test", 2_000, None, NOW)
    owner_session.commit()
    shown = door.get("/v1/billing/credits/balance/", params={"account_id": str(acme_id)}, headers=key).json()
    assert shown == {"account_id": str(acme_id), "balance": 2_000, "debt": 0, "frozen": 0, "next_expiry_at": None}
    assert door.get("/v1/billing/credits/balance/", headers=key).status_code == 422


def test_movements_of_credits_page_by_page(
    door: httpx.Client, key: dict[str, str], owner_session: Session, acme_id: UUID
) -> None:
    for credits_granted in (100, 200, 300):
        cause = f"a test/{credits_granted}"
        grant_credits(owner_session, acme_id, CreditSource.PACKAGE, cause, credits_granted, None, NOW)
    owner_session.commit()
    wanted = {"account_id": str(acme_id), "limit": "2"}
    first = door.get("/v1/billing/credits/transactions/", params=wanted, headers=key).json()
    assert [(one["movement"], one["amount"]) for one in first["data"]] == [("grant", 300), ("grant", 200)]
    wanted["cursor"] = first["next_cursor"]
    second = door.get("/v1/billing/credits/transactions/", params=wanted, headers=key).json()
    assert ([one["amount"] for one in second["data"]], second["next_cursor"]) == ([100], None)


def test_saved_cards_without_the_detached_ones(
    door: httpx.Client, key: dict[str, str], owner_session: Session, acme_id: UUID
) -> None:
    for last4, is_default, detached_at in (("4242", True, None), ("4444", False, None), ("0002", False, NOW)):
        card = {"gateway": "stripe", "customer_ref": "cus_1", "brand": "visa", "exp_month": 12, "exp_year": 2040}
        owner_session.add(
            Card(
                id=uuid7(), account_id=acme_id, card_ref=f"pm_{last4}", last4=last4,
                is_default=is_default, detached_at=detached_at, **card,
            )
        )  # fmt: skip
        owner_session.flush()
    owner_session.commit()
    page = door.get("/v1/billing/payment-methods/", params={"account_id": str(acme_id)}, headers=key).json()
    assert [(card["card_ref"], card["is_default"]) for card in page["data"]] == [("pm_4242", True), ("pm_4444", False)]
    assert page["next_cursor"] is None


def test_what_is_offered_stands_beside_what_is_saved(
    door: httpx.Client, key: dict[str, str], owner_session: Session, acme_id: UUID
) -> None:
    def ask(**wanted: str) -> httpx.Response:
        return door.get("/v1/billing/payment-methods/", params=wanted, headers=key)

    undecided = ask(account_id=str(acme_id)).json()
    assert (undecided["data"], undecided["offered"]) == ([], None)

    iban = {"iban": "DE89370400440532013000", "account_name": "Example SaaS Inc.", "currencies": ["EUR"]}
    set_method(owner_session, "DE", "stripe", {"display_name": "Karte", "sort_order": 2})
    set_method(owner_session, "DE", "bank_transfer", {"display_name": "Überweisung", "sort_order": 1, **iban})
    set_method(owner_session, "rest", "stripe", {"display_name": "Card"})
    owner_session.commit()
    german = ask(country="DE").json()
    assert german["country"] == "DE"
    assert [(one["method"], one["display_name"]) for one in german["offered"]] == [
        ("bank_transfer", "Überweisung"), ("stripe", "Karte"),
    ]  # fmt: skip
    assert german["offered"][0]["iban"] == "DE89370400440532013000"
    in_dollars = ask(country="DE", currency="USD", account_id=str(acme_id)).json()
    assert [one["method"] for one in in_dollars["offered"]] == ["stripe"]
    assert [one["display_name"] for one in ask(account_id=str(acme_id)).json()["offered"]] == ["Card"]

    for wanted in ({}, {"country": "ZZ"}, {"account_id": str(acme_id), "currency": "euro"}):
        assert ask(**wanted).status_code == 422
    assert "account_id" in {error["field"] for error in ask().json()["errors"]}


def test_what_is_on_offer(door: httpx.Client, key: dict[str, str], owner_session: Session) -> None:
    seed(owner_session)
    owner_session.commit()
    pages = {
        name: door.get(f"/v1/billing/{name}/", headers=key).json() for name in ("credits/packages", "plans", "services")
    }
    assert {page["next_cursor"] for page in pages.values()} == {None}
    offered = {name: {one["slug"]: one for one in page["data"]} for name, page in pages.items()}
    assert offered["credits/packages"]["value"]["price_minor"] == 2999
    assert (offered["services"]["setup-app"]["interval"], offered["services"]["setup-app"]["price_minor"]) == (
        "once", 29_900,
    )  # fmt: skip
    assert list(offered["plans"]) == ["starter", "growth", "scale"]
    assert {(price["interval"], price["price_minor"]) for price in offered["plans"]["growth"]["prices"]} == {
        ("month", 19_900), ("year", 199_000),
    }  # fmt: skip


def test_what_does_not_exist(door: httpx.Client, key: dict[str, str]) -> None:
    for path, word in (
        ("/v1/accounts/{id}/", "account"),
        (INVOICES + "{id}/", "invoice"),
        (INVOICES + "{id}/pdf/", "invoice"),
        ("/v1/billing/credits/balance/?account_id={id}", "account"),
        ("/v1/billing/credits/transactions/?account_id={id}", "account"),
        ("/v1/billing/payment-methods/?account_id={id}", "account"),
        ("/v1/billing/subscriptions/{id}/", "subscription"),
        ("/v1/test-clocks/{id}/", "test_clock"),
    ):
        answer = door.get(path.format(id=uuid4()), headers=key)
        assert (answer.status_code, answer.json()["type"]) == (404, f"urn:cashbeat:problem:{word}_not_found"), path
        assert answer.headers["content-type"] == "application/problem+json"


def _issue(books: Session, account_id: UUID, number: str, status: InvoiceStatus = InvoiceStatus.PENDING) -> Invoice:
    """An issued invoice, written as a worker would leave it."""
    invoice = Invoice(
        id=uuid7(), account_id=account_id, cause=number, number=number, status=status, currency="USD",
        subtotal_minor=2999, tax_minor=0, total_minor=2999, buyer={}, issued_at=NOW, due_at=NOW,
        paid_at=NOW if status == InvoiceStatus.PAID else None,
        allocated_minor=2999 if status == InvoiceStatus.PAID else 0,
    )  # fmt: skip
    books.add(invoice)
    books.flush()
    books.add(
        InvoiceLine(
            id=uuid7(), invoice_id=invoice.id, position=1, description="Value package", quantity=1, unit_minor=2999,
            net_minor=2999, tax_name="", tax_rate_ppm=0, tax_minor=0,
        )
    )  # fmt: skip
    books.commit()
    return invoice
