"""What waits for a second person: shown as it would be done, approved or rejected by somebody else."""

from datetime import UTC, datetime
from uuid import UUID

from billing.approvals.queries import show_approval
from billing.approvals.tables import ApprovalStatus
from ingress.queries.approvals import ApprovalFilter, approvals
from portal.console.asking import Deed, Told
from portal.console.facts import Fact
from portal.console.fields import Field
from portal.console.lists import Listed
from portal.console.showing import Content, Look
from portal.console.thing import Thing
from portal.console.words import command_name
from schemas.commands.approvals import ApproveOperation, RefuseOperation
from schemas.views.approvals import ApprovalView

READS = "approvals:read"
ROOT = "/admin/approvals"
ONE = f"{ROOT}/{{id}}"


def _beside(look: Look, found: ApprovalView) -> Content:
    return {"decides": ApproveOperation.permission, "is_own": _is_own(look, found), "name": command_name(found.kind)}


def _is_own(look: Look, found: ApprovalView) -> bool:
    """As far as the page can tell; the command asks again."""
    return found.asked_by.partition("/")[2].lower() == look.colleague.name.lower()


def _facts(found: ApprovalView) -> list[Fact]:
    return [
        Fact("What", command_name(found.kind), href=ONE.format(id=found.id)),
        _how_much(found),
        *_whose(found),
        Fact("Wanted by", found.asked_by),
        Fact("Until", at=found.expires_at),
    ]


def _how_much(found: ApprovalView) -> Fact:
    if found.unit == "credits":
        return Fact("Credits", count=found.amount)
    return Fact("Amount", minor=found.amount, currency=found.unit)


def _whose(found: ApprovalView) -> list[Fact]:
    account_id = found.account_id
    return [Fact("Account", str(account_id), href=f"/admin/accounts/{account_id}")] if account_id else []


def _told(look: Look, approval_id: UUID, *, is_to_approve: bool) -> Told:
    found = look.at(READS, lambda session: show_approval(session, approval_id))
    why_not = ""
    if found.status != ApprovalStatus.WAITING:
        why_not = "It is decided already."
    elif found.expires_at <= datetime.now(UTC):
        why_not = "It has waited for too long: it has to be asked for anew."
    elif is_to_approve and _is_own(look, found):
        why_not = "You want this yourself: somebody else has to approve it."
    return Told(_facts(found), {"fingerprint": found.fingerprint}, why_not=why_not)


LISTS = (
    Listed(
        ROOT, "console/approvals.html", READS, ApprovalFilter, approvals, ("status", "account_id"),
        {"statuses": [str(each) for each in ApprovalStatus], "command_name": command_name},
    ),
)  # fmt: skip
THINGS = (Thing(ONE, "console/approval.html", READS, show_approval, beside=_beside),)
DEEDS = (
    Deed(
        path=f"{ONE}/approve", command=ApproveOperation, about="approval_id", reads=READS,
        read=lambda look, row_id: _told(look, row_id, is_to_approve=True),
        title="Approve it", button="Approve it", back=ONE,
        says=(
            "It is done right after that, and does exactly what you were shown.",
            "If its effect has changed meanwhile, nothing is done, and it has to be asked for anew.",
        ),
        fields=(Field("fingerprint", kind="hidden"),),
    ),
    Deed(
        path=f"{ONE}/reject", command=RefuseOperation, about="approval_id", reads=READS,
        read=lambda look, row_id: _told(look, row_id, is_to_approve=False),
        title="Reject it", button="Reject it", back=ONE, is_danger=True,
        says=("It is never done. Whoever wanted it may take it back so, too.",),
        fields=(Field("reason", "Why"),),
    ),
)  # fmt: skip
