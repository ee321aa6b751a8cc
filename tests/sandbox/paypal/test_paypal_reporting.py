"""Transaction search: what moved money, by window, page and kind; and some hours late."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest

from tests.sandbox.paypal.calling import ORDERS, Json, PayPal, money, order_of

LAG_SECONDS = 3 * 60 * 60
PATH = "/v1/reporting/transactions"


def now(paypal: PayPal) -> datetime:
    return datetime.fromtimestamp(paypal.sandbox.control("GET", "clock")["now"], UTC)


def search(paypal: PayPal, since: datetime, **more: object) -> Json:
    window = {"start_date": since.isoformat(), "end_date": (since + timedelta(days=31)).isoformat()}
    return paypal.made("GET", f"{PATH}?{urlencode({**window, **more})}")


def infos(found: Json) -> list[Json]:
    return [row["transaction_info"] for row in found.get("transaction_details", [])]


@pytest.fixture
def since(paypal: PayPal) -> datetime:
    """Nothing of another test happened later."""
    paypal.sandbox.control("POST", "clock/advance", {"seconds": 60})
    paypal.sign_in()
    return now(paypal)


def test_payments_refunds_and_disputes_are_told_with_their_marks(paypal: PayPal, since: datetime) -> None:
    capture = paypal.captured(paypal.order(custom_id="ours", invoice_id="told-1"))
    refund = paypal.made("POST", f"/v2/payments/captures/{capture['id']}/refund", {"amount": money("10.00")})
    paypal.captured(outcome="declined")
    paypal.captured(outcome="pending")
    paypal.control("POST", f"captures/{capture['id']}/dispute", {"minor": 500, "channel": "EXTERNAL"})
    paypal.sandbox.set(paypal_reporting_lag_seconds=0)
    paid, given_back, taken, fee = infos(search(paypal, since))
    assert (paid["transaction_id"], paid["custom_field"], paid["invoice_id"]) == (capture["id"], "ours", "told-1")
    assert (paid["transaction_amount"], paid["fee_amount"]) == (money("29.99"), money("-1.54"))
    assert (given_back["transaction_id"], given_back["paypal_reference_id"]) == (refund["id"], capture["id"])
    codes = [each["transaction_event_code"] for each in (paid, given_back, taken, fee)]
    amounts = [each["transaction_amount"]["value"] for each in (paid, given_back, taken, fee)]
    assert codes == ["T0006", "T1107", "T1201", "T0106"]
    assert amounts == ["29.99", "-10.00", "-5.00", "-20.00"]


def test_what_has_moved_no_money_is_told_when_it_is_asked_for(paypal: PayPal, since: datetime) -> None:
    paid, declined, pending = (paypal.captured(outcome=each) for each in ("complete", "declined", "pending"))
    paypal.control("PATCH", f"captures/{paid['id']}", {"refunds": "pending"})
    refund = paypal.made("POST", f"/v2/payments/captures/{paid['id']}/refund", {"amount": money("10.00")})
    paypal.sandbox.set(paypal_reporting_lag_seconds=0)
    told = {each["transaction_id"]: each for each in infos(search(paypal, since, balance_affecting_records_only="N"))}
    assert {name: each["transaction_status"] for name, each in told.items()} == {
        paid["id"]: "S",
        declined["id"]: "D",
        pending["id"]: "P",
        refund["id"]: "P",
    }
    assert told[refund["id"]]["paypal_reference_id"] == paid["id"]
    assert [each["transaction_id"] for each in infos(search(paypal, since))] == [paid["id"]]


def test_a_saved_wallet_has_a_kind_of_its_own(paypal: PayPal, since: datetime) -> None:
    paypal.sandbox.set(paypal_reporting_lag_seconds=0)
    terms = {"payment_source": {"paypal": {"usage_type": "MERCHANT"}}}
    setup = paypal.made("POST", "/v3/vault/setup-tokens", terms, request_id="reported")
    paypal.control("POST", f"setup-tokens/{setup['id']}/approve")
    source = {"payment_source": {"token": {"id": setup["id"], "type": "SETUP_TOKEN"}}}
    token = paypal.made("POST", "/v3/vault/payment-tokens", source, request_id="reported")
    charge = {**order_of("9.99"), "payment_source": {"paypal": {"vault_id": token["id"]}}}
    paypal.made("POST", ORDERS, charge, request_id="reported")
    assert [each["transaction_event_code"] for each in infos(search(paypal, since))] == ["T0003"]


def test_nothing_is_told_before_three_hours_have_passed(paypal: PayPal, since: datetime) -> None:
    capture = paypal.captured()
    early = search(paypal, since)
    assert ("transaction_details" in early, early["total_items"]) == (False, 0)
    assert early["last_refreshed_datetime"] < f"{since:%Y-%m-%dT%H:%M:%SZ}"
    paypal.sandbox.control("POST", "clock/advance", {"seconds": LAG_SECONDS})
    paypal.sign_in()
    assert [each["transaction_id"] for each in infos(search(paypal, since))] == [capture["id"]]


def test_pages_and_filters(paypal: PayPal, since: datetime) -> None:
    paypal.sandbox.set(paypal_reporting_lag_seconds=0)
    ids = [paypal.captured()["id"] for _ in range(3)]
    first, second = (search(paypal, since, page_size=2, page=number) for number in (1, 2))
    assert (first["total_items"], first["total_pages"]) == (3, 2)
    assert [each["transaction_id"] for page in (first, second) for each in infos(page)] == ids
    one = search(paypal, since, transaction_id=ids[1], transaction_type="T0006", transaction_currency="USD")
    assert [each["transaction_id"] for each in infos(one)] == [ids[1]]
    assert infos(search(paypal, since, transaction_currency="EUR")) == []


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"start_date": "2026-01-01T00:00:00Z"},
        {"start_date": "yesterday", "end_date": "2026-01-02T00:00:00Z"},
        {"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-02-02T00:00:00Z"},
        {"start_date": "2026-01-02T00:00:00Z", "end_date": "2026-01-01T00:00:00Z"},
        {"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-01-02T00:00:00Z", "page_size": "501"},
        {"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-01-02T00:00:00Z", "colour": "red"},
    ],
)
def test_windows_are_whole_and_at_most_a_month(paypal: PayPal, query: dict[str, str]) -> None:
    assert paypal.issue("GET", f"{PATH}?{urlencode(query)}")[0] == 400
