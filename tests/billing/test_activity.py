"""The time line of an account: all that happened to it, newest first, page by page."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from billing.accounts.open import open_account
from billing.credits.tables import CreditMovement
from billing.overview.activity import list_activity
from billing.overview.branches import BRANCHES
from database.audit.tables import ActorKind
from database.audit.write import Actor, Deed, write_down
from database.engine import Database
from database.ids import uuid7
from database.operations import stage_command
from database.outbox import stage
from database.pages import Between, Cursor, Paging
from database.staff import STAFF_CALLER, StaffMember
from schemas.facts.reversals import DisputeState
from schemas.views.activity import ActivityKind, ActivityView
from tests.billing.conftest import ADA
from tests.billing.hearing_side import tell_all
from tests.billing.money_back import MoneyBack
from tests.billing.payers import Payer

EVER = Between()
MO = Actor(ActorKind.STAFF, "staff/mo", "Mo", "support")


class Line:
    """One account's, as whoever may see everything sees it."""

    def __init__(self, database: Database, account_id: UUID) -> None:
        self.database = database
        self.account_id = account_id

    def all(self, kind: ActivityKind | None = None, written: Between = EVER, limit: int = 100) -> list[ActivityView]:
        """Every page of it."""
        found: list[ActivityView] = []
        cursor: str | None = ""
        while cursor is not None:
            paging = Paging(Cursor.parse(cursor) if cursor else None, limit)
            with self.database.transaction() as session:
                page = list_activity(session, self.account_id, paging, kind=kind, written=written)
            found, cursor = [*found, *page.data], page.next_cursor
        return found


@pytest.fixture
def eventful(back: MoneyBack, ada: UUID) -> Line:
    """A customer to whom something of every kind has happened."""
    database = back.books.database
    payment_id, _ = back.buy(), back.buy()
    back.ask(payment_id, 500)
    back.credit()
    back.use(10)
    back.contest(back.payments()[-1].id, DisputeState.NEEDS_RESPONSE, 100)
    payer = Payer(database, ada)
    payer.claim(payer.order(), 2_999)
    with database.transaction() as session:
        body = {"account_id": str(ada), "name": "Ada"}
        stage_command(session, "update_account", body, "app/shop")
        stage_command(session, "consume_credits", {"account_id": str(ada), "amount": 1}, "app/shop")
        stage(session, "low_credits", ada, "the balance fell")
        write_down(session, [Deed(MO, "read", ada), Deed(MO, "update_account", ada, operation_id=uuid7())])
        others = open_account(session, uuid7(), ADA)
        stage_command(session, "update_account", {"account_id": str(others), "name": "Bob"}, "app/shop")
    tell_all(database)
    return Line(database, ada)


def test_every_kind_of_thing_is_on_it_and_nothing_of_others(eventful: Line) -> None:
    line = eventful.all()
    assert set(BRANCHES) == set(ActivityKind) == {entry.kind for entry in line}
    assert {entry.account_id for entry in line} == {eventful.account_id}
    assert [(entry.at, entry.id) for entry in line] == sorted(((e.at, e.id) for e in line), reverse=True)
    (command,) = (entry for entry in line if entry.kind is ActivityKind.COMMAND)
    assert (command.what, command.status, command.who) == ("update_account", "ready", "app/shop")
    (person,) = (entry for entry in line if entry.kind is ActivityKind.PERSON)
    assert (person.what, person.who) == ("read", "Mo"), "what was done by a command stands as that"
    (refund,) = (entry for entry in line if entry.kind is ActivityKind.REFUND)
    assert (refund.amount, refund.unit, refund.reference) == (500, "USD", "stripe")
    used = [entry for entry in line if entry.what == CreditMovement.CONSUME]
    assert [(entry.amount, entry.unit) for entry in used] == [(-10, "credits")]
    (mail,) = (entry for entry in line if entry.kind is ActivityKind.MAIL)
    assert (mail.what, mail.status, mail.reference) == ("low_credits", "ready", str(eventful.account_id))


def test_who_of_the_company_said_what_waits_is_told_by_name(eventful: Line) -> None:
    mo = StaffMember(id=uuid7(), name="Mo", email="mo@shop.example", role="finance")
    with eventful.database.transaction() as session:
        session.add(mo)
        body = {"account_id": str(eventful.account_id), "name": "Adam"}
        stage_command(session, "update_account", body, f"{STAFF_CALLER}{mo.id}")
    commands = [entry for entry in eventful.all() if entry.kind is ActivityKind.COMMAND]
    assert [entry.who for entry in commands] == ["Mo", "app/shop"]


@pytest.mark.parametrize("limit", [1, 3, 7])
def test_pages_follow_one_another_without_a_gap(eventful: Line, limit: int) -> None:
    whole = eventful.all()
    assert len(whole) > 30
    assert eventful.all(limit=limit) == whole


def test_each_kind_can_be_asked_for_alone(eventful: Line) -> None:
    whole = eventful.all()
    counted = Counter(entry.kind for entry in whole)
    for kind in ActivityKind:
        alone = eventful.all(kind, limit=2)
        assert alone == [entry for entry in whole if entry.kind is kind], kind
        assert len(alone) == counted[kind] > 0


def test_a_time_can_be_asked_for(eventful: Line) -> None:
    whole = eventful.all()
    middle = whole[len(whole) // 2].at
    earlier, later = eventful.all(written=Between(end=middle)), eventful.all(written=Between(start=middle))
    assert [*later, *earlier] == whole
    assert earlier != []
    assert eventful.all(written=Between(start=datetime.now(UTC) + timedelta(days=1))) == []
