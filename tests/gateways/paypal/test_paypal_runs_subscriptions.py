"""What a PayPal that follows a script makes us do with subscriptions and their payments."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from billing.errors import Rejected, Unavailable
from gateways.paypal.notes import Note, Wish, note_text
from gateways.paypal.plan_shapes import plan_request
from gateways.paypal.shapes import written
from schemas.facts.reversals import ReversalKind
from tests.gateways.loopback import Script, ScriptedServer
from tests.gateways.paypal.objects import CAPTURE_REF, dispute
from tests.gateways.paypal.paypal_script import asked_of, gateway_at, refused, script
from tests.gateways.paypal.subscribing import a_start
from tests.gateways.paypal.test_paypal_subscription_shapes import FEBRUARY, OURS, PRICE, START, told

Scripted = Callable[[Script], ScriptedServer]
Json = dict[str, Any]
REF = told()["id"]
SUBSCRIPTION, SUSPEND = f"/v1/billing/subscriptions/{REF}", f"POST /v1/billing/subscriptions/{REF}/suspend"
GET = f"GET {SUBSCRIPTION}"
PLAN = {"id": "P-1", **plan_request(PRICE)}
TURNED = refused("SUBSCRIPTION_STATUS_INVALID")
SUSPENDED = told(status="SUSPENDED")


def noted(wish: Wish) -> Json:
    return told(status="SUSPENDED", status_change_note=note_text(Note(wish, FEBRUARY)))


def at(scripted: Scripted, answers: Mapping[str, object]) -> Any:
    """Our client at a PayPal whose only plan is ours."""
    return gateway_at(scripted(script({"GET /v1/billing/plans/P-1": PLAN, **answers})).url)


def test_a_suspension_whose_answer_was_lost_is_found_done(scripted: Scripted) -> None:
    ends = noted(Wish.END)
    paypal = at(scripted, {GET: (told(), ends), SUSPEND: TURNED})
    assert paypal.set_cancellation(REF, at_period_end=True, idempotency_key="1").cancel_at_period_end


@pytest.mark.parametrize("meanwhile", [SUSPENDED, noted(Wish.PAUSE)])
def test_what_somebody_else_has_suspended_is_not_taken_for_an_end(scripted: Scripted, meanwhile: Json) -> None:
    paypal = at(scripted, {GET: (told(), meanwhile), SUSPEND: TURNED})
    with pytest.raises(Rejected, match="subscription_state"):
        paypal.set_cancellation(REF, at_period_end=True, idempotency_key="1")


@pytest.mark.parametrize("present", [SUSPENDED, noted(Wish.PAUSE)])
def test_what_is_suspended_has_no_period_to_end_with(scripted: Scripted, present: Json) -> None:
    server = scripted(script({"GET /v1/billing/plans/P-1": PLAN, GET: present}))
    with pytest.raises(Rejected, match="subscription_state"):
        gateway_at(server.url).set_cancellation(REF, at_period_end=True, idempotency_key="1")
    assert {each.call.split()[0] for each in asked_of(server)} == {"GET"}


@pytest.mark.parametrize("present", [told(), SUSPENDED, noted(Wish.PAUSE), told(status="CANCELLED")])
def test_what_was_not_to_end_is_not_taken_up(scripted: Scripted, present: Json) -> None:
    server = scripted(script({"GET /v1/billing/plans/P-1": PLAN, GET: present}))
    gateway_at(server.url).set_cancellation(REF, at_period_end=False, idempotency_key="1")
    assert {each.call.split()[0] for each in asked_of(server)} == {"GET"}


def test_a_refusal_that_is_none_of_a_repeat_is_told(scripted: Scripted) -> None:
    cancel = f"POST {SUBSCRIPTION}/cancel"
    with pytest.raises(Rejected, match="subscription_status_invalid"):
        at(scripted, {GET: told(), cancel: TURNED}).cancel_now(REF, idempotency_key="1")
    ended = told(status="CANCELLED")
    assert at(scripted, {GET: ended, cancel: TURNED}).cancel_now(REF, idempotency_key="1").status == "canceled"


def test_a_plan_of_another_shop_is_not_asked_about(scripted: Scripted) -> None:
    server = scripted(script({GET: told(custom_id="order-17", plan_id="P-9")}))
    assert gateway_at(server.url).fetch_subscription(subscription_ref=REF) is None
    assert gateway_at(server.url).list_invoices(REF) == []
    assert {each.call for each in asked_of(server)} == {GET}


def test_a_sale_that_is_not_listed_yet_is_an_invoice(scripted: Scripted) -> None:
    amount = {"total": "99.00", "currency": "USD"}
    sale = {"id": "S1", "billing_agreement_id": REF, "state": "completed", "amount": amount}
    paypal = at(scripted, {"GET /v1/payments/sale/S1": {**sale, "create_time": written(START)}, GET: told()})
    invoice = paypal.fetch_invoice("S1")
    assert (invoice.invoice_ref, invoice.subscription_id, invoice.paid_minor) == ("S1", OURS, 9_900)
    pending = {**sale, "state": "pending", "create_time": written(START)}
    assert at(scripted, {"GET /v1/payments/sale/S1": pending, GET: told()}).fetch_invoice("S1") is None


def test_a_start_is_asked_for_as_documented(scripted: Scripted) -> None:
    made = told(status="APPROVAL_PENDING", links=[{"rel": "approve", "href": "https://www.paypal.com/agree"}])
    server = scripted(script({"POST /v1/billing/subscriptions": made}))
    asked = a_start("P-1", trial_days=14)
    assert gateway_at(server.url).open_subscription_checkout(asked).url == "https://www.paypal.com/agree"
    (request,) = asked_of(server)
    body = request.json
    assert (body["plan_id"], body["custom_id"]) == ("P-1", f"cashbeat_subscription.{asked.subscription_id}.trial")
    assert body["start_time"] == written(asked.expires_at + timedelta(days=14))


SALE = {
    "id": CAPTURE_REF,
    "status": "REFUNDED",
    "amount": {"currency_code": "USD", "value": "29.99"},
    "custom_id": f"cashbeat_subscription.{OURS}",
    "create_time": written(START),
    "update_time": written(START),
}
LISTS: Json = {
    "GET /v1/reporting/transactions": {"last_refreshed_datetime": written(START), "total_pages": 0},
    "GET /v1/notifications/webhooks-events": {"events": []},
    f"GET /v2/payments/captures/{CAPTURE_REF}": SALE,
}


def test_what_paypal_does_not_list_yet_is_not_taken_for_nothing(scripted: Scripted) -> None:
    with pytest.raises(Unavailable, match="does not list yet"):
        at(scripted, LISTS).fetch_reversals(CAPTURE_REF)
    with pytest.raises(Unavailable, match="does not list yet"):
        at(scripted, LISTS).find_refund("1", payment_ref=CAPTURE_REF)


def in_part(ref: str, running: str, at: datetime) -> Json:
    """A part of ten dollars that was given back, and how much had been by then."""
    ten, told = {"currency_code": "USD", "value": "10.00"}, {"currency_code": "USD", "value": running}
    breakdown = {"seller_payable_breakdown": {"total_refunded_amount": told}}
    return {"id": ref, "status": "COMPLETED", "amount": ten, "create_time": written(at), **breakdown}


def listing(told_until: datetime, *refunds: str) -> Json:
    """What the search tells by then."""
    infos = [
        {"transaction_id": ref, "transaction_event_code": "T1107", "paypal_reference_id": CAPTURE_REF}
        for ref in refunds
    ]
    details = [{"transaction_info": each} for each in infos]
    return {"last_refreshed_datetime": written(told_until), "total_pages": 1, "transaction_details": details}


HOUR = timedelta(hours=1)
FIRST, SECOND = in_part("R1", "10.00", START + HOUR), in_part("R2", "20.00", START + 2 * HOUR)


@pytest.mark.parametrize(
    ("listed", "changed_at", "found"),
    [
        # the search lags behind the second, and its event is not listed either
        (listing(START + HOUR, "R1"), START + 2 * HOUR, None),
        # the second tells that there was another before it
        (listing(START + HOUR, "R2"), START + 2 * HOUR, None),
        (listing(START + HOUR), START + 2 * HOUR, None),
        (listing(START + HOUR, "R1", "R2"), START + 2 * HOUR, ["R1", "R2"]),
        (listing(START + HOUR, "R1"), START + HOUR, ["R1"]),
        # what it was changed for is no refund: nothing is waited for any more
        (listing(START + 9 * HOUR, "R1"), START + 8 * HOUR, ["R1"]),
    ],
)
def test_a_part_that_has_left_is_not_taken_for_all(
    scripted: Scripted, listed: Json, changed_at: datetime, found: list[str] | None
) -> None:
    sale = {**SALE, "status": "PARTIALLY_REFUNDED", "update_time": written(changed_at)}
    answers = {
        **LISTS,
        "GET /v1/reporting/transactions": listed,
        f"GET /v2/payments/captures/{CAPTURE_REF}": sale,
        "GET /v2/payments/refunds/R1": FIRST,
        "GET /v2/payments/refunds/R2": SECOND,
    }
    paypal = at(scripted, answers)
    if found is None:
        with pytest.raises(Unavailable, match="does not list yet"):
            paypal.fetch_reversals(CAPTURE_REF)
    else:
        assert [each.reversal_ref for each in paypal.fetch_reversals(CAPTURE_REF).reversals] == found


def test_what_a_dispute_took_needs_no_refund_to_explain_it(scripted: Scripted) -> None:
    lost = dispute(status="RESOLVED", dispute_outcome={"outcome_code": "RESOLVED_BUYER_FAVOUR"})
    listed = {"items": [{"dispute_id": lost["dispute_id"]}]}
    disputes = {"GET /v1/customer/disputes": listed, f"GET /v1/customer/disputes/{lost['dispute_id']}": lost}
    found = at(scripted, {**LISTS, **disputes}).fetch_reversals(CAPTURE_REF)
    assert [each.kind for each in found.reversals] == [ReversalKind.DISPUTE]
