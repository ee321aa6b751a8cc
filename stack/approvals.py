"""`cashbeat approval`: what waits for a second person, decided from the command line."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

from billing.approvals.approve import approve_operation
from billing.approvals.queries import list_approvals, list_limits, show_approval
from billing.approvals.refuse import refuse_operation
from billing.approvals.rules import CREDITS, EVERY_UNIT, LIMITS
from billing.approvals.set_limit import set_second_person_limit
from billing.approvals.tables import ApprovalStatus
from billing.money import Money, format_major
from database.pages import Paging
from schemas.commands.approvals import RefuseOperation
from schemas.views.approvals import ApprovalView
from settings import Settings
from stack.errors import StackError
from stack.payments import operator, refusals_told
from stack.prices import parse_money
from stack.printable import printable_line
from stack.sessions import reading, session

NEVER = "never"


def list_waiting(settings: Settings, limit: int) -> list[str]:
    """A line per command that waits, the newest last. Raises StackError without a database."""
    with reading(settings) as opened:
        waiting = list_approvals(opened, Paging(limit=limit), ApprovalStatus.WAITING).data
        return [_line(each) for each in reversed(waiting)]


def show(settings: Settings, approval_id: UUID) -> list[str]:
    """All that whoever decides has to see. Raises StackError where there is nothing of the kind."""
    with refusals_told(), reading(settings) as opened:
        found = show_approval(opened, approval_id)
        return [_line(found), printable_line(f"  {json.dumps(found.effect)}"), f"  fingerprint {found.fingerprint}"]


def approve(settings: Settings, approval_id: UUID, seen: str, who: str) -> str:
    """Where it stands then; raises StackError for what cannot be, and then nothing is written."""
    with refusals_told(), session(settings) as opened:
        approval = approve_operation(opened, approval_id, seen, operator(who), datetime.now(UTC))
        return f"{approval.kind} {approval.id}: {approval.status}"


def reject(settings: Settings, approval_id: UUID, reason: str, who: str) -> str:
    """The same."""
    command = RefuseOperation(approval_id=approval_id, reason=reason)
    with refusals_told(), session(settings) as opened:
        approval = refuse_operation(opened, approval_id, command.reason, operator(who), datetime.now(UTC))
        return f"{approval.kind} {approval.id}: {approval.status}"


def set_limit(settings: Settings, kind: str, amount: str) -> str:
    """Above `USD=100.00` or `credits=500`; `never` for one person alone. Raises StackError for what is neither."""
    unit, limit = _parsed(amount)
    with refusals_told(), session(settings) as opened:
        set_second_person_limit(opened, kind, unit, limit)
    return _told(kind, unit, limit)


def limits(settings: Settings) -> Iterator[str]:
    """What counts: those that were set, and what holds without. Raises StackError without a database."""
    with reading(settings) as opened:
        stated = [(row.kind, row.unit, row.limit_amount) for row in list_limits(opened)]
    for kind, limit in LIMITS.items():
        yield from (_told(*each) for each in stated if each[0] == kind)
        if (kind, EVERY_UNIT) not in {(each[0], each[1]) for each in stated}:
            yield _told(kind, EVERY_UNIT, limit)


def _parsed(amount: str) -> tuple[str, int | None]:
    if amount == NEVER:
        return EVERY_UNIT, None
    unit, _, number = amount.partition("=")
    if unit != CREDITS:
        money = parse_money(amount)
        return money.currency, money.minor
    if not number.isascii() or not number.isdigit():
        raise StackError(f"say a limit like USD=100.00 or credits=500, or {NEVER}")
    return CREDITS, int(number)


def _told(kind: str, unit: str, limit: int | None) -> str:
    if limit is None:
        return f"{kind}: one person is enough" + ("" if unit == EVERY_UNIT else f" in {unit}")
    return f"{kind}: above {_amount(limit, unit)} another person has to approve"


def _amount(amount: int, unit: str) -> str:
    if unit == CREDITS:
        return f"{amount:,} credits"
    if unit == EVERY_UNIT:
        return f"{amount:,} minor units, or credits,"
    return format_major(Money(amount, unit))


def _line(view: ApprovalView) -> str:
    about = f"account {view.account_id}" if view.account_id else ""
    until = f"until {view.expires_at:%Y-%m-%dT%H:%M:%SZ}"
    asked = f"wanted by {view.asked_by}"
    parts = (f"{view.asked_at:%Y-%m-%dT%H:%M:%SZ}", str(view.id), view.kind, _amount(view.amount, view.unit))
    return printable_line("  ".join(part for part in (*parts, about, asked, view.status, until) if part))
