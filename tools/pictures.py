"""`make pictures`: play the demo, and take the pictures of portal and console that the documentation shows."""

import io
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser, Page
from pyotp import TOTP

from settings import Settings
from stack.demo import begin, tell
from stack.demo_links import console_link, portal_link
from stack.running import Stack
from stack.story import Story
from tools.chromium import opened

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "images"
COLORS = 64
DESK, PHONE = (1120, 760), (390, 760)


@dataclass(frozen=True, slots=True)
class Picture:
    """One page, as it looks at such a size."""

    name: str
    path: str
    size: tuple[int, int] = DESK
    scheme: Literal["light", "dark"] = "light"
    # what stands at the upper edge, of a page that is longer
    top: str = ""


def main() -> None:
    """Play the demo in a home of its own, look at its pages, and keep how they look."""
    with tempfile.TemporaryDirectory(prefix="cashbeat-pictures-") as home:
        settings = Settings(cashbeat_home=Path(home), log_format="json")
        with Stack(settings) as stack, _told(stack) as story, opened() as browser:
            portal, console = _in_portal(browser, story), _in_console(browser, story)
            for picture in _of_portal(story):
                _take(portal, picture)
            for picture in _of_console(story):
                _take(console, picture)


@contextmanager
def _told(stack: Stack) -> Iterator[Story]:
    story = begin(stack)
    try:
        tell(story)
        yield story
    finally:
        story.database.engine.dispose()


def _of_portal(story: Story) -> list[Picture]:
    company = {"account_id": story.company_id}
    (subscription,) = story.shopper.get("/v1/billing/subscriptions/", **company)["data"]
    invoices = story.shopper.get("/v1/billing/invoices/", **company)["data"]
    changed = next(each["id"] for each in invoices if each["reason"] == "change")
    base = story.stack.addresses.portal_url
    change = f"{base}/account/billing/{subscription['id']}/change?plan=scale&interval=month"
    return [
        Picture("portal-billing", f"{base}/account/billing"),
        Picture("portal-plan-change", change),
        Picture("portal-usage", f"{base}/account/usage"),
        Picture("portal-invoice", f"{base}/account/invoices/{changed}"),
        Picture("portal-phone", f"{base}/account/billing", PHONE, "dark"),
    ]


def _of_console(story: Story) -> list[Picture]:
    base = story.stack.addresses.console_url
    (waits,) = story.shopper.get("/v1/admin/approvals/", status="waiting")["data"]
    return [
        Picture("console-approval", f"{base}/admin/approvals/{waits['id']}"),
        Picture("console-account", f"{base}/admin/accounts/{story.company_id}", top="#line"),
        Picture("console-payments", f"{base}/admin/payments"),
    ]


def _in_portal(browser: Browser, story: Story) -> Page:
    page = _page(browser)
    page.goto(portal_link(story))
    page.get_by_role("button", name="Open").click()
    return page


def _in_console(browser: Browser, story: Story) -> Page:
    page = _page(browser)
    page.goto(console_link(story))
    page.get_by_role("button", name="Enter").click()
    secret = page.locator("code").inner_text()
    page.get_by_role("textbox").fill(TOTP(secret).now())
    page.get_by_role("button", name="Go on").click()
    return page


def _page(browser: Browser) -> Page:
    return browser.new_context(locale="en-US").new_page()


def _take(page: Page, picture: Picture) -> None:
    width, height = picture.size
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme=picture.scheme)
    page.goto(picture.path)
    if picture.top:
        page.locator(picture.top).evaluate("element => element.scrollIntoView()")
    # few colors are on it: a palette keeps the picture small
    seen = Image.open(io.BytesIO(page.screenshot())).convert("RGB").quantize(COLORS)
    file = FOLDER / f"{picture.name}.png"
    seen.save(file, optimize=True)
    print(f"{file.relative_to(ROOT)}: {os.path.getsize(file):,} bytes")


if __name__ == "__main__":
    main()
