"""The part of the demo in which a customer agrees to pay on a second gateway's page, and the money is taken then."""

from typing import Any
from uuid import uuid4

from gateways.registry import VENDORS
from stack.errors import StackError
from stack.story import Story

PACKAGE = "value"
ACCOUNT = {
    "name": "Grace's Compilers",
    "owner": "user-2",
    "billing_email": "billing@grace.example",
    "billing_address": {"line1": "1 Cobol Way", "city": "Arlington", "postal_code": "22201", "country": "US"},
}


def buy_elsewhere(story: Story) -> dict[str, Any]:
    """A package, at the gateway that the country is offered beside the first one; its order, to be waited for.

    Raises StackError where the country is offered no other gateway, or the money is not taken.
    """
    account = story.shopper.command("/v1/accounts/", ACCOUNT, f"demo-account-{uuid4()}")["result"]
    story.other_account_id = account["id"]
    gateway, display_name = _offered(story, account["id"])
    pages = dict.fromkeys(("success_url", "cancel_url"), f"{story.shopper.sandbox_url}/")
    ordered = {"account_id": account["id"], "package": PACKAGE, **pages}
    path = f"/v1/billing/{gateway}/create-order/"
    order: dict[str, Any] = story.shopper.command(path, ordered, f"demo-order-{uuid4()}")["result"]
    story.shopper.agree(order["checkout_url"])
    story.tell(f"{account['name']} agreed to pay with {display_name}; no money has moved")
    path, body = f"/v1/billing/{gateway}/capture-order/", {"checkout_ref": order["checkout_ref"]}
    taken = story.shopper.command(path, body, f"demo-capture-{uuid4()}")["result"]
    if taken["status"] != "captured":
        raise StackError(f"what was agreed to is {taken['status']}: {taken['failure_code']}")
    story.tell("it was taken when the browser came back, and is taken once, though the gateway tells of it too")
    return order


def _offered(story: Story, account_id: str) -> tuple[str, str]:
    ways = story.shopper.get("/v1/billing/payment-methods/", account_id=account_id)["offered"]
    others = [(way["method"], way["display_name"]) for way in ways if way["method"] in list(VENDORS)[1:]]
    if not others:
        raise StackError("there is no second gateway to pay at")
    return others[0]
