"""Who may do what: the one table of permissions, read by the door, the docs and the tests.

A permission is what a route asks for. A key carries *scopes*: permissions, or coarse ones that include several. A
customer's user and a member of staff have a *role*; the roles that may do a thing are named beside it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a user is in a customer's account."""

    OWNER = "owner"
    ADMIN = "admin"
    BILLING = "billing"
    MEMBER = "member"
    VIEWER = "viewer"


class StaffRole(StrEnum):
    """What one of the company's own people is."""

    SUPPORT = "support"
    FINANCE = "finance"
    APPROVER = "approver"
    OPERATOR = "operator"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Permission:
    """What its holder may do, in words, and who holds it by role.

    A key holds it by a scope of its name, or by `scope`, a coarser one. What is `of_company` is the company's own
    business: nobody whose accounts are counted holds it.
    """

    name: str
    allows: str
    roles: frozenset[Role] = frozenset()
    staff: frozenset[StaffRole] = frozenset()
    scope: str = ""
    of_company: bool = False


_EVERYBODY = frozenset(Role)
_PAYERS = frozenset({Role.OWNER, Role.ADMIN, Role.BILLING})
_OWNERS = frozenset({Role.OWNER})
_HEADS = frozenset({Role.OWNER, Role.ADMIN})
_READERS_OF_PAPERS = _PAYERS | {Role.VIEWER}
_NOBODY: frozenset[Role] = frozenset()

_ALL_STAFF = frozenset(StaffRole)
_AT_THE_DESK = frozenset({StaffRole.SUPPORT, StaffRole.ADMIN})
_WITH_MONEY = frozenset({StaffRole.FINANCE, StaffRole.ADMIN})
_DECIDING = _WITH_MONEY | {StaffRole.APPROVER}
_WATCHING = frozenset({StaffRole.APPROVER, StaffRole.OPERATOR, StaffRole.ADMIN})
_RUNNING = frozenset({StaffRole.OPERATOR, StaffRole.ADMIN})

