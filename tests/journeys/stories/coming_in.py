"""Somebody comes in by mail, though a program has opened the link before them."""

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


STORIES: tuple[Journey, ...] = (sign_in_by_mail_after_a_scanner,)
