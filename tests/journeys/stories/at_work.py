"""The company's own people: money goes back by the word of two, and what got stuck goes on."""

import re

from sqlalchemy import text

from database import engine
from stack import approvals
from tests.journeys.scene import Journey, Scene

# what somebody did to the database by hand: no warning can be written any more
BROKEN = "ALTER TABLE balance_watches ADD CONSTRAINT by_hand CHECK (warn_below IS NULL) NOT VALID"
MENDED = "ALTER TABLE balance_watches DROP CONSTRAINT by_hand"


def refund_with_a_second_person(scene: Scene) -> None:
    """What one person wants is done when another has seen the same, to the cent."""
    approvals.set_limit(scene.stack.settings, "refund_payment", "USD=10.00")
    account_id = scene.account()
    scene.saves_card(account_id)
    scene.subscribes(account_id, "starter")
    asks, decides = scene.comes_to_work("finance"), scene.comes_to_work("approver")
    asks.type("Find", account_id)
    asks.press("Find")
    asks.sees("Ada's Engines", "Time line")
    asks.follow("Payments")
    asks.follow("Money that came")
    asks.type("Account's id", account_id)
    asks.press("Show")
    asks.page.locator("tbody th a").first.wait_for()
    asks.follow(re.compile(r"\d{4}"))
    asks.follow("Give it back")
    asks.type("How much", "one half")
    asks.press("Give it back")
    asks.sees("must be an amount like 12.50")
    asks.type("How much", "12.50")
    asks.press("Give it back")
    asks.awaits("waits for a second person")
    decides.follow("Approvals")
    decides.follow("Give a payment back")
    decides.sees("$12.50")
    decides.follow("Approve it")
    decides.press("Approve it")
    decides.awaits("This is done.")
    asks.awaits("This is done.")
    asks.follow("Back")
    asks.awaits("$12.50", "succeeded")


def let_a_parked_command_run_again(scene: Scene) -> None:
    """The customer is told that somebody looks after it; when the cause is mended it runs again, and is done."""
    ada = scene.enters(scene.account(), target="credits")
    robin = scene.comes_to_work("operator")
    with engine.opened(scene.stack.addresses.database_url) as database:
        with database.transaction() as session:
            session.execute(text(BROKEN))
        try:
            ada.type("Warn below (empty: never)", "100")
            ada.press("Set the warning")
            ada.awaits("with us", "you need not send it again")
        finally:
            with database.transaction() as session:
                session.execute(text(MENDED))
    robin.follow("Operations")
    robin.follow("Only what is parked")
    robin.follow("set balance watch")
    robin.sees("What went wrong", "by_hand")
    robin.follow("Let it run again")
    robin.press("Let it run again")
    robin.awaits("This is done.")
    ada.awaits("This is done.")
    ada.follow("Back to your account")
    ada.sees("A mail comes when fewer than 100 are left.")


STORIES: tuple[Journey, ...] = (refund_with_a_second_person, let_a_parked_command_run_again)
