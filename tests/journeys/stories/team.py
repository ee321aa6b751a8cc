"""Somebody is invited, joins, is given another role, and is taken out."""

import re
from uuid import uuid4

from tests.journeys.person import Person
from tests.journeys.scene import Journey, Scene

JOIN = "/join/"


def invite_change_and_remove(scene: Scene) -> None:
    """They get a mail, join in the portal and sign in by mail; they are a viewer then, and at last nobody here."""
    account_id = scene.account()
    scene.saves_card(account_id)
    scene.subscribes(account_id, "growth")
    ada = scene.enters(account_id)
    ada.follow("Team")
    bea = f"bea-{uuid4().hex[:8]}@people.example"
    ada.type("E-mail", bea)
    ada.choose("Role", _role(ada.page.get_by_label("Role", exact=True).inner_text(), "billing"))
    ada.press("Invite")
    ada.awaits("This is done.")
    ada.follow("Back to your account")
    ada.sees(bea, "open")
    token = re.search("/join/([A-Za-z0-9_-]{43})", scene.mail_to(bea, "nvit"))
    assert token, "the mail has a link"
    here = scene.somebody()
    here.open(f"{scene.stack.addresses.portal_url}{JOIN}{token[1]}")
    here.sees("Ada's Engines", "billing", bea)
    here.press("Join")
    here.awaits("You are in the team now.")
    ada.page.reload()
    ada.sees("Nobody is invited.")
    ada.follow(f"Change {bea}")
    ada.choose("Role", _role(ada.page.get_by_label("Role", exact=True).inner_text(), "viewer"))
    ada.press("Save")
    ada.awaits("This is done.")
    ada.follow("Back to your account")
    _sign_in(scene, here, bea)
    here.sees_no("Change the plan")
    ada.follow(f"Remove {bea}")
    ada.sees("Whatever they ask for from then on is refused")
    ada.press("Take them out of the team")
    ada.awaits("This is done.")
    ada.follow("Back to your account")
    ada.sees_no(bea)
    here.page.reload()
    here.sees("not in the team")


def _sign_in(scene: Scene, person: Person, mail: str) -> None:
    """By the code of the mail that is sent to them."""
    person.follow("Sign in by mail")
    person.type("E-mail", mail)
    person.press("Send me a mail")
    code = re.search(r"\b(\d{4}) (\d{4})\b", scene.mail_to(mail, "Sign in"))
    assert code, "the mail has a code"
    person.type("Code", "".join(code.groups()))
    person.press("Sign in")


def _role(options: str, name: str) -> str:
    """What the list calls a role: its name, and what it may."""
    return next(line.strip() for line in options.splitlines() if line.strip().startswith(f"{name}:"))


STORIES: tuple[Journey, ...] = (invite_change_and_remove,)
