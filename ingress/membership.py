"""Users whose account keeps its team here: they may what their token and the team both allow, as it is now."""

from dataclasses import replace
from uuid import UUID

from billing.team.queries import membership_of
from callers.principal import Kind, Principal
from ingress.problems import Problem
from ingress.reads import Reads
from schemas.permissions import Role, lower_of, of_role

# whoever accepts an invitation is in no team yet
JOINS = "team:join"


async def as_member(reads: Reads, principal: Principal, permission: str) -> Principal:
    """The same user, held to the team. It is read with every request: who was taken out of it is refused at once.

    Raises Problem 403 for who is not in it.
    """
    if principal.kind is not Kind.USER or principal.accounts is None or permission == JOINS:
        return principal
    (account_id,) = principal.accounts
    return await _held(reads, principal, account_id)


async def _held(reads: Reads, principal: Principal, account_id: UUID) -> Principal:
    found = await reads.run(lambda session: membership_of(session, account_id, principal.id), principal.sight)
    if not found.is_kept:
        return principal
    if found.role is None:
        raise Problem(403, "not_a_member", "This user is not in the account's team.")
    role = lower_of(Role(principal.role or found.role), found.role)
    return replace(principal, role=role, permissions=principal.permissions & of_role(role))
