"""Who may touch some accounts alone: what they leave out is filled in, and what is another's does not exist for them.

Who may touch every account passes through here without a look at anything.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.orm import Session

from billing.whose import ACCOUNT, THINGS, named_in, require_among
from callers.principal import Kind, Principal
from ingress.reads import Reads
from ingress.validation import invalid
from schemas.commands.base import Command


def filled(principal: Principal, asked: type[BaseModel], fields: dict[str, Any]) -> dict[str, Any]:
    """With the account said where it was left out by one who has one alone. Raises Problem 422 for one who has several.

    A command that may be about an account or about something of it is left alone where it names the latter.
    """
    accounts = principal.accounts
    if accounts is None or ACCOUNT in fields or ACCOUNT not in asked.model_fields:
        return fields
    if issubclass(asked, Command) and not asked.model_fields[ACCOUNT].is_required() and any(named_in(fields)):
        return fields
    if len(accounts) != 1:
        raise invalid(ACCOUNT, "must be given: there are several that you may touch")
    return {ACCOUNT: str(next(iter(accounts))), **fields}


def said_by(principal: Principal, asked: type[Command], fields: dict[str, Any]) -> dict[str, Any]:
    """With the user said who says it, and in which role. Raises Problem 422 for one who would say it in another's name.

    Servers and staff speak in whose name they like, and in nobody's where it is left out.
    """
    refuse_drawn(asked, fields)
    if principal.kind is not Kind.USER or not asked.caller_field:
        return fields
    if fields.get(asked.caller_field, principal.id) != principal.id:
        raise invalid(asked.caller_field, "must be your own user id, or left out")
    role = {asked.caller_role_field: principal.role} if asked.caller_role_field else {}
    return {**fields, asked.caller_field: principal.id, **role}


def refuse_drawn(asked: type[Command], fields: Mapping[str, Any]) -> None:
    """Raises Problem 422 for what the door alone says."""
    for field in asked.drawn & fields.keys():
        raise invalid(field, "is not a field of this request")


async def require_own(reads: Reads, principal: Principal, fields: Mapping[str, Any]) -> None:
    """Raises Rejected, the 404 of what does not exist, when these fields name something of another account.

    Raises Problem 422 when they name nothing by which its account is known: nobody can tell whose it would be.
    """
    accounts = principal.accounts
    if accounts is None:
        return
    named = dict(named_in(fields))
    if not named:
        raise invalid(ACCOUNT, "must be given")
    account_id = named.pop(ACCOUNT, None)
    if account_id is not None and account_id not in accounts:
        raise THINGS[ACCOUNT].absent(account_id)
    if named:
        await reads.run(lambda session: _each_among(session, named, accounts), principal.sight)


def require_own_row(session: Session, principal: Principal, field: str, row_id: UUID) -> None:
    """Raises the same for the row that a path names as this field would."""
    if principal.accounts is not None:
        require_among(session, field, row_id, principal.accounts)


def _each_among(session: Session, named: Mapping[str, Any], accounts: frozenset[UUID]) -> None:
    for field, value in named.items():
        require_among(session, field, value, accounts)
