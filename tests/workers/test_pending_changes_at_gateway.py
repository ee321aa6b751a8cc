"""A change of plan where the gateway runs the cycle: it is made when it is paid for, and the books follow."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from billing.clocks.tables import TestClock
from billing.invariants import violations
from billing.subscriptions.queries import show_subscription
from database.outbox import OutboxEntry
from schemas.commands.subscriptions import CancelSubscription, ChangePlan, SyncWithGateway
from tests.gateways.sandbox_process import Sandbox
from tests.workers.gateway_run import JANUARY_31, Subscriber, bills, books, deliver
from workers.wiring import Work

FEBRUARY_14 = JANUARY_31 + timedelta(days=14)
TOO_LATE = FEBRUARY_14 + timedelta(hours=23)
DECLINES, PAYS = "4000000000000341", "4242424242424242"


@pytest.fixture
def declining(work: Work, subscriber: Subscriber) -> Subscriber:
    """On Starter since 31 January; on 14 February the card declines."""
    subscriber.subscribe()
    deliver(work, subscriber.news())
    _live_until(subscriber, FEBRUARY_14)
    subscriber.in_portal("card", card_number=DECLINES)
    deliver(work, subscriber.news())
    return subscriber


def test_a_change_that_the_card_declines_waits_and_moves_nothing(work: Work, declining: Subscriber) -> None:
    wished = _change(declining, "growth")
    assert (wished["change"], wished["plan"], wished["status"]) == ("pending", "starter", "active")
    assert wished["pending_change"]["plan"] == "growth"
    assert datetime.fromisoformat(wished["pending_change"]["expires_at"]) == TOO_LATE
    deliver(work, declining.news())
    assert _shown(declining)["pending_change"] == wished["pending_change"]
    assert bills(declining)[-1] == ("change", "pending", 5_000, 0)
    assert (_credits(declining), _mails(declining).count("plan_change_unpaid")) == (500, 1)

    _live_until(declining, TOO_LATE)
    deliver(work, declining.news())
    after = _shown(declining)
    assert (after["plan"], after["status"], after["pending_change"]) == ("starter", "active", None)
    assert bills(declining)[-1] == ("change", "void", 5_000, 0)
    mails = _mails(declining)
    assert (mails.count("plan_change_dropped"), mails.count("payment_failed"), _credits(declining)) == (1, 0, 500)


def test_it_is_made_when_the_invoice_is_paid(work: Work, declining: Subscriber, module_sandbox: Sandbox) -> None:
    _change(declining, "growth")
    deliver(work, declining.news())
    declining.in_portal("card", card_number=PAYS)
    found = declining.stripe.fetch_subscription(subscription_ref=declining.ref)
    assert found is not None
    module_sandbox.ask("POST", f"/v1/invoices/{found.latest_invoice_ref}/pay")
    deliver(work, declining.news())
    after = _shown(declining)
    assert (after["plan"], after["pending_change"], _credits(declining)) == ("growth", None, 1_000)
    assert bills(declining)[-1] == ("change", "paid", 5_000, 0)


def test_a_card_that_is_named_meanwhile_pays_for_it(work: Work, declining: Subscriber) -> None:
    """Saved on a page of ours, to be charged from now on: the gateway tries at once what is open."""
    _change(declining, "growth")
    deliver(work, declining.news())
    declining.save_card(PAYS)
    deliver(work, declining.news())
    deliver(work, declining.news())
    assert (_shown(declining)["plan"], bills(declining)[-1]) == ("growth", ("change", "paid", 5_000, 0))


def test_a_card_from_the_gateways_own_page_pays_for_it_when_it_is_wished_again(
    work: Work, declining: Subscriber
) -> None:
    """There the gateway tries no open invoice by itself: docs/api/subscriptions.md says so."""
    _change(declining, "growth")
    declining.in_portal("card", card_number=PAYS)
    deliver(work, declining.news())
    assert _shown(declining)["pending_change"] is not None
    assert _change(declining, "growth")["change"] == "made"
    deliver(work, declining.news())
    assert (_shown(declining)["plan"], [bill[1] for bill in bills(declining)]) == ("growth", ["paid", "void", "paid"])


def test_one_command_makes_up_for_news_that_never_came(work: Work, declining: Subscriber) -> None:
    _change(declining, "growth")
    assert _shown(declining)["pending_change"] is not None, "with the answer of the change itself"
    _live_until(declining, TOO_LATE)
    after = declining.command(SyncWithGateway(subscription_id=declining.subscription_id))
    assert (after["pending_change"], bills(declining)[-1][1]) == (None, "void")


def test_the_present_plan_takes_it_back_and_another_takes_its_place(work: Work, declining: Subscriber) -> None:
    _change(declining, "growth")
    assert _change(declining, "scale")["pending_change"]["plan"] == "scale"
    taken_back = _change(declining, "starter")
    assert (taken_back["change"], taken_back["plan"]) == ("made", "starter")
    deliver(work, declining.news())
    assert _shown(declining)["pending_change"] is None
    assert [bill[1] for bill in bills(declining)] == ["paid", "void", "void"]
    assert _mails(declining).count("plan_change_dropped") == 0


@pytest.mark.parametrize("when", ["now", "period_end"])
def test_a_cancellation_drops_it(work: Work, declining: Subscriber, when: str) -> None:
    _change(declining, "growth")
    wanted = {"subscription_id": declining.subscription_id, "when": when}
    declining.command(CancelSubscription.model_validate(wanted))
    deliver(work, declining.news())
    assert (_shown(declining)["pending_change"], bills(declining)[-1][1]) == (None, "void")


def test_credits_of_the_plan_that_is_left_are_taken_back_when_that_is_paid_for(
    work: Work, declining: Subscriber
) -> None:
    """Nothing of it happens at the wish; a downgrade gives money back, so that it is made at once."""
    declining.in_portal("card", card_number=PAYS)
    _change(declining, "growth")
    deliver(work, declining.news())
    assert _credits(declining) == 1_000
    assert _change(declining, "starter", when="now")["change"] == "made"
    deliver(work, declining.news())
    assert _credits(declining) == 500


def _change(ada: Subscriber, plan: str, when: str | None = None) -> dict[str, Any]:
    wanted = {"subscription_id": ada.subscription_id, "plan": {"plan": plan}, "when": when or "now"}
    return ada.command(ChangePlan.model_validate(wanted))


def _live_until(ada: Subscriber, moment: datetime) -> None:
    """Time goes on at the sandbox and in the books."""
    ada.live_until(moment)
    with ada.work.database.transaction() as session:
        session.execute(update(TestClock).values(frozen_at=moment, target_at=moment))


def _shown(ada: Subscriber) -> dict[str, Any]:
    with ada.work.database.transaction() as session:
        assert [found for found in violations(session) if "nothing_waits" not in found] == []
        return show_subscription(session, ada.subscription_id).model_dump(mode="json")


def _credits(ada: Subscriber) -> int:
    return sum(grant["remaining"] for grant in books(ada.work)["grants"])


def _mails(ada: Subscriber) -> list[str]:
    with ada.work.database.transaction() as session:
        return list(session.scalars(select(OutboxEntry.topic)))
