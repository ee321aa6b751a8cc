"""Somebody is invited, joins, is given another role, and is taken out."""

import re
from uuid import uuid4

from tests.journeys.scene import Journey, Scene


def invite_change_and_remove(scene: Scene) -> None:
    """Bea gets a mail, and joins by its link; then she is a viewer, and then she is nobody here."""
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
    scene.say(f"/v1/team/invitations/{token[1]}/accept/", user_id="user_bea", name="Bea")
    ada.page.reload()
    ada.sees("Nobody is invited.")
    ada.follow("Change Bea")
    ada.choose("Role", _role(ada.page.get_by_label("Role", exact=True).inner_text(), "viewer"))
    ada.press("Save")
    ada.awaits("This is done.")
    ada.follow("Back to your account")
    here = scene.enters(account_id, "user_bea", "viewer")
    here.sees_no("Change the plan")
    ada.follow("Remove Bea")
    ada.sees("Whatever they ask for from then on is refused")
    ada.press("Take them out of the team")
    ada.awaits("This is done.")
    ada.follow("Back to your account")
    ada.sees_no("Bea")
    here.page.reload()
    here.sees("not in the team")


def _role(options: str, name: str) -> str:
    """What the list calls a role: its name, and what it may."""
    return next(line.strip() for line in options.splitlines() if line.strip().startswith(f"{name}:"))


STORIES: tuple[Journey, ...] = (invite_change_and_remove,)
