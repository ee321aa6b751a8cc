"""People with keys of their own, who want things and approve those of others."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from billing.approvals.expire import due_approvals, expire_approval
from billing.approvals.queries import show_approval
from billing.approvals.set_limit import set_second_person_limit
from billing.clocks.timelines import Timeline
from calls.run_command import run_command
from database.api_keys import ApiKey, create_key
from database.engine import Database
from database.operations import Operation, stage_command
from schemas.views.approvals import ApprovalView
from workers.wiring import Work


class Deciders:
    """Mo has two keys, Jo one; a product has none."""

    def __init__(self, work: Work, owner: Database) -> None:
        self.work, self.owner = work, owner
        self.keys: dict[str, str] = {}
        for who, name in (("mo", "Mo"), ("mo again", "mo"), ("jo", "Jo")):
            with owner.transaction() as session:
                create_key(session, name, ["admin:write"])
                session.flush()
                newest = session.query(ApiKey.id).order_by(ApiKey.id.desc()).limit(1)
                self.keys[who] = str(newest.scalar())

    def say(self, who: str, kind: str, **body: Any) -> UUID:
        """Give a command, and let a worker take it up."""
        with self.work.database.transaction() as session:
            operation_id = stage_command(session, kind, body, self.keys.get(who, who))
        self.run(operation_id)
        return operation_id

    def run(self, operation_id: UUID) -> None:
        """A worker takes it up."""
        run_command(self.work, operation_id)

    def row(self, operation_id: UUID) -> Operation:
        """As it is stored."""
        with self.work.database.transaction() as session:
            return session.get_one(Operation, operation_id)

    def outcome(self, operation_id: UUID) -> str:
        """The word of its problem, or its state where there is none."""
        row = self.row(operation_id)
        return str(row.problem["type"]).rpartition(":")[2] if row.problem else str(row.state)

    def shown(self, operation_id: UUID) -> ApprovalView:
        """What a second person sees of it."""
        with self.work.database.transaction() as session:
            return show_approval(session, operation_id)

    def approve(self, who: str, operation_id: UUID, fingerprint: str = "") -> str:
        """Approve what is shown, or something else; then a worker takes up what was approved."""
        seen = fingerprint or self.shown(operation_id).fingerprint
        said = self.outcome(self.say(who, "approve_operation", approval_id=str(operation_id), fingerprint=seen))
        if said == "done":
            self.run(operation_id)
        return said

    def limit(self, kind: str, unit: str, amount: int | None) -> None:
        """As an operator sets it."""
        with self.owner.transaction() as session:
            set_second_person_limit(session, kind, unit, amount)

    def wait(self, days: int) -> int:
        """So many days later, what was due then."""
        now = self.work.wall().at + timedelta(days=days)
        with self.work.database.transaction() as session:
            due = due_approvals(session, Timeline(None, now), 100)
            return len([expire_approval(session, each, now) for each in due])
