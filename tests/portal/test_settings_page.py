"""Settings: each form by itself, errors beside their fields, a copy of everything, and the end of an account."""

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from billing.accounts.tables import Account
from billing.privacy.tables import AccountExport
from calls.write_exports import write_exports
from database.outbox import OutboxEntry
from schemas.permissions import Role
from schemas.views.accounts import AccountSettingsView
from tests.portal.forms import answered, done, sent
from tests.portal.running_portal import Browser
from workers.wiring import Work

SETTINGS = "/account/settings"
NewBrowser = Callable[..., Browser]
NewCustomer = Callable[..., UUID]
Known = Callable[[UUID], AccountSettingsView]
ADDRESS = {
    "name": "Acme GmbH", "line1": "Gasse 1", "line2": "", "city": "Wien", "region": "", "postal_code": "1010",
    "country": "AT", "tax_id": "ATU 1234 5675",
}  # fmt: skip


@pytest.fixture
def known_settings(hands_of_portal: Work) -> Known:
    """What is known of an account, as the API shows it."""
    from ingress.queries.accounts import show_settings

    def read(account_id: UUID) -> AccountSettingsView:
        with hands_of_portal.database.transaction() as session:
            return show_settings(session, account_id)

    return read


def test_all_that_can_be_set_is_shown_filled_in(signed_in: NewBrowser, new_customer: NewCustomer) -> None:
    page = signed_in(new_customer()).open(SETTINGS)
    assert page.status_code == 200
    for told in (
        'value="Acme Corp"', '<option value="US" selected>United States</option>', "billing@acme.example",
        '<option value="UTC" selected>', '<option value="en" selected>', "not counted yet", "Have a copy written",
        "Delete the account",
    ):  # fmt: skip
        assert told in page.text, told
    assert len(page.content) < 60_000


def test_who_is_billed_is_changed_and_a_wrong_number_is_told_beside_it(
    signed_in: NewBrowser, new_customer: NewCustomer, hands_of_portal: Work, known_settings: Known
) -> None:
    account_id = new_customer()
    ada = signed_in(account_id)
    wrong = ada.send(f"{SETTINGS}/address", sent(**{**ADDRESS, "tax_id": "ATU12345678"}))
    assert wrong.status_code == 422
    for told in ('href="#tax_id"', 'aria-describedby="tax_id-error"', 'value="Acme GmbH"', 'value="AT" selected'):
        assert told in wrong.text, told
    form = sent(**{**ADDRESS, "name": "", "country": "ZZ", "line1": "a\u202eb"})
    several = ada.send(f"{SETTINGS}/address", form)
    assert several.status_code == 422
    for told in ('href="#name"', 'href="#country"', 'href="#line1"', form["operation_key"]):
        assert told in several.text, told
    assert known_settings(account_id).name == "Acme Corp"
    form = sent(**ADDRESS)
    first, again = ada.send(f"{SETTINGS}/address", form), ada.send(f"{SETTINGS}/address", form)
    assert first.headers["location"] == again.headers["location"]
    done(hands_of_portal, first)
    changed = known_settings(account_id)
    assert (changed.name, changed.tax_id, changed.billing_address["country"]) == ("Acme GmbH", "ATU12345675", "AT")
    page = ada.open(SETTINGS).text
    assert "has the form and the check digits" in page
    assert "Acme GmbH" in page
    done(hands_of_portal, ada.send(f"{SETTINGS}/address", sent(**{**ADDRESS, "tax_id": ""})))
    assert known_settings(account_id).tax_id == "", "what is emptied is cleared"


def test_copies_go_to_whom_the_customer_says(
    signed_in: NewBrowser, new_customer: NewCustomer, hands_of_portal: Work, known_settings: Known
) -> None:
    account_id = new_customer()
    ada = signed_in(account_id)
    wrong = ada.send(f"{SETTINGS}/recipients", sent(invoices="books@acme.example\nnobody", security="x"))
    assert wrong.status_code == 422
    for told in ('href="#invoices"', 'href="#security"', "books@acme.example\nnobody</textarea>"):
        assert told in wrong.text, told
    done(hands_of_portal, ada.send(f"{SETTINGS}/recipients", sent(invoices=" a@acme.example\r\n\r\nb@acme.example")))
    assert known_settings(account_id).recipients == {"invoices": ["a@acme.example", "b@acme.example"]}
    done(hands_of_portal, ada.send(f"{SETTINGS}/recipients", sent(invoices="", credits="c@acme.example")))
    assert known_settings(account_id).recipients == {"credits": ["c@acme.example"]}


def test_another_billing_email_waits_until_it_is_confirmed(
    signed_in: NewBrowser, new_customer: NewCustomer, hands_of_portal: Work, known_settings: Known
) -> None:
    account_id = new_customer()
    ada = signed_in(account_id, is_proven=True)
    wrong = ada.send(f"{SETTINGS}/email", sent(billing_email="nobody"))
    assert (wrong.status_code, 'href="#billing_email"' in wrong.text) == (422, True)
    done(hands_of_portal, ada.send(f"{SETTINGS}/email", sent(billing_email="new@acme.example")))
    page = ada.open(SETTINGS).text
    assert "We have written to new@acme.example" in page
    assert "<strong>billing@acme.example</strong>" in page
    done(hands_of_portal, ada.send(f"{SETTINGS}/email/resend", sent()))
    waiting = known_settings(account_id).pending_email
    assert waiting is not None
    assert waiting.mails == 2
    done(hands_of_portal, ada.send(f"{SETTINGS}/email/keep", sent()))
    assert known_settings(account_id).pending_email is None
    refused = ada.send(f"{SETTINGS}/email/resend", sent())
    assert "nothing was changed" in ada.open(done(hands_of_portal, refused)).text


