"""Another plan: shown to the cent before anybody agrees, booked as it was shown, refused when it is not so any more."""

import html
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from billing.cards.detach import detach_card
from billing.cards.queries import list_cards
from schemas.permissions import Role
from tests.billing.subscribers import Books
from tests.portal.pressing import carried_out
from tests.portal.running_portal import OURS, Browser
from workers.wiring import Work

BILLING = "/account/billing"
NewBrowser = Callable[..., Browser]
NewCustomer = Callable[..., UUID]
_HIDDEN = re.compile(r'type="hidden" name="([^"]+)" value="([^"]*)"')


@pytest.fixture
def on_starter(subscribers: Books, new_customer: NewCustomer) -> tuple[UUID, UUID]:
    """A customer who has begun three days ago, and the subscription."""
    account_id, began = new_customer(), datetime.now(UTC).replace(microsecond=0) - timedelta(days=3)
    subscribers.give_card(account_id, began)
    subscription_id = subscribers.subscribe(account_id, began)
    subscribers.answer(began)
    return account_id, subscription_id


def _form(page: str) -> dict[str, str]:
    """What the form of a review carries."""
    inside = page[page.index('<form method="post" class="card">') :]
    return {name: html.unescape(value) for name, value in _HIDDEN.findall(inside[: inside.index("</form>")])}


def _amount(page: str, label: str) -> int:
    """The first amount behind a label."""
    found = re.search(rf'{label}</dt><dd><strong><data class="money" value="(-?\d+)"', page)
    assert found, label
    return int(found[1])


def test_the_plans_are_compared_and_one_is_reviewed_agreed_to_and_billed_as_shown(
    signed_in: NewBrowser, on_starter: tuple[UUID, UUID], subscribers: Books, hands_of_portal: Work
) -> None:
    (account_id, subscription_id), change = on_starter, f"{BILLING}/{on_starter[1]}/change"
    ada = signed_in(account_id)
    assert f"{BILLING}/{subscription_id}/plans" in ada.open(BILLING).text
    led = ada.open("/account/plan", follow_redirects=True)
    assert led.url.path == f"{BILLING}/{subscription_id}/plans"
    for told in ("Growth", "Scale", "$199.00", "1,500 credits a month", "your plan", "Sites: up to 5"):
        assert told in led.text, told
    assert f"{change}?plan=growth&amp;interval=month" in led.text
    assert f"{change}?plan=starter&amp;interval=month" not in led.text, "it is the plan that runs"

    review = ada.open(f"{change}?plan=growth&interval=month")
    shown = _amount(review.text, "To be paid now")
    assert 0 < shown < 10_000
    assert _amount(review.text, "From then on") == 19_900
    for told in ("How this is computed", "Unused time on Starter", "then you have", f"${shown / 100:.2f}"):
        assert told in review.text, told
    fields = _form(review.text)
    first, again = ada.send(change, fields), ada.send(change, fields)
    assert first.headers["location"] == again.headers["location"], "sent twice it is one operation"
    assert "This is done" in carried_out(ada, hands_of_portal, first).text
    billed = subscribers.invoices(account_id)[-1]
    assert billed.due_minor == shown
    page = ada.open(BILLING)
    assert "begins as soon as its invoice is paid" in page.text
    subscribers.answer(datetime.now(UTC))
    page = ada.open(BILLING)
    assert "Take that back" not in page.text, "it is paid, and begun"
    assert "$199.00" in page.text


def test_a_downgrade_waits_for_the_period_and_is_taken_back(
    signed_in: NewBrowser, subscribers: Books, new_customer: NewCustomer, hands_of_portal: Work
) -> None:
    account_id, began = new_customer(), datetime.now(UTC).replace(microsecond=0) - timedelta(days=3)
    subscribers.give_card(account_id, began)
    subscription_id = subscribers.subscribe(account_id, began, "growth")
    subscribers.answer(began)
    ada, change = signed_in(account_id), f"{BILLING}/{subscription_id}/change"
    review = ada.open(f"{change}?plan=starter&interval=month")
    assert _amount(review.text, "To be paid now") == 0
    assert _amount(review.text, "From then on") == 9_900
    assert "until then all stays as it is" in review.text
    assert "Change now instead" in review.text
    carried_out(ada, hands_of_portal, ada.send(change, _form(review.text)))
    page = ada.open(BILLING)
    assert "Take that back, and stay with growth" in page.text
    key = re.search(r'/stay" class="banner waiting">.*?name="operation_key" value="([^"]+)"', page.text, re.DOTALL)
    assert key
    stay = ada.send(f"{BILLING}/{subscription_id}/stay", {"operation_key": key[1]})
    carried_out(ada, hands_of_portal, stay)
    assert subscribers.subscription(subscription_id).next_price_id is None
    assert "Take that back" not in ada.open(BILLING).text


