"""Subscriptions: PayPal bills them by the clock, tries again by its own rules, and tells of sales."""

from datetime import UTC, datetime

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from sandbox.paypal.catalog import cycles
from tests.sandbox.paypal.calling import Json, PayPal, money
from tests.sandbox.paypal.subscribing import (
    DAY_SECONDS,
    PLANS,
    PRODUCTS,
    SUBSCRIPTIONS,
    Subscriber,
    cycle,
    plan_of,
    product_of,
)
from tests.sandbox.running import ANSWER_SECONDS


@pytest.fixture
def pro(paypal: PayPal) -> str:
    """Something to subscribe to."""
    return product_of(paypal)


@pytest.fixture
def jane(paypal: PayPal) -> Subscriber:
    """Who has not subscribed yet."""
    return Subscriber(paypal)


def test_a_subscription_begins_when_its_buyer_agrees(paypal: PayPal, pro: str, jane: Subscriber) -> None:
    begun = jane.subscribe(plan_of(paypal, pro), custom_id="ours")
    assert (begun["status"], jane.sales()) == ("APPROVAL_PENDING", [])
    assert jane.refused("suspend") == (422, "SUBSCRIPTION_STATUS_INVALID")
    page = begun["links"][1]["href"]
    assert "10.00 USD" in requests.get(page, timeout=ANSWER_SECONDS).text
    agreed = requests.post(page, data={"email": "jane@example.com"}, allow_redirects=False, timeout=ANSWER_SECONDS)
    assert agreed.headers["Location"].startswith(f"https://shop.example/back?subscription_id={jane.id}&ba_token=BA-")
    told = jane.told("plan")
    assert (told["status"], told["subscriber"]["email_address"], told["custom_id"], told["plan"]["name"]) == (
        "ACTIVE",
        "jane@example.com",
        "ours",
        "Monthly",
    )
    (sale,) = jane.sales()
    assert sale["amount_with_breakdown"]["gross_amount"] == money("10.00")
    assert paypal.told_of(jane.id, sale["id"]) == [
        "BILLING.SUBSCRIPTION.CREATED",
        "BILLING.SUBSCRIPTION.ACTIVATED",
        "PAYMENT.SALE.COMPLETED",
    ]


def test_three_months_with_a_failure_and_a_revision(paypal: PayPal, pro: str, jane: Subscriber) -> None:
    jane.subscribe(plan_of(paypal, pro))
    jane.agree()
    jane.wait(31)
    assert jane.paid() == ["10.00", "10.00"]
    jane.pays("payer_cannot_pay")
    jane.wait(31)
    failed = jane.info()["last_failed_payment"]
    assert (failed["amount"], failed["reason_code"]) == (money("10.00"), "PAYER_CANNOT_PAY")
    assert "next_payment_retry_time" in failed
    jane.pays("complete")
    jane.wait(5)
    info = jane.info()
    assert (jane.paid(), info["failed_payments_count"]) == (["10.00"] * 3, 0)
    assert info["outstanding_balance"] == money("0.00")
    dearer = plan_of(paypal, pro, cycle("20.00"))
    assert jane.do("revise", {"plan_id": dearer["id"]})["links"][0]["rel"] == "approve"
    assert jane.told()["plan_id"] != dearer["id"]
    jane.agree()
    assert (jane.told()["plan_id"], jane.paid()) == (dearer["id"], ["10.00"] * 3)
    assert paypal.told_of(jane.id)[-1] == "BILLING.SUBSCRIPTION.UPDATED"
    jane.wait(31)
    assert jane.paid() == [*["10.00"] * 3, "20.00"]


def test_what_fails_three_times_is_outstanding_and_billed_with_the_next(
    paypal: PayPal, pro: str, jane: Subscriber
) -> None:
    jane.subscribe(plan_of(paypal, pro, threshold=2))
    jane.agree()
    jane.pays("instrument_declined")
    jane.wait(42)
    info = jane.info()
    assert (info["outstanding_balance"], info["failed_payments_count"]) == (money("10.00"), 1)
    assert info["last_failed_payment"]["reason_code"] == "PAYMENT_DENIED"
    assert paypal.told_of(jane.id)[-3:] == ["BILLING.SUBSCRIPTION.PAYMENT.FAILED"] * 3
    jane.pays("complete")
    jane.wait(30)
    assert (jane.paid(), jane.info()["outstanding_balance"]) == (["10.00", "20.00"], money("0.00"))


