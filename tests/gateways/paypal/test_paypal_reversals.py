"""Money that leaves again: refunds that we ask for, those of others, what banks take, disputes."""

from collections.abc import Callable
from typing import Any

import pytest

from billing.errors import Rejected, Unavailable
from gateways.paypal.connection import request_id
from gateways.paypal.reversal_shapes import refund_of, reversed_payment
from schemas.facts.reversals import DisputeState, RefundRequest, RefundState, ReversalFact, ReversalKind
from tests.gateways.loopback import Script, ScriptedServer
from tests.gateways.paypal.objects import (
    ATTEMPT,
    CAPTURE_REF,
    DISPUTE_REF,
    NOON,
    ORDER_REF,
    REFUND,
    REFUND_REF,
    capture,
    dispute,
    money,
    movement,
    order,
    refund,
)
from tests.gateways.paypal.paypal_script import answered, asked_of, gateway_at, refused, script

Scripted = Callable[[Script], ScriptedServer]
LOOK_AT_CAPTURE, LOOK_AT_ORDER = f"GET /v2/payments/captures/{CAPTURE_REF}", f"GET /v2/checkout/orders/{ORDER_REF}"
GIVE_BACK, LIST = f"POST /v2/payments/captures/{CAPTURE_REF}/refund", "GET /v1/customer/disputes"
REQUEST = RefundRequest(REFUND, f"refund/{REFUND}", CAPTURE_REF, 1_000, "USD")
BY_HAND = {"custom_id": f"cashbeat.{ATTEMPT}", "id": "BYHAND"}


def with_refunds(*refunds: dict[str, Any]) -> dict[str, Any]:
    return {LOOK_AT_CAPTURE: capture(), LOOK_AT_ORDER: order("COMPLETED", capture(), refunds=refunds)}


def test_a_refund_is_asked_for_once_by_its_id(scripted: Scripted) -> None:
    server = scripted(script({GIVE_BACK: refund()}))
    fact = gateway_at(server.url).refund(REQUEST)
    assert (fact.kind, fact.reversal_ref, fact.refund_id) == (ReversalKind.REFUND, REFUND_REF, REFUND)
    assert (fact.left_minor, fact.currency, fact.state) == (1_000, "USD", RefundState.SUCCEEDED)
    (call,) = asked_of(server)
    assert call.json == {
        "amount": money("10.00"),
        "custom_id": f"cashbeat_refund.{REFUND}",
        "invoice_id": REFUND,
    }
    assert call.headers["paypal-request-id"] == request_id(REQUEST.idempotency_key)


def test_a_refund_that_was_made_before_is_found_and_not_made_again(scripted: Scripted) -> None:
    answers = {GIVE_BACK: refused("DUPLICATE_INVOICE_ID"), **with_refunds(refund(**BY_HAND), refund())}
    assert gateway_at(scripted(script(answers)).url).refund(REQUEST).reversal_ref == REFUND_REF


def test_one_that_was_made_before_and_is_not_listed_yet_has_not_failed(scripted: Scripted) -> None:
    """Else its money is kept for the customer, who has it."""
    answers = {GIVE_BACK: refused("DUPLICATE_INVOICE_ID"), **with_refunds(refund(**BY_HAND))}
    with pytest.raises(Unavailable, match="was made before") as unknown:
        gateway_at(scripted(script(answers)).url).refund(REQUEST)
    assert unknown.value.ambiguous


@pytest.mark.parametrize("issue", ["CAPTURE_FULLY_REFUNDED", "REFUND_AMOUNT_EXCEEDED", "TRANSACTION_DISPUTED"])
def test_what_gives_nothing_back_is_rejected(scripted: Scripted, issue: str) -> None:
    with pytest.raises(Rejected, match=issue.lower()):
        gateway_at(scripted(script({GIVE_BACK: refused(issue)})).url).refund(REQUEST)


def test_an_empty_account_gives_nothing_back_yet(scripted: Scripted) -> None:
    with pytest.raises(Unavailable) as later:
        gateway_at(scripted(script({GIVE_BACK: refused("REFUND_FAILED_INSUFFICIENT_FUNDS")})).url).refund(REQUEST)
    assert not later.value.ambiguous


def test_our_refund_is_found_among_those_of_others(scripted: Scripted) -> None:
    paypal = gateway_at(scripted(script(with_refunds(refund(**BY_HAND), refund("PENDING")))).url)
    found = paypal.find_refund(REFUND, payment_ref=CAPTURE_REF)
    assert found is not None
    assert (found.reversal_ref, found.state) == (REFUND_REF, RefundState.PENDING)
    assert paypal.find_refund("another", payment_ref=CAPTURE_REF) is None


