"""The part of the demo in which money comes past every gateway, and a person says that it came."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from billing.money import Money, format_major
from stack.story import Story

PACKAGE = "starter"


def pay_by_transfer(story: Story) -> None:
    """A package is ordered; what the customer claims grants nothing, the approval all of it."""
    told = _order(story)
    claim = _claim(story, told)
    body = {"fingerprint": claim["fingerprint"]}
    story.shopper.command(f"/v1/admin/payments/{claim['id']}/approve/", body, f"demo-approval-{uuid4()}")
    number, amount = told["invoice_number"], _amount(claim["amount_minor"], claim["currency"])
    _await_mail(story, f"We have received your payment of {amount}")
    _await_mail(story, f"Payment received: {number}")
    story.tell(f"a person has approved it: {number} is paid, credits granted, e-mails delivered")


def describe_transfers(story: Story) -> list[dict[str, Any]]:
    """What was claimed, for the summary, with who decided, and the path of the paper that asked for the money."""
    claims = story.shopper.get("/v1/billing/payment-claims/", account_id=story.account_id)["data"]
    fields = ("invoice_number", "reference", "amount_minor", "currency", "status", "decided_by")
    return [
        {field: claim[field] for field in fields} | {"instructions_path": story.papers[claim["invoice_number"]]}
        for claim in reversed(claims)
    ]


def _order(story: Story) -> dict[str, Any]:
    """The instructions, as the API and the mail give them."""
    ordered = {"account_id": story.account_id, "package": PACKAGE}
    told: dict[str, Any] = story.shopper.command("/v1/billing/manual-payments/", ordered, f"demo-transfer-{uuid4()}")[
        "result"
    ]
    number, amount = told["invoice_number"], _amount(told["left_minor"], told["currency"])
    _await_mail(story, f"How to pay invoice {number}")
    paper = story.shopper.get_pdf(f"/v1/billing/invoices/{told['invoice_id']}/pdf/")
    story.papers[number] = story.keep(f"{number}-to-pay", paper)
    story.tell(f"{number} ordered by bank transfer: {amount} under {told['reference']} by {told['due_at'][:10]}")
    return told


def _claim(story: Story, told: dict[str, Any]) -> dict[str, Any]:
    body = {
        "invoice_id": told["invoice_id"],
        "amount_minor": told["left_minor"],
        "currency": told["currency"],
        "paid_on": datetime.now(UTC).date().isoformat(),
    }
    claim: dict[str, Any] = story.shopper.command("/v1/billing/payment-claims/", body, f"demo-claim-{uuid4()}")[
        "result"
    ]
    story.tell("the customer says that it was paid; nothing is granted by that")
    return claim


def _await_mail(story: Story, subject: str) -> None:
    story.wait_for(
        lambda: any(mail["subject"].startswith(subject) for mail in story.emails()), f"the e-mail {subject!r}"
    )


def _amount(minor: int, currency: str) -> str:
    return format_major(Money(minor, currency))
