"""The table of permissions is whole: nothing in it twice, nothing unknown, nothing that nobody needs."""

import pytest

from ingress.entries import all_entries
from schemas.commands.team import GIVE_OWNERSHIP
from schemas.permissions import (
    BY_NAME,
    PERMISSIONS,
    SCOPES,
    WHOLE_SCOPES,
    Role,
    StaffRole,
    of_key,
    of_role,
    of_staff,
    without_company,
)

# needed by what a command says, beside that of its route
BY_CONTENT = {GIVE_OWNERSHIP}
# of whoever does it alone
THEIR_OWN = {"team:join", "team:leave"}


def test_each_is_said_once_and_needed_by_a_route() -> None:
    assert len(BY_NAME) == len(PERMISSIONS)
    assert {entry.does.permission for entry in all_entries()} - {None} == set(BY_NAME) - BY_CONTENT


def test_the_whole_scopes_allow_everything_and_no_scope_allows_nothing() -> None:
    assert of_key(WHOLE_SCOPES) == set(BY_NAME)
    assert all(of_key([scope]) for scope in SCOPES)
    assert of_key(["of_a_newer_version:read"]) == frozenset()


@pytest.mark.parametrize("name", BY_NAME)
def test_a_permission_is_a_scope_of_its_own(name: str) -> None:
    allowed = of_key([name])
    assert name in allowed
    assert all(BY_NAME[other].scope == name for other in allowed - {name})


def test_users_have_nothing_of_the_company_and_their_own_credits_are_not_theirs_to_use_up() -> None:
    for role in Role:
        assert without_company(of_role(role)) == of_role(role)
        assert not of_role(role) & {"credits:consume", "refunds:write", "accounts:write"}


def test_who_only_looks_changes_nothing() -> None:
    for looking in (Role.MEMBER, Role.VIEWER):
        assert all(name.endswith(":read") for name in of_role(looking) - THEIR_OWN)
    assert of_role(Role.MEMBER) < of_role(Role.VIEWER) < of_role(Role.OWNER)


def test_who_pays_money_back_is_not_who_answers_the_customers() -> None:
    for name in ("refunds:write", "claims:decide"):
        assert name not in of_staff(StaffRole.SUPPORT) | of_staff(StaffRole.OPERATOR)
