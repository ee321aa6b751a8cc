"""How a person uses a page: with a mouse, or with the keys of a keyboard and nothing else."""

from typing import Protocol

from playwright.sync_api import Locator, Page

# no page of ours has more stops than that
TABS_MAX = 300
FOCUS_IS_HERE = "element => element === document.activeElement"
FOCUS_IS_SEEN = "element => getComputedStyle(element).outlineStyle !== 'none'"
DAY_FIELD = "date"


class Hands(Protocol):
    """What somebody does with a thing on a page."""

    def press(self, page: Page, target: Locator) -> None:
        """Press a button, or follow a link."""

    def type(self, page: Page, target: Locator, text: str) -> None:
        """Let a field say this and nothing else. A day is written `2026-12-31`."""

    def choose(self, page: Page, target: Locator, option: str) -> None:
        """Choose what is called so, of several."""


class Mouse:
    """Points at things."""

    def press(self, page: Page, target: Locator) -> None:
        """One click."""
        target.click()

    def type(self, page: Page, target: Locator, text: str) -> None:
        """Click into it, and type."""
        target.fill(text)

    def choose(self, page: Page, target: Locator, option: str) -> None:
        """From the list that opens."""
        target.select_option(label=option)


class Keyboard:
    """Goes from stop to stop by the tabulator, and sees where it is."""

    def press(self, page: Page, target: Locator) -> None:
        """By the enter key."""
        self._reach(page, target)
        page.keyboard.press("Enter")

    def type(self, page: Page, target: Locator, text: str) -> None:
        """Over what was there."""
        self._reach(page, target)
        if target.get_attribute("type") == DAY_FIELD:
            year, month, day = text.split("-")
            page.keyboard.type(f"{month}{day}{year}")
            return
        page.keyboard.press("ControlOrMeta+a")
        page.keyboard.press("Delete")
        page.keyboard.type(text)

    def choose(self, page: Page, target: Locator, option: str) -> None:
        """A list goes to what begins with the letters that are typed."""
        self._reach(page, target)
        page.keyboard.type(option)
        chosen = target.evaluate("list => list.selectedOptions[0].label")
        assert chosen == option, f"the keyboard chose {chosen!r} instead of {option!r}"

    def _reach(self, page: Page, target: Locator) -> None:
        target.wait_for()
        for _ in range(TABS_MAX):
            if target.evaluate(FOCUS_IS_HERE):
                assert target.evaluate(FOCUS_IS_SEEN), f"nobody sees where the keyboard is: {target}"
                return
            page.keyboard.press("Tab")
        raise AssertionError(f"the keyboard does not reach {target}")
