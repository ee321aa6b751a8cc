"""An account is suspended: nothing is begun for it and it uses nothing, and what it owes it can pay."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from billing.accounts.queries import get_account
from billing.clocks.timelines import Timeline
from billing.invoices.tables import InvoiceStatus
from billing.top_ups.queries import due_top_ups
from billing.top_ups.set import set_top_up
from billing.top_ups.start import start_due_top_up
from calls.run_command import run_command
from calls.run_set import run_set
from database.audit.queries import Wanted, list_entries
from database.engine import Database
from database.operations import Operation, stage_command
from schemas.commands import COMMANDS
from tests.billing.hearing_side import tell_all, types_heard
from tests.billing.prepaid import Prepaid
from tests.billing.subscribers import Books
from tests.billing.teams import Team
from workers.wiring import Work

NOW = datetime.now(UTC)
WHY: Mapping[str, Any] = {"reason": "three chargebacks"}
STARTER = {"plan": "starter", "interval": "month", "currency": "USD"}


class Counter:
    """Where commands about one account are given."""

    def __init__(self, work: Work, account_id: UUID) -> None:
        self.work = work
        self.account_id = account_id

    def say(self, kind: str, *, in_set: bool = False, **fields: Any) -> Operation:
        """Stage it and run it, whatever comes of it."""
        body = COMMANDS[kind](**{**self._about(kind), **fields}).model_dump(mode="json")
        with self.work.database.transaction() as session:
            operation_id = stage_command(session, kind, body, "app/test")
        run_set(self.work, [operation_id]) if in_set else run_command(self.work, operation_id)
        with self.work.database.transaction() as session:
            return session.get_one(Operation, operation_id)

    def refused(self, kind: str, **fields: Any) -> str:
        """Why it was; empty where it was not."""
        problem = self.say(kind, **fields).problem
        return str(problem["type"]).rpartition(":")[2] if problem else ""

    def status(self) -> tuple[datetime | None, str]:
        """Since when the account is suspended, and why."""
        with self.work.database.transaction() as session:
            account = get_account(session, self.account_id)
            return account.suspended_at, account.suspended_because

    def _about(self, kind: str) -> dict[str, Any]:
        return {"account_id": self.account_id} if "account_id" in COMMANDS[kind].model_fields else {}


@pytest.fixture
def counter(hands: Work, database: Database, account_id: UUID) -> Counter:
    """With a customer who has a hundred credits."""
    Prepaid(database, account_id).grant(100, NOW)
    return Counter(hands, account_id)


def test_nothing_is_begun_or_used_while_it_is_suspended(counter: Counter, books: Books) -> None:
    books.give_card(counter.account_id, NOW)
    subscription_id = books.subscribe(counter.account_id, NOW)
    of_it = {"subscription_id": subscription_id}
    invitation_id = Team(counter.work.database, counter.account_id).invite("a@ada.example", by=None).id
    addresses = {"success_url": "https://app.example/a", "cancel_url": "https://app.example/b"}
    assert counter.refused("suspend_account", **WHY) == ""
    wishes: Mapping[str, Mapping[str, Any]] = {
        "create_subscription": {"plan": STARTER}, "start_subscription_checkout": {"plan": STARTER, **addresses},
        "change_plan": {"plan": STARTER, **of_it}, "upgrade_subscription": {"plan": STARTER, **of_it},
        "add_service": {"service": "setup-app", **of_it}, "reactivate_subscription": of_it,
        "resume_subscription": of_it, "purchase_credits": {"package": "starter", "method": "saved"},
        "start_credit_checkout": {"package": "starter", **addresses}, "start_manual_payment": {"package": "starter"},
        "set_auto_top_up": {"package": "starter", "top_up_below": 5}, "consume_credits": {"amount": 1},
        "record_usage": {"events": [{"event_id": "1", "operation": "search"}]},
        "reserve_usage": {"operation": "search", "quantity": 1},
        "invite_member": {"email": "b@ada.example", "role": "viewer"},
        "repeat_invitation": {"invitation_id": invitation_id},
    }  # fmt: skip
    for kind, fields in wishes.items():
        assert counter.refused(kind, **fields) == "account_suspended", kind
    assert {kind for kind, command in COMMANDS.items() if command.begins} == set(wishes)


@pytest.mark.parametrize("in_set", [False, True])
def test_credits_are_used_again_once_it_is_activated(counter: Counter, in_set: bool) -> None:
    assert counter.refused("consume_credits", amount=10, in_set=in_set) == ""
    counter.say("suspend_account", **WHY)
    assert counter.refused("consume_credits", amount=10, in_set=in_set) == "account_suspended"
    counter.say("activate_account")
    told = counter.say("consume_credits", amount=10, in_set=in_set).result
    assert told is not None
    assert told["balance"] == 80


def test_others_in_the_same_set_are_served(counter: Counter, database: Database, ada: UUID) -> None:
    Prepaid(database, ada).grant(100, NOW)
    counter.say("suspend_account", **WHY)
    with database.transaction() as session:
        ids = [
            stage_command(session, "consume_credits", {"account_id": str(each), "amount": 10}, "app/test")
            for each in (counter.account_id, ada, counter.account_id)
        ]
    run_set(counter.work, ids)
    with database.transaction() as session:
        states = [session.get_one(Operation, each).state.value for each in ids]
    assert states == ["rejected", "done", "rejected"]


def test_what_it_has_goes_on_and_what_it_owes_is_paid(counter: Counter, books: Books) -> None:
    """Renewals, downgrades, corrections and its end are none of what is stopped."""
    account_id = counter.account_id
    books.give_card(account_id, NOW)
    subscription_id = books.subscribe(account_id, NOW, plan="growth")
    counter.say("suspend_account", **WHY)
    assert books.answer(NOW) == 1, "what was asked for is paid"
    assert [invoice.status for invoice in books.invoices(account_id)] == [InvoiceStatus.PAID]
    downgraded = counter.refused("downgrade_subscription", subscription_id=subscription_id, plan=STARTER)
    renewed_at = books.subscription(subscription_id).period_end
    assert books.catch_up(renewed_at) == 1, "it renews"
    assert books.answer(renewed_at) == 1
    gift = {"direction": "grant", "amount": 5, "reason": "for the outage"}
    said = {
        "downgrade_subscription": downgraded,
        "pause_subscription": counter.refused("pause_subscription", subscription_id=subscription_id),
        "cancel_subscription": counter.refused("cancel_subscription", subscription_id=subscription_id, when="now"),
        "update_account": counter.refused("update_account", name="Ada"),
        "adjust_credits": counter.refused("adjust_credits", **gift),
        "export_account": counter.refused("export_account"),
    }
    assert "account_suspended" not in said.values(), said
    (invoice, *_) = books.invoices(account_id)
    assert counter.refused("start_manual_payment", account_id=None, invoice_id=invoice.id) == "invoice_paid"


def test_nothing_is_bought_by_itself(counter: Counter, books: Books) -> None:
    books.give_card(counter.account_id, NOW)
    counter.say("suspend_account", **WHY)
    with books.database.transaction() as session:
        set_top_up(session, counter.account_id, "starter", 1_000, 3, NOW)
    with books.database.transaction() as session:
        assert due_top_ups(session, Timeline(None, NOW), 10) == []
        assert not start_due_top_up(session, counter.account_id, NOW)
    counter.say("activate_account")
    with books.database.transaction() as session:
        assert due_top_ups(session, Timeline(None, NOW), 10) == [counter.account_id]
        assert start_due_top_up(session, counter.account_id, NOW)


def test_a_second_suspension_changes_nothing_and_each_step_is_told_once(counter: Counter) -> None:
    assert tell_all(counter.work.database) > 0
    before = len(types_heard(counter.work.database, counter.account_id))
    counter.say("suspend_account", **WHY)
    first = counter.status()
    assert first[1] == "three chargebacks"
    counter.say("suspend_account", reason="another")
    assert counter.status() == first
    for _ in range(2):
        counter.say("activate_account")
    assert counter.status() == (None, "")
    tell_all(counter.work.database)
    assert types_heard(counter.work.database, counter.account_id)[before:] == ["account.suspended", "account.activated"]


def test_who_suspended_it_and_why_is_written_down(counter: Counter) -> None:
    counter.say("suspend_account", **WHY)
    with counter.work.database.transaction() as session:
        (whole,) = list_entries(session, Wanted(account_id=counter.account_id, action="suspend_account"), None, 10)[0]
    (fields,) = whole.after.values()
    assert whole.said["reason"] == "three chargebacks"
    assert set(fields) == {"suspended_at", "suspended_because"}
    assert whole.before == {f"accounts/{counter.account_id}": {"suspended_at": None, "suspended_because": ""}}
