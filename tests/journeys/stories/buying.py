"""Credits are bought: on a card's page, on a wallet's page, and by a transfer that two people approve."""

import re
from datetime import UTC, datetime

from stack import claims, payment_methods
from stack.shopper import GOOD_CARD
from tests.journeys.scene import Journey, Scene

GO_ON = "Go on to the page of our payment provider"
WHERE = {"iban": "DE89370400440532013000", "bic": "COBADEFFXXX", "account_name": "Engine Ltd"}
PRICE_MINOR = 2_999


def buy_with_a_card(scene: Scene) -> None:
    """A package, at the price that was shown, on the gateway's own page; then there are credits, and an invoice."""
    ada = scene.enters(scene.account())
    ada.follow("Credits")
    ada.sees("0 credits left")
    ada.follow("Buy credits")
    ada.follow("Choose Value")
    ada.sees("To be paid", "Credits after it is paid")
    ada.press(re.compile("^Card: pay "))
    ada.awaits("one more step")
    ada.follow(GO_ON)
    ada.type("Card number", GOOD_CARD)
    ada.press(re.compile("^Pay "))
    ada.awaits("Thank you: what you bought is here.", "2,000 credits left")
    ada.follow(re.compile("^Invoice INV-"))
    ada.sees("Why was I charged?")


def buy_with_a_wallet(scene: Scene) -> None:
    """The same at the other gateway: it is agreed to there, and taken when the browser comes back."""
    ada = scene.enters(scene.account(billing_address={"country": "US"}), target="buy_credits")
    ada.follow("Choose Starter")
    ada.press(re.compile("^PayPal: pay "))
    ada.awaits("one more step")
    ada.follow(GO_ON)
    ada.type("Your PayPal account", "ada@people.example")
    ada.press(re.compile("^Pay|^Agree"))
    ada.awaits("Thank you: what you bought is here.", "500 credits left")


def pay_by_a_transfer_that_two_approve(scene: Scene) -> None:
    """Nothing is there before two people have said that the money came, and neither of them can say it twice."""
    for method, more in (("bank_transfer", WHERE), ("stripe", {})):
        said = {"display_name": "Bank transfer" if more else "Card", "enabled": True, **more}
        list(payment_methods.set_payment_method(scene.stack.settings, "NL", method, said, dry_run=False))
    claims.limit(scene.stack.settings, "USD=10.00")
    account_id = scene.account(billing_address={"country": "NL"})
    ada = scene.enters(account_id, target="buy_credits")
    ada.follow("Choose Value")
    ada.press(re.compile("^Bank transfer: pay "))
    ada.awaits("This is done.")
    ada.follow("Look at the invoice")
    ada.sees("How to transfer it", "Engine Ltd")
    claim = _claims(scene, account_id)
    first, second = scene.comes_to_work("finance"), scene.comes_to_work("approver")
    for colleague in (first, second):
        colleague.follow("Payments")
        colleague.type("Account's id", account_id)
        colleague.press("Show")
        colleague.follow(claim)
        colleague.follow("The money came")
        colleague.press("It came")
        colleague.awaits("This is done.")
        if colleague is first:
            ada.page.reload()
            ada.sees("To be paid")
    ada.awaits("paid", "What paid it")
    ada.sees_no("To be paid")


def _claims(scene: Scene, account_id: str) -> str:
    """The product says for its customer that it was paid; the number of the invoice."""
    invoice = scene.shopper.get("/v1/billing/invoices/", account_id=account_id)["data"][0]
    today = datetime.now(UTC).date().isoformat()
    said = {"invoice_id": invoice["id"], "currency": "USD", "amount_minor": invoice["due_minor"], "paid_on": today}
    scene.say("/v1/billing/payment-claims/", **said)
    return str(invoice["number"])


STORIES: tuple[Journey, ...] = (buy_with_a_card, buy_with_a_wallet, pay_by_a_transfer_that_two_approve)
