"""Lists of money: every filter and every order, page by page, whichever list it is."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, get_args
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy.orm import Session

from billing.invoices.tables import Invoice, InvoiceStatus
from billing.manual_payments.tables import ManualPayment
from billing.payment_methods.tables import ManualMethod
from billing.payments.tables import AttemptKind, AttemptStatus, PaymentAttempt
from billing.receipts.tables import Receipt, ReceiptSource
from database.ids import uuid7
from database.pages import KINDS, word_of
from ingress.entries import named_entries
from ingress.entries.entry import Asks
from ingress.queries.filters import Listing

MARCH_1 = datetime(2026, 3, 1, tzinfo=UTC)
INVOICES = "/v1/billing/invoices/"
PAYMENTS = "/v1/billing/payments/"
RECEIPTS = "/v1/billing/receipts/"
MANUAL = "/v1/billing/manual-payments/"
# the days after March 1 on which each was made and is due, its amount, its number; the last one is a draft
BILLS = ((0, 9, 300, "INV-2026-03-00002"), (1, 3, 100, "INV-2026-03-00003"), (2, 5, 200, "INV-2026-03-00001"))
DRAFT = (3, None, 250, None)


@pytest.fixture
def bills(owner_session: Session, acme_id: UUID) -> list[Invoice]:
    """Four invoices whose orders by day, due date, amount and number are all different."""
    made = [_bill(acme_id, *bill) for bill in (*BILLS, DRAFT)]
    owner_session.add_all(made)
    owner_session.commit()
    return made


@pytest.mark.parametrize("word", ["created", "issued", "due", "amount", "number"])
@pytest.mark.parametrize("minus", ["", "-"])
def test_every_order_is_followed_to_its_end(
    door: httpx.Client, key: dict[str, str], bills: list[Invoice], word: str, minus: str
) -> None:
    column = {"created": "created_at", "issued": "issued_at", "due": "due_at", "amount": "total_minor"}.get(word, word)
    ordered = sorted(
        (bill for bill in bills if getattr(bill, column) is not None),
        key=lambda bill: getattr(bill, column),
        reverse=bool(minus),
    )
    assert [one["id"] for one in _followed(door, key, INVOICES, sort=f"{minus}{word}")] == [str(b.id) for b in ordered]


def test_rows_of_one_amount_come_each_once_in_both_directions(
    door: httpx.Client, key: dict[str, str], owner_session: Session, acme_id: UUID
) -> None:
    owner_session.add_all(_bill(acme_id, day, day, 100, f"INV-2026-03-{day:05}") for day in range(1, 8))
    owner_session.commit()
    up = [one["id"] for one in _followed(door, key, INVOICES, sort="amount")]
    down = [one["id"] for one in _followed(door, key, INVOICES, sort="-amount")]
    assert (len(set(up)), up) == (7, down[::-1])


def test_a_cursor_of_another_order_is_refused(door: httpx.Client, key: dict[str, str], bills: list[Invoice]) -> None:
    cursor = door.get(INVOICES, params={"limit": 1, "sort": "amount"}, headers=key).json()["next_cursor"]
    assert door.get(INVOICES, params={"limit": 1, "sort": "-amount", "cursor": cursor}, headers=key).status_code == 200
    for sort in ({"sort": "number"}, {}):
        refused = door.get(INVOICES, params={"cursor": cursor, **sort}, headers=key)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "cursor")


@pytest.mark.parametrize(
    ("wanted", "amounts"),
    [
        ({"created_from": "2026-03-02"}, [250, 200, 100]),
        ({"created_until": "2026-03-02"}, [300]),
        ({"created_from": "2026-03-02T01:00:00%2B01:00", "created_until": "2026-03-03T00:00:00Z"}, [100]),
        ({"issued_from": "2026-03-03"}, [200]),
        ({"due_from": "2026-03-04", "due_until": "2026-03-07"}, [100]),
        ({"due_until": "2026-03-04"}, []),
        ({"amount_min": "200", "amount_max": "250"}, [250, 200]),
        ({"amount_min": "-5", "currency": "EUR"}, []),
        ({"status": "draft", "sort": "amount"}, [250]),
        ({"status": "pending", "sort": "-amount", "amount_max": "200"}, [200, 100]),
    ],
)
def test_filters_say_between_what(
    door: httpx.Client, key: dict[str, str], bills: list[Invoice], wanted: dict[str, str], amounts: list[int]
) -> None:
    query = "&".join(f"{name}={value}" for name, value in wanted.items())
    found = door.get(f"{INVOICES}?{query}", headers=key).json()["data"]
    assert [one["total_minor"] for one in found] == amounts


def test_ends_and_orders_that_there_are_not(door: httpx.Client, key: dict[str, str]) -> None:
    for name, value in (
        ("created_from", "yesterday"), ("created_from", "2026-02-30"), ("created_until", "2026-03-01T00:00:00"),
        ("created_from", "1740000000"), ("due_until", "9999-12-31"), ("amount_min", "1.5"), ("amount_min", "9" * 20),
        ("amount_max", "١"), ("currency", "usd"), ("sort", "status"), ("sort", "--amount"), ("sort", ""),
    ):  # fmt: skip
        answer = door.get(INVOICES, params={name: value}, headers=key)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, name), value


def test_every_list_can_be_ordered_as_it_says(door: httpx.Client, key: dict[str, str]) -> None:
    """No list takes a word that it has no column for, and none forgets to say which it takes."""
    asking = [(entry.path, entry.does.wanted) for entry in named_entries() if isinstance(entry.does, Asks)]
    lists = [(path, wanted) for path, wanted in asking if issubclass(wanted, Listing) and "{" not in path]
    assert len(lists) > 8
    for path, wanted in lists:
        words = get_args(wanted.model_fields["sort"].annotation)
        assert {"created", "-created"} <= set(words), path
        assert {word_of(word) for word in words} <= set(KINDS), path
        needed = {name: str(uuid4()) for name, field in wanted.model_fields.items() if field.is_required()}
        for word in words:
            params = {"sort": word, **needed}
            assert door.get(path, params=params, headers=key).status_code in {200, 404}, (path, word)


def test_payments_tell_what_became_of_them(
    door: httpx.Client, key: dict[str, str], owner_session: Session, bills: list[Invoice]
) -> None:
    """One was declined, the next brought the money; what the gateway was asked with is nobody's business."""
    declined = _attempt(bills[0], AttemptStatus.FAILED, 1, "insufficient_funds")
    paid = _attempt(bills[0], AttemptStatus.CAPTURED, 2)
    owner_session.add_all([declined, paid])
    owner_session.flush()
    money = Receipt(
        id=uuid7(), account_id=paid.account_id, source=ReceiptSource.CAPTURE, cause="a test", attempt_id=paid.id,
        gateway="stripe", reference="pi_1", amount_minor=300, currency="USD", allocated_minor=0, received_at=MARCH_1,
    )  # fmt: skip
    owner_session.add(money)
    owner_session.commit()

    listed = door.get(PAYMENTS, params={"account_id": str(paid.account_id)}, headers=key).json()["data"]
    assert [(one["status"], one["receipt_id"]) for one in listed] == [("captured", str(money.id)), ("failed", None)]
    shown = door.get(f"{PAYMENTS}{declined.id}/", headers=key).json()
    assert (shown, shown["failure_code"]) == (listed[1], "insufficient_funds")
    assert shown["failure"] == "Your card has insufficient funds."
    assert "secret" not in str(listed)
    assert door.get(f"{RECEIPTS}{money.id}/", headers=key).json()["amount_minor"] == 300
    for wanted in ({"status": "failed"}, {"created_until": "2026-03-03"}):
        assert [one["id"] for one in door.get(PAYMENTS, params=wanted, headers=key).json()["data"]] == [shown["id"]]
    for path, word in ((PAYMENTS, "payment"), (RECEIPTS, "receipt")):
        missing = door.get(f"{path}{uuid4()}/", headers=key)
        assert (missing.status_code, missing.json()["type"]) == (404, f"urn:cashbeat:problem:{word}_not_found")