def test_what_is_not_as_it_was_shown_is_not_done(
    signed_in: NewBrowser, on_starter: tuple[UUID, UUID], subscribers: Books, hands_of_portal: Work
) -> None:
    """Two pages were open; on one of them the plan was changed meanwhile."""
    (account_id, subscription_id), change = on_starter, f"{BILLING}/{on_starter[1]}/change"
    ada = signed_in(account_id)
    stale = _form(ada.open(f"{change}?plan=growth&interval=month").text)
    fresh = _form(ada.open(f"{change}?plan=scale&interval=month").text)
    carried_out(ada, hands_of_portal, ada.send(change, fresh))
    subscribers.answer(datetime.now(UTC))
    billed = len(subscribers.invoices(account_id))
    refused = carried_out(ada, hands_of_portal, ada.send(change, stale))
    assert "nothing was changed by it" in refused.text
    assert "is not what it would cost now" in refused.text
    assert len(subscribers.invoices(account_id)) == billed
    assert subscribers.subscription(subscription_id).next_price_id is None
    tampered = {**_form(ada.open(f"{change}?plan=growth&interval=month").text), "fingerprint": "0" * 64}
    refused = carried_out(ada, hands_of_portal, ada.send(change, {**tampered, "operation_key": str(uuid4())}))
    assert "is not what it would cost now" in refused.text


def test_what_cannot_be_had_is_said_before_anything_is_sent(
    signed_in: NewBrowser, on_starter: tuple[UUID, UUID], subscribers: Books
) -> None:
    account_id, subscription_id = on_starter
    ada, change = signed_in(account_id), f"{BILLING}/{subscription_id}/change"
    assert "This is the plan that you have" in ada.open(f"{change}?plan=starter&interval=month").text
    with subscribers.database.transaction() as session:
        (card,) = list_cards(session, account_id)
        detach_card(session, card.gateway, card.card_ref, datetime.now(UTC))
    page = ada.open(f"{change}?plan=scale&interval=month").text
    assert "no card or wallet that could be charged" in page
    assert "<button>" not in page[page.index("<main") :]
    for wrong in ("?plan=%3Cb%3E", "?plan=growth&interval=week", "?plan=growth&when=never", ""):
        refused = ada.open(f"{change}{wrong}")
        assert (refused.status_code, "Please mend this" in refused.text) == (422, True), wrong
        assert "<b>" not in refused.text
    assert "There is no plan" in ada.open(f"{change}?plan=platinum").text


def test_others_change_nothing(
    signed_in: NewBrowser, on_starter: tuple[UUID, UUID], new_customer: NewCustomer, browser: NewBrowser
) -> None:
    account_id, subscription_id = on_starter
    one = f"{BILLING}/{subscription_id}"
    fields = {"operation_key": str(uuid4()), "plan": "growth", "interval": "month"}
    stranger, viewer = signed_in(new_customer()), signed_in(account_id, user_id="user_3", role=Role.VIEWER)
    for path in (f"{one}/plans", f"{one}/change?plan=growth"):
        assert stranger.open(path).status_code == 404
        assert viewer.open(path).status_code == 403
        assert browser().open(path).status_code == 401
    for path in (f"{one}/change", f"{one}/stay"):
        assert stranger.send(path, fields).status_code == 404
        assert viewer.send(path, fields).status_code == 403
        assert signed_in(account_id).send(path, fields, headers={**OURS, "Origin": "null"}).status_code == 403
    wrong = signed_in(account_id).send(f"{one}/change", fields)
    assert wrong.status_code == 422, "nobody agrees to what was not shown"
