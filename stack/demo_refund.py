"""The part of the demo in which money goes back."""

from typing import Any
from uuid import uuid4

from stack.story import Story


def give_back(story: Story) -> None:
    """The customer's last payment goes back: the invoice is corrected, and the credits that it bought are gone."""
    payments = story.shopper.get("/v1/billing/receipts/", account_id=story.account_id, source="capture")["data"]
    body = {"reason": "requested_by_customer", "note": "Bought by mistake."}
    path = f"/v1/admin/payments/{payments[0]['id']}/refund/"
    refund_id = story.shopper.command(path, body, f"demo-refund-{uuid4()}")["result"]["id"]
    shown = f"/v1/billing/refunds/{refund_id}/"
    story.wait_for(lambda: story.shopper.get(shown)["status"] == "succeeded", "the refund to succeed")
    numbers = [note["number"] for note in _notes(story)]
    story.wait_for(lambda: all(map(story.has_mail_with, numbers)), f"the e-mail with {', '.join(numbers)}")
    story.tell(f"the second payment went back, its credits are gone, {', '.join(numbers)} delivered")


def describe_notes(story: Story) -> list[dict[str, Any]]:
    """The credit notes for the summary, each with the path of its PDF."""
    return [_describe(story, note) for note in _notes(story)]


def _notes(story: Story) -> list[dict[str, Any]]:
    notes: list[dict[str, Any]] = story.shopper.get("/v1/billing/credit-notes/", account_id=story.account_id)["data"]
    return notes


def _describe(story: Story, note: dict[str, Any]) -> dict[str, Any]:
    invoice = story.shopper.get(f"/v1/billing/invoices/{note['invoice_id']}/")
    fields = ("number", "total_minor", "refunded_minor", "currency")
    path = story.keep(note["number"], story.shopper.get_pdf(f"/v1/billing/credit-notes/{note['id']}/pdf/"))
    return {field: note[field] for field in fields} | {"corrects": invoice["number"], "pdf_path": path}
