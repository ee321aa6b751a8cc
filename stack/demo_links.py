"""The two links at the end of the demo: into the portal of its company, and into the console."""

from uuid import uuid4

from stack import staff
from stack.demo_months import ACCOUNT
from stack.demo_staff import colleague
from stack.story import Story

RETURN_URL = "https://app.example/billing"
COLLEAGUE = "Demo admin"
WHAT_LINKS_ARE = (
    "Both links open once, within five minutes. After that `cashbeat staff enter "
    f"'{COLLEAGUE}'` prints another one for the console, and the portal's /sign-in sends one by mail, "
    f"to {ACCOUNT['billing_email']}: look into the inbox above."
)


def portal_link(story: Story) -> str:
    """For the owner of the company that has lived for months."""
    said = {"account_id": story.company_id, "user_id": ACCOUNT["owner"], "role": "owner", "return_url": RETURN_URL}
    url: str = story.shopper.command("/v1/portal/sessions/", said, f"demo-portal-{uuid4()}")["url"]
    return url


def console_link(story: Story) -> str:
    """For somebody who may do everything there; their authenticator is shown a square first."""
    colleague(story, COLLEAGUE, "admin@cashbeat.example", "admin")
    return staff.link_into_console(story.stack.settings, COLLEAGUE)
