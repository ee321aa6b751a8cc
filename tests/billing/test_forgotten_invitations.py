"""Whoever never answers an invitation is forgotten, a month after it expired."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from billing.accounts.tables import Account
from billing.clocks.tables import TestClock as Clock
from billing.clocks.timelines import Timeline
from billing.privacy.forget_due import UNANSWERED_KEPT, forget_invitations
from billing.team.rules import ACCEPTED_WITHIN
from database.engine import Database
from database.ids import uuid7
from tests.billing.teams import MONDAY, Team

KEPT_UNTIL = MONDAY + ACCEPTED_WITHIN + UNANSWERED_KEPT
A_SECOND = timedelta(seconds=1)


@pytest.fixture
def asking(database: Database, account_id: UUID) -> Team:
    """Ada's, who asks people in."""
    return Team(database, account_id)


def _forget(database: Database, at: datetime, rows_max: int = 10) -> int:
    with database.transaction() as session:
        return forget_invitations(session, Timeline(None, at), rows_max)


def test_an_invitation_can_be_sent_again_for_thirty_days_and_then_nobody_knows_of_it(
    asking: Team, database: Database
) -> None:
    asking.invite("bea@ada.example")
    asking.invite("cleo@ada.example")
    token = asking.token()
    assert _forget(database, KEPT_UNTIL) == 0
    assert [each.status for each in asking.waiting(KEPT_UNTIL)] == ["expired"] * 2
    assert [_forget(database, KEPT_UNTIL + A_SECOND, 1) for _ in range(3)] == [1, 1, 0]
    assert asking.waiting(KEPT_UNTIL) == []
    with database.transaction() as session:
        links = session.execute(text("SELECT count(*) FROM invitation_links")).scalar_one()
    assert (links, len(token)) == (0, 43)


def test_one_that_was_sent_again_counts_anew(asking: Team, database: Database) -> None:
    asked = asking.invite("bea@ada.example")
    asking.resend(asked.id, KEPT_UNTIL)
    assert _forget(database, KEPT_UNTIL + A_SECOND) == 0


def test_on_a_test_clock_nothing_is_forgotten(asking: Team, database: Database) -> None:
    """Its days are others, and nobody lives there."""
    asking.invite("bea@ada.example")
    with database.transaction() as session:
        clock = uuid7()
        session.add(Clock(id=clock, name="spring", frozen_at=MONDAY, target_at=MONDAY, status="ready"))
        session.flush()
        session.get_one(Account, asking.account_id).clock_id = clock
    assert _forget(database, KEPT_UNTIL + A_SECOND) == 0
    with database.transaction() as session:
        assert forget_invitations(session, Timeline(clock, KEPT_UNTIL + A_SECOND), 10) == 0
