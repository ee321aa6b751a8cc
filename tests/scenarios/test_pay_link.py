"""A bank asks to see the customer: the mail leads to a page, and the page to the payment."""

import re
from uuid import uuid4

import requests

from database.engine import Database
from stack.shopper import GOOD_CARD, Shopper
from tests.canaries import CALL
from tests.scenarios.storytelling import emails, eventually, open_account
from tests.scenarios.subscriptions import SUBSCRIPTIONS, assert_in_order

LINK = re.compile(r'href="([^"]+/pay/[^"]+)"')


def test_a_customer_whose_bank_asks_for_them_pays_from_the_mail(shopper: Shopper, stack_books: Database) -> None:
    account_id = open_account(shopper, "Sara's Studio")
    card = _card(shopper, account_id)
    shopper.sandbox("PATCH", f"/sandbox/payment-methods/{card}", {"decline_code": "authentication_required"})
    wanted = {"account_id": account_id, "plan": {"plan": "starter"}}
    subscription_id = shopper.command(SUBSCRIPTIONS, wanted, str(uuid4()))["result"]["id"]
    link = _link_in_mail(shopper, account_id)

    assert "99.00 USD" in requests.get(link, timeout=10).text
    led = requests.post(link, allow_redirects=False, timeout=30)
    assert led.status_code == 303
    assert shopper.pay(led.headers["location"], "5555555555554444") == 303
    path = f"{SUBSCRIPTIONS}{subscription_id}/"
    eventually(lambda: shopper.get(path)["status"] == "active", "the payment to be heard of")
    assert "is paid" in requests.get(link, timeout=10).text
    invoices = shopper.get("/v1/billing/invoices/", account_id=account_id)["data"]
    assert [invoice["status"] for invoice in invoices] == ["paid"]
    assert_in_order(stack_books)


def _card(shopper: Shopper, account_id: str) -> str:
    form = {"type": "card", "card[number]": GOOD_CARD, "card[exp_month]": "4", "card[exp_year]": "2040"}
    made = requests.post(f"{shopper.sandbox_url}/v1/payment_methods", data=form, auth=(CALL, ""), timeout=10)
    card_ref = str(made.json()["id"])
    named = {"account_id": account_id, "card_ref": card_ref}
    shopper.command("/v1/billing/payment-methods/", named, str(uuid4()))
    return card_ref


def _link_in_mail(shopper: Shopper, account_id: str) -> str:
    """Where the newest mail about a failed payment leads to; it says which invoice."""
    [invoice] = shopper.get("/v1/billing/invoices/", account_id=account_id)["data"]
    found: list[str] = []

    def look() -> bool:
        for mail in reversed(emails(shopper)):
            if "Payment failed" in mail["subject"]:
                html = requests.get(f"{shopper.sandbox_url}/sandbox/inbox/{mail['id']}/html", timeout=10).text
                found.extend(LINK.findall(html) if invoice["number"] in html else [])
        return bool(found)

    eventually(look, "the mail")
    return found[0]