PERMISSIONS: tuple[Permission, ...] = (
    Permission("accounts:read", "see the account", _EVERYBODY, _ALL_STAFF),
    Permission("accounts:list", "list accounts", _NOBODY, _ALL_STAFF, scope="accounts:read", of_company=True),
    Permission(
        "accounts:search",
        "search accounts, see all that is known of one",
        _NOBODY,
        _ALL_STAFF,
        scope="admin:read",
        of_company=True,
    ),
    Permission(
        "accounts:suspend", "suspend and activate accounts", _NOBODY, _AT_THE_DESK, scope="admin:write", of_company=True
    ),
    Permission("accounts:write", "open accounts", _NOBODY, _AT_THE_DESK, of_company=True),
    Permission("settings:write", "change the account's settings", _PAYERS, _AT_THE_DESK, scope="accounts:write"),
    Permission("account:delete", "delete the account", _OWNERS, _AT_THE_DESK, scope="accounts:write"),
    Permission("account:export", "fetch a copy of all that is known", _HEADS, _AT_THE_DESK, scope="accounts:write"),
    Permission("mails:send", "have mails sent to people", _NOBODY, _AT_THE_DESK, of_company=True),
    Permission("team:read", "see the team and who is invited", _EVERYBODY, _ALL_STAFF, scope="accounts:read"),
    Permission("team:write", "invite, take out, change roles", _HEADS, _AT_THE_DESK, scope="accounts:write"),
    Permission("team:owners", "make somebody an owner", _OWNERS, _AT_THE_DESK, scope="accounts:write"),
    Permission("team:transfer", "hand the ownership over", _OWNERS, _AT_THE_DESK, scope="accounts:write"),
    Permission("team:join", "accept an invitation", _EVERYBODY, scope="accounts:write"),
    Permission("team:leave", "leave the team", _EVERYBODY, scope="accounts:write"),
    Permission("portal:open", "let users into the portal", scope="accounts:write"),
    Permission("limits:report", "report how many sites and users there are", scope="accounts:write"),
    Permission(
        "plans:read", "see which plans, services and coupons there are", _EVERYBODY, _ALL_STAFF, scope="billing:read"
    ),
    Permission(
        "subscriptions:read", "see subscriptions, preview changes", _EVERYBODY, _ALL_STAFF, scope="billing:read"
    ),
    Permission("subscriptions:write", "subscribe, change, pause, end", _PAYERS, _AT_THE_DESK, scope="billing:write"),
    Permission("invoices:read", "see invoices and credit notes", _READERS_OF_PAPERS, _ALL_STAFF, scope="billing:read"),
    Permission(
        "invoices:send", "have an invoice mailed again", _PAYERS, _AT_THE_DESK | _WITH_MONEY, scope="billing:write"
    ),
    Permission(
        "payments:read",
        "see payments, receipts, refunds and claims",
        _READERS_OF_PAPERS,
        _ALL_STAFF,
        scope="billing:read",
    ),
    Permission(
        "payments:write", "pay, buy credits, claim that it was paid", _PAYERS, _AT_THE_DESK, scope="billing:write"
    ),
    Permission(
        "payment_methods:read", "see saved cards, ways to pay", _READERS_OF_PAPERS, _ALL_STAFF, scope="billing:read"
    ),
    Permission("payment_methods:write", "save, choose and remove cards", _PAYERS, _AT_THE_DESK, scope="billing:write"),
    Permission("disputes:read", "see disputes and their evidence", _NOBODY, _ALL_STAFF, scope="billing:read"),
    Permission("credits:read", "see balances, movements and packages", _EVERYBODY, _ALL_STAFF),
    Permission("credits:write", "set warnings and automatic purchases", _PAYERS, _AT_THE_DESK),
    Permission("credits:consume", "use credits", scope="credits:write"),
    Permission("usage:read", "see usage and what is reserved", _EVERYBODY, _ALL_STAFF),
    Permission("usage:write", "record usage, reserve, settle and release"),
    Permission("events:read", "hear of everything that happens", _NOBODY, _ALL_STAFF, of_company=True),
    Permission("events:write", "say who hears of it by webhooks", _NOBODY, _RUNNING, of_company=True),
    Permission("operations:read", "see what became of one's own commands", _EVERYBODY, _ALL_STAFF),
    Permission(
        "refunds:write",
        "refund payments, correct, write off invoices",
        _NOBODY,
        _WITH_MONEY,
        scope="admin:write",
        of_company=True,
    ),
    Permission(
        "invoices:write",
        "bill accounts by hand, void what is not paid",
        _NOBODY,
        _WITH_MONEY,
        scope="admin:write",
        of_company=True,
    ),
    Permission(
        "claims:decide", "approve and reject claimed payments", _NOBODY, _DECIDING, scope="admin:write", of_company=True
    ),
    Permission(
        "credit_limits:write",
        "say how many credits may be owed",
        _NOBODY,
        _WITH_MONEY,
        scope="admin:write",
        of_company=True,
    ),
    Permission(
        "credit_costs:read",
        "see all prices of operations, also those that are over",
        _NOBODY,
        _ALL_STAFF,
        scope="admin:read",
        of_company=True,
    ),
    Permission(
        "credit_costs:write", "price operations in credits", _NOBODY, _WITH_MONEY, scope="admin:write", of_company=True
    ),
    Permission(
        "statements:read", "see lines of bank statements", _NOBODY, _DECIDING, scope="admin:read", of_company=True
    ),
    Permission("credits:adjust", "give and take credits", _NOBODY, _WITH_MONEY, scope="admin:write", of_company=True),
    Permission(
        "approvals:read", "see what waits for another person", _NOBODY, _DECIDING, scope="admin:read", of_company=True
    ),
    Permission(
        "approvals:decide",
        "approve and reject what others want",
        _NOBODY,
        _DECIDING,
        scope="admin:write",
        of_company=True,
    ),
    Permission(
        "dashboard:read",
        "see the figures of the company",
        _NOBODY,
        _WATCHING | _WITH_MONEY,
        scope="admin:read",
        of_company=True,
    ),
    Permission("audit:read", "see who did what", _NOBODY, _WATCHING, scope="admin:read", of_company=True),
    Permission(
        "price_list:read",
        "see all plans, versions, coupons and taxes, also those that are over",
        _NOBODY,
        _ALL_STAFF,
        scope="admin:read",
        of_company=True,
    ),
    Permission(
        "price_list:write",
        "publish and archive plans, issue and archive coupons",
        _NOBODY,
        _WITH_MONEY,
        scope="admin:write",
        of_company=True,
    ),
    Permission("taxes:write", "set rates of tax", _NOBODY, _WITH_MONEY, scope="admin:write", of_company=True),
    Permission(
        "ways_to_pay:read",
        "see which ways to pay are offered where",
        _NOBODY,
        _ALL_STAFF,
        scope="admin:read",
        of_company=True,
    ),
    Permission(
        "ways_to_pay:write",
        "decide which ways to pay are offered where",
        _NOBODY,
        _WITH_MONEY,
        scope="admin:write",
        of_company=True,
    ),
    Permission("providers:read", "see how providers fare", _NOBODY, _RUNNING, scope="admin:read", of_company=True),
    Permission(
        "providers:write", "have providers called, or not", _NOBODY, _RUNNING, scope="admin:write", of_company=True
    ),
    Permission(
        "work:read",
        "see everybody's commands, events and what follows, also what is parked",
        _NOBODY,
        _RUNNING | {StaffRole.SUPPORT},
        scope="admin:read",
        of_company=True,
    ),
    Permission(
        "work:write", "let parked work run again, or never", _NOBODY, _RUNNING, scope="admin:write", of_company=True
    ),
    Permission(
        "callers:read", "see who may call: keys and staff", _NOBODY, _RUNNING, scope="admin:read", of_company=True
    ),
    Permission(
        "callers:write",
        "make and end keys and staff",
        _NOBODY,
        frozenset({StaffRole.ADMIN}),
        scope="admin:write",
        of_company=True,
    ),
    Permission("clocks:read", "see test clocks", _NOBODY, _RUNNING, scope="accounts:read", of_company=True),
    Permission("clocks:write", "make and turn test clocks", _NOBODY, _RUNNING, scope="accounts:write", of_company=True),
)
BY_NAME = {permission.name: permission for permission in PERMISSIONS}

