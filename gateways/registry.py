"""The vendors. One line each: the first that can do what is asked is the one that is asked where nobody has chosen."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from gateways.connecting import Connecting
from gateways.envelope import WebhookSignature
from gateways.gateway import Gateway
from gateways.ports import EmailGateway, Limits
from schemas.facts.mails import MailFact

# A vendor's room has `vendor`, which opens it, `limits`, `door` if it sends webhooks, and `connecting` if there is
# something to call it with. Each is loaded when it is
# needed: the door must not pay for a vendor's package, and beat needs nothing.
VENDORS: dict[str, str] = {
    "stripe": "gateways.stripe",
    "paypal": "gateways.paypal",
}
# Where each is offered before anybody has decided, and as what. One without a room of its own is kept ready there.
OFFERED_FIRST = (
    ("US", "stripe", "Card"),
    ("US", "paypal", "PayPal"),
    ("rest", "stripe", "Card"),
)
EMAIL_VENDOR = "resend", "gateways.resend"

# what is set for one vendor, by the names of its settings without their prefix
Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class MailReader:
    """Who sends our e-mail, by its name in the inbox, and how what it tells of that is read. Needs no key."""

    name: str
    read: Callable[[bytes], MailFact]


class OpenedWhenAsked(Mapping[str, Gateway]):
    """Every vendor, opened when it is first talked to: a process that talks to none needs neither package nor key.

    It is opened anew when what it is called with has changed.
    """

    def __init__(self, values_of: Callable[[str], Values]) -> None:
        self._values_of = values_of
        self._opened: dict[str, tuple[Values, Gateway]] = {}

    def __getitem__(self, name: str) -> Gateway:
        """Ready to be talked to."""
        room, values = VENDORS[name], self._values_of(name)
        if name not in self._opened or self._opened[name][0] != values:
            self._opened[name] = values, import_module(f"{room}.vendor").open_gateway(values)
        return self._opened[name][1]

    def __contains__(self, name: object) -> bool:
        """Whether there is such a vendor; that opens nothing."""
        return name in VENDORS

    def __iter__(self) -> Iterator[str]:
        """The first that can do what is asked comes first."""
        return iter(VENDORS)

    def __len__(self) -> int:
        """How many there are."""
        return len(VENDORS)


class EmailWhenAsked:
    """The sender of e-mail, likewise."""

    def __init__(self, values_of: Callable[[str], Values]) -> None:
        self._values_of = values_of
        self._opened: tuple[Values, EmailGateway] | None = None

    def __call__(self) -> EmailGateway:
        """Ready to be talked to."""
        name, room = EMAIL_VENDOR
        values = self._values_of(name)
        if self._opened is None or self._opened[0] != values:
            self._opened = values, import_module(f"{room}.vendor").open_email(values)
        return self._opened[1]


def vendors_with_doors() -> dict[str, Callable[[Values], WebhookSignature]]:
    """The vendors that send webhooks, and how each tells by its values how they are signed."""
    known = {**VENDORS, EMAIL_VENDOR[0]: EMAIL_VENDOR[1]}
    rooms = {name: room for name, room in known.items() if find_spec(f"{room}.door") is not None}
    return {name: import_module(f"{room}.door").open_door for name, room in rooms.items()}


def mail_reader() -> MailReader:
    """Who tells what became of e-mails, and how that is read."""
    name, room = EMAIL_VENDOR
    return MailReader(name, import_module(f"{room}.translate").translate)


def load_rooms() -> None:
    """All of them at once: a process that begins must not end up with a later release's half of a room."""
    for room in (*VENDORS.values(), EMAIL_VENDOR[1]):
        import_module(f"{room}.vendor")
    mail_reader()


def connecting_of(name: str) -> Connecting | None:
    """What connecting it takes; None for one that needs nothing."""
    room = {**VENDORS, EMAIL_VENDOR[0]: EMAIL_VENDOR[1]}[name]
    if find_spec(f"{room}.connecting") is None:
        return None
    found: Connecting = import_module(f"{room}.connecting").CONNECTING
    return found


def limits_of_vendors() -> dict[str, Limits]:
    """What each vendor allows, whoever is connected to it."""
    return {name: import_module(f"{room}.limits").LIMITS for name, room in VENDORS.items()}
