"""Somebody in front of a browser, who reads what is there and goes by the words on links, buttons and fields."""

import re
import time
from pathlib import Path

from playwright.sync_api import Locator, Page

from tests.journeys.hands import Hands
from tests.journeys.watching import Watch

PATIENCE_SECONDS = 60.0
POLL_SECONDS = 0.5
# what is used up, or over, says so on a page of its own
GONE = 410
Words = str | re.Pattern[str]


class Person:
    """One page of one browser. What is on it is told apart by its words alone, as people do."""

    def __init__(self, page: Page, hands: Hands, watch: Watch) -> None:
        self.page = page
        self._hands = hands
        self._watch = watch
        watch.listen(page)

    def open(self, address: str) -> None:
        """Type an address, or choose a bookmark. AssertionError where there is nothing, or nothing for them."""
        answer = self.page.goto(address)
        assert answer is None or answer.status < 400 or answer.status == GONE, f"{address} answers {answer.status}"
        self._watch.look(self.page)

    def follow(self, words: Words) -> None:
        """Follow a link to another page."""
        self._go_by(self._named("link", words))

    def press(self, words: Words) -> None:
        """Press a button, which leads to another page."""
        self._go_by(self._named("button", words))

    def type(self, label: str, text: str) -> None:
        """Into the field with this label."""
        self._hands.type(self.page, self.page.get_by_label(label, exact=True), text)

    def choose(self, label: str, option: str) -> None:
        """Of the list with this label."""
        self._hands.choose(self.page, self.page.get_by_label(label, exact=True), option)

    def save(self, words: Words) -> bytes:
        """What lies behind a link that is a file."""
        with self.page.expect_download() as saved:
            self._hands.press(self.page, self._named("link", words))
        return Path(saved.value.path()).read_bytes()

    def text(self) -> str:
        """What can be read on the page, each gap as one space."""
        return " ".join(self.page.locator("body").inner_text().split())

    def sees(self, *words: str) -> None:
        """All of that is there."""
        text = self.text()
        missing = [each for each in words if each not in text]
        assert not missing, f"{missing} cannot be read in: {text}"

    def sees_no(self, *words: str) -> None:
        """Nothing of that is there."""
        text = self.text()
        found = [each for each in words if each in text]
        assert not found, f"{found} can be read in: {text}"

    def awaits(self, *words: str) -> None:
        """Load the page again and again until all of that is there: every page of ours may be loaded again."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not all(each in self.text() for each in words):
            if time.monotonic() > deadline:
                self.sees(*words)
            time.sleep(POLL_SECONDS)
            self.page.reload()
        self._watch.look(self.page)

    def _named(self, role: str, words: Words) -> Locator:
        exact = isinstance(words, str)
        # the first: a link may stand beside a picture that leads to the same place
        found: Locator = self.page.get_by_role(role, name=words, exact=exact).first
        return found

    def _go_by(self, target: Locator) -> None:
        with self.page.expect_navigation():
            self._hands.press(self.page, target)
        self._watch.look(self.page)
