"""Plan and billing: what it costs next is what is booked; to end it and to keep it, whatever is sent twice."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from billing.cycle.renewal.next_charge import next_charge
from calls.run_command import run_command
from schemas.permissions import Role
from tests.billing.subscribers import Books, utc
from tests.portal.running_portal import OURS, Browser
from workers.wiring import Work

BILLING = "/account/billing"
NewBrowser = Callable[..., Browser]
NewCustomer = Callable[..., UUID]


@pytest.fixture
def with_plan(subscribers: Books, new_customer: NewCustomer) -> tuple[UUID, UUID]:
    """A customer whose subscription has begun three days ago, and it."""
    account_id, began = new_customer(), datetime.now(UTC).replace(microsecond=0) - timedelta(days=3)
    subscribers.give_card(account_id, began)
    subscription_id = subscribers.subscribe(account_id, began)
    subscribers.answer(began)
    return account_id, subscription_id


def _key(page: str) -> str:
    (key,) = re.findall(r'name="operation_key" value="([^"]+)"', page)
    return str(key)


def test_the_page_tells_what_there_is_and_what_comes(signed_in: NewBrowser, with_plan: tuple[UUID, UUID]) -> None:
    page = signed_in(with_plan[0]).open(BILLING)
    assert page.status_code == 200
    for told in ("starter", "active", "$99.00", "Next invoice", "INV-", "All invoices", "Cancel"):
        assert told in page.text, told
    assert len(page.content) < 60_000


def test_who_has_nothing_is_told_what_would_be_there(signed_in: NewBrowser, new_customer: NewCustomer) -> None:
    page = signed_in(new_customer()).open("/", follow_redirects=True)
    assert page.url.path == BILLING
    assert "There is no subscription" in page.text
    assert "There are no invoices yet" in page.text


def test_a_cancellation_is_asked_said_done_and_taken_back(
    signed_in: NewBrowser, with_plan: tuple[UUID, UUID], subscribers: Books, hands_of_portal: Work
) -> None:
    (account_id, subscription_id), path = with_plan, f"{BILLING}/{with_plan[1]}/cancel"
    ada = signed_in(account_id)
    asked = ada.open(path)
    assert "You can take this back" in asked.text
    fields = {"operation_key": _key(asked.text), "when": "period_end"}
    first, again = ada.send(path, fields), ada.send(path, fields)
    assert (first.status_code, again.status_code) == (303, 303)
    assert first.headers["location"] == again.headers["location"], "sent twice it is one operation"
    waiting = ada.open(first.headers["location"])
    assert "on its way" in waiting.text
    assert "refresh" not in waiting.headers
    assert ada.open(f"{first.headers['location']}?watch=5").headers["refresh"] == "5"
    run_command(hands_of_portal, UUID(first.headers["location"].rpartition("/")[2]))
    assert "This is done" in ada.open(first.headers["location"]).text
    assert subscribers.subscription(subscription_id).cancel_at_period_end

    page = ada.open(BILLING)
    assert "Keep it after all" in page.text
    assert "Next invoice" not in page.text
    assert "It is canceled already" in ada.open(path).text
    kept = ada.send(f"{BILLING}/{subscription_id}/keep", {"operation_key": _key(page.text)})
    run_command(hands_of_portal, UUID(kept.headers["location"].rpartition("/")[2]))
    assert not subscribers.subscription(subscription_id).cancel_at_period_end
    said = text("SELECT kind, caller FROM operations WHERE caller = :caller ORDER BY created_at")
    with subscribers.database.transaction() as session:
        rows = session.execute(said, {"caller": f"user/{account_id}/user_1"}).all()
    assert [row.kind for row in rows] == ["cancel_subscription", "reactivate_subscription"]


def test_a_form_with_a_wrong_value_is_shown_again_with_what_is_wrong(
    signed_in: NewBrowser, with_plan: tuple[UUID, UUID]
) -> None:
    path, key = f"{BILLING}/{with_plan[1]}/cancel", str(uuid4())
    ada = signed_in(with_plan[0])
    wrong = ada.send(path, {"operation_key": key, "when": "<b>never"})
    assert wrong.status_code == 422
    assert 'href="#when"' in wrong.text
    assert key in wrong.text, "it is still the same form"
    assert "<b>never" not in wrong.text
    assert ada.send(path, {"operation_key": key, "when": "period_end"}).status_code == 303
    other = ada.send(path, {"operation_key": key, "when": "now"})
    assert (other.status_code, "said something else" in other.text) == (409, True)
    for broken in ({}, {"operation_key": "1"}):
        assert ada.send(path, broken).status_code == 400


def test_what_was_refused_says_so_and_that_nothing_changed(
    signed_in: NewBrowser, with_plan: tuple[UUID, UUID], hands_of_portal: Work
) -> None:
    ada = signed_in(with_plan[0])
    said = ada.send(f"{BILLING}/{with_plan[1]}/keep", {"operation_key": str(uuid4())})
    run_command(hands_of_portal, UUID(said.headers["location"].rpartition("/")[2]))
    page = ada.open(said.headers["location"])
    assert "nothing was changed by it" in page.text


def test_others_touch_nothing_and_see_nothing(
    signed_in: NewBrowser, with_plan: tuple[UUID, UUID], new_customer: NewCustomer, subscribers: Books
) -> None:
    account_id, subscription_id = with_plan
    path, fields = f"{BILLING}/{subscription_id}/cancel", {"operation_key": str(uuid4()), "when": "period_end"}
    said = signed_in(account_id).send(path, fields).headers["location"]
    stranger = signed_in(new_customer())
    assert stranger.open(path).status_code == stranger.send(path, fields).status_code == 404
    assert stranger.open(said).status_code == 404
    assert signed_in(account_id, user_id="user_2").open(said).status_code == 404, "it is another user's"
    reader = signed_in(account_id, user_id="user_3", role=Role.VIEWER)
    page = reader.open(BILLING)
    assert page.status_code == 200
    assert "/cancel" not in page.text
    assert reader.open(path).status_code == reader.send(path, fields).status_code == 403
    member = signed_in(account_id, user_id="user_4", role=Role.MEMBER)
    assert "INV-" not in member.open(BILLING).text
    forged = signed_in(account_id).send(path, fields, headers={**OURS, "Origin": "null"})
    assert forged.status_code == 403
    with subscribers.database.transaction() as session:
        counted = text("SELECT count(*) FROM operations WHERE body ->> 'subscription_id' = :named")
        assert session.scalar(counted, {"named": str(subscription_id)}) == 1


@pytest.mark.parametrize("plan", ["starter", "growth"])
def test_what_is_shown_as_next_is_what_is_billed(subscribers: Books, new_customer: NewCustomer, plan: str) -> None:
    account_id, began = new_customer(), utc("2026-01-31 10:00")
    subscribers.give_card(account_id, began)
    subscription_id = subscribers.subscribe(account_id, began, plan)
    subscribers.answer(began)
    for _ in range(3):
        with subscribers.database.transaction() as session:
            shown = next_charge(session, subscription_id)
        assert shown is not None
        assert subscribers.come_due(shown.at) == 1
        subscribers.answer(shown.at)
        billed = subscribers.invoices(account_id)[-1]
        assert (billed.total_minor, billed.issued_at) == (shown.total.minor, shown.at)
    ends = subscribers.subscription(subscription_id).period_start
    subscribers.cancel(subscription_id, ends, at_period_end=True)
    with subscribers.database.transaction() as session:
        assert next_charge(session, subscription_id) is None
