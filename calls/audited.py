"""Write down every command that was carried out, in the transaction that does it: the one place where that is done."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.commands.time_of import account_of
from database.api_keys import ApiKey
from database.audit.changes import watching
from database.audit.tables import ActorKind
from database.audit.write import Actor, Deed, write_down
from database.operations import PRODUCT_CALLER, Operation
from database.staff import STAFF_CALLER, StaffMember
from schemas.commands.accounts import OpenAccount
from schemas.commands.base import Command
from workers.claims import Act

# how the callers of operations begin that are neither a key nor we ourselves
KINDS: Mapping[str, ActorKind] = {
    PRODUCT_CALLER: ActorKind.PRODUCT,
    STAFF_CALLER: ActorKind.STAFF,
    "user/": ActorKind.USER,
    "pay_link": ActorKind.LINK,
    "confirm_link": ActorKind.LINK,
}


def audited(operation: Operation, command: Command, act: Act) -> Act:
    """The same act, which also leaves an entry: who, for whom, what was said, and what it changed.

    A command that is its own audit leaves none where a machine gives it: its operation says all of that.
    """

    def acted(session: Session) -> dict[str, Any] | None:
        if is_entry_itself(operation, command):
            return act(session)
        actor = actor_of(session, operation.caller)
        with watching(session) as changes:
            result = act(session)
            session.flush()
        deed = Deed(
            actor=actor,
            action=command.kind,
            account_id=account_of(session, command) or _account_in(command, result) or changes.account_id,
            operation_id=operation.id,
            said=operation.body,
            before=changes.before,
            after=changes.after,
        )
        write_down(session, [deed])
        return result

    return acted


def is_entry_itself(operation: Operation, command: Command) -> bool:
    """Whether its operation says all that an entry would: a command that is its own audit, given by a machine."""
    by_machine = operation.caller.startswith(PRODUCT_CALLER) or _as_uuid(operation.caller) is not None
    return command.is_own_audit and by_machine


def actor_of(session: Session, caller: str) -> Actor:
    """Who stands behind what an operation remembers as its caller. What is nobody's word is ours."""
    for beginning, kind in KINDS.items():
        if caller.startswith(beginning):
            named = caller.removeprefix(beginning)
            return (
                _member(session, caller, named) if kind is ActorKind.STAFF else Actor(kind, caller, _told(kind, named))
            )
    key_id = _as_uuid(caller)
    if key_id is None:
        return Actor(ActorKind.SYSTEM, caller)
    name = session.scalar(select(ApiKey.name).where(ApiKey.id == key_id))
    return Actor(ActorKind.KEY, caller, name or "")


def _member(session: Session, caller: str, named: str) -> Actor:
    """One of the staff, by the name and in the role that they have now."""
    known = select(StaffMember.name, StaffMember.role).where(StaffMember.id == _as_uuid(named))
    found = session.execute(known).one_or_none()
    return Actor(ActorKind.STAFF, caller, found.name, found.role) if found else Actor(ActorKind.STAFF, caller)


def _told(kind: ActorKind, named: str) -> str:
    return named if kind is ActorKind.PRODUCT else ""


def _account_in(command: Command, result: Mapping[str, Any] | None) -> UUID | None:
    """The account that a result names; of one that was opened that is the account itself."""
    return _as_uuid(str((result or {}).get("id" if isinstance(command, OpenAccount) else "account_id", "")))


def _as_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