def test_too_many_failures_suspend_and_what_is_outstanding_is_captured_by_hand(
    paypal: PayPal, pro: str, jane: Subscriber
) -> None:
    jane.subscribe(plan_of(paypal, pro, threshold=2))
    jane.agree()
    jane.pays("payer_cannot_pay")
    jane.wait(80)
    assert (jane.told()["status"], jane.info()["outstanding_balance"]) == ("SUSPENDED", money("20.00"))
    assert paypal.told_of(jane.id)[-2:] == ["BILLING.SUBSCRIPTION.PAYMENT.FAILED", "BILLING.SUBSCRIPTION.SUSPENDED"]
    asked = {"note": "Please pay.", "capture_type": "OUTSTANDING_BALANCE", "amount": money("15.00")}
    assert jane.refused("capture", asked) == (422, "SUBSCRIBER_ACCOUNT_RESTRICTED")
    jane.pays("complete")
    too_much = {**asked, "amount": money("20.01")}
    assert jane.refused("capture", too_much) == (422, "AMOUNT_GREATER_THAN_OUTSTANDING_BALANCE")
    jane.do("capture", asked)
    assert (jane.paid(), jane.info()["outstanding_balance"]) == (["10.00", "15.00"], money("5.00"))
    jane.do("capture", {**asked, "amount": money("5.00")})
    assert jane.refused("capture", asked) == (422, "ZERO_OUTSTANDING_BALANCE")


def test_a_suspended_one_is_not_billed_for_what_it_missed(paypal: PayPal, pro: str, jane: Subscriber) -> None:
    jane.subscribe(plan_of(paypal, pro))
    jane.agree()
    jane.do("suspend")
    told = jane.told()
    assert (told["status"], told["status_change_note"]) == ("SUSPENDED", "Because.")
    jane.wait(75)
    jane.do("activate")
    assert (jane.told()["status"], jane.paid()) == ("ACTIVE", ["10.00"])
    assert paypal.told_of(jane.id)[-1] == "BILLING.SUBSCRIPTION.ACTIVATED"
    jane.wait(31)
    assert jane.paid() == ["10.00", "10.00"]


@pytest.mark.parametrize("by", ["shop", "buyer"])
def test_a_canceled_one_is_over(paypal: PayPal, pro: str, jane: Subscriber, by: str) -> None:
    jane.subscribe(plan_of(paypal, pro))
    jane.agree()
    if by == "shop":
        jane.do("cancel")
    else:
        paypal.control("POST", f"subscriptions/{jane.id}/cancel")
    assert paypal.told_of(jane.id)[-1] == "BILLING.SUBSCRIPTION.CANCELLED"
    jane.wait(62)
    assert (jane.told()["status"], jane.paid()) == ("CANCELLED", ["10.00"])
    assert jane.refused("activate") == (422, "SUBSCRIPTION_STATUS_INVALID")


def test_trials_come_first_and_a_plan_may_end(paypal: PayPal, pro: str, jane: Subscriber) -> None:
    trial, cheap = cycle("0.00", "WEEK", 1, 1, "TRIAL"), cycle("2.00", "WEEK", 2, 2, "TRIAL")
    jane.subscribe(plan_of(paypal, pro, trial, cheap, cycle("10.00", "WEEK", 3, 2)))
    jane.agree()
    jane.wait(29)
    assert (jane.paid(), jane.told()["status"]) == (["2.00", "2.00", "10.00", "10.00"], "ACTIVE")
    executions = jane.info()["cycle_executions"]
    assert [(each["cycles_completed"], each["cycles_remaining"]) for each in executions] == [(1, 0), (2, 0), (2, 0)]
    jane.wait(7)
    assert jane.told()["status"] == "EXPIRED"
    assert paypal.told_of(jane.id)[-1] == "BILLING.SUBSCRIPTION.EXPIRED"


def test_the_shop_may_activate_by_itself_and_a_start_may_lie_ahead(paypal: PayPal, pro: str, jane: Subscriber) -> None:
    now = paypal.sandbox.control("GET", "clock")["now"]
    start = datetime.fromtimestamp(now + 10 * DAY_SECONDS, UTC).isoformat()
    context = {"return_url": "https://shop.example/", "cancel_url": "https://shop.example/", "user_action": "CONTINUE"}
    jane.subscribe(plan_of(paypal, pro), start_time=start, application_context=context)
    assert jane.agree()["status"] == "APPROVED"
    jane.do("activate", {})
    assert (jane.told()["status"], jane.paid()) == ("ACTIVE", [])
    jane.wait(11)
    assert jane.paid() == ["10.00"]