def test_pages_are_written_in_the_language_and_by_the_clock_that_was_chosen(
    signed_in: NewBrowser, new_customer: NewCustomer, hands_of_portal: Work, known_settings: Known
) -> None:
    account_id = new_customer()
    ada = signed_in(account_id)
    wrong = ada.send(f"{SETTINGS}/preferences", sent(time_zone="Mars/Olympus", locale="<b>"))
    assert (wrong.status_code, 'href="#time_zone"' in wrong.text) == (422, True)
    assert "<b>" not in wrong.text
    done(hands_of_portal, ada.send(f"{SETTINGS}/preferences", sent(time_zone="Asia/Tokyo", locale="de-AT")))
    page = ada.open(SETTINGS).text
    assert '<html lang="en">' in page, "the words are English, whatever the numbers are"
    assert "Asia/Tokyo" in page
    assert '<option value="US" selected>Vereinigte Staaten</option>' in page
    assert known_settings(account_id).time_zone == "Asia/Tokyo"


def test_a_role_sees_what_it_may_and_changes_nothing_else(
    signed_in: NewBrowser, new_customer: NewCustomer, browser: NewBrowser
) -> None:
    account_id = new_customer()
    member = signed_in(account_id, user_id="user_m", role=Role.MEMBER)
    page = member.open(SETTINGS).text
    assert "Acme Corp" in page
    assert '<form method="post" action="/account' not in page
    billing = signed_in(account_id, user_id="user_b", role=Role.BILLING)
    assert "Have a copy" not in billing.open(SETTINGS).text
    for form in ("address", "email", "recipients", "preferences", "email/resend", "email/keep", "export", "delete"):
        assert member.send(f"{SETTINGS}/{form}", sent(**ADDRESS)).status_code == 403, form
        assert browser().send(f"{SETTINGS}/{form}", sent()).status_code == 401
    for path in ("export.zip", "delete"):
        assert billing.open(f"{SETTINGS}/{path}").status_code == 403
        assert browser().open(f"{SETTINGS}/{path}").status_code == 401
    assert billing.send(f"{SETTINGS}/made-up", sent()).status_code == 404


def test_a_copy_of_everything_is_written_and_fetched(
    signed_in: NewBrowser, new_customer: NewCustomer, hands_of_portal: Work, books_of_portal: Session
) -> None:
    account_id = new_customer("Copied Corp")
    ada = signed_in(account_id)
    assert ada.open(f"{SETTINGS}/export.zip").status_code == 404
    began = ada.open(done(hands_of_portal, ada.send(f"{SETTINGS}/export", sent()))).text
    assert ("The copy is being written" in began, "This is done" in began) == (True, False)
    assert "It is being written" in ada.open(SETTINGS).text
    (export_id,) = books_of_portal.scalars(select(AccountExport.id).where(AccountExport.account_id == account_id))
    staged = books_of_portal.scalars(select(OutboxEntry.id).where(OutboxEntry.subject_id == export_id)).all()
    write_exports(hands_of_portal, staged)
    assert "Fetch it (ZIP)" in ada.open(SETTINGS).text
    fetched = ada.open(f"{SETTINGS}/export.zip")
    assert fetched.headers["content-disposition"].startswith("attachment")
    with zipfile.ZipFile(io.BytesIO(fetched.content)) as copy:
        assert any(b"Copied Corp" in copy.read(name) for name in copy.namelist())
    assert signed_in(new_customer()).open(f"{SETTINGS}/export.zip").status_code == 404


def test_an_account_is_deleted_by_its_name_alone(
    signed_in: NewBrowser, new_customer: NewCustomer, hands_of_portal: Work, books_of_portal: Session
) -> None:
    account_id = new_customer("Ends & Sons")
    ada = signed_in(account_id, is_proven=True)
    asked = ada.open(f"{SETTINGS}/delete")
    assert "Nobody can take this back" in asked.text
    assert "Ends &amp; Sons" in asked.text
    for typed in ("", "ends & sons", "Ends & Sons "):
        wrong = ada.send(f"{SETTINGS}/delete", sent(confirm_name=typed))
        assert (wrong.status_code, 'href="#confirm_name"' in wrong.text) == (422, True), typed
    form = sent(confirm_name="Ends & Sons")
    first, again = ada.send(f"{SETTINGS}/delete", form), ada.send(f"{SETTINGS}/delete", form)
    assert first.headers["location"] == again.headers["location"]
    done(hands_of_portal, first)
    closed = books_of_portal.scalars(select(Account.closed_at).where(Account.id == account_id)).one()
    assert closed is not None
    assert closed <= datetime.now(UTC)
    said = text("SELECT count(*) FROM operations WHERE kind = 'delete_account'")
    assert books_of_portal.scalar(said) == 1, "of the two that were sent"


def test_whoever_has_deleted_the_account_is_told_that_it_is_done(
    signed_in: NewBrowser, new_customer: NewCustomer, hands_of_portal: Work, books_of_portal: Session
) -> None:
    ada, form = signed_in(new_customer("Gone Corp"), is_proven=True), sent(confirm_name="Gone Corp")
    press = partial(ada.send, f"{SETTINGS}/delete", form)
    told = answered(hands_of_portal, books_of_portal, "delete_account", press)
    assert (told.status_code, "Your account is deleted" in told.text) == (200, True), told.text
    assert ada.open(SETTINGS).status_code == 401
