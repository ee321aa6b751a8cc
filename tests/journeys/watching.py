"""What is asked of every page of ours, whatever somebody does there: the eyes behind the journeys.

No page may be refused anything by its own policy, answer 5xx, or slide sideways on a narrow phone; and axe finds
nothing on it, light and dark, on a phone and on a desk. A page is measured once in a run for each shape it has.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page, Response, ViewportSize

NARROWEST, TABLET = 320, 800
PHONE, DESK = 360, 1280
HEIGHT = 800
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, Scheme] = ("light", "dark")
# all that axe knows of WCAG 2.2 up to AA, and its advice
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# in the dark a page has other colors, and nothing else is another
OF_COLORS = ["color-contrast", "link-in-text-block"]
ASKED = {
    "light": {"resultTypes": ["violations"], "runOnly": {"type": "tag", "values": TAGS}},
    "dark": {"resultTypes": ["violations"], "runOnly": {"type": "rule", "values": OF_COLORS}},
}
# browsers say so of each page with such a status, which is looked at by itself
OF_STATUS = "Failed to load resource"
TOO_WIDE = """() => [...document.querySelectorAll('body *')].filter(
    element => element.getBoundingClientRect().right > document.documentElement.clientWidth + 1
).slice(0, 3).map(element => element.outerHTML.slice(0, 120))"""
SLIDES = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|(?<=/)[A-Za-z0-9_-]{43}")


class Watch:
    """Looks at pages of these addresses alone. `problems` is what it found; `pictures` is where it keeps looks."""

    def __init__(self, ours: Sequence[str], pictures: Path | None) -> None:
        self.problems: list[str] = []
        self.measured: set[str] = set()
        self.pages = 0
        self._ours = tuple(ours)
        self._pictures = pictures
        self._axe = Axe()
        self._is_measuring = False

    def listen(self, page: Page) -> None:
        """Hear what the browser says about pages of ours."""
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self._report(page.url, f"error in a script: {error}"))
        page.on("response", self._answered)

    def look(self, page: Page) -> None:
        """A page has just been opened: measure it, where this shape of it was not before."""
        if not page.url.startswith(self._ours):
            return
        self.pages += 1
        if page.context.browser is None or not _runs_scripts(page):
            return
        shape = _shape_of(page)
        if shape in self.measured:
            return
        self.measured.add(shape)
        size = page.viewport_size
        self._is_measuring = True
        try:
            self._measure(page, shape)
        finally:
            page.emulate_media(color_scheme="light")
            page.set_viewport_size(size or ViewportSize(width=DESK, height=HEIGHT))
            self._is_measuring = False

    def _measure(self, page: Page, shape: str) -> None:
        for width in (PHONE, DESK):
            page.set_viewport_size({"width": width, "height": HEIGHT})
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme)
                for found in self._axe.run(page, options=ASKED[scheme]).response["violations"]:
                    where = "; ".join(node["html"][:160] for node in found["nodes"][:3])
                    self._report(page.url, f"axe, {scheme}, {width} px: {found['id']}: {found['help']}: {where}")
                self._keep(page, shape, f"{scheme}-{width}")
            self._hold_still(page, width)
        if self._pictures is not None:
            page.emulate_media(media="print", color_scheme="light")
            self._keep(page, shape, "print")
            page.emulate_media(media="screen")
        for width in (NARROWEST, TABLET):
            page.set_viewport_size({"width": width, "height": HEIGHT})
            self._hold_still(page, width)

    def _hold_still(self, page: Page, width: int) -> None:
        if page.evaluate(SLIDES):
            self._report(page.url, f"slides sideways at {width} px: {page.evaluate(TOO_WIDE)}")

    def _keep(self, page: Page, shape: str, name: str) -> None:
        if self._pictures is None:
            return
        self._pictures.mkdir(parents=True, exist_ok=True)
        file = re.sub(r"[^a-z0-9]+", "-", shape.lower()).strip("-")[:120]
        page.screenshot(path=self._pictures / f"{file}.{name}.png", full_page=True)

    def _hear(self, message: ConsoleMessage) -> None:
        address = message.location["url"] if message.location else ""
        if self._is_measuring or message.type != "error" or message.text.startswith(OF_STATUS):
            return
        if address.startswith(self._ours):
            self._report(address, f"the browser says: {message.text}")

    def _answered(self, response: Response) -> None:
        if response.url.startswith(self._ours) and response.status >= 500 and response.status != 503:
            self._report(response.url, f"answered {response.status}")

    def _report(self, address: str, problem: str) -> None:
        self.problems.append(f"{urlsplit(address).path}: {problem}")


def _runs_scripts(page: Page) -> bool:
    """Whether the page's own scripts could run: without them axe cannot either."""
    is_on: bool = page.evaluate("() => matchMedia('(scripting: enabled)').matches")
    return is_on


def _shape_of(page: Page) -> str:
    """Pages of one address look the same where their headings, and how many banners and tables they have, do."""
    at = urlsplit(page.url)
    heading = " ".join(page.locator("h1").first.inner_text().split())
    counts = " ".join(str(page.locator(each).count()) for each in (".banner", "table"))
    return f"{at.port} {_ID.sub('ID', at.path)} {re.sub('[0-9]+', 'N', _ID.sub('ID', heading))} {counts}"
