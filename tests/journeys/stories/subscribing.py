"""A plan is changed at the price that was shown, canceled, and kept after all."""

import re

from tests.journeys.scene import Journey, Scene

ACCOUNT = "Back to your account"


def upgrade_at_the_amount_that_was_shown(scene: Scene) -> None:
    """What the button said is what the new invoice comes to."""
    account_id = scene.account()
    scene.saves_card(account_id)
    scene.subscribes(account_id, "starter")
    ada = scene.enters(account_id)
    ada.follow("Change the plan")
    ada.follow("Look what it costs Growth month")
    ada.sees("To be paid now", "From then on", "Credits now")
    button = re.compile(r"^Change, and pay (\S+)$")
    said = ada.page.get_by_role("button", name=button).inner_text()
    ada.press(button)
    ada.awaits("This is done.")
    amount = said.removeprefix("Change, and pay ")

    def is_paid() -> bool:
        invoices = scene.shopper.get("/v1/billing/invoices/", account_id=account_id)["data"]
        return len(invoices) == 2 and all(each["status"] == "paid" for each in invoices)

    scene.waits_for(is_paid, "the change to be paid")
    ada.follow("Invoices")
    ada.sees(amount)
    ada.follow("Plan and billing")
    ada.sees("growth")


def cancel_and_keep_it_after_all(scene: Scene) -> None:
    """It is canceled on one page, which says what follows; until its end it can be taken back."""
    account_id = scene.account()
    scene.saves_card(account_id)
    scene.subscribes(account_id, "starter")
    ada = scene.enters(account_id)
    ada.follow("Cancel")
    ada.sees("It ends on", "No invoice follows after that day.", "You can take this back until that day.")
    ada.press("Cancel at the end of the period")
    ada.awaits("This is done.")
    ada.page.go_back()
    ada.sees("You have sent this form already")
    ada.follow("Plan and billing")
    ada.sees("It ends with this period.")
    ada.press("Keep it after all")
    ada.awaits("This is done.")
    ada.follow(ACCOUNT)
    ada.sees("Next invoice")
    ada.sees_no("It ends with this period.")


STORIES: tuple[Journey, ...] = (upgrade_at_the_amount_that_was_shown, cancel_and_keep_it_after_all)
