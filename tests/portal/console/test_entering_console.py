"""Into the console by a link and a code, out by a button; what becomes of links, codes and sessions that are over."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from uuid import UUID

import pytest
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.orm import Session

from callers.keys import find_key
from callers.principal import Principal
from database.api_keys import KeyTerms, create_key, hash_key
from portal.console.app import make_console
from schemas.permissions import StaffRole
from settings import Settings
from stack.ports import free_port
from tests.portal.console.conftest import COOKIE, PROVING, AtWork, Hire, StaffLink, code_of, learn
from tests.portal.running_portal import Browser, running

HOME = "/admin/sessions"
Doorstep = Callable[..., Browser]
Known = dict[UUID, str]


def test_who_comes_for_the_first_time_is_shown_a_secret_once_and_enters_by_its_code(
    doorstep: Doorstep, hire: Hire, staff_link: StaffLink, secrets_of_staff: Known, books_of_portal: Session
) -> None:
    robin, here = hire(StaffRole.SUPPORT), doorstep()
    link = staff_link(robin)
    for _ in range(3):
        told = here.open(link)
        assert (told.status_code, robin.name in told.text, "set-cookie" in told.headers) == (200, True, False)
    entered = here.send(link)
    assert (entered.status_code, entered.headers["location"]) == (303, PROVING)
    assert {"HttpOnly", "SameSite=strict"} <= set(entered.headers["set-cookie"].split("; "))
    before = here.http.cookies[COOKIE]
    assert here.open(HOME).status_code == 401, "a link alone opens nothing"
    asked = here.open(PROVING)
    assert 'src="data:image/svg+xml' in asked.text
    learn(here, robin, secrets_of_staff)
    assert here.send(PROVING, {"code": code_of(secrets_of_staff[robin.id])}).headers["location"] == HOME
    assert here.http.cookies[COOKIE] != before, "what was there before is worth nothing after"
    page = here.open("/", follow_redirects=True)
    assert (page.status_code, robin.name in page.text, "support" in page.text) == (200, True, True)
    assert here.open(PROVING).headers["location"] == "/"

    again = doorstep()
    again.enter(staff_link(robin))
    asked = again.open(PROVING)
    assert "data:image/svg" not in asked.text
    assert secrets_of_staff[robin.id] not in asked.text
    kept = text("SELECT secret FROM staff_second_factors WHERE staff_id = :id")
    sealed = books_of_portal.execute(kept, {"id": robin.id}).scalar_one()
    assert secrets_of_staff[robin.id] not in sealed
    noted = text("SELECT actor_name FROM audit_entries WHERE action = 'enter_console' AND actor_id = :who")
    assert books_of_portal.execute(noted, {"who": f"staff/{robin.id}"}).scalars().all() == [robin.name]


def test_a_link_opens_once_also_for_two_at_the_same_moment(
    doorstep: Doorstep, hire: Hire, staff_link: StaffLink
) -> None:
    link = staff_link(hire())
    with ThreadPoolExecutor(8) as hands:
        answers = list(hands.map(lambda each: each.send(link).status_code, [doorstep() for _ in range(8)]))
    assert sorted(answers) == [303, *[410] * 7]
    over = doorstep().open(link)
    assert (over.status_code, "cashbeat staff enter" in over.text) == (410, True)


def test_whoever_took_an_earlier_link_never_sees_what_the_authenticator_learns(
    doorstep: Doorstep, hire: Hire, staff_link: StaffLink, secrets_of_staff: Known
) -> None:
    robin, thief, here = hire(), doorstep(), doorstep()
    first, second = staff_link(robin), staff_link(robin)
    assert thief.open(first).status_code == 410, "a newer link ends those before it"
    thief.enter(second)
    here.enter(staff_link(robin))
    assert thief.open(PROVING).status_code == 401, "who has shown no code is out once somebody enters anew"
    learn(here, robin, secrets_of_staff)
    assert thief.send(PROVING, {"code": code_of(secrets_of_staff[robin.id])}).status_code == 401
    assert here.send(PROVING, {"code": code_of(secrets_of_staff[robin.id])}).headers["location"] == "/"


def test_old_links_and_those_of_who_has_ended_open_nothing(
    doorstep: Doorstep, hire: Hire, staff_link: StaffLink, books_of_portal: Session
) -> None:
    old, gone = staff_link(hire()), hire()
    books_of_portal.execute(
        text("UPDATE staff_links SET created_at = created_at - interval '5 minutes', expires_at = now()")
    )
    of_gone = staff_link(gone)
    books_of_portal.execute(text("UPDATE staff_members SET ended_at = now() WHERE id = :id"), {"id": gone.id})
    for link in (old, of_gone, "/enter/made-up"):
        assert doorstep().open(link).status_code == 410
    assert doorstep().send(old).status_code == 410
    ended = doorstep()
    ended.send(of_gone)
    assert ended.open(PROVING).status_code == 401


def test_five_codes_may_be_tried_and_then_a_link_is_needed(
    doorstep: Doorstep, hire: Hire, staff_link: StaffLink, secrets_of_staff: Known
) -> None:
    robin, thief = hire(), doorstep()
    thief.enter(staff_link(robin))
    learn(thief, robin, secrets_of_staff)
    wrong = ("000000", "", "1" * 1_000, "\u0661\u0662\u0663\u0664\u0665\u0666")
    for left, code in zip((4, 3, 2, 1), wrong, strict=True):
        refused = thief.send(PROVING, {"code": code})
        assert (refused.status_code, f"try {left} more" in refused.text) == (422, True)
    assert thief.send(PROVING, {"code": code_of(secrets_of_staff[robin.id], 3_600)}).status_code == 401
    assert thief.send(PROVING, {"code": code_of(secrets_of_staff[robin.id])}).status_code == 401, "it is over"


def test_a_code_is_taken_once_also_from_two_at_the_same_moment(
    doorstep: Doorstep, hire: Hire, staff_link: StaffLink, secrets_of_staff: Known, at_work: AtWork
) -> None:
    robin = hire()
    at_work(robin)
    browsers = [doorstep() for _ in range(6)]
    for each in browsers:
        each.enter(staff_link(robin))
    code = code_of(secrets_of_staff[robin.id], 30)
    with ThreadPoolExecutor(6) as hands:
        answers = list(hands.map(lambda each: each.send(PROVING, {"code": code}).status_code, browsers))
    assert answers.count(303) == 1
    assert set(answers) <= {303, 422, 503}, "on a busy machine some are asked to try again"
    late = doorstep()
    late.enter(staff_link(robin))
    earlier = code_of(secrets_of_staff[robin.id])
    assert late.send(PROVING, {"code": earlier}).status_code == 422, "a code from before it is none, either"


@pytest.mark.parametrize(("column", "age"), [("seen_at", "15 minutes"), ("ends_at", "8 hours")])
def test_a_session_that_is_idle_or_old_is_over(
    at_work: AtWork, hire: Hire, books_of_portal: Session, column: str, age: str
) -> None:
    robin = at_work(hire())
    assert robin.open(HOME).status_code == 200
    columns = ("seen_at",) if column == "seen_at" else ("started_at", "ends_at")
    changed = ", ".join(f"{each} = {each} - interval '{age}'" for each in columns)
    hashed = {"hashed": hash_key(robin.http.cookies[COOKIE])}
    books_of_portal.execute(text(f"UPDATE staff_sessions SET {changed} WHERE token_sha256 = :hashed"), hashed)  # noqa: S608
    over = robin.open(HOME)
    assert (over.status_code, "sign in again" in over.text) == (401, True)


def test_who_has_shown_no_code_within_ten_minutes_begins_again(
    doorstep: Doorstep, hire: Hire, staff_link: StaffLink, books_of_portal: Session
) -> None:
    slow = doorstep()
    slow.enter(staff_link(hire()))
    books_of_portal.execute(
        text(
            "UPDATE staff_sessions SET started_at = started_at - interval '10 minutes', ends_at = now()"
            " WHERE token_sha256 = :hashed"
        ),
        {"hashed": hash_key(slow.http.cookies[COOKIE])},
    )
    assert slow.open(PROVING).status_code == slow.send(PROVING, {"code": "000000"}).status_code == 401


def test_sessions_are_listed_and_ended_one_by_one_or_everywhere(
    at_work: AtWork, hire: Hire, books_of_portal: Session
) -> None:
    robin, other = hire(), at_work(hire())
    here, there, elsewhere = (at_work(robin) for _ in range(3))
    thief = {COOKIE: here.http.cookies[COOKIE]}
    page = here.open(HOME)
    assert page.text.count('name="session" value=') == 4, "three, and all of them"
    known = text("SELECT id FROM staff_sessions WHERE token_sha256 = :hashed")

    def session_of(browser: Browser) -> str:
        hashed = {"hashed": hash_key(browser.http.cookies[COOKIE])}
        return str(books_of_portal.execute(known, hashed).scalar_one())

    assert here.send("/leave", {"session": session_of(there)}).headers["location"] == HOME
    assert (there.open(HOME).status_code, here.open(HOME).status_code) == (401, 200)
    here.send("/leave", {"session": session_of(other)})
    assert other.open(HOME).status_code == 200, "it is not one's own"
    left = here.send("/leave", {"session": "all"})
    assert left.status_code == 200
    assert not here.http.cookies.get(COOKIE)
    here.http.cookies.update(thief)
    assert elsewhere.open(HOME).status_code == here.open(HOME).status_code == 401
    assert other.open(HOME).status_code == 200


def test_a_colleague_is_the_same_as_with_a_key_and_only_as_long_as_they_work_here(
    at_work: AtWork, hire: Hire, books_of_portal: Session
) -> None:
    robin = hire(StaffRole.SUPPORT)
    browser = at_work(robin)
    key = create_key(books_of_portal, robin.name, [], KeyTerms(staff_id=robin.id))
    books_of_portal.flush()
    by_key = find_key(books_of_portal, hash_key(key))
    assert isinstance(by_key, Principal)
    assert by_key.caller == f"staff/{robin.id}"
    assert "support" in browser.open(HOME).text
    books_of_portal.execute(text("UPDATE staff_members SET role = 'finance' WHERE id = :id"), {"id": robin.id})
    assert "finance" in browser.open(HOME).text, "as it is now"
    books_of_portal.execute(text("UPDATE staff_members SET ended_at = now() WHERE id = :id"), {"id": robin.id})
    assert browser.open(HOME).status_code == 401


def test_nobody_sees_anything_and_forged_forms_are_refused(
    doorstep: Doorstep, hire: Hire, staff_link: StaffLink, at_work: AtWork
) -> None:
    for path in ("/", HOME, PROVING, "/operations/01a2277b-42ca-7a7e-9c64-262a17235048"):
        assert doorstep().open(path).status_code == 401
    assert doorstep().send("/leave").status_code == doorstep().send(PROVING, {"code": "1"}).status_code == 401
    robin, link = at_work(hire()), staff_link(hire())
    for headers in ({}, {"Origin": "null"}, {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "cross-site"}):
        for path in ("/leave", link):
            assert robin.send(path, headers=headers).status_code == 403
    assert robin.open(HOME).status_code == 200
    assert doorstep().enter(link).status_code == 303


def test_a_customers_cookie_is_none_here(doorstep: Doorstep, hire: Hire, at_work: AtWork) -> None:
    robin, stranger = at_work(hire()), doorstep()
    stranger.http.cookies.set("cashbeat", robin.http.cookies[COOKIE], domain="127.0.0.1")
    assert stranger.open(HOME).status_code == 401


def test_anothers_authenticator_opens_nothing(
    doorstep: Doorstep,
    hire: Hire,
    staff_link: StaffLink,
    at_work: AtWork,
    books_of_portal: Session,
    secrets_of_staff: Known,
) -> None:
    """Whoever may write into the database and gives somebody's secret to another."""
    robin, kim = hire(), hire()
    at_work(robin)
    at_work(kim)
    books_of_portal.execute(
        text(
            "UPDATE staff_second_factors SET last_step = 0, secret ="
            " (SELECT secret FROM staff_second_factors WHERE staff_id = :kim) WHERE staff_id = :robin"
        ),
        {"kim": kim.id, "robin": robin.id},
    )
    thief = doorstep()
    thief.enter(staff_link(robin))
    assert thief.send(PROVING, {"code": code_of(secrets_of_staff[kim.id])}).status_code == 503


def test_without_its_master_key_nobody_enters_and_the_link_stays_good(
    console_settings: Settings, hire: Hire, staff_link: StaffLink, doorstep: Doorstep
) -> None:
    told = console_settings.model_copy(update={"cashbeat_master_keys": SecretStr(""), "console_port": free_port(0)})
    link = staff_link(hire())
    with running(make_console(told), told.console_port) as address, closing(Browser(address)) as robin:
        assert robin.send(link).status_code == 503
    assert doorstep().enter(link).status_code == 303


def test_every_answer_holds_the_browser_to_the_same_rules(doorstep: Doorstep, hire: Hire, at_work: AtWork) -> None:
    robin = at_work(hire())
    for answer in (robin.open(HOME), robin.open("/no/such"), doorstep().open(HOME), robin.send("/leave")):
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"
        assert "style=" not in answer.text
        assert "<script" not in answer.text
