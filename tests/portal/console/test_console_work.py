"""Operations in the console: what is parked says why, runs again, or never, by a person's word."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from database.operations import stage_command
from schemas.permissions import StaffRole
from tests.portal.console.conftest import AtWork, Hire
from tests.portal.console.console_forms import do, fields_of, outcome
from workers.wiring import Work

OPERATIONS = "/admin/operations"
NewCustomer = Callable[..., UUID]


@pytest.fixture
def parked_command(books_of_portal: Session, new_customer: NewCustomer) -> UUID:
    """A command that gave up."""
    body = {"account_id": str(new_customer()), "name": "Jo Smith"}
    operation_id = stage_command(books_of_portal, "open_portal", body, "app/shop")
    books_of_portal.execute(
        text(
            "UPDATE operations SET state = 'parked', attempts = 9, finished_at = now(),"
            " error = 'Traceback\nValueError: it broke' WHERE id = :id"
        ),
        {"id": operation_id},
    )
    return operation_id


def _state(books: Session, operation_id: UUID) -> str:
    found: str = books.execute(text("SELECT state FROM operations WHERE id = :id"), {"id": operation_id}).scalar_one()
    return found


def test_what_is_parked_is_found_says_why_and_runs_again(
    at_work: AtWork, hire: Hire, parked_command: UUID, books_of_portal: Session, hands_of_portal: Work
) -> None:
    robin, one = at_work(hire(StaffRole.OPERATOR)), f"{OPERATIONS}/{parked_command}"
    assert one in robin.open(f"{OPERATIONS}?status=parked&kind=open_portal").text
    assert one not in robin.open(f"{OPERATIONS}?status=succeeded").text
    page = robin.open(one).text
    for told in ("ValueError: it broke", "parked", "Let it run again", "app/shop"):
        assert told in page, told
    assert "Jo Smith" not in page, "what is said of people is masked"
    assert "This is done" in outcome(robin, do(robin, f"{one}/replay", hands_of_portal))
    assert _state(books_of_portal, parked_command) == "ready"
    assert "It is not parked" in robin.open(f"{one}/replay").text


def test_what_is_decided_against_keeps_who_and_why(
    at_work: AtWork, hire: Hire, parked_command: UUID, books_of_portal: Session, hands_of_portal: Work
) -> None:
    member = hire(StaffRole.OPERATOR)
    robin, one = at_work(member), f"{OPERATIONS}/{parked_command}"
    empty = robin.send(f"{one}/discard", fields_of(robin.open(f"{one}/discard")))
    assert (empty.status_code, 'href="#reason"' in empty.text) == (422, True)
    assert "This is done" in outcome(robin, do(robin, f"{one}/discard", hands_of_portal, reason="It was a test"))
    assert _state(books_of_portal, parked_command) == "discarded"
    page = robin.open(one).text
    assert "It was a test" in page
    assert member.name in page


def test_support_looks_and_decides_nothing(at_work: AtWork, hire: Hire, parked_command: UUID) -> None:
    robin, one = at_work(hire(StaffRole.SUPPORT)), f"{OPERATIONS}/{parked_command}"
    assert "Let it run again" not in robin.open(one).text
    assert robin.open(f"{one}/replay").status_code == 403


def test_what_gateways_told_and_what_must_follow_is_searched(
    at_work: AtWork, hire: Hire, books_of_portal: Session, new_customer: NewCustomer
) -> None:
    robin, event_id, follow_up, named = at_work(hire(StaffRole.OPERATOR)), uuid4(), uuid4(), f"evt_{uuid4().hex}"
    books_of_portal.execute(
        text(
            "INSERT INTO inbox (id, gateway, event_id, event_type, body, state, attempts, error, finished_at)"
            " VALUES (:id, 'stripe', :named, 'charge.failed', '{}', 'parked', 3, 'KeyError: id', now())"
        ),
        {"id": event_id, "named": named},
    )
    books_of_portal.execute(
        text(
            "INSERT INTO outbox (id, topic, subject_id, cause, state, attempts, error, finished_at) VALUES"
            " (:id, 'send_receipt', :about, :cause, 'parked', 3, 'Refused: no such address', now())"
        ),
        {"id": follow_up, "about": new_customer(), "cause": f"test/{follow_up}"},
    )
    for listed, query, one in (
        ("inbox", f"event_id={named}", event_id), ("outbox", "topic=send_receipt&status=parked", follow_up),
    ):  # fmt: skip
        link = f"{OPERATIONS}/{listed}/{one}"
        assert link in robin.open(f"{OPERATIONS}/{listed}?{query}").text
        assert link not in robin.open(f"{OPERATIONS}/{listed}?status=done").text
        page = robin.open(link)
        assert (page.status_code, "Let it run again" in page.text) == (200, True)
        assert robin.open(f"{link}/replay").status_code == robin.open(f"{link}/discard").status_code == 200
        assert robin.open(f"{OPERATIONS}/{listed}?status=mine").status_code == 422
