"""Saved wallets: whose they are, how they are saved, charged while their owner is away, and taken away."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.dunning.declines import is_hard
from billing.errors import Rejected, Unavailable
from gateways.paypal.charges import DECLINE_CODES
from gateways.paypal.customers import account_id_of, customer_ref_of
from gateways.paypal.errors import DECLINED
from schemas.facts.customers import SavedKind
from schemas.facts.payments import ChargeRequest, PaymentFact, PaymentMarks, PaymentStatus
from tests.gateways import requests_made
from tests.gateways.loopback import Script, ScriptedServer
from tests.gateways.paypal.objects import ACCOUNT, ATTEMPT, CAPTURE_REF, ORDER_REF, capture, money, order
from tests.gateways.paypal.paypal_script import answered, asked_of, gateway_at, refused, script

Scripted = Callable[[Script], ScriptedServer]
CREATE, LOOK = "POST /v2/checkout/orders", f"GET /v2/checkout/orders/{ORDER_REF}"
SETUP, SEARCH = "POST /v3/vault/setup-tokens", "GET /v1/reporting/transactions"
WALLET_REF, CUSTOMER_REF = "8kk8451t", customer_ref_of(ACCOUNT)
WALLET = f"/v3/vault/payment-tokens/{WALLET_REF}"
TOKEN = {
    "id": WALLET_REF,
    "customer": {"id": CUSTOMER_REF},
    "payment_source": {"paypal": {"email_address": "jane.doe@example.com", "payer_id": "P1"}},
}
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
CHARGE = ChargeRequest(
    attempt_id=ATTEMPT,
    idempotency_key=f"cashbeat/charge/{ATTEMPT}",
    amount_minor=2_999,
    currency="USD",
    customer_ref=CUSTOMER_REF,
    card_ref=WALLET_REF,
    description="Pro, November 2026",
    marks=PaymentMarks(account_id=ACCOUNT, invoice_number="2026-11-000042"),
)


@given(st.uuids())
def test_an_account_is_its_customer_there_and_back(account: UUID) -> None:
    customer_ref = customer_ref_of(str(account))
    assert len(customer_ref) == 22
    assert account_id_of(customer_ref) == str(account)


@given(st.text(max_size=24))
def test_a_customer_of_another_shop_is_nobodys_account(customer_ref: str) -> None:
    account_id = account_id_of(customer_ref)
    assert account_id == "" or customer_ref_of(account_id) == customer_ref


@pytest.mark.parametrize("customer_ref", ["customer_4029352050", "fTfQyTnmnB", "", "x" * 22, "A" * 21 + "B"])
def test_nor_is_one_that_paypal_has_named(customer_ref: str) -> None:
    assert account_id_of(customer_ref) == ""


def test_a_customer_is_made_and_found_without_asking_anybody(scripted: Scripted) -> None:
    server = scripted(script({}))
    paypal = gateway_at(server.url)
    made = paypal.create_customer(requests_made.CUSTOMER)
    assert made == paypal.find_customer(requests_made.ACCOUNT, email="", created_after=NOON)
    found = paypal.fetch_customer(made)
    assert found is not None
    assert (found.account_id, found.card_ref, found.is_deleted) == (requests_made.ACCOUNT, "", False)
    assert server.requests == []


def test_a_wallet_is_saved_on_a_page_by_the_buyers_approval_alone(scripted: Scripted) -> None:
    page = [{"rel": "approve", "href": "https://www.paypal.com/agreements/approve?approval_session_id=S1"}]
    server = scripted(script({SETUP: {"id": "S1", "status": "PAYER_ACTION_REQUIRED", "links": page}}))
    setup = gateway_at(server.url).open_setup(replace(requests_made.SETUP, customer_ref=CUSTOMER_REF))
    assert (setup.checkout_ref, setup.url, setup.status) == ("S1", page[0]["href"], PaymentStatus.PENDING)
    assert asked_of(server)[0].json == {
        "customer": {"id": CUSTOMER_REF},
        "payment_source": {
            "paypal": {
                "usage_type": "MERCHANT",
                "experience_context": {
                    "return_url": requests_made.THANKS,
                    "cancel_url": requests_made.CANCELED,
                    "shipping_preference": "NO_SHIPPING",
                    "vault_instruction": "ON_PAYER_APPROVAL",
                },
            }
        },
    }


@pytest.mark.parametrize("customer_ref", ["", CUSTOMER_REF])
def test_a_wallet_is_saved_with_a_purchase_for_the_account_that_pays(scripted: Scripted, customer_ref: str) -> None:
    server = scripted(script({CREATE: order()}))
    marks = PaymentMarks(account_id=ACCOUNT)
    asked = replace(requests_made.CHECKOUT, saves_method=True, customer_ref=customer_ref, marks=marks)
    gateway_at(server.url).open_checkout(asked)
    attributes = asked_of(server)[0].json["payment_source"]["paypal"]["attributes"]
    assert attributes["customer"] == {"id": CUSTOMER_REF}
    assert attributes["vault"]["store_in_vault"] == "ON_SUCCESS"
    gateway_at(server.url).open_checkout(replace(asked, saves_method=False))
    assert "attributes" not in asked_of(server)[1].json["payment_source"]["paypal"]


def test_a_wallet_is_shown_by_what_its_owner_knows(scripted: Scripted) -> None:
    wallet = gateway_at(scripted(script({f"GET {WALLET}": TOKEN})).url).fetch_card(card_ref=WALLET_REF)
    assert wallet is not None
    assert (wallet.kind, wallet.brand, wallet.holder) == (SavedKind.WALLET, "PayPal", "j***@example.com")
    assert (wallet.card_ref, wallet.customer_ref) == (WALLET_REF, CUSTOMER_REF)
    assert (wallet.last4, wallet.exp_month, wallet.exp_year) == ("", None, None)


def test_a_card_in_the_vault_is_no_wallet(scripted: Scripted) -> None:
    told = TOKEN | {"payment_source": {"card": {"last_digits": "1111"}}}
    assert gateway_at(scripted(script({f"GET {WALLET}": told})).url).fetch_card(card_ref=WALLET_REF) is None


def test_a_wallet_that_was_taken_away_belongs_to_nobody(scripted: Scripted) -> None:
    wallet = gateway_at(scripted(script({})).url).fetch_card(card_ref=WALLET_REF)
    assert wallet is not None
    assert (wallet.card_ref, wallet.customer_ref) == (WALLET_REF, "")


def test_any_wallet_of_the_customers_may_be_the_default(scripted: Scripted) -> None:
    paypal = gateway_at(scripted(script({f"GET {WALLET}": TOKEN})).url)
    assert paypal.make_default(CUSTOMER_REF, WALLET_REF, idempotency_key="1")
    with pytest.raises(Rejected, match="card_not_found"):
        paypal.make_default("another", WALLET_REF, idempotency_key="1")


@pytest.mark.parametrize("answers", [{f"DELETE {WALLET}": answered(None, "204 No Content")}, {}])
def test_a_wallet_is_taken_away_once_and_again(scripted: Scripted, answers: dict[str, Any]) -> None:
    server = scripted(script(answers))
    gateway_at(server.url).detach(WALLET_REF, idempotency_key="1")
    assert [each.call for each in asked_of(server)] == [f"DELETE {WALLET}"]


def charged(scripted: Scripted, told: object) -> PaymentFact:
    return gateway_at(scripted(script({CREATE: told})).url).charge(CHARGE)


def test_a_wallet_is_charged_by_an_order_that_it_pays_at_once(scripted: Scripted) -> None:
    server = scripted(script({CREATE: order("COMPLETED", capture())}))
    payment = gateway_at(server.url).charge(CHARGE)
    assert (payment.status, payment.payment_ref, payment.customer_ref) == (
        PaymentStatus.CAPTURED,
        CAPTURE_REF,
        CUSTOMER_REF,
    )
    assert asked_of(server)[0].json == {
        "intent": "CAPTURE",
        "purchase_units": [
            {
                "custom_id": f"cashbeat.{ATTEMPT}.{ACCOUNT}",
                "invoice_id": f"2026-11-000042:{ATTEMPT}",
                "amount": money("29.99"),
                "description": "Pro, November 2026",
            }
        ],
        "payment_source": {"paypal": {"vault_id": WALLET_REF}},
    }


def test_whichever_key_is_asked_under_an_attempt_has_one(scripted: Scripted) -> None:
    server = scripted(script({CREATE: order("COMPLETED", capture())}))
    gateway_at(server.url).charge(CHARGE)
    gateway_at(server.url).charge(replace(CHARGE, idempotency_key=f"{CHARGE.idempotency_key}/7"))
    first, second = asked_of(server)
    assert first.headers["paypal-request-id"] == second.headers["paypal-request-id"]


@pytest.mark.parametrize(
    ("issue", "code", "hard"),
    [
        ("INSTRUMENT_DECLINED", "instrument_declined", False),
        ("TRANSACTION_REFUSED", "transaction_refused", False),
        ("PAYER_CANNOT_PAY", "payer_cannot_pay", False),
        ("TOKEN_ID_NOT_FOUND", "revocation_of_authorization", True),
        ("AGREEMENT_ALREADY_CANCELLED", "revocation_of_authorization", True),
        ("PAYER_ACCOUNT_LOCKED_OR_CLOSED", "invalid_account", True),
        ("PAYER_ACTION_REQUIRED", "authentication_required", True),
    ],
)
def test_a_decline_is_an_answer(scripted: Scripted, issue: str, code: str, hard: bool) -> None:
    payment = charged(scripted, refused(issue))
    assert (payment.status, payment.failure_code, payment.attempt_id) == (PaymentStatus.FAILED, code, ATTEMPT)
    assert is_hard(code) is hard


def test_a_second_payment_of_an_attempt_is_no_decline_of_it(scripted: Scripted) -> None:
    """Else the next card would be charged for what the wallet has paid."""
    with pytest.raises(Unavailable) as paid_before:
        charged(scripted, refused("DUPLICATE_INVOICE_ID"))
    assert paid_before.value.ambiguous


def test_each_word_that_is_put_for_paypals_is_one_of_ours() -> None:
    assert DECLINE_CODES.keys() <= DECLINED
    assert all(map(is_hard, DECLINE_CODES.values()))


@pytest.mark.parametrize("status", ["PAYER_ACTION_REQUIRED", "CREATED", "APPROVED"])
def test_a_wallet_that_asks_for_its_owner_has_failed(scripted: Scripted, status: str) -> None:
    payment = charged(scripted, order(status))
    assert (payment.status, payment.failure_code) == (PaymentStatus.FAILED, "authentication_required")
    assert payment.page_url == ""


def test_a_part_of_a_forint_has_another_card_charged_and_waits_for_nobody(scripted: Scripted) -> None:
    server = scripted(script({}))
    with pytest.raises(Rejected) as refusal:
        gateway_at(server.url).charge(replace(CHARGE, amount_minor=94_950, currency="HUF"))
    assert is_hard(refusal.value.code)
    assert server.requests == []


def test_a_charge_may_be_pending_and_is_not_stopped(scripted: Scripted) -> None:
    pending = order("COMPLETED", capture("PENDING"))
    answers = {CREATE: pending, LOOK: pending, f"GET /v2/payments/captures/{CAPTURE_REF}": capture("PENDING")}
    paypal = gateway_at(scripted(script(answers)).url)
    assert paypal.charge(CHARGE).status is PaymentStatus.PENDING
    assert paypal.cancel_charge(CAPTURE_REF).status is PaymentStatus.PENDING


@pytest.mark.parametrize("told", [refused("INVALID_PARAMETER_VALUE"), refused("PAYEE_ACCOUNT_RESTRICTED"), b""])
def test_what_is_no_decline_is_no_answer(scripted: Scripted, told: bytes) -> None:
    with pytest.raises((Rejected, Unavailable)):
        charged(scripted, told)


def listed(told_until: datetime, *transactions: tuple[str, str, str], pages: int = 1) -> dict[str, Any]:
    """A page of a search: (transaction, event code, custom field)."""
    names = ("transaction_id", "transaction_event_code", "custom_field")
    details = [{"transaction_info": dict(zip(names, each, strict=True))} for each in transactions]
    until = told_until.strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"transaction_details": details, "last_refreshed_datetime": until, "total_pages": pages}


OURS = (CAPTURE_REF, "T0003", f"cashbeat.{ATTEMPT}.{ACCOUNT}")
OTHERS = (("T1", "T0006", "order-17"), ("T2", "T0003", "cashbeat.another"), ("T3", "T1107", OURS[2]))


PAID = {LOOK: order("COMPLETED", capture()), f"GET /v2/payments/captures/{CAPTURE_REF}": capture()}


def found_by(scripted: Scripted, told: object, known: dict[str, Any] = PAID) -> PaymentFact | None:
    answers = {SEARCH: told, **known}
    until = NOON + timedelta(hours=8)
    paypal = gateway_at(scripted(script(answers)).url)
    return paypal.find_charge(ATTEMPT, customer_ref=CUSTOMER_REF, created_after=NOON, created_before=until)


def test_a_charge_whose_answer_was_lost_is_found_by_its_mark(scripted: Scripted) -> None:
    payment = found_by(scripted, listed(NOON + timedelta(hours=5), *OTHERS, OURS))
    assert payment is not None
    assert (payment.status, payment.payment_ref) == (PaymentStatus.CAPTURED, CAPTURE_REF)


def test_a_charge_that_is_listed_and_not_known_may_have_been_made(scripted: Scripted) -> None:
    """Unless it was denied: no money came by that."""
    told = listed(NOON + timedelta(hours=5), OURS)
    with pytest.raises(Unavailable, match=f"lists {CAPTURE_REF} and does not know it"):
        found_by(scripted, told, {})
    told["transaction_details"][0]["transaction_info"]["transaction_status"] = "D"
    assert found_by(scripted, told, {}) is None


def test_where_there_are_too_many_less_is_asked_for_at_once(scripted: Scripted) -> None:
    too_many = {"name": "RESULTSET_TOO_LARGE", "message": "Result set size is greater than the maximum limit."}
    refusal, told_until = answered(too_many, "400 Bad Request"), NOON + timedelta(hours=8)
    pages = (refusal, refusal, answered(listed(told_until, *OTHERS)), answered(listed(told_until, OURS)))
    assert found_by(scripted, pages) is not None


def test_it_is_found_on_a_later_page_as_well(scripted: Scripted) -> None:
    told_until = NOON + timedelta(hours=5)
    pages = (answered(listed(told_until, *OTHERS, pages=2)), answered(listed(told_until, OURS, pages=2)))
    assert found_by(scripted, pages) is not None


def test_what_a_search_does_not_show_and_the_key_remembers_was_never_made(scripted: Scripted) -> None:
    assert found_by(scripted, listed(NOON + timedelta(hours=5), *OTHERS)) is None


def test_where_the_list_lags_behind_the_keys_memory_nobody_knows(scripted: Scripted) -> None:
    with pytest.raises(Unavailable, match="until 2026-11-01 14:00 UTC only"):
        found_by(scripted, listed(NOON + timedelta(hours=2), *OTHERS))


def test_what_was_paid_is_listed_month_by_month_with_its_marks(scripted: Scripted) -> None:
    first, second = NOON + timedelta(days=31), NOON + timedelta(days=40)
    answers = {
        SEARCH: (answered(listed(first, OURS)), answered(listed(second, OTHERS[0], OTHERS[2]))),
        LOOK: order("COMPLETED", capture()),
        f"GET /v2/payments/captures/{CAPTURE_REF}": capture(),
    }
    server = scripted(script(answers))
    (marked,) = gateway_at(server.url).list_marked(NOON)
    assert (marked.payment.status, marked.payment.attempt_id) == (PaymentStatus.CAPTURED, ATTEMPT)
    assert marked.marks == PaymentMarks(account_id=ACCOUNT)
    searches = [each.query for each in asked_of(server) if each.call == SEARCH]
    assert len(searches) == 2
    assert "start_date=2026-12-02T12%3A00%3A00Z" in searches[1]


def test_a_payment_of_ours_that_is_listed_and_not_known_is_never_passed_over(scripted: Scripted) -> None:
    told = listed(NOON + timedelta(days=40), OURS)
    with pytest.raises(Unavailable, match=f"lists {CAPTURE_REF} and does not know it"):
        list(gateway_at(scripted(script({SEARCH: told})).url).list_marked(NOON))
    told["transaction_details"][0]["transaction_info"]["transaction_status"] = "D"
    assert list(gateway_at(scripted(script({SEARCH: told})).url).list_marked(NOON)) == [], "no money came by it"
