"""Where a journey is played: a running Cashbeat beside the sandbox, customers of its own, and people at browsers."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import requests
from playwright.sync_api import Browser, BrowserContext
from pyotp import TOTP

from stack import staff
from stack.running import Stack
from stack.shopper import GOOD_CARD, Shopper
from tests.journeys.hands import Hands
from tests.journeys.person import Person
from tests.journeys.watching import Watch

BACK = "https://app.example/billing"
LONDON = {"line1": "12 Engine Row", "city": "London", "postal_code": "N1 9GU", "country": "GB"}
PATIENCE_MILLISECONDS = 20_000
WAIT_SECONDS, POLL_SECONDS = 60.0, 0.2


@dataclass(frozen=True, slots=True)
class Way:
    """How somebody uses the pages: on a window of which size, with what, with the pages' scripts or without."""

    name: str
    hands: Hands
    width: int
    runs_scripts: bool


class Scene:
    """One journey in one way. Everybody in it goes home at its end."""

    def __init__(self, stack: Stack, shopper: Shopper, browser: Browser, watch: Watch, way: Way) -> None:
        self.stack = stack
        self.shopper = shopper
        self.way = way
        self._browser = browser
        self._watch = watch
        self._contexts: list[BrowserContext] = []
        self.people: list[Person] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for context in self._contexts:
            context.close()

    def somebody(self) -> Person:
        """A person at a browser of their own, which nobody has used before."""
        context = self._browser.new_context(
            java_script_enabled=self.way.runs_scripts,
            viewport={"width": self.way.width, "height": 800},
            locale="en-US",
            accept_downloads=True,
        )
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        self._contexts.append(context)
        self.people.append(Person(context.new_page(), self.way.hands, self._watch))
        return self.people[-1]

    def say(self, path: str, **body: Any) -> dict[str, Any]:
        """A command of the product's, and its result."""
        result: dict[str, Any] = self.shopper.command(path, body, str(uuid4()))["result"]
        return result

    def account(self, name: str = "Ada's Engines", **terms: Any) -> str:
        """Another customer, of London."""
        mail = f"{uuid4().hex[:8]}@ada.example"
        known = {"owner": "user_1", "billing_email": mail, "billing_address": LONDON}
        return str(self.say("/v1/accounts/", name=name, **(known | terms))["id"])

    def enters(
        self, account_id: str, user_id: str = "user_1", role: str = "owner", target: str = "", by: Person | None = None
    ) -> Person:
        """A user of the product comes to the portal by the link that it gives them, in a browser that they used before
        or in another.
        """
        said = {"account_id": account_id, "user_id": user_id, "role": role, "return_url": BACK}
        said |= {"target": target} if target else {}
        answer = self.shopper.command("/v1/portal/sessions/", said, str(uuid4()))
        person = by or self.somebody()
        person.open(answer["url"])
        person.press("Open")
        return person

    def comes_to_work(self, role: str) -> Person:
        """One of the company's own people enters the console for the first time, and shows it their authenticator."""
        name = f"Robin {uuid4().hex[:8]}"
        staff.add(self.stack.settings, name, f"{uuid4().hex[:8]}@cashbeat.example", role)
        person = self.somebody()
        person.open(staff.link_into_console(self.stack.settings, name))
        person.press("Enter")
        secret = person.page.locator("code").inner_text()
        person.type("The six digits that it shows now", TOTP(secret).now())
        person.press("Go on")
        return person

    def saves_card(self, account_id: str, number: str = GOOD_CARD) -> str:
        """A customer's card, saved on the gateway's page; the gateway's name of it."""
        pages = dict.fromkeys(("success_url", "cancel_url"), BACK)
        page = self.say("/v1/billing/stripe/card-setup/", account_id=account_id, **pages)["checkout_url"]
        self.shopper.pay(page, number)
        shown = self.waits_for(lambda: self._cards(account_id), "the card to be saved")
        return str(shown[0]["card_ref"])

    def subscribes(self, account_id: str, plan: str) -> str:
        """The product subscribes an account to a plan, paid by what it has saved; the subscription's id."""
        path = "/v1/billing/subscriptions/"
        begun = str(self.say(path, account_id=account_id, plan={"plan": plan})["id"])
        self.waits_for(lambda: self.shopper.get(f"{path}{begun}/")["status"] == "active", "the first payment")
        return begun

    def mail_to(self, address: str, subject: str) -> str:
        """What the newest mail to somebody says, once there is one with such a subject."""

        def found() -> list[dict[str, Any]]:
            mails = self.shopper.sandbox("GET", "/sandbox/inbox.json")["emails"]
            return [mail for mail in mails if address in mail["to"] and subject in mail["subject"]]

        newest = max(self.waits_for(found, f"a mail to {address}"), key=lambda mail: str(mail["created_at"]))
        shown = f"{self.shopper.sandbox_url}/sandbox/inbox/{newest['id']}/html"
        return requests.get(shown, timeout=WAIT_SECONDS).text

    def waits_for(self, find: Callable[[], Any], what: str) -> Any:
        """What is found, once there is something."""
        deadline = time.monotonic() + WAIT_SECONDS
        while not (found := find()):
            assert time.monotonic() < deadline, f"waited for {what}"
            time.sleep(POLL_SECONDS)
        return found

    def picture(self, folder: Path, name: str) -> list[Path]:
        """What everybody sees just now."""
        folder.mkdir(parents=True, exist_ok=True)
        kept = [folder / f"{name}-{number}.png" for number, _ in enumerate(self.people, 1)]
        for path, person in zip(kept, self.people, strict=True):
            person.page.screenshot(path=path, full_page=True)
        return kept

    def _cards(self, account_id: str) -> list[dict[str, Any]]:
        cards: list[dict[str, Any]] = self.shopper.get("/v1/billing/payment-methods/", account_id=account_id)["data"]
        return cards


Journey = Callable[[Scene], None]
