"""A wallet's charge whose answer was lost, at a gateway that lists it hours later, is not taken for one never made."""

from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select, update

from billing.cards.tables import Card
from billing.clocks.wall import Wall
from billing.outcomes.change_default import change_default
from billing.outcomes.record_outcome import record_outcome
from billing.outcomes.save_card import save_card
from billing.payments.queries import find_live_charge
from calls.cancel_payment import cancel_payments
from calls.charge_call import look
from gateways.paypal.client import PayPalGateway
from gateways.paypal.vendor import open_gateway
from settings import SANDBOX_PAYPAL_CLIENT_ID, SANDBOX_PAYPAL_CLIENT_SECRET, SANDBOX_PAYPAL_MERCHANT_ID
from tests.gateways.paypal.paypal_sandbox import HOUR_SECONDS, PayPalSandbox
from tests.gateways.paypal.test_paypal_wallets_in_sandbox import saved_wallet
from tests.gateways.sandbox_process import Sandbox
from tests.workers.owing import Dunned
from workers import task
from workers.wiring import Work

PRICE = 9_900


@pytest.fixture
def two_gateways(work: Work, module_sandbox: Sandbox) -> Work:
    """What a worker process has where PayPal is connected as well."""
    values = {
        "client_id": SecretStr(SANDBOX_PAYPAL_CLIENT_ID),
        "client_secret": SecretStr(SANDBOX_PAYPAL_CLIENT_SECRET),
        "environment": "sandbox",
        "api_base": f"{module_sandbox.address}/paypal",
        "merchant_id": SANDBOX_PAYPAL_MERCHANT_ID,
        "calls_per_second": 0.0,
        "trust_file": None,
        "webhook_verification": "offline",
    }
    connected = replace(work, gateways={"stripe": work.gateway("stripe"), "paypal": open_gateway(values)})
    task.start(connected)
    return connected


def later(work: Work, wait: timedelta) -> Work:
    """What a worker process has after a while."""
    wall = Wall(work.wall().at + wait)
    return replace(work, wall=lambda: wall)


@pytest.fixture
def with_wallet(two_gateways: Work, debtor: Dunned) -> Dunned:
    """Somebody whose card was declined for a renewal, and who names a wallet: its charge waits to be sent."""
    paypal = two_gateways.gateway("paypal").checkout
    assert isinstance(paypal, PayPalGateway)
    wallet = saved_wallet(paypal, PayPalSandbox(debtor.sandbox), str(debtor.account_id))
    with two_gateways.database.transaction() as session:
        saved = save_card(session, debtor.account_id, wallet, two_gateways.wall().at)
        change_default(session, debtor.account_id, saved, two_gateways.wall().at, chosen_at=two_gateways.wall().at)
    return debtor


def test_canceled_before_it_is_listed_it_is_awaited_and_no_other_charge_begins(
    two_gateways: Work, with_wallet: Dunned
) -> None:
    """As when a part of the invoice came by transfer meanwhile: the wish to cancel, and the rest is charged anew."""
    PayPalSandbox(with_wallet.sandbox).lose_answer("POST", "/v2/checkout/orders")
    with_wallet.do("charge")
    assert not with_wallet.cancel()
    cancel_payments(later(two_gateways, timedelta(minutes=10)), with_wallet.make_due("cancel_payment"))
    with_wallet.do("charge")
    assert with_wallet.story() == [("charge", "failed"), ("charge", "unknown")], "PayPal lists it in three hours"
    with_wallet.sandbox.advance(4 * HOUR_SECONDS)
    cancel_payments(later(two_gateways, timedelta(hours=4)), with_wallet.make_due("cancel_payment"))
    with_wallet.do("charge")
    assert with_wallet.story() == [("charge", "failed"), ("charge", "captured")]
    attempt_id = str(with_wallet.attempts()[-1].id)
    assert [row["amount"] for row in PayPalSandbox(with_wallet.sandbox).booked("captures", attempt_id)] == [PRICE]


def test_one_that_never_came_is_given_up_when_it_would_be_listed(two_gateways: Work, with_wallet: Dunned) -> None:
    with_wallet.sandbox.arm("500", stage="before", method="POST", path="/paypal/v2/checkout/orders", count=1)
    with_wallet.do("charge")
    assert not with_wallet.cancel()
    with_wallet.sandbox.advance(6 * HOUR_SECONDS)
    cancel_payments(later(two_gateways, timedelta(hours=6)), with_wallet.make_due("cancel_payment"))
    assert with_wallet.story()[1] == ("charge", "expired")


