"""Approvals in the console: rejected with a reason, gone stale, and out of time."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from calls.run_command import run_command
from schemas.permissions import StaffRole
from tests.portal.console.conftest import AtWork, Hire
from tests.portal.console.console_forms import do, fields_of, outcome
from tests.portal.running_portal import Browser
from workers.wiring import Work

APPROVALS = "/admin/approvals"
NewCustomer = Callable[..., UUID]


@pytest.fixture
def wanting(at_work: AtWork, hire: Hire) -> Browser:
    """Whoever wants something."""
    return at_work(hire(StaffRole.FINANCE))


@pytest.fixture
def decider(at_work: AtWork, hire: Hire) -> Browser:
    """Whoever decides about it."""
    return at_work(hire(StaffRole.APPROVER))


@pytest.fixture
def wanted(wanting: Browser, new_customer: NewCustomer, hands_of_portal: Work) -> UUID:
    """Credits above the limit."""
    form = f"/admin/accounts/{new_customer()}/credits"
    return do(wanting, form, hands_of_portal, direction="grant", amount="20000", reason="An outage")


def test_what_waits_is_listed_and_rejected_for_a_reason(
    wanting: Browser, decider: Browser, wanted: UUID, hands_of_portal: Work
) -> None:
    assert f"{APPROVALS}/{wanted}" in decider.open(f"{APPROVALS}?status=waiting").text
    assert f"{APPROVALS}/{wanted}" not in decider.open(f"{APPROVALS}?status=done").text
    path = f"{APPROVALS}/{wanted}/reject"
    empty = decider.send(path, fields_of(decider.open(path)))
    assert (empty.status_code, 'href="#reason"' in empty.text) == (422, True)
    assert "This is done" in outcome(decider, do(decider, path, hands_of_portal, reason="Half of it would do"))
    told = outcome(wanting, wanted)
    assert "nothing was changed by it" in told
    page = wanting.open(f"{APPROVALS}/{wanted}").text
    assert "Half of it would do" in page
    assert f"{APPROVALS}/{wanted}/approve" not in page


def test_a_form_that_was_shown_something_else_approves_nothing(
    wanting: Browser, decider: Browser, wanted: UUID, hands_of_portal: Work
) -> None:
    path = f"{APPROVALS}/{wanted}/approve"
    fields = {**fields_of(decider.open(path)), "fingerprint": "0" * 64}
    said = decider.send(path, fields).headers["location"]
    run_command(hands_of_portal, UUID(said.rpartition("/")[2]))
    assert "This has changed since you looked at it" in decider.open(said).text
    assert decider.send(path, {**fields, "operation_key": str(uuid4()), "fingerprint": "x"}).status_code == 422
    assert "waits for a second person" in outcome(wanting, wanted)


def test_what_waited_for_too_long_has_to_be_asked_for_anew(
    decider: Browser, wanted: UUID, books_of_portal: Session
) -> None:
    assert "Approve it" in decider.open(f"{APPROVALS}/{wanted}").text
    books_of_portal.execute(
        text("UPDATE approvals SET asked_at = asked_at - interval '7 days', expires_at = now() WHERE id = :id"),
        {"id": wanted},
    )
    assert "has to be asked for anew" in decider.open(f"{APPROVALS}/{wanted}/approve").text
