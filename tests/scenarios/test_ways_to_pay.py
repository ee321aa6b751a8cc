"""A country pays as it is offered to; a second card pays when the first one is stolen; the last one is not lost."""

from uuid import uuid4

import pytest

from database.engine import Database
from stack.errors import StackError
from stack.payment_methods import set_payment_method
from stack.running import Stack
from stack.shopper import Shopper
from tests.scenarios.subscriptions import Subscriber, assert_in_order

METHODS = "/v1/billing/payment-methods/"
ACTIVE, RENEWED = "Your Starter subscription is active", "Your Starter subscription was renewed"


def test_a_card_is_stolen_and_the_second_one_pays_on_the_same_day(shopper: Shopper, stack_books: Database) -> None:
    mia = Subscriber(shopper, "Mia", "2026-05-04 10:00")
    first, _ = mia.use_card(), mia.use_card("5555555555554444")
    by_ref = {card["card_ref"]: card["id"] for card in shopper.get(METHODS, account_id=mia.account_id)["data"]}
    shopper.command(f"{METHODS}{by_ref[first]}/default/", {}, str(uuid4()))
    subscription_id = mia.subscribe("starter")
    mia.card_declines(first, "stolen_card")

    mia.live_until("2026-06-04 12:00")
    assert mia.bills() == [("2026-05-04", "paid", 9_900), ("2026-06-04", "paid", 9_900)]
    assert mia.subscription(subscription_id)["status"] == "active"
    mia.awaits_mail(ACTIVE, RENEWED)  # and no word of the first one
    assert_in_order(stack_books)

    (left,) = (card_id for ref, card_id in by_ref.items() if ref != first)
    removed = shopper.command(f"{METHODS}{by_ref[first]}/remove/", {}, str(uuid4()))
    assert removed["result"]["charged_next"] == left
    with pytest.raises(StackError, match="last_payment_method"):
        shopper.command(f"{METHODS}{left}/remove/", {}, str(uuid4()))
    refused = shopper.session.delete(
        f"{shopper.api_url}{METHODS}{left}/?allow_last=perhaps",
        headers={"Authorization": f"Bearer {shopper.api_key}"},
        timeout=10,
    )
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "allow_last")
    mia.live_until("2026-07-04 12:00")
    assert mia.bills()[-1] == ("2026-07-04", "paid", 9_900)


def test_in_a_country_that_pays_by_transfer_no_page_is_opened(shopper: Shopper, stack: Stack) -> None:
    transfer = {"iban": "NL91ABNA0417164300", "account_name": "Example SaaS Inc.", "currencies": "EUR,USD"}
    set_payment_method(stack.settings, "NL", "bank_transfer", transfer, dry_run=False)
    body = {"name": "Noor", "owner": "noor", "billing_email": "noor@noor.example", "billing_address": {"country": "NL"}}
    account_id = shopper.command("/v1/accounts/", body, str(uuid4()))["result"]["id"]

    (offered,) = shopper.get(METHODS, account_id=account_id, currency="EUR")["offered"]
    assert (offered["method"], offered["iban"]) == ("bank_transfer", "NL91ABNA0417164300")
    for country, gateways in (("BE", ["stripe"]), ("US", ["stripe", "paypal"])):
        elsewhere = shopper.get(METHODS, country=country)["offered"]
        assert [one["method"] for one in elsewhere] == [*gateways, "bank_transfer"]

    pages = {"success_url": "https://app.example/thanks", "cancel_url": "https://app.example/shop"}
    with pytest.raises(StackError, match="method_not_offered"):
        shopper.command(
            "/v1/billing/stripe/credit-checkout/", {"account_id": account_id, "package": "value", **pages}, str(uuid4())
        )
    begun = {"account_id": account_id, "plan": {"plan": "starter"}, "pay_by": "transfer"}
    assert shopper.command("/v1/billing/subscriptions/", begun, str(uuid4()))["result"]["status"] == "active"