def test_invoices_that_are_paid_by_hand(
    door: httpx.Client, key: dict[str, str], owner_session: Session, bills: list[Invoice]
) -> None:
    for bill, method in zip(bills[:2], ManualMethod, strict=True):
        owner_session.add(ManualPayment(invoice_id=bill.id, method=method))
    owner_session.commit()
    listed = door.get(MANUAL, headers=key).json()["data"]
    assert [one["invoice_id"] for one in listed] == [str(bills[1].id), str(bills[0].id)]
    assert listed[0] == door.get(f"{MANUAL}{bills[1].id}/", headers=key).json()
    for wanted, expected in (({"method": "local_wallet"}, 1), ({"status": "paid"}, 0), ({"limit": 1}, 1)):
        assert len(door.get(MANUAL, params=wanted, headers=key).json()["data"]) == expected, wanted


def _followed(door: httpx.Client, key: dict[str, str], path: str, **wanted: str) -> Iterator[dict[str, Any]]:
    cursor: dict[str, str] = {}
    while True:
        page = door.get(path, params={"limit": 2, **wanted, **cursor}, headers=key).json()
        yield from page["data"]
        if page["next_cursor"] is None:
            return
        cursor = {"cursor": page["next_cursor"]}


def _bill(account_id: UUID, day: int, due: int | None, amount: int, number: str | None) -> Invoice:
    created_at = MARCH_1 + timedelta(days=day)
    return Invoice(
        id=uuid7(), account_id=account_id, cause=f"a test/{day}", number=number, currency="USD", subtotal_minor=amount,
        tax_minor=0, total_minor=amount, buyer={}, created_at=created_at, issued_at=created_at if number else None,
        due_at=None if due is None else created_at + timedelta(days=due),
        status=InvoiceStatus.PENDING if number else InvoiceStatus.DRAFT,
    )  # fmt: skip


def _attempt(invoice: Invoice, status: AttemptStatus, day: int, failure_code: str = "") -> PaymentAttempt:
    at = MARCH_1 + timedelta(days=day)
    return PaymentAttempt(
        id=uuid7(), account_id=invoice.account_id, invoice_id=invoice.id, kind=AttemptKind.CHARGE, cause=f"try {day}",
        gateway="stripe", status=status, amount_minor=300, currency="USD", request={"a": "secret"}, created_at=at,
        failure_code=failure_code, captured_at=at if status is AttemptStatus.CAPTURED else None,
    )  # fmt: skip
