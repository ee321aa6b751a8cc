"""The page behind the link in a mail: it shows what is owed, its button stages the command, and nothing else does."""

import re
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import UUID

import httpx
import orjson
import pytest
from sqlalchemy.orm import Session

from billing.invoices.compose import NewInvoice
from billing.invoices.draft import draft_invoice
from billing.invoices.issue import issue_invoice, number_invoice
from billing.invoices.pay_link import pay_url
from billing.invoices.rules import LineDraft
from billing.invoices.tables import Invoice, InvoiceReason
from billing.ledger.post import post
from billing.money import Money
from billing.tax.decision import NO_TAX
from settings import Settings
from tests.billing.conftest import NOON
from tests.ingress.running_door import in_thread

PUBLIC = "https://billing.example.com"
Rows = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def page(settings: Settings) -> Iterator[httpx.Client]:
    """A door that customers reach."""
    with in_thread(settings.model_copy(update={"public_url": f"{PUBLIC}/"})) as client:
        yield client


@pytest.fixture
def owed(owner_session: Session, acme_id: UUID) -> Invoice:
    """An issued invoice of 29.00."""
    line = LineDraft("Starter", 1, Money(2_900, "USD"))
    invoice = draft_invoice(owner_session, NewInvoice(acme_id, "test", InvoiceReason.PURCHASE, [line], NO_TAX))
    post(owner_session, [issue_invoice(owner_session, invoice, due_at=NOON, now=NOON)], NOON)
    number_invoice(owner_session, invoice)
    owner_session.commit()
    return invoice


def _path(invoice: Invoice) -> str:
    return pay_url(PUBLIC, invoice).removeprefix(PUBLIC)


def _staged(rows: Rows) -> list[tuple[Any, ...]]:
    return rows("SELECT kind, caller, body FROM operations")


def _buttons(shown: httpx.Response) -> list[tuple[str, str]]:
    (form,) = re.findall(r'<form method="post">(.*?)</form>', shown.text, re.DOTALL)
    return re.findall(r'<button name="gateway" value="(\w*)">([^<]+)</button>', form)


def _offer(rows: Rows, *methods: tuple[str, str], country: str = "rest", currencies: str = "[]") -> None:
    for order, (method, name) in enumerate(methods):
        rows(
            """INSERT INTO payment_method_configs (id, country, method, display_name, sort_order, currencies)
               VALUES (gen_random_uuid(), %s, %s, %s, %s, %s::jsonb)""",
            country, method, name, order, currencies,
        )  # fmt: skip


@contextmanager
def _worker(rows: Rows, result: dict[str, Any] | None, problem: dict[str, Any] | None = None) -> Iterator[None]:
    """Somebody carries out the first command that comes."""

    def work() -> None:
        state = "done" if result is not None else "rejected"
        done: list[tuple[Any, ...]] = []
        deadline = time.monotonic() + 10
        while not done and time.monotonic() < deadline:
            time.sleep(0.02)
            done = rows(
                "UPDATE operations SET state = %s, finished_at = now(), result = %s, problem = %s"
                " WHERE state = 'ready' RETURNING id",
                state, orjson.dumps(result).decode() if result else None,
                orjson.dumps(problem).decode() if problem else None,
            )  # fmt: skip

    worker = Thread(target=work)
    worker.start()
    yield
    worker.join()


def test_looking_at_the_page_changes_nothing(page: httpx.Client, owed: Invoice, rows: Rows) -> None:
    for _ in range(3):
        shown = page.get(_path(owed))
    assert shown.status_code == 200
    assert page.head(_path(owed)).status_code == 200
    assert f"Invoice {owed.number}" in shown.text
    assert "29.00 USD" in shown.text
    assert _buttons(shown) == [("", "Pay now")]
    assert (shown.headers["cache-control"], shown.headers["referrer-policy"]) == ("no-store", "no-referrer")
    assert _staged(rows) == []


def test_the_button_stages_the_command_and_leads_to_the_page_that_it_opened(
    page: httpx.Client, owed: Invoice, rows: Rows
) -> None:
    with _worker(rows, {"checkout_url": "https://pay.example/cs_1"}):
        led = page.post(_path(owed))
    assert (led.status_code, led.headers["location"]) == (303, "https://pay.example/cs_1")
    assert (led.headers["cache-control"], led.headers["referrer-policy"]) == ("no-store", "no-referrer")
    [(kind, caller, body)] = _staged(rows)
    assert (kind, caller, body["invoice_id"]) == ("pay_invoice", "pay_link", str(owed.id))
    assert (body["success_url"], body["cancel_url"]) == (f"{PUBLIC}{_path(owed)}?paid", f"{PUBLIC}{_path(owed)}")
    assert page.post(_path(owed)).headers["location"] == "https://pay.example/cs_1", "pressed twice, it is one command"
    assert len(_staged(rows)) == 1


def test_of_several_gateways_the_customer_chooses(page: httpx.Client, owed: Invoice, rows: Rows) -> None:
    _offer(rows, ("stripe", "Card"), ("wallets", "Wallets & <more>"), ("bank_transfer", "Transfer"))
    assert _buttons(page.get(_path(owed))) == [
        ("stripe", "Pay with Card"), ("wallets", "Pay with Wallets &amp; &lt;more&gt;"),
    ]  # fmt: skip
    with _worker(rows, {"checkout_url": "https://pay.example/w_1"}):
        led = page.post(_path(owed), data={"gateway": "wallets"})
    assert led.headers["location"] == "https://pay.example/w_1"
    with _worker(rows, {"checkout_url": "https://pay.example/cs_1"}):
        led = page.post(_path(owed), data={"gateway": "stripe"})
    assert led.headers["location"] == "https://pay.example/cs_1", "another choice is another command"
    assert [body["gateway"] for _, _, body in _staged(rows)] == ["wallets", "stripe"]


