"""Addresses to which mail has stopped, whatever the order in which that is told."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from billing.errors import Rejected
from billing.mail.lift_stop import lift_stop
from billing.mail.queries import find_stop, list_stops, reachable, view_stop
from billing.mail.stop_address import stop_address
from database.engine import Database, make_engine
from schemas.facts.mails import MailFact, MailNews

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ADA = "Ada@Ada.example"


@pytest.fixture
def post_office(database_url: str) -> Iterator[Session]:
    """One transaction that is rolled back."""
    database = Database(make_engine(database_url))
    with Session(database.engine) as opened:
        yield opened
    database.engine.dispose()


def _told(news: MailNews, minutes: int = 0, *addresses: str, is_for_good: bool = True) -> MailFact:
    return MailFact(
        news, "56761188", addresses or (ADA,), is_for_good, "No such user", NOON + timedelta(minutes=minutes)
    )


def test_capital_letters_make_no_other_mailbox(post_office: Session) -> None:
    stop_address(post_office, _told(MailNews.BOUNCED))
    shown = view_stop(post_office, " ADA@ada.example ")
    assert shown is not None
    assert (shown.reason, shown.said, shown.stopped_at) == ("bounced", "No such user", NOON)
    assert view_stop(post_office, "eve@ada.example") is None


@pytest.mark.parametrize(
    "told",
    [
        _told(MailNews.BOUNCED, is_for_good=False),
        _told(MailNews.DELAYED),
        _told(MailNews.DELIVERED),
        _told(MailNews.FAILED),
        _told(MailNews.NOTHING),
        MailFact(MailNews.BOUNCED, "", (), True, "", NOON),
    ],
)
def test_what_may_pass_stops_nothing(post_office: Session, told: MailFact) -> None:
    stop_address(post_office, told)
    assert list_stops(post_office) == []


def test_the_first_reason_stands_and_late_news_do_not_undo_a_person(post_office: Session) -> None:
    stop_address(post_office, _told(MailNews.BOUNCED))
    stop_address(post_office, _told(MailNews.COMPLAINED, 5))
    stopped = find_stop(post_office, ADA)
    assert stopped is not None
    assert (str(stopped.reason), stopped.stopped_at) == ("bounced", NOON)

    lift_stop(post_office, ADA, "operator/olga", NOON + timedelta(hours=1))
    stop_address(post_office, _told(MailNews.BOUNCED, 30))
    post_office.expire_all()
    assert find_stop(post_office, ADA) is None, "it happened before she said so"
    stop_address(post_office, _told(MailNews.COMPLAINED, 90))
    post_office.expire_all()
    again = find_stop(post_office, ADA)
    assert again is not None
    assert (str(again.reason), again.lifted_by) == ("complained", "")


def test_only_what_has_stopped_is_lifted(post_office: Session) -> None:
    with pytest.raises(Rejected, match="address_not_stopped"):
        lift_stop(post_office, ADA, "operator/olga", NOON)


def test_each_recipient_of_one_mail_is_told_of_once(post_office: Session) -> None:
    stop_address(post_office, _told(MailNews.BOUNCED, 0, "b@x.example", "a@x.example", "A@x.example"))
    assert sorted(stop.address for stop in list_stops(post_office)) == ["a@x.example", "b@x.example"]


def test_who_else_gets_a_mail_gets_it_all_the_same(post_office: Session) -> None:
    stop_address(post_office, _told(MailNews.BOUNCED))
    assert reachable(post_office, ("ada@ADA.example", "eve@x.example")) == ["eve@x.example"]
    assert reachable(post_office, (ADA,)) == []
