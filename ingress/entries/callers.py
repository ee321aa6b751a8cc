"""Who may call: keys and staff, who makes and ends them."""

from ingress.entries.entry import Entry, MakesKey, Says, ShowsAll
from ingress.queries.callers import api_keys, staff
from schemas.commands.callers import (
    AddStaffMember,
    ChangeStaffRole,
    CreateApiKey,
    CreateStaffKey,
    EndStaffMember,
    RevokeApiKey,
)

KEYS = "/v1/admin/api-keys/"
STAFF = "/v1/admin/staff/"
MEMBER = f"{STAFF}{{id:uuid}}/"

ENTRIES = (
    Entry("GET", KEYS, ShowsAll("callers:read", api_keys)),
    Entry("POST", KEYS, MakesKey(CreateApiKey)),
    Entry("POST", f"{KEYS}{{id:uuid}}/revoke/", Says(RevokeApiKey, "key_id")),
    Entry("GET", STAFF, ShowsAll("callers:read", staff)),
    Entry("POST", STAFF, Says(AddStaffMember)),
    Entry("PATCH", f"{MEMBER}role/", Says(ChangeStaffRole, "staff_id")),
    Entry("POST", f"{MEMBER}end/", Says(EndStaffMember, "staff_id")),
    Entry("POST", f"{MEMBER}keys/", MakesKey(CreateStaffKey, "staff_id")),
)
