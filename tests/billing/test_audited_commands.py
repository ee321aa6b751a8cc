"""Every command that is carried out leaves an entry: by whom, about whom, what was said, and what it changed."""

from typing import Any
from uuid import UUID

import pytest

from billing.accounts.queries import get_account
from billing.invariants import commands_are_audited
from calls.run_command import run_command
from database.api_keys import ApiKey, create_key
from database.audit.queries import Wanted, Whole, list_entries
from database.audit.split import HIDDEN, merged, split
from database.engine import Database
from database.operations import Operation, stage_command
from tests.billing.conftest import ADA
from workers.wiring import Work


class Desk:
    """Somebody with a key, called `office`, who gives commands."""

    def __init__(self, work: Work, owner: Database) -> None:
        self.work = work
        with owner.transaction() as session:
            create_key(session, "office", ["accounts:write"])
        with owner.transaction() as session:
            self.key_id = str(session.query(ApiKey.id).filter(ApiKey.name == "office").scalar())

    def say(self, kind: str, body: dict[str, Any], caller: str = "") -> UUID:
        """Stage it and run it, whatever comes of it."""
        with self.work.database.transaction() as session:
            operation_id = stage_command(session, kind, body, caller or self.key_id)
        run_command(self.work, operation_id)
        return operation_id

    def entries(self, **wanted: Any) -> list[Whole]:
        """What was written down, the newest first."""
        with self.work.database.transaction() as session:
            return list_entries(session, Wanted(**wanted), None, 100)[0]


@pytest.fixture
def keyed(hands: Work, database: Database, books_of_owner: Database) -> Desk:
    """It, at an office whose books have a catalog."""
    return Desk(hands, books_of_owner)


def test_an_entry_says_who_did_what_for_whom_and_from_what_to_what(keyed: Desk, account_id: UUID) -> None:
    operation_id = keyed.say("set_credit_debt_max", {"account_id": str(account_id), "credit_debt_max": 500})
    (whole,) = keyed.entries(account_id=account_id)
    entry = whole.entry
    assert (entry.actor_kind, entry.actor_id, entry.actor_name) == ("key", keyed.key_id, "office")
    assert (entry.action, entry.operation_id) == ("set_credit_debt_max", operation_id)
    assert whole.said == {"account_id": str(account_id), "credit_debt_max": 500}
    assert whole.before == {f"accounts/{account_id}": {"credit_debt_max": 10_000}}
    assert whole.after == {f"accounts/{account_id}": {"credit_debt_max": 500}}


def test_names_and_addresses_lie_beside_the_log_and_not_in_it(keyed: Desk) -> None:
    keyed.say("open_account", ADA.model_dump(mode="json"))
    (whole,) = keyed.entries(action="open_account")
    assert whole.said["billing_email"] == "billing@ada.example"
    assert whole.said["billing_address"]["city"] == "London"
    kept = str((whole.entry.said, whole.entry.before, whole.entry.after))
    for personal in ("Ada", "ada.example", "Engine Row", "London", "GB123456789"):
        assert personal not in kept
    assert whole.entry.said["billing_address"]["country"] == "GB"
    with keyed.work.database.transaction() as session:
        assert whole.entry.account_id is not None
        assert get_account(session, whole.entry.account_id).name == ADA.name


def test_a_refused_command_changed_nothing_and_is_no_entry(keyed: Desk, account_id: UUID) -> None:
    operation_id = keyed.say("consume_credits", {"account_id": str(account_id), "amount": 1}, "staff/mo")
    with keyed.work.database.transaction() as session:
        assert session.get_one(Operation, operation_id).state == "rejected"
    assert keyed.entries() == []


def test_of_what_machines_consume_by_the_thousand_the_operation_is_the_entry(keyed: Desk, account_id: UUID) -> None:
    keyed.say("set_balance_watch", {"account_id": str(account_id), "warn_below": None}, "app/shop")
    with keyed.work.database.transaction() as session:
        assert commands_are_audited.ask(session) == []
    assert [(each.entry.actor_kind, each.entry.actor_name) for each in keyed.entries()] == [("product", "shop")]


def test_the_question_finds_a_command_whose_entry_was_never_written(keyed: Desk, account_id: UUID) -> None:
    with keyed.work.database.transaction() as session:
        operation_id = stage_command(session, "end_auto_top_up", {"account_id": str(account_id)}, "app/shop")
        session.get_one(Operation, operation_id).state = "done"  # type: ignore[assignment]
        session.get_one(Operation, operation_id).finished_at = session.get_one(Operation, operation_id).created_at
        session.flush()
        (answer,) = commands_are_audited.ask(session)
    assert answer == f"operation {operation_id} (end_auto_top_up) is done and has no entry"


def test_what_is_said_is_divided_and_comes_together_again() -> None:
    said = {
        "amount": 5, "is_final": True, "plan": "starter", "note": "for Jo", "api_key": "sk_live_1",
        "content": "x" * 3_000,
        "address": {"country": "DE", "city": "Köln"}, "days": ["2026-01-31"], "to": ["jo@example.com"],
        "free": {"jo@example.com": 1}, "none": None, "raw": b"bytes",
    }  # fmt: skip
    parts = split(said)
    assert parts.plain == {
        "amount": 5, "is_final": True, "plan": "starter", "api_key": HIDDEN, "address": {"country": "DE"},
        "days": ["2026-01-31"], "none": None, "raw": HIDDEN,
    }  # fmt: skip
    assert set(parts.personal) == {"note", "content", "address", "to", "free"}
    assert parts.personal["content"]["characters"] == 3_000
    whole = merged(parts.plain, parts.personal)
    assert whole["address"] == {"country": "DE", "city": "Köln"}
    assert set(whole) == set(said)