# a part has left, and neither an order nor a list tells what
UNTOLD = {
    LOOK_AT_CAPTURE: capture("PARTIALLY_REFUNDED", supplementary_data=None, update_time=NOON),
    "GET /v1/reporting/transactions": {"last_refreshed_datetime": NOON, "total_pages": 0},
    "GET /v1/notifications/webhooks-events": {"events": []},
}


@pytest.mark.parametrize("answers", [{}, UNTOLD])
def test_where_no_refunds_are_listed_none_is_said_to_be_missing(scripted: Scripted, answers: dict[str, Any]) -> None:
    with pytest.raises(Unavailable):
        gateway_at(scripted(script(answers)).url).find_refund(REFUND, payment_ref=CAPTURE_REF)


@pytest.mark.parametrize("code", ["T1107", "T1106"])
def test_what_events_tell_no_more_is_found_by_a_search_of_its_kind(scripted: Scripted, code: str) -> None:
    """By one of refunds, then by one of what banks took: events are kept for a month, payments for years."""
    named = {"transaction_id": "REVERSAL", "transaction_event_code": code, "paypal_reference_id": CAPTURE_REF}
    told = {"transaction_details": [{"transaction_info": named}], "last_refreshed_datetime": "2026-12-01T00:00:00Z"}
    none = {"transaction_details": [], "last_refreshed_datetime": "2026-12-01T00:00:00Z"}
    searches = [answered(each) for each in ((told, none) if code == "T1107" else (none, told))]
    answers = {
        LOOK_AT_CAPTURE: capture("REFUNDED", supplementary_data=None, update_time=NOON),
        "GET /v1/reporting/transactions": tuple(searches),
        "GET /v1/notifications/webhooks-events": {"events": []},
        "GET /v2/payments/refunds/REVERSAL": refund("COMPLETED", "29.99", id="REVERSAL", custom_id=None),
    }
    found = gateway_at(scripted(script(answers)).url).fetch_reversals(CAPTURE_REF)
    assert found is not None
    assert [(each.reversal_ref, each.left_minor) for each in found.reversals] == [("REVERSAL", 2999)]


@pytest.mark.parametrize(
    ("status", "state", "left_minor"),
    [
        ("COMPLETED", RefundState.SUCCEEDED, 1_000),
        ("PENDING", RefundState.PENDING, 1_000),
        ("FAILED", RefundState.FAILED, 0),
        ("CANCELLED", RefundState.CANCELED, 0),
    ],
)
def test_what_a_refund_means(status: str, state: RefundState, left_minor: int) -> None:
    fact = refund_of(refund(status, status_details={"reason": "ECHECK"}))
    assert (fact.state, fact.left_minor) == (state, left_minor)
    assert fact.failure_code == ("echeck" if state is RefundState.FAILED else "")


def test_a_refund_made_by_hand_is_none_of_ours() -> None:
    assert refund_of(refund(**BY_HAND)).refund_id == ""


def test_all_that_has_left_of_a_capture_is_told(scripted: Scripted) -> None:
    moved = dispute("RESOLVED", "RESOLVED_BUYER_FAVOUR", money_movements=[movement("19.99")])
    answers = {
        **with_refunds(refund()),
        LIST: {"items": [{"dispute_id": DISPUTE_REF}]},
        f"{LIST}/{DISPUTE_REF}": moved,
    }
    server = scripted(script(answers))
    found = gateway_at(server.url).fetch_reversals(CAPTURE_REF)
    assert found is not None
    assert (found.charge_ref, found.payment_ref, found.attempt_id) == (CAPTURE_REF, CAPTURE_REF, ATTEMPT)
    assert [(each.reversal_ref, each.left_minor) for each in found.reversals] == [
        (REFUND_REF, 1_000),
        (DISPUTE_REF, 1_999),
    ]
    listing = next(each for each in asked_of(server) if each.call == LIST)
    assert f"disputed_transaction_id={CAPTURE_REF}" in listing.query


def test_of_a_payment_that_paypal_does_not_know_nothing_is_told(scripted: Scripted) -> None:
    assert gateway_at(scripted(script({})).url).fetch_reversals(CAPTURE_REF) is None


def test_more_disputes_than_are_told_at_once_are_for_a_person(scripted: Scripted) -> None:
    answers = {**with_refunds(), LIST: {"items": [{"dispute_id": f"PP-{number}"} for number in range(50)]}}
    with pytest.raises(Rejected, match="too_many_reversals"):
        gateway_at(scripted(script(answers)).url).fetch_reversals(CAPTURE_REF)


