"""A session of the console that ends in the middle of a form or before a page: nothing is lost, nothing done alone."""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from database.api_keys import hash_key
from database.staff import StaffMember
from schemas.permissions import StaffRole
from tests.portal.console.conftest import COOKIE, PROVING, AtWork, Hire, StaffLink, code_of
from tests.portal.console.console_forms import fields_of, outcome
from tests.portal.running_portal import OURS, Browser
from workers.wiring import Work

PARKED = "/parked"
NewCustomer = Callable[..., UUID]
Known = dict[UUID, str]


def _end(books: Session, browser: Browser) -> None:
    """As if nothing had been done for a quarter of an hour."""
    ended = text("UPDATE staff_sessions SET seen_at = seen_at - interval '16 minutes' WHERE token_sha256 = :hashed")
    books.execute(ended, {"hashed": hash_key(browser.http.cookies[COOKIE])})


def _enter_again(browser: Browser, link: str, code: str, books: Session) -> str:
    """By another link, in the same browser: where it is led."""
    assert browser.send(link).headers["location"] == PROVING
    books.execute(text("UPDATE staff_second_factors SET last_step = 0"))
    entered = browser.send(PROVING, {"code": code})
    assert entered.status_code == 303, entered.text
    return str(entered.headers["location"])


def test_what_was_typed_is_seen_again_changed_and_sent(
    at_work: AtWork, hire: Hire, staff_link: StaffLink, secrets_of_staff: Known, new_customer: NewCustomer,
    books_of_portal: Session, hands_of_portal: Work,
) -> None:  # fmt: skip
    member, form = hire(StaffRole.SUPPORT), f"/admin/accounts/{new_customer()}/suspend"
    robin = at_work(member)
    fields = {**fields_of(robin.open(form, follow_redirects=True)), "reason": "Card tests <b>"}
    _end(books_of_portal, robin)
    over = robin.send(form, fields)
    assert (over.status_code, "What you typed is kept" in over.text) == (401, True)
    assert {"HttpOnly", "SameSite=strict", "Max-Age=900"} <= set(over.headers["set-cookie"].split("; "))
    code = code_of(secrets_of_staff[member.id])
    assert _enter_again(robin, staff_link(member), code, books_of_portal) == PARKED
    page = robin.open(PARKED)
    for told in ('value="Card tests &lt;b&gt;"', fields["operation_key"], "nothing was done"):
        assert told in page.text, told
    said = text("SELECT count(*) FROM operations WHERE kind = 'suspend_account' AND caller = :who")
    assert books_of_portal.scalar(said, {"who": f"staff/{member.id}"}) == 0, "it is not sent by itself"
    changed = {**fields, "reason": "Card tests"}
    again = robin.send(PARKED, changed)
    assert (again.status_code, again.headers["location"]) == (307, form)
    sent = robin.http.post(form, data=changed, headers=OURS)
    assert sent.status_code == 303, sent.text
    operation_id = UUID(sent.headers["location"].rpartition("/")[2])
    assert "Suspend the account" in outcome(robin, operation_id)
    assert robin.open(PARKED).headers["location"] == "/", "it is seen no more"
    kept = text("SELECT fields::text FROM staff_parked_forms WHERE staff_id = :id")
    assert books_of_portal.scalars(kept, {"id": member.id}).all() == ["{}"]


def test_it_is_nobody_elses_and_of_nobody_nothing_is_kept(
    at_work: AtWork, hire: Hire, staff_link: StaffLink, secrets_of_staff: Known, new_customer: NewCustomer,
    books_of_portal: Session, doorstep: Callable[..., Browser],
) -> None:  # fmt: skip
    member, other, form = hire(), hire(), f"/admin/accounts/{new_customer()}/suspend"
    robin, kim = at_work(member), at_work(other)
    _end(books_of_portal, robin)
    robin.send(form, {"reason": "Only mine"})
    assert kim.open(PARKED).headers["location"] == "/", "another browser has no cookie for it"
    code = code_of(secrets_of_staff[other.id])
    assert _enter_again(robin, staff_link(other), code, books_of_portal) == PARKED
    assert robin.open(PARKED).headers["location"] == "/", "another person does not see it"

    half, stranger = doorstep(), doorstep()
    half.enter(staff_link(member))
    stranger.http.cookies.set(COOKIE, "made-up", domain="127.0.0.1")
    for nobody in (half, stranger):
        told = nobody.send(form, {"reason": "Mine"})
        assert (told.status_code, "is kept" in told.text) == (401, False)


def test_it_is_thrown_away_by_a_button_or_after_a_quarter_of_an_hour(
    at_work: AtWork, hire: Hire, staff_link: StaffLink, secrets_of_staff: Known, new_customer: NewCustomer,
    books_of_portal: Session,
) -> None:  # fmt: skip
    form = f"/admin/accounts/{new_customer()}/suspend"
    for ended in ("UPDATE staff_parked_forms SET created_at = created_at - interval '16 minutes'", ""):
        member = hire()
        robin = at_work(member)
        _end(books_of_portal, robin)
        robin.send(form, {"reason": "Mine"})
        _enter_again(robin, staff_link(member), code_of(secrets_of_staff[member.id]), books_of_portal)
        if ended:
            books_of_portal.execute(text(ended))
        else:
            assert robin.open(PARKED).status_code == 200
            robin.send(f"{PARKED}/forget")
        assert robin.open(PARKED).headers["location"] == "/"


def test_whoever_wanted_a_page_is_led_to_it_once_they_are_in(
    at_work: AtWork, hire: Hire, staff_link: StaffLink, secrets_of_staff: Known, books_of_portal: Session
) -> None:
    member = hire(StaffRole.FINANCE)
    robin, wanted = at_work(member), "/admin/invoices?status=paid&sort=-amount"
    _end(books_of_portal, robin)
    assert robin.open(wanted).status_code == 401

    def enter(member: StaffMember) -> str:
        return _enter_again(robin, staff_link(member), code_of(secrets_of_staff[member.id]), books_of_portal)

    assert enter(member) == wanted
    assert robin.open(wanted).status_code == 200
    assert enter(member) == "/", "and once"


def test_a_refusal_of_the_console_leads_back_to_the_console(at_work: AtWork, hire: Hire) -> None:
    page = at_work(hire()).open("/no/such")
    assert (page.status_code, "Back to the console" in page.text, "your account" in page.text) == (404, True, False)
