"""What holds for every page and form of the console: nobody sees it, nor whom their role does not let, nor forgers."""

from collections.abc import Callable, Iterator
from uuid import uuid4

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.console.every import DEEDS, FILES, LISTS, SEVERAL, THINGS
from portal.console.looking import NEEDS as LOOK_NEEDS
from portal.console.navigation import NAVIGATION
from portal.console.new_invoice import NEEDS
from schemas.permissions import BY_NAME, StaffRole, of_staff
from tests.portal.console.conftest import AtWork, Hire
from tests.portal.running_portal import Browser

Doorstep = Callable[..., Browser]


def _looks() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each address that is looked at, and what it takes."""
    for listed in LISTS:
        yield listed.path, (listed.permission,)
    for thing in THINGS:
        yield thing.path, (thing.permission,)
    for file in FILES:
        yield file.path, (file.permission,)
    for deed in DEEDS:
        yield deed.path, (deed.reads, deed.command.permission)
    for several in SEVERAL:
        yield several.path, (several.deed.reads, several.deed.command.permission)
    yield "/admin/invoices/new", NEEDS
    yield "/admin/accounts/{id}/look", LOOK_NEEDS
    yield "/admin/accounts/{id}", ("accounts:search",)
    yield "/admin/dashboard", ("dashboard:read",)
    yield "/admin/search", ("accounts:search",)
    yield "/admin/operations/running", ("work:read",)


def test_whoever_is_signed_in_sees_what_their_role_allows_and_nothing_else(
    doorstep: Doorstep, hire: Hire, at_work: AtWork
) -> None:
    stranger, browsers = doorstep(), {role: at_work(hire(role)) for role in StaffRole}
    for path, permissions in _looks():
        address = path.format(id=uuid4())
        assert stranger.open(address).status_code == 401, path
        for role, browser in browsers.items():
            is_allowed = set(permissions) <= of_staff(role)
            told = browser.open(address).status_code
            assert (told != 403) is is_allowed, (path, role, told)
            assert told in {200, 303, 403, 404}, (path, role, told)


def test_what_somebody_may_not_do_is_refused_and_what_is_forged_too(
    doorstep: Doorstep, hire: Hire, at_work: AtWork, books_of_portal: Session
) -> None:
    stranger, browsers = doorstep(), {role: at_work(hire(role)) for role in StaffRole}
    for deed in DEEDS:
        address, fields = deed.path.format(id=uuid4()), {"operation_key": str(uuid4())}
        assert stranger.send(address, fields).status_code == 401, deed.path
        for role, browser in browsers.items():
            if deed.command.permission not in of_staff(role):
                assert browser.send(address, fields).status_code == 403, (deed.path, role)
            for headers in ({}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
                assert browser.send(address, fields, headers).status_code == 403, (deed.path, role)
    said = text("SELECT count(*) FROM operations WHERE starts_with(caller, 'staff/')")
    assert books_of_portal.scalar(said) == 0


def test_the_navigation_has_the_ways_that_a_role_may_go(hire: Hire, at_work: AtWork) -> None:
    for role in StaffRole:
        page = at_work(hire(role)).open("/admin/sessions")
        shown = {way.path for way in NAVIGATION if f'<a href="{way.path}"' in page.text}
        assert shown == {way.path for way in NAVIGATION if way.permission in of_staff(role)}, role
    assert {way.permission for way in NAVIGATION} <= set(BY_NAME)


def test_the_form_of_what_is_not_there_is_not_found_and_a_broken_one_refused(hire: Hire, at_work: AtWork) -> None:
    robin = at_work(hire())
    for deed in DEEDS:
        is_of_something = "{id}" in deed.path
        assert robin.open(deed.path.format(id=uuid4())).status_code == (404 if is_of_something else 200), deed.path
    suspend = f"/admin/accounts/{uuid4()}/suspend"
    for broken in ({"reason": "x"}, {"operation_key": "1", "reason": "x"}):
        assert robin.send(suspend, broken).status_code == 400
