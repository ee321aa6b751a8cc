"""The page of the docs about permissions, made of their one table. `make routes` writes it."""

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

from schemas.permissions import PERMISSIONS, Permission, Role, StaffRole

PAGE = Path(__file__).parents[1] / "docs" / "api" / "permissions.md"

HEAD = """# Permissions

Who may do what, written by `make routes` from the table that the door reads (`schemas/permissions.py`). Each route
needs one permission; the [table of routes](routes.md) says which. Who lacks it is answered 403 `permission_missing`.

* A **key** has a permission by a scope of the same name, or by the coarser one of the third column.
* A **user** of a customer has those of their role in that account.
* A member of **staff** has those of their role, for every account.

What is *of the company* is its own business: neither users nor keys that are bound to accounts have it.

| permission | allows to | coarser scope of keys | users | staff |
|---|---|---|---|---|"""


def page() -> str:
    """The page as it has to be."""
    return "\n".join((HEAD, *map(_row, PERMISSIONS), ""))


def _row(each: Permission) -> str:
    allows = f"{each.allows} (of the company)" if each.of_company else each.allows
    coarser = f"`{each.scope}`" if each.scope else ""
    users, staff = _listed(Role, each.roles), _listed(StaffRole, each.staff)
    return f"| `{each.name}` | {allows} | {coarser} | {users} | {staff} |"


def _listed(every: Iterable[StrEnum], holders: Iterable[StrEnum]) -> str:
    """In the order of the roles."""
    held = set(holders)
    named = [role for role in every if role in held]
    return "every role" if len(named) == len(list(every)) else ", ".join(named)