def test_a_dispute_over_several_payments_is_for_a_person(scripted: Scripted) -> None:
    """Its one amount would leave once of each of them."""
    of_two = dispute(disputed_transactions=[{"seller_transaction_id": each} for each in (CAPTURE_REF, "OTHER")])
    answers = {
        **with_refunds(), LIST: {"items": [{"dispute_id": DISPUTE_REF}]}, f"{LIST}/{DISPUTE_REF}": of_two
    }  # fmt: skip
    with pytest.raises(Rejected, match="disputed_with_others"):
        gateway_at(scripted(script(answers)).url).fetch_reversals(CAPTURE_REF)


def contested(told: dict[str, Any]) -> ReversalFact:
    """What a dispute is read as, without its fee."""
    return reversed_payment(capture(), [], [told]).reversals[0]


@pytest.mark.parametrize(
    ("told", "state", "left_minor"),
    [
        (dispute("OPEN", dispute_life_cycle_stage="INQUIRY"), DisputeState.INQUIRY, 0),
        (dispute("WAITING_FOR_SELLER_RESPONSE", dispute_life_cycle_stage="INQUIRY"), DisputeState.INQUIRY, 0),
        (dispute("OPEN"), DisputeState.NEEDS_RESPONSE, 0),
        (
            dispute("WAITING_FOR_SELLER_RESPONSE", money_movements=[movement("29.99")]),
            DisputeState.NEEDS_RESPONSE,
            2999,
        ),
        (dispute("WAITING_FOR_BUYER_RESPONSE"), DisputeState.UNDER_REVIEW, 0),
        (dispute("UNDER_REVIEW"), DisputeState.UNDER_REVIEW, 0),
        (dispute("OTHER"), DisputeState.UNDER_REVIEW, 0),
        (dispute("RESOLVED", "RESOLVED_SELLER_FAVOUR"), DisputeState.WON, 0),
        (dispute("RESOLVED", "CANCELED_BY_BUYER"), DisputeState.WON, 0),
        (dispute("RESOLVED", "RESOLVED_WITH_PAYOUT"), DisputeState.WON, 0),
        (dispute("RESOLVED", "DENIED"), DisputeState.WON, 0),
        (dispute("RESOLVED", "NONE"), DisputeState.WON, 0),
        (dispute("RESOLVED", "NONE", money_movements=[movement("5.00")]), DisputeState.LOST, 500),
        (dispute("RESOLVED", "RESOLVED_BUYER_FAVOUR"), DisputeState.LOST, 2999),
        (dispute("RESOLVED", "ACCEPTED"), DisputeState.LOST, 2999),
        (
            dispute("RESOLVED", "ACCEPTED", dispute_life_cycle_stage="INQUIRY"),
            DisputeState.LOST,
            2999,
        ),
        (
            dispute("RESOLVED", "CANCELED_BY_BUYER", dispute_life_cycle_stage="INQUIRY"),
            DisputeState.INQUIRY_CLOSED,
            0,
        ),
        (
            dispute("RESOLVED", dispute_outcome={"outcome_code": "ACCEPTED", "amount_refunded": money("7.00")}),
            DisputeState.LOST,
            700,
        ),
        (
            dispute(
                "RESOLVED", "RESOLVED_SELLER_FAVOUR", money_movements=[movement("29.99"), movement("29.99", "CREDIT")]
            ),
            DisputeState.WON,
            0,
        ),
    ],
)
def test_what_a_dispute_means(told: dict[str, Any], state: DisputeState, left_minor: int) -> None:
    fact = contested(told)
    assert fact.contest is not None
    assert (fact.contest.state, fact.left_minor) == (state, left_minor)
    assert (fact.contest.reason, fact.contest.amount_minor) == ("unauthorised", 2999)


def test_until_when_an_answer_counts_is_told() -> None:
    fact = contested(dispute("OPEN", seller_response_due_date="2026-11-20T00:00:00.000Z"))
    assert fact.contest is not None
    assert fact.contest.evidence_due_at is not None
    assert fact.contest.evidence_due_at.day == 20


