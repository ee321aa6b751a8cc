"""Saved wallets and disputes at a PayPal over HTTP."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from billing.errors import Unavailable
from gateways.paypal.client import PayPalGateway
from gateways.paypal.customers import account_id_of, customer_ref_of
from gateways.paypal.translate import translate
from schemas.facts.customers import CardFact, SavedKind, SetupRequest
from schemas.facts.events import Concern, EventFact
from schemas.facts.payments import ChargeRequest, PaymentMarks, PaymentStatus
from schemas.facts.reversals import DisputeState, ReversalKind
from tests.gateways import requests_made
from tests.gateways.paypal.paypal_sandbox import HOUR_SECONDS, PayPalSandbox, a_capture, a_checkout

SAVED, DELETED = "VAULT.PAYMENT-TOKEN.CREATED", "VAULT.PAYMENT-TOKEN.DELETED"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def told_of(gateway: PayPalGateway, event_type: str, customer_ref: str) -> list[EventFact]:
    """What the list of events tells of a customer, read as the webhook is."""
    facts = map(translate, gateway.list_events(created_after=LONG_AGO, types=[event_type]))
    return [fact for fact in facts if fact.customer_ref == customer_ref]


def saved_wallet(gateway: PayPalGateway, sandbox: PayPalSandbox, account_id: str) -> CardFact:
    """A wallet that was saved with a purchase, as its event makes us look for it."""
    request = replace(a_checkout(account_id=account_id), saves_method=True)
    order_ref = gateway.open_checkout(request).checkout_ref
    sandbox.approve(order_ref, email=f"{account_id}@example.com")
    captured = gateway.capture(a_capture(request, order_ref))
    assert captured.customer_ref == customer_ref_of(account_id)
    (fact,) = told_of(gateway, SAVED, captured.customer_ref)
    assert (fact.concerns, fact.is_choice) == (Concern.CARD, True)
    wallet = gateway.fetch_card(card_ref=fact.card_ref)
    assert wallet is not None
    return wallet


def a_charge(wallet: CardFact) -> ChargeRequest:
    """A renewal."""
    attempt_id = str(uuid4())
    return ChargeRequest(
        attempt_id=attempt_id,
        idempotency_key=f"cashbeat/charge/{attempt_id}",
        amount_minor=2_999,
        currency="USD",
        customer_ref=wallet.customer_ref,
        card_ref=wallet.card_ref,
        description="Pro, November 2026",
        marks=PaymentMarks(account_id=account_id_of(wallet.customer_ref), invoice_number="2026-11-000042"),
    )


def test_a_wallet_is_saved_with_a_purchase_and_charged_while_its_owner_is_away(
    paypal_gateway: PayPalGateway, at_paypal: PayPalSandbox
) -> None:
    account_id = str(uuid4())
    wallet = saved_wallet(paypal_gateway, at_paypal, account_id)
    assert (wallet.kind, wallet.holder) == (SavedKind.WALLET, f"{account_id[0]}***@example.com")
    owner = paypal_gateway.fetch_customer(wallet.customer_ref)
    assert owner is not None
    assert owner.account_id == account_id
    asked = a_charge(wallet)
    paid = paypal_gateway.charge(asked)
    assert (paid.status, paid.attempt_id, paid.customer_ref) == (
        PaymentStatus.CAPTURED,
        asked.attempt_id,
        wallet.customer_ref,
    )
    assert paypal_gateway.charge(asked).payment_ref == paid.payment_ref
    assert len(at_paypal.booked("captures", asked.attempt_id)) == 1


def test_a_charge_whose_answer_was_lost_is_made_once_under_whichever_key(
    paypal_gateway: PayPalGateway, at_paypal: PayPalSandbox
) -> None:
    asked = a_charge(saved_wallet(paypal_gateway, at_paypal, str(uuid4())))
    at_paypal.lose_answer("POST", "/v2/checkout/orders")
    with pytest.raises(Unavailable) as lost:
        paypal_gateway.charge(asked)
    assert lost.value.ambiguous
    again = replace(asked, idempotency_key=f"{asked.idempotency_key}/2")
    assert paypal_gateway.charge(again).status is PaymentStatus.CAPTURED
    assert len(at_paypal.booked("captures", asked.attempt_id)) == 1


def test_a_charge_that_was_pending_when_its_answer_was_lost_is_waited_for_and_no_decline(
    paypal_gateway: PayPalGateway, at_paypal: PayPalSandbox
) -> None:
    wallet = saved_wallet(paypal_gateway, at_paypal, str(uuid4()))
    at_paypal.wallet_pays(wallet.card_ref, "pending")
    asked, begun = a_charge(wallet), at_paypal.shared.now() - timedelta(minutes=5)
    at_paypal.lose_answer("POST", "/v2/checkout/orders")
    with pytest.raises(Unavailable):
        paypal_gateway.charge(asked)
    at_paypal.shared.advance(7 * HOUR_SECONDS)
    with pytest.raises(Unavailable, match="was paid before"):
        paypal_gateway.charge(asked)
    window = {"created_after": begun, "created_before": at_paypal.shared.now()}
    found = paypal_gateway.find_charge(asked.attempt_id, customer_ref=wallet.customer_ref, **window)
    assert found is not None, "what has moved no money yet is listed as well"
    assert (found.status, found.attempt_id) == (PaymentStatus.PENDING, asked.attempt_id)
    at_paypal.end(found.payment_ref, "deny")
    denied = paypal_gateway.find_charge(asked.attempt_id, customer_ref=wallet.customer_ref, **window)
    assert denied is not None
    assert denied.status is PaymentStatus.FAILED


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        ("instrument_declined", "instrument_declined"),
        ("payer_action_required", "authentication_required"),
        ("declined", "capture_declined"),
    ],
)
def test_a_wallet_that_does_not_pay_has_failed_and_may_pay_later(
    paypal_gateway: PayPalGateway, at_paypal: PayPalSandbox, outcome: str, code: str
) -> None:
    wallet = saved_wallet(paypal_gateway, at_paypal, str(uuid4()))
    at_paypal.wallet_pays(wallet.card_ref, outcome)
    asked = a_charge(wallet)
    failed = paypal_gateway.charge(asked)
    assert (failed.status, failed.failure_code, failed.page_url) == (PaymentStatus.FAILED, code, "")
    assert at_paypal.booked("captures", asked.attempt_id) == []
    at_paypal.wallet_pays(wallet.card_ref, "complete")
    assert paypal_gateway.charge(a_charge(wallet)).status is PaymentStatus.CAPTURED


def test_a_wallet_is_taken_away_by_us_or_by_its_owner_and_never_charged_again(
    paypal_gateway: PayPalGateway, at_paypal: PayPalSandbox
) -> None:
    ours, theirs = (saved_wallet(paypal_gateway, at_paypal, str(uuid4())) for _ in range(2))
    for _ in range(2):
        paypal_gateway.detach(ours.card_ref, idempotency_key="1")
    at_paypal.take_wallet_away(theirs.card_ref)
    for wallet in (ours, theirs):
        (fact,) = told_of(paypal_gateway, DELETED, wallet.customer_ref)
        assert (fact.card_ref, fact.is_choice) == (wallet.card_ref, False)
        gone = paypal_gateway.fetch_card(card_ref=wallet.card_ref)
        assert gone is not None
        assert gone.customer_ref == ""
        refused = paypal_gateway.charge(a_charge(wallet))
        assert (refused.status, refused.failure_code) == (PaymentStatus.FAILED, "revocation_of_authorization")


def test_a_wallet_is_saved_without_a_purchase(paypal_gateway: PayPalGateway, at_paypal: PayPalSandbox) -> None:
    customer_ref = customer_ref_of(str(uuid4()))
    setup = paypal_gateway.open_setup(
        SetupRequest(
            account_id=account_id_of(customer_ref),
            idempotency_key=f"cashbeat/card_setup/{customer_ref}",
            customer_ref=customer_ref,
            currency="USD",
            success_url=requests_made.THANKS,
            cancel_url=requests_made.CANCELED,
        )
    )
    assert setup.url
    at_paypal.agree(setup.checkout_ref)
    (fact,) = told_of(paypal_gateway, SAVED, customer_ref)
    wallet = paypal_gateway.fetch_card(card_ref=fact.card_ref)
    assert wallet is not None
    assert paypal_gateway.charge(a_charge(wallet)).status is PaymentStatus.CAPTURED


def test_what_was_paid_is_listed_hours_later_with_its_marks(
    paypal_gateway: PayPalGateway, at_paypal: PayPalSandbox
) -> None:
    account_id = str(uuid4())
    wallet = saved_wallet(paypal_gateway, at_paypal, account_id)
    asked = a_charge(wallet)
    paid = paypal_gateway.charge(asked)
    assert paid.paid_at is not None
    at_paypal.shared.advance(4 * HOUR_SECONDS)
    begin = paid.paid_at - timedelta(minutes=5)
    marked = [each for each in paypal_gateway.list_marked(begin) if each.marks.account_id == account_id]
    assert {each.payment.status for each in marked} == {PaymentStatus.CAPTURED}
    assert len(marked) == 2
    found = paypal_gateway.find_charge(
        asked.attempt_id,
        customer_ref=wallet.customer_ref,
        created_after=begin,
        created_before=paid.paid_at + timedelta(hours=4),
    )
    assert found is not None
    assert found.payment_ref == paid.payment_ref


@pytest.mark.parametrize(
    ("channel", "outcome", "state", "left_minor"),
    [
        ("INTERNAL", "RESOLVED_BUYER_FAVOUR", DisputeState.LOST, 2_999),
        ("INTERNAL", "RESOLVED_SELLER_FAVOUR", DisputeState.WON, 0),
        ("EXTERNAL", "RESOLVED_BUYER_FAVOUR", DisputeState.LOST, 2_999),
        ("EXTERNAL", "RESOLVED_SELLER_FAVOUR", DisputeState.WON, 0),
        ("EXTERNAL", "CANCELED_BY_BUYER", DisputeState.WON, 0),
    ],
)
def test_a_dispute_takes_money_and_may_give_it_back(
    paypal_gateway: PayPalGateway,
    at_paypal: PayPalSandbox,
    channel: str,
    outcome: str,
    state: DisputeState,
    left_minor: int,
) -> None:
    request = a_checkout()
    order_ref = paypal_gateway.open_checkout(request).checkout_ref
    at_paypal.approve(order_ref)
    charge_ref = paypal_gateway.capture(a_capture(request, order_ref)).charge_ref
    dispute_ref = at_paypal.dispute(charge_ref, channel=channel)
    begun = paypal_gateway.fetch_reversals(charge_ref)
    assert begun is not None
    assert begun.reversals[0].contest is not None
    assert begun.reversals[0].contest.state is DisputeState.NEEDS_RESPONSE
    assert begun.reversals[0].contest.evidence_due_at is not None
    assert begun.reversals[0].left_minor == (2_999 if channel == "EXTERNAL" else 0)
    at_paypal.resolve(dispute_ref, outcome)
    ended = paypal_gateway.fetch_reversals(charge_ref)
    assert ended is not None
    told = {fact.kind: fact for fact in ended.reversals}
    contest = told[ReversalKind.DISPUTE].contest
    assert contest is not None
    assert (contest.state, told[ReversalKind.DISPUTE].left_minor) == (state, left_minor)
    assert (ReversalKind.DISPUTE_FEE in told) is (channel == "EXTERNAL" or state is DisputeState.LOST)
    assert len(ended.reversals) == len(told)