def test_one_that_is_pending_is_not_given_up_when_it_would_be_listed(two_gateways: Work, with_wallet: Dunned) -> None:
    at_paypal = PayPalSandbox(with_wallet.sandbox)
    with two_gateways.database.transaction() as session:
        wallet = session.scalars(select(Card.card_ref).where(Card.gateway == "paypal")).one()
    at_paypal.wallet_pays(wallet, "pending")
    at_paypal.lose_answer("POST", "/v2/checkout/orders")
    with_wallet.do("charge")
    assert not with_wallet.cancel()
    with_wallet.sandbox.advance(6 * HOUR_SECONDS)
    in_hours = with_wallet.sandbox.now() - two_gateways.wall().at
    cancel_payments(later(two_gateways, in_hours), with_wallet.make_due("cancel_payment"))
    with_wallet.do("charge")
    assert with_wallet.story() == [("charge", "failed"), ("charge", "pending")], "it was never taken for unmade"


def test_one_that_is_told_pending_before_it_is_asked_again_is_not_dropped(
    two_gateways: Work, with_wallet: Dunned
) -> None:
    """Nobody wishes anything: its answer was lost, and PayPal's news of it is faster than the next try."""
    at_paypal, paypal = PayPalSandbox(with_wallet.sandbox), two_gateways.gateway("paypal")
    with two_gateways.database.transaction() as session:
        wallet = session.scalars(select(Card.card_ref).where(Card.gateway == "paypal")).one()
    at_paypal.wallet_pays(wallet, "pending")
    at_paypal.lose_answer("POST", "/v2/checkout/orders")
    with_wallet.do("charge")
    with two_gateways.database.transaction() as session:
        charge = find_live_charge(session, with_wallet.attempts()[-1].id, two_gateways.wall())
    assert charge is not None
    with two_gateways.database.transaction() as session:
        record_outcome(session, paypal.charges.charge(charge.request), two_gateways.wall())
    with_wallet.do("charge")
    assert with_wallet.story() == [("charge", "failed"), ("charge", "pending")]


def test_one_whose_wallet_was_taken_away_is_awaited_since_it_was_sent_and_not_since_it_was_meant(
    two_gateways: Work, with_wallet: Dunned
) -> None:
    """As after an outage of ours: it is sent hours late, its answer is lost, and its owner removes the wallet."""
    with_wallet.sandbox.advance(7 * HOUR_SECONDS)
    outage = with_wallet.sandbox.now() - two_gateways.wall().at
    PayPalSandbox(with_wallet.sandbox).lose_answer("POST", "/v2/checkout/orders")
    task.start(later(two_gateways, outage))
    with_wallet.do("charge")
    with two_gateways.database.transaction() as session:
        wallets = update(Card).where(Card.gateway == "paypal")
        session.execute(wallets.values(is_default=False, detached_at=func.now()))
    with_wallet.do("charge")
    assert with_wallet.story() == [("charge", "failed"), ("charge", "unknown")], "PayPal lists it in three hours"
    with_wallet.sandbox.advance(4 * HOUR_SECONDS)
    task.start(later(two_gateways, outage + timedelta(hours=4)))
    with_wallet.do("charge")
    assert with_wallet.story() == [("charge", "failed"), ("charge", "captured")]
    attempt_id = str(with_wallet.attempts()[-1].id)
    assert [row["amount"] for row in PayPalSandbox(with_wallet.sandbox).booked("captures", attempt_id)] == [PRICE]


def test_where_no_test_clocks_are_kept_a_customers_own_time_bounds_no_search(
    two_gateways: Work, with_wallet: Dunned
) -> None:
    """Of a time ahead nothing is listed there yet: it would be asked for ever."""
    with_wallet.sandbox.arm("500", stage="before", method="POST", path="/paypal/v2/checkout/orders", count=1)
    with_wallet.do("charge")
    with two_gateways.database.transaction() as session:
        charge = find_live_charge(session, with_wallet.attempts()[-1].id, two_gateways.wall())
    assert charge is not None
    ahead = timedelta(days=400)
    on_a_clock = replace(charge, made_before=charge.made_before + ahead)
    assert look(two_gateways.gateway("paypal"), on_a_clock) is None
