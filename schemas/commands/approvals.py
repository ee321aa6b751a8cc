"""Commands of the second person."""

from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints

from schemas.commands.base import Command
from schemas.names import Name

Fingerprint = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class OfApproval(Command):
    """Base of those about one command that waits, by its operation's id."""

    approval_id: UUID


class ApproveOperation(OfApproval):
    """Let a command run that waits for a second person. `fingerprint` says what was looked at."""

    kind = "approve_operation"
    permission = "approvals:decide"

    fingerprint: Fingerprint


class RefuseOperation(OfApproval):
    """Let a command that waits never run; whoever wanted it may take it back so, too."""

    kind = "refuse_operation"
    permission = "approvals:decide"

    reason: Name


COMMANDS: tuple[type[Command], ...] = (ApproveOperation, RefuseOperation)
