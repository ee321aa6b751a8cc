"""The part of the demo that is left to whoever watches it: a refund waits for a second person."""

from uuid import uuid4

from billing.money import Money, format_major
from stack import approvals, staff
from stack.demo_staff import colleague
from stack.shopper import Shopper
from stack.story import Story

ASKS = "Demo finance"
LIMIT = "USD=100.00"
AMOUNT = Money(15_000, "USD")


def ask_for_a_refund(story: Story) -> None:
    """Somebody of staff wants more given back than one person may; nothing is, until another has approved it."""
    settings = story.stack.settings
    approvals.set_limit(settings, "refund_payment", LIMIT)
    key = staff.make_key(settings, colleague(story, ASKS, "finance@cashbeat.example", "finance"), None)
    asks = Shopper(story.shopper.api_url, story.shopper.sandbox_url, key)
    payment = story.shopper.get("/v1/billing/receipts/", account_id=story.company_id, source="capture")["data"][0]
    wish = {"amount_minor": AMOUNT.minor, "used_credits": "forgive", "note": "Two days without reports."}
    wish["reason"] = "product_unsatisfactory"
    operation = asks.hand_over(f"/v1/admin/payments/{payment['id']}/refund/", wish, f"demo-asked-{uuid4()}")
    path = f"/v1/operations/{operation['id']}"
    story.wait_for(lambda: asks.get(path)["status"] == "awaiting_approval", "the refund to wait for a second person")
    asks.close()
    story.tell(f"{ASKS} wants {format_major(AMOUNT)} given back: it waits in the console for a second person")
