"""A mailbox that is gone, or whose owner calls our mail spam, is written to no more, until a person says so."""

import pytest

from stack.errors import StackError
from stack.mail import lift, list_stopped
from stack.running import Stack
from stack.shopper import Shopper
from tests.scenarios.storytelling import emails, eventually
from tests.scenarios.subscriptions import Json, Subscriber

PURCHASE = "/v1/billing/credits/purchase/"


class Reader(Subscriber):
    """A customer whose mailbox has a story of its own."""

    def __init__(self, shopper: Shopper, mailbox: str) -> None:
        super().__init__(shopper, mailbox, "2026-05-04 10:00")

    def buys(self) -> Json:
        """A package, and its paid invoice."""
        bought = self.tell(PURCHASE, package="value")
        path = f"/v1/billing/invoices/{bought['invoice_id']}/"
        eventually(lambda: self.shopper.get(path)["status"] == "paid", "the payment")
        paid: Json = self.shopper.get(path)
        return paid

    @property
    def stopped(self) -> Json | None:
        """What the account shows."""
        found: Json | None = self.shopper.get(f"/v1/accounts/{self.account_id}/")["mail_stopped"]
        return found

    def what_became(self, event_type: str, **more: object) -> None:
        """Say of the last mail what became of it, as Resend would."""
        (*_, last) = [mail for mail in emails(self.shopper) if self.email in mail["to"]]
        self.shopper.sandbox("POST", f"/sandbox/inbox/{last['id']}/events", {"type": event_type, **more})


def test_a_bounced_address_is_written_to_again_when_a_person_says_so(shopper: Shopper, stack: Stack) -> None:
    rita = Reader(shopper, "Rita")
    rita.use_card()
    rita.buys()
    eventually(lambda: len(rita.mails()) == 1, "the first receipt")
    rita.what_became("email.bounced", soft=True)
    rita.what_became("email.delivery_delayed")
    rita.what_became("email.bounced")
    eventually(lambda: rita.stopped, "the account to show it")
    assert rita.stopped is not None
    assert (rita.stopped["reason"], rita.stopped["said"]) == ("bounced", "The mailbox does not exist.")
    assert any(rita.email in line for line in list_stopped(stack.settings, 100))

    bill = rita.buys()
    with pytest.raises(StackError, match="mail_stopped"):
        shopper.command(f"/v1/billing/invoices/{bill['id']}/send/", {}, f"send-{bill['id']}")
    assert "again" in lift(stack.settings, rita.email.upper(), "Olga")
    assert rita.stopped is None
    with pytest.raises(StackError, match="has not stopped"):
        lift(stack.settings, rita.email, "Olga")
    shopper.command(f"/v1/billing/invoices/{bill['id']}/send/", {}, f"again-{bill['id']}")
    eventually(lambda: f"Your invoice {bill['number']}" in rita.mails(), "the mail")


def test_whoever_calls_it_spam_gets_no_more(shopper: Shopper) -> None:
    sam = Reader(shopper, "Sam")
    sam.use_card()
    sam.buys()
    eventually(lambda: len(sam.mails()) == 1, "the first receipt")
    sam.what_became("email.complained")
    eventually(lambda: sam.stopped, "the account to show it")
    assert sam.stopped is not None
    assert sam.stopped["reason"] == "complained"