# the coarse ones, which together allow everything: what a key has when nothing is said
WHOLE_SCOPES = tuple(sorted({each.scope or each.name for each in PERMISSIONS}))
SCOPES = tuple(sorted({*WHOLE_SCOPES, *BY_NAME}))

# what no role of staff has: it is for the product's servers
OF_SERVERS = frozenset(each.name for each in PERMISSIONS if not each.staff)
# With one of these somebody moves the company's money, decides about what others want, or makes callers.
POWERFUL = frozenset(each.name for each in PERMISSIONS if "admin:write" in (each.scope, each.name))


def of_key(scopes: Iterable[str]) -> frozenset[str]:
    """The names of what a key with these scopes may do; those that this version does not know allow nothing."""
    given = set(scopes)
    return frozenset(each.name for each in PERMISSIONS if each.name in given or each.scope in given)


def of_role(role: Role) -> frozenset[str]:
    """The names of what a user in this role may do in the account."""
    return frozenset(each.name for each in PERMISSIONS if role in each.roles)


def is_above(role: Role, other: Role) -> bool:
    """Whether one may do something that the other may not: of any two roles one includes the other."""
    return not of_role(role) <= of_role(other)


def lower_of(role: Role, other: Role) -> Role:
    """The one that may do less."""
    return other if is_above(role, other) else role


def of_staff(role: StaffRole) -> frozenset[str]:
    """The names of what a member of staff in this role may do."""
    return frozenset(each.name for each in PERMISSIONS if role in each.staff)


def without_company(permissions: Iterable[str]) -> frozenset[str]:
    """What is left of them for somebody whose accounts are counted."""
    return frozenset(name for name in permissions if not BY_NAME[name].of_company)
