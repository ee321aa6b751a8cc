"""Money that leaves again of a subscription's payments, at a PayPal over HTTP."""

from uuid import uuid4

import pytest

from billing.errors import Rejected, Unavailable
from gateways.paypal.client import PayPalGateway
from schemas.facts.reversals import DisputeState, RefundRequest, ReversalFact, ReversalKind
from tests.gateways.paypal.paypal_sandbox import HOUR_SECONDS, PayPalSandbox, a_refund
from tests.gateways.paypal.subscribing import Subscriber, a_price, a_subscriber

LISTED_AFTER_HOURS = 4


@pytest.fixture
def jill(paypal_gateway: PayPalGateway, at_paypal: PayPalSandbox) -> Subscriber:
    """Somebody who has paid 29.99 for a month."""
    return a_subscriber(paypal_gateway, at_paypal, a_price(2_999))


def sale_of(jill: Subscriber) -> str:
    return jill.invoices[-1].payment_ref


def left_of(jill: Subscriber) -> list[ReversalFact]:
    """All that has left of the newest payment."""
    found = jill.gateway.fetch_reversals(sale_of(jill))
    assert found is not None
    assert (found.payment_ref, found.charge_ref) == (sale_of(jill), sale_of(jill))
    return list(found.reversals)


def given_back(jill: Subscriber) -> list[tuple[str, int]]:
    """The same in short."""
    return [(each.refund_id, each.left_minor) for each in left_of(jill)]


def test_a_payment_is_given_back_in_parts_and_found_before_and_after_it_is_listed(
    jill: Subscriber, at_paypal: PayPalSandbox
) -> None:
    assert given_back(jill) == []
    asked = a_refund(sale_of(jill), 1_000)
    assert jill.gateway.find_refund(asked.refund_id, payment_ref=asked.payment_ref) is None
    made = jill.gateway.refund(asked)
    assert given_back(jill) == [(asked.refund_id, 1_000)]
    at_paypal.shared.advance(LISTED_AFTER_HOURS * HOUR_SECONDS)
    # its event is as old as a month, and listed no more
    at_paypal.days_go_by(40)
    jill = Subscriber(jill.gateway, at_paypal, jill.subscription_id, jill.ref)
    rest = RefundRequest(str(uuid4()), "rest", asked.payment_ref, 1_999, "USD")
    jill.gateway.refund(rest)
    found = jill.gateway.fetch_reversals(asked.payment_ref)
    assert found is not None
    assert {(each.refund_id, each.left_minor) for each in found.reversals} == {
        (asked.refund_id, 1_000),
        (rest.refund_id, 1_999),
    }
    assert jill.gateway.find_refund(asked.refund_id, payment_ref=asked.payment_ref) == made


@pytest.mark.parametrize("days", [1, 46])
def test_a_refund_whose_answer_was_lost_is_not_made_twice(
    jill: Subscriber, at_paypal: PayPalSandbox, days: int
) -> None:
    asked = a_refund(sale_of(jill), 1_000)
    at_paypal.lose_answer("POST", f"/v2/payments/captures/{asked.payment_ref}/refund")
    with pytest.raises(Unavailable):
        jill.gateway.refund(asked)
    at_paypal.days_go_by(days)
    found = jill.gateway.find_refund(asked.refund_id, payment_ref=asked.payment_ref)
    assert found is not None
    assert found.left_minor == 1_000
    assert jill.gateway.refund(asked) == found
    assert [row["amount"] for row in at_paypal.booked("refunds", asked.refund_id)] == [1_000]


def test_a_bank_takes_a_payment_back(jill: Subscriber, at_paypal: PayPalSandbox) -> None:
    at_paypal.end(sale_of(jill), "reverse")
    ((taken),) = left_of(jill)
    assert (taken.kind, taken.left_minor, taken.refund_id) == (ReversalKind.DISPUTE, 2_999, "")
    assert taken.contest is not None
    assert taken.contest.state is DisputeState.LOST


def test_a_dispute_takes_a_payment_and_gives_it_back(jill: Subscriber, at_paypal: PayPalSandbox) -> None:
    dispute_ref = at_paypal.dispute(sale_of(jill))
    at_paypal.resolve(dispute_ref, "CANCELED_BY_BUYER")
    disputes = [each for each in left_of(jill) if each.kind is ReversalKind.DISPUTE]
    assert [each.contest and each.contest.state for each in disputes] == [DisputeState.WON]


def test_what_a_dispute_has_taken_leaves_no_refund_waiting_for_ever(jill: Subscriber, at_paypal: PayPalSandbox) -> None:
    """It is no refund, and listed as none: ours is not among them, and PayPal refuses it."""
    asked = a_refund(sale_of(jill), 1_000)
    at_paypal.resolve(at_paypal.dispute(asked.payment_ref), "RESOLVED_BUYER_FAVOUR")
    at_paypal.shared.advance(LISTED_AFTER_HOURS * HOUR_SECONDS)
    assert jill.gateway.find_refund(asked.refund_id, payment_ref=asked.payment_ref) is None
    with pytest.raises(Rejected):
        jill.gateway.refund(asked)