def test_the_only_gateway_that_is_offered_is_the_one_that_is_asked(
    page: httpx.Client, owed: Invoice, rows: Rows
) -> None:
    _offer(rows, ("wallets", "Wallets"))
    assert _buttons(page.get(_path(owed))) == [("wallets", "Pay now")]


def test_what_takes_another_currency_is_no_choice(page: httpx.Client, owed: Invoice, rows: Rows) -> None:
    _offer(rows, ("stripe", "Card"))
    _offer(rows, ("wallets", "Wallets"), currencies='["EUR"]')
    assert _buttons(page.get(_path(owed))) == [("stripe", "Pay now")]


@pytest.mark.parametrize("body", ["gateway=nobody", "gateway=", "%ff%00", "gateway=stripe&gateway=x", "=&&=" * 200])
def test_whoever_posts_something_else_has_chosen_nothing_of_his_own(
    page: httpx.Client, owed: Invoice, rows: Rows, body: str
) -> None:
    _offer(rows, ("stripe", "Card"), ("wallets", "Wallets"))
    with _worker(rows, {"checkout_url": "https://pay.example/cs_1"}):
        led = page.post(_path(owed), content=body)
    assert led.status_code == 303
    assert [body["gateway"] in (None, "stripe") for _, _, body in _staged(rows)] == [True]


def test_a_page_that_cannot_be_opened_just_now_says_so(page: httpx.Client, owed: Invoice, rows: Rows) -> None:
    with _worker(rows, None, {"type": "urn:cashbeat:problem:checkout_expired"}):
        told = page.post(_path(owed))
    assert (told.status_code, "location" in told.headers) == (503, False)
    assert "Please try again in a minute." in told.text


def test_who_cannot_pay_in_one_way_is_told_of_the_other(page: httpx.Client, owed: Invoice, rows: Rows) -> None:
    _offer(rows, ("stripe", "Card"), ("wallets", "Wallets"))
    with _worker(rows, None, {"type": "urn:cashbeat:problem:checkout_expired"}):
        told = page.post(_path(owed), data={"gateway": "wallets"})
    assert (told.status_code, _buttons(told)) == (503, [("stripe", "Pay with Card"), ("wallets", "Pay with Wallets")])
    assert "Please try again in a minute, or pay in another way." in told.text


@pytest.mark.parametrize(
    ("status", "said"), [("paid", "is paid"), ("void", "nothing to pay"), ("uncollectible", "Pay now")]
)
def test_it_tells_how_the_invoice_stands(page: httpx.Client, owed: Invoice, rows: Rows, status: str, said: str) -> None:
    rows(
        """UPDATE invoices SET status = %s, allocated_minor = CASE %s WHEN 'paid' THEN total_minor ELSE 0 END,
           paid_at = CASE %s WHEN 'paid' THEN now() END""",
        status, status, status,
    )  # fmt: skip
    assert said in page.get(_path(owed)).text


def test_after_the_payment_it_thanks(page: httpx.Client, owed: Invoice) -> None:
    thanked = page.get(f"{_path(owed)}?paid")
    assert ("Thank you" in thanked.text, "<button>" in thanked.text) == (True, False)


def test_nobody_guesses_the_address(page: httpx.Client, owed: Invoice, rows: Rows) -> None:
    token = _path(owed).split("/")[2]
    guesses = [token[:-2] + "AA", token[:22] + token[:21], token[:-1], token + "A", str(owed.id), "x" * 43, "%00", "é"]
    for guess in guesses:
        for answer in (page.get(f"/pay/{guess}/"), page.post(f"/pay/{guess}/")):
            assert (answer.status_code, "29.00" in answer.text) == (404, False), guess
    assert _staged(rows) == []


def test_each_page_says_whose_it_is(settings: Settings, owed: Invoice) -> None:
    told = {"public_url": PUBLIC, "seller_name": "Ada's <Engines> & {{ 7 * 7 }}"}
    with in_thread(settings.model_copy(update=told)) as page:
        for path in (_path(owed), f"{_path(owed)}?paid", "/pay/x/"):
            shown = page.get(path)
            assert "Ada&#39;s &lt;Engines&gt; &amp; {{ 7 * 7 }}</title>" in shown.text
            assert '<p class="seller">Ada&#39;s &lt;Engines&gt; &amp; {{ 7 * 7 }}</p>' in shown.text
            assert "<Engines>" not in shown.text


def test_the_sellers_logo_lies_within_the_page(settings: Settings, owed: Invoice, tmp_path: Path) -> None:
    drawn = b'<svg xmlns="http://www.w3.org/2000/svg" width="90" height="30"><rect width="90" height="30"/></svg>'
    logo = tmp_path / "logo.svg"
    logo.write_bytes(drawn)
    with in_thread(settings.model_copy(update={"public_url": PUBLIC, "seller_logo": logo})) as page:
        shown = page.get(_path(owed))
    assert f'<img src="data:image/svg+xml;base64,{b64encode(drawn).decode()}" alt="Example SaaS Inc.">' in shown.text
    assert "img-src data:;" in shown.headers["content-security-policy"]


def test_without_a_public_address_there_is_no_page(door: httpx.Client, owed: Invoice, rows: Rows) -> None:
    assert (door.get(_path(owed)).status_code, door.post(_path(owed)).status_code) == (404, 404)
    assert (pay_url("", owed), _staged(rows)) == ("", [])