def test_quantities_multiply_and_are_revised(paypal: PayPal, pro: str, jane: Subscriber) -> None:
    jane.subscribe(plan_of(paypal, pro, quantity_supported=True), quantity="3")
    jane.agree()
    jane.do("revise", {"quantity": "5"})
    jane.agree()
    jane.wait(31)
    assert jane.paid() == ["30.00", "50.00"]


def test_what_a_revision_cannot_do(paypal: PayPal, pro: str, jane: Subscriber) -> None:
    jane.subscribe(plan_of(paypal, pro))
    jane.agree()
    other = plan_of(paypal, product_of(paypal))
    assert jane.refused("revise", {"plan_id": other["id"]}) == (422, "PLAN_PRODUCT_NOT_COMPATIBLE")
    assert jane.refused("revise", {"quantity": "2"}) == (422, "SUBSCRIPTION_CANNOT_HAVE_QUANTITY")
    closed = plan_of(paypal, pro)
    paypal.made("POST", f"{PLANS}/{closed['id']}/deactivate")
    assert jane.refused("revise", {"plan_id": closed["id"]}) == (422, "PLAN_STATUS_INVALID")
    with pytest.raises(requests.HTTPError, match="409"):
        jane.agree()


def test_a_sale_is_refunded_in_old_words_and_in_new_ones(paypal: PayPal, pro: str, jane: Subscriber) -> None:
    jane.subscribe(plan_of(paypal, pro), custom_id="ours")
    jane.agree()
    sale_id = jane.sales()[0]["id"]
    sale = paypal.made("GET", f"/v1/payments/sale/{sale_id}")
    assert (sale["billing_agreement_id"], sale["custom"], sale["state"]) == (jane.id, "ours", "completed")
    asked = {"amount": {"total": "1.00", "currency": "USD"}}
    first = paypal.made("POST", f"/v1/payments/sale/{sale_id}/refund", asked)
    assert paypal.made("GET", f"/v1/payments/refund/{first['id']}") == first
    second = paypal.made("POST", f"/v2/payments/captures/{sale_id}/refund", {"amount": money("2.00")})
    reversal = paypal.control("POST", f"captures/{sale_id}/reverse", {"minor": 300})
    assert paypal.told_of(first["id"], second["id"], reversal["id"]) == [
        "PAYMENT.SALE.REFUNDED",
        "PAYMENT.SALE.REFUNDED",
        "PAYMENT.SALE.REVERSED",
    ]
    assert jane.sales()[0]["status"] == "PARTIALLY_REFUNDED"
    assert paypal.made("GET", f"/v2/payments/captures/{sale_id}")["status"] == "PARTIALLY_REFUNDED"
    ledger = paypal.control("GET", "ledger")
    assert [row["amount"] for row in ledger["captures"] if row["subscription"] == jane.id] == [1000]
    assert [row["amount"] for row in ledger["refunds"] if row["capture"] == sale_id] == [100, 200]


def test_a_payment_of_an_order_is_no_sale(paypal: PayPal) -> None:
    capture = paypal.captured()
    assert paypal.issue("GET", f"/v1/payments/sale/{capture['id']}") == (404, "INVALID_RESOURCE_ID")


def test_time_passes_in_order_however_far_it_is_moved(paypal: PayPal, pro: str, jane: Subscriber) -> None:
    jane.subscribe(plan_of(paypal, pro, cycle("1.00", "WEEK")))
    jane.agree()
    jane.wait(70)
    times = [sale["time"] for sale in jane.sales()]
    assert (len(times), times) == (11, sorted(times))
    assert len({time[11:] for time in times}) == 1


def test_a_subscription_survives_a_crash(paypal: PayPal, pro: str, jane: Subscriber) -> None:
    jane.subscribe(plan_of(paypal, pro))
    jane.agree()
    before = jane.told()
    paypal.sandbox.kill()
    paypal.sandbox.start()
    assert jane.told() == before
    jane.wait(31)
    assert jane.paid() == ["10.00", "10.00"]


