"""Lines of the bank through the API: for the company's own people alone."""

from datetime import date
from typing import Any

import httpx
import pytest
from sqlalchemy.orm import Session

from billing.statements.ignore_line import ignore_line
from billing.statements.keep import keep_lines
from schemas.facts.statements import BankLine

LINES = "/v1/admin/statement-lines/"


@pytest.fixture
def imported(owner_session: Session) -> None:
    """Two lines on two accounts; the second is set aside."""
    day = date(2026, 11, 22)
    lines = [BankLine("A1", day, 100, "EUR", 100, text="one"), BankLine("A2", day, -7, "EUR", -7, text="fee")]
    _, fee = keep_lines(owner_session, lines, "operator/mo")
    ignore_line(owner_session, fee, "a fee", "operator/mo")
    owner_session.commit()


@pytest.mark.usefixtures("imported")
def test_they_are_listed_and_filtered(door: httpx.Client, new_key: Any) -> None:
    reader = new_key("admin:read")
    for wanted, expected in (
        ({}, {"one", "fee"}), ({"status": "open"}, {"one"}), ({"status": "ignored"}, {"fee"}),
        ({"account": "A2"}, {"fee"}), ({"status": "booked"}, set()),
    ):  # fmt: skip
        answer = door.get(LINES, params=wanted, headers=reader)
        assert answer.status_code == 200, answer.text
        found = answer.json()["data"]
        assert {line["text"] for line in found} == expected
    shown = door.get(f"{LINES}{found[0]['id'] if found else _first(door, reader)}/", headers=reader).json()
    assert shown["imported_by"] == "operator/mo"


def _first(door: httpx.Client, reader: dict[str, str]) -> str:
    return str(door.get(LINES, headers=reader).json()["data"][0]["id"])


@pytest.mark.usefixtures("imported")
def test_whoever_bills_sees_nothing_of_the_bank(door: httpx.Client, new_key: Any) -> None:
    assert door.get(LINES, headers=new_key("billing:read")).status_code == 403


def test_filters_that_make_no_sense_are_refused(door: httpx.Client, new_key: Any) -> None:
    for wanted in ({"status": "lost"}, {"account": "a b"}, {"color": "red"}):
        assert door.get(LINES, params=wanted, headers=new_key("admin:read")).status_code == 422
