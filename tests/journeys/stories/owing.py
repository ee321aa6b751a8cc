"""A payment has failed; whoever looks in is told so, and mends it."""

import re
from datetime import UTC, datetime, timedelta

from stack.shopper import GOOD_CARD
from tests.journeys.scene import Journey, Scene
from tests.journeys.stories.buying import GO_ON

# as long as the longest month, and a day
A_RENEWAL = timedelta(days=32)


def mend_a_failed_payment_from_the_banner(scene: Scene) -> None:
    """The renewal was refused: the banner says what, why and what follows, and its button leads to the money."""
    began = datetime.now(UTC).replace(microsecond=0) - A_RENEWAL
    clock_id = scene.say("/v1/test-clocks/", name="Ada's clock", frozen_at=began.isoformat())["id"]
    account_id = scene.account(test_clock_id=clock_id)
    card_ref = scene.saves_card(account_id)
    scene.subscribes(account_id, "starter")
    scene.shopper.sandbox("PATCH", f"/sandbox/payment-methods/{card_ref}", {"decline_code": "insufficient_funds"})
    clock = f"/v1/test-clocks/{clock_id}/"
    scene.say(f"{clock}advance/", frozen_at=(began + A_RENEWAL).isoformat())
    scene.waits_for(lambda: scene.shopper.get(clock)["status"] == "ready", "the clock to arrive")
    ada = scene.enters(account_id)
    ada.awaits("past due", "To be paid:", "Your card has insufficient funds.")
    ada.sees("We try again by ourselves on", "Your plan stays until")
    ada.follow(re.compile(r"^Pay .* now$"))
    ada.press(re.compile(r"^Pay (.* now|with Card)$"))
    ada.awaits("one more step")
    ada.follow(GO_ON)
    ada.type("Card number", GOOD_CARD)
    ada.press(re.compile("^Pay"))
    ada.awaits("Thank you: your payment has come.")
    ada.follow("Plan and billing")
    ada.awaits("active")
    ada.sees_no("To be paid:")


STORIES: tuple[Journey, ...] = (mend_a_failed_payment_from_the_banner,)
