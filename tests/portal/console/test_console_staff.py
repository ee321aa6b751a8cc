"""Staff in the console: who there is and may what, added and given roles by two, ended by one; keys without secrets."""

from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from calls.run_command import run_command
from database.api_keys import ApiKey, create_key
from schemas.permissions import StaffRole
from tests.portal.console.conftest import AtWork, Hire
from tests.portal.console.console_forms import do, fields_of, outcome
from tests.portal.running_portal import Browser
from workers.wiring import Work

STAFF, KEYS = "/admin/staff", "/admin/staff/keys"


def _by_two(first: Browser, second: Browser, path: str, hands: Work, **typed: str) -> str:
    """Wanted by one and approved by another: what the page of it says."""
    said = do(first, path, hands, **typed)
    assert "waits for a second person" in outcome(first, said)
    assert "This is done" in outcome(second, do(second, f"/admin/approvals/{said}/approve", hands))
    run_command(hands, said)
    return outcome(first, said)


def test_somebody_is_added_given_another_role_and_ended(at_work: AtWork, hire: Hire, hands_of_portal: Work) -> None:
    member = hire(StaffRole.SUPPORT)
    robin, kim, name = at_work(hire()), at_work(hire()), f"Sam {uuid4().hex[:8]}"
    said = {"name": name, "email": "sam@cashbeat.example", "role": "support"}
    assert "This is done" in _by_two(robin, kim, f"{STAFF}/new", hands_of_portal, **said)
    page = robin.open(STAFF).text
    for shown in (name, "sam@cashbeat.example", "cashbeat staff enter", "search accounts", "you"):
        assert shown in page, shown
    changed = _by_two(robin, kim, f"{STAFF}/{member.id}/role", hands_of_portal, role="finance")
    assert ("This is done" in changed, "support" in changed) == (True, True), "and the role before is told"
    own = at_work(member)
    assert "This is done" in outcome(robin, do(robin, f"{STAFF}/{member.id}/end", hands_of_portal))
    assert own.open("/admin/sessions").status_code == 401, "who has ended is out at once"
    assert "They have ended" in robin.open(f"{STAFF}/{member.id}/role").text
    refused = robin.send(f"{STAFF}/new", {**fields_of(robin.open(f"{STAFF}/new")), **said, "email": "nobody"})
    assert (refused.status_code, 'href="#email"' in refused.text, f'value="{name}"' in refused.text) == (
        422, True, True,
    )  # fmt: skip


def test_keys_are_listed_without_their_secrets_and_ended(
    at_work: AtWork, hire: Hire, hands_of_portal: Work, books_of_portal: Session
) -> None:
    robin = at_work(hire())
    name = f"shop {uuid4().hex[:8]}"
    secret = create_key(books_of_portal, name, ["credits:read"])
    books_of_portal.flush()
    key = books_of_portal.scalars(select(ApiKey).where(ApiKey.name == name)).one()
    page = robin.open(KEYS).text
    for shown in (key.name, key.hint, "credits:read", f"{KEYS}/{key.id}/revoke"):
        assert shown in page, shown
    assert (secret in page, key.secret_sha256 in page) == (False, False)
    assert "This is done" in outcome(robin, do(robin, f"{KEYS}/{key.id}/revoke", hands_of_portal))
    assert "revoked" in robin.open(KEYS).text
    assert "It is revoked already" in robin.open(f"{KEYS}/{key.id}/revoke").text


def test_an_operator_sees_them_and_changes_nobody(at_work: AtWork, hire: Hire) -> None:
    member = hire(StaffRole.SUPPORT)
    robin = at_work(hire(StaffRole.OPERATOR))
    page = robin.open(STAFF)
    assert (page.status_code, member.name in page.text, f"{STAFF}/new" in page.text) == (200, True, False)
    assert (robin.open(f"{STAFF}/{member.id}/end").status_code, robin.open(KEYS).status_code) == (403, 200)