def test_a_fee_is_told_apart_and_what_others_pay_is_not_ours() -> None:
    moved = [
        movement("29.99"),
        movement("20.00", reason="CHARGEBACK_FEE", amount=money("20.00", "EUR")),
        movement("29.99", affected_party="PAYMENT_PROCESSOR"),
    ]
    facts = reversed_payment(capture(), [], [dispute("RESOLVED", "ACCEPTED", money_movements=moved)]).reversals
    assert [(each.kind, each.left_minor, each.currency) for each in facts] == [
        (ReversalKind.DISPUTE, 2999, "USD"),
        (ReversalKind.DISPUTE_FEE, 2_000, "EUR"),
    ]
    assert facts[0].moved_at.isoformat() == "2026-11-05T12:00:00+00:00"


CHARGED_BACK = capture("REFUNDED", status_details={"reason": "CHARGEBACK"})
BY_A_BANK = refund("COMPLETED", "29.99", id="REVERSAL", custom_id=None, create_time="2026-11-05T12:00:00Z")


def test_what_a_bank_took_without_a_dispute_is_a_dispute_lost() -> None:
    (fact,) = reversed_payment(CHARGED_BACK, [BY_A_BANK], []).reversals
    assert (fact.kind, fact.reversal_ref, fact.left_minor) == (ReversalKind.DISPUTE, "REVERSAL", 2999)
    assert fact.contest is not None
    assert (fact.contest.state, fact.contest.amount_minor) == (DisputeState.LOST, 2999)
    assert fact.contest.reason == "chargeback"


def test_where_a_dispute_explains_what_a_bank_took_it_leaves_by_one_of_both() -> None:
    lost = dispute("RESOLVED", "RESOLVED_BUYER_FAVOUR")
    facts = reversed_payment(CHARGED_BACK, [BY_A_BANK], [lost]).reversals
    assert [(each.reversal_ref, each.left_minor) for each in facts] == [("REVERSAL", 2999), (DISPUTE_REF, 0)]
    assert all(each.contest is not None and each.contest.state is DisputeState.LOST for each in facts)


def test_what_was_given_back_before_a_bank_took_the_rest_stays_a_refund() -> None:
    rest = BY_A_BANK | {"amount": money("9.99")}
    facts = reversed_payment(CHARGED_BACK, [refund(), refund(**BY_HAND), rest], []).reversals
    assert [each.kind for each in facts] == [ReversalKind.REFUND, ReversalKind.REFUND, ReversalKind.DISPUTE]
    assert sum(each.left_minor for each in facts) == 2999


def left_of(refunds: list[dict[str, Any]], told: dict[str, Any]) -> int:
    return sum(each.left_minor for each in reversed_payment(capture(), refunds, [told]).reversals)


def test_what_a_lost_dispute_took_is_not_counted_once_more_as_a_reversal() -> None:
    lost = dispute("RESOLVED", "RESOLVED_BUYER_FAVOUR")
    taken = {**BY_HAND, "create_time": "2026-11-05T12:00:00Z"}
    assert left_of([refund("COMPLETED", "29.99", **taken)], lost) == 2999
    assert left_of([refund("COMPLETED", "29.99", **taken)], dispute("RESOLVED", "RESOLVED_SELLER_FAVOUR")) == 2999
    assert left_of([], lost) == 2999


def test_what_we_gave_back_ourselves_is_counted_beside_a_dispute() -> None:
    lost = dispute("RESOLVED", "ACCEPTED", dispute_amount=money("10.00"))
    ours, earlier = refund(create_time="2026-11-05T12:00:00Z"), refund(**BY_HAND)
    assert left_of([ours], lost) == 2_000
    assert left_of([earlier], lost) == 2_000  # made before the dispute was opened
    twice = {**BY_HAND, "create_time": "2026-11-05T12:00:00Z"}
    assert left_of([refund(**twice), refund(**twice)], lost) == 2_000  # one of the two is the dispute's own


@pytest.mark.parametrize("told", [{}, {"amount_refunded": money("29.99")}])
def test_what_we_gave_back_while_it_was_disputed_has_left_once(told: dict[str, Any]) -> None:
    """The buyer is right, as they have their money: PayPal tells what either of us refunded, and moves nothing."""
    ended = dispute("RESOLVED", dispute_outcome={"outcome_code": "RESOLVED_BUYER_FAVOUR", **told})
    for value, lost in (("29.99", 0), ("10.00", 1_999)):
        ours = refund(value=value, create_time="2026-11-04T12:00:00Z")
        found = reversed_payment(capture("REFUNDED"), [ours], [ended]).reversals
        assert [(each.kind, each.left_minor) for each in found] == [
            (ReversalKind.REFUND, 2_999 - lost), (ReversalKind.DISPUTE, lost),
        ]  # fmt: skip
