"""A customer takes a service in the middle of a month, and gives it back in the middle of the next."""

import pytest

from database.engine import Database
from stack.errors import StackError
from stack.shopper import Shopper
from tests.scenarios.storytelling import eventually
from tests.scenarios.subscriptions import Subscriber, assert_in_order

SERVICE = "campaign-management"


def test_what_was_previewed_is_charged_and_what_is_left_is_kept(shopper: Shopper, stack_books: Database) -> None:
    tara = Subscriber(shopper, "Tara", "2026-04-01 10:00")
    tara.use_card()
    subscription_id = tara.subscribe("starter")
    path = f"/v1/billing/subscriptions/{subscription_id}/services/"

    tara.live_until("2026-04-16 10:00")
    preview = shopper.ask(f"{path}preview/", {"service": SERVICE})
    assert (preview["due_minor"], preview["lines"][0]["description"]) == (
        9_950,
        "Remaining time on Campaign Management",
    )
    assert tara.ask(subscription_id, "services", service=SERVICE)["services"] == [SERVICE]
    eventually(lambda: tara.bills()[-1] == ("2026-04-16", "paid", 9_950), "the service to be paid")
    with pytest.raises(StackError, match="service_already_added"):
        tara.ask(subscription_id, "services", service=SERVICE)

    tara.live_until("2026-05-16 22:00")
    assert tara.bills()[-1] == ("2026-05-01", "paid", 9_900 + 19_900)
    back = shopper.ask(f"{path}preview/", {"service": SERVICE, "is_removed": True})
    removed = shopper.session.delete(
        f"{shopper.api_url}{path}{SERVICE}/",
        headers={"Authorization": f"Bearer {shopper.api_key}", "Prefer": "wait=20"},
        timeout=30,
    ).json()
    assert (removed["status"], removed["result"]["services"]) == ("succeeded", [])
    account = shopper.get(f"/v1/accounts/{tara.account_id}/")
    assert account["kept_minor"] == {"USD": back["kept_minor"]} == {"USD": 9_950}
    tara.live_until("2026-06-01 10:00")
    assert tara.bills()[-1] == ("2026-06-01", "paid", 9_900)
    assert_in_order(stack_books)
