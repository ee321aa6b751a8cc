"""The company's own people with their roles, and the keys of servers and people: added, changed, ended."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from ingress.queries.callers import api_keys, staff
from ingress.queries.filters import Filter
from portal.console.asking import Deed, Told
from portal.console.facts import Fact
from portal.console.fields import Field
from portal.console.lists import Listed
from portal.console.showing import Look
from portal.refused import not_found
from schemas.commands.callers import AddStaffMember, ChangeStaffRole, EndStaffMember, RevokeApiKey
from schemas.permissions import PERMISSIONS, StaffRole
from schemas.views.callers import ApiKeyView, StaffMemberView

READS = "callers:read"
ROOT = "/admin/staff"
ONE, KEYS = f"{ROOT}/{{id}}", f"{ROOT}/keys"
WRITES = AddStaffMember.permission
ROLES = {str(role): str(role) for role in StaffRole}
# what each role may, in the words of the one table
ALLOWED = {str(role): [each.allows for each in PERMISSIONS if role in each.staff] for role in StaffRole}
BY_TWO = "Somebody else has to approve it."


def _with_id(found: Sequence[Any], row_id: UUID) -> Any:
    one = next((each for each in found if each.id == row_id), None)
    if one is None:
        raise not_found()
    return one


def _member(look: Look, staff_id: UUID) -> Told:
    found: StaffMemberView = _with_id(look.at(READS, staff).data, staff_id)
    facts = [Fact("Name", found.name, href=ROOT), Fact("Mail", found.email), Fact("Role", found.role)]
    return Told(facts, {"role": found.role}, why_not="" if found.ended_at is None else "They have ended.")


def _key(look: Look, key_id: UUID) -> Told:
    found: ApiKeyView = _with_id(look.at(READS, api_keys).data, key_id)
    facts = [Fact("Key", found.name, href=KEYS), Fact("Begins and ends with", found.hint)]
    used = [Fact("Used last", at=found.last_used_at)] if found.last_used_at else []
    return Told([*facts, *used], why_not="" if found.revoked_at is None else "It is revoked already.")


LISTS = (
    Listed(
        ROOT, "console/staff.html", READS, Filter, lambda session, _: staff(session), (),
        {"writes": WRITES, "allowed": ALLOWED},
    ),
    Listed(KEYS, "console/keys.html", READS, Filter, lambda session, _: api_keys(session), (), {"writes": WRITES}),
)  # fmt: skip
DEEDS = (
    Deed(
        path=f"{ROOT}/new", command=AddStaffMember, about="", reads=READS, read=lambda look, _: Told(()),
        title="Add somebody", button="Add them", back=ROOT,
        says=(BY_TWO, "Then an operator prints them a link into the console: cashbeat staff enter NAME."),
        fields=(
            Field("name", "Name", hint="No two have the same, also of those who have ended."), Field("email", "Mail"),
            Field("role", "Role", "choice", options=ROLES),
        ),
    ),
    Deed(
        path=f"{ONE}/role", command=ChangeStaffRole, about="staff_id", reads=READS, read=_member,
        title="Give another role", button="Give it", back=ROOT, says=(BY_TWO, "It counts with the next page."),
        fields=(Field("role", "Role", "choice", options=ROLES),),
    ),
    Deed(
        path=f"{ONE}/end", command=EndStaffMember, about="staff_id", reads=READS, read=_member,
        title="End somebody", button="End them", back=ROOT, is_danger=True,
        says=(
            "All their keys and sessions are worth nothing within seconds. What they did keeps their name.",
            "Nobody comes back: who does is added under another name.",
        ),
    ),
    Deed(
        path=f"{KEYS}/{{id}}/revoke", command=RevokeApiKey, about="key_id", reads=READS, read=_key,
        title="End a key", button="End it", back=KEYS, is_danger=True,
        says=("It is worth nothing within seconds, and does not come back.",),
    ),
)  # fmt: skip