@pytest.mark.parametrize(
    ("wrong", "issue"),
    [
        ({"billing_cycles": [cycle(tenure="TRIAL", total=1)]}, (422, "MISSING_REGULAR_BILLING_CYCLE")),
        ({"billing_cycles": [cycle(sequence=2)]}, (422, "INVALID_BILLING_CYCLE_SEQUENCE")),
        (
            {"billing_cycles": [cycle(), cycle(tenure="TRIAL", total=1, sequence=2)]},
            (422, "INVALID_BILLING_CYCLE_SEQUENCE"),
        ),
        (
            {"billing_cycles": [cycle(tenure="TRIAL"), cycle(sequence=2)]},
            (422, "INVALID_TRIAL_BILLING_TOTAL_CYCLES"),
        ),
        ({"billing_cycles": [{**cycle(), "pricing_scheme": {}}]}, (400, "MISSING_REQUIRED_PARAMETER")),
        ({"billing_cycles": [{**cycle(), "total_cycles": 1000}]}, (400, "INVALID_INTEGER_MAX_VALUE")),
        ({"product_id": "PROD-NOTHING"}, (404, "INVALID_RESOURCE_ID")),
        ({"payment_preferences": {"setup_fee": money("1.00")}}, (400, "NOT_SUPPORTED")),
        ({"name": None}, (400, "MISSING_REQUIRED_PARAMETER")),
    ],
)
def test_plans_that_are_refused(paypal: PayPal, pro: str, wrong: Json, issue: tuple[int, str]) -> None:
    content = {"product_id": pro, "name": "x", "billing_cycles": [cycle()], "payment_preferences": {}, **wrong}
    assert paypal.issue("POST", PLANS, content) == issue


def test_products_and_plans_are_listed_page_by_page(paypal: PayPal, pro: str) -> None:
    plans = [plan_of(paypal, pro)["id"] for _ in range(3)]
    first = paypal.made("GET", f"{PLANS}?product_id={pro}&page_size=2&total_required=true")
    assert (first["total_items"], first["total_pages"]) == (3, 2)
    second = paypal.made("GET", first["links"][1]["href"].partition("/paypal")[2])
    assert [plan["id"] for page in (first, second) for plan in page["plans"]] == plans
    assert paypal.made("GET", f"{PRODUCTS}/{pro}")["name"] == "Pro"
    own = paypal.made("POST", PRODUCTS, {"id": f"OURS-{pro[-6:]}", "name": "Own", "type": "DIGITAL"})
    again = {"id": own["id"], "name": "Own", "type": "DIGITAL"}
    assert paypal.issue("POST", PRODUCTS, again) == (422, "DUPLICATE_RESOURCE_IDENTIFIER")


def test_a_plan_is_deactivated_and_activated(paypal: PayPal, pro: str, jane: Subscriber) -> None:
    plan = plan_of(paypal, pro)
    paypal.made("POST", f"{PLANS}/{plan['id']}/deactivate")
    asked = {"plan_id": plan["id"]}
    assert paypal.issue("POST", SUBSCRIPTIONS, asked) == (422, "PLAN_STATUS_INVALID")
    paypal.made("POST", f"{PLANS}/{plan['id']}/activate")
    assert paypal.made("GET", f"{PLANS}/{plan['id']}")["status"] == "ACTIVE"
    assert jane.subscribe(plan)["status"] == "APPROVAL_PENDING"


def test_a_request_id_subscribes_once_for_three_days(paypal: PayPal, pro: str) -> None:
    content = {"plan_id": plan_of(paypal, pro)["id"]}
    first = paypal.made("POST", SUBSCRIPTIONS, content, request_id="subscribe")
    assert paypal.made("POST", SUBSCRIPTIONS, content, request_id="subscribe")["id"] == first["id"]
    paypal.sandbox.control("POST", "clock/advance", {"seconds": 3 * DAY_SECONDS})
    paypal.sign_in()
    assert paypal.made("POST", SUBSCRIPTIONS, content, request_id="subscribe")["id"] != first["id"]


@given(
    st.integers(0, 4_000_000_000),
    st.sampled_from(["DAY", "WEEK", "MONTH", "YEAR"]),
    st.integers(1, 12),
    st.integers(0, 400),
)
def test_boundaries_only_go_forward(anchor: int, unit: str, interval_count: int, count: int) -> None:
    rhythm = {"interval_unit": unit, "interval_count": interval_count}
    if anchor + count * interval_count * 366 * DAY_SECONDS > 200_000_000_000:
        count %= 20
    assert cycles.boundary(anchor, rhythm, 0) == anchor
    assert cycles.boundary(anchor, rhythm, count) < cycles.boundary(anchor, rhythm, count + 1)
