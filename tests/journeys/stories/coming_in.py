"""Somebody comes in by mail, though a program was there before them; somebody is out in the middle of a form."""

import re
from uuid import uuid4

import requests

from tests.journeys.scene import Journey, Scene

SCANS = 3
TIMEOUT_SECONDS = 20


def sign_in_by_mail_after_a_scanner(scene: Scene) -> None:
    """The link was fetched three times on the way; it still opens the account, once, for who presses the button."""
    mail = f"{uuid4().hex[:8]}@ada.example"
    scene.account(name="Ada's Looms", billing_email=mail)
    ada = scene.somebody()
    ada.open(f"{scene.stack.addresses.portal_url}/sign-in")
    ada.type("E-mail", mail)
    ada.press("Send me a mail")
    ada.sees("Look into your mail")
    found = re.search(rf"{re.escape(scene.stack.addresses.portal_url)}/sign-in/[^\"\s<]+", scene.mail_to(mail, "ign"))
    assert found, "the mail has a link"
    for _ in range(SCANS):
        assert requests.get(found[0], timeout=TIMEOUT_SECONDS).status_code == requests.codes.ok
    elsewhere = scene.somebody()
    elsewhere.open(found[0])
    elsewhere.sees(mail)
    elsewhere.press("Sign in")
    elsewhere.sees("Ada's Looms", "Plan and billing")
    elsewhere.press("Sign out")
    elsewhere.open(found[0])
    elsewhere.sees("This is over")


def keep_what_was_typed_when_a_session_ends(scene: Scene) -> None:
    """They sign out everywhere while a form is filled in elsewhere: it is shown again, and sent when they say so."""
    account_id = scene.account()
    ada, elsewhere = scene.enters(account_id, target="credits"), scene.enters(account_id)
    elsewhere.follow("Sessions")
    elsewhere.press("Sign out everywhere")
    ada.type("Warn below (empty: never)", "250")
    ada.press("Set the warning")
    ada.sees("What you typed is kept for 15 minutes")
    scene.enters(account_id, by=ada)
    ada.sees("What you had typed")
    ada.press("Send it now")
    ada.awaits("This is done.")
    ada.follow("Back to your account")
    ada.sees("A mail comes when fewer than 250 are left.")


STORIES: tuple[Journey, ...] = (sign_in_by_mail_after_a_scanner, keep_what_was_typed_when_a_session_ends)
