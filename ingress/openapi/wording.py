"""What an operation is called in the document: its id, its area, its first sentence."""

import re
from collections.abc import Callable
from typing import Any

from pydantic import BaseModel

from ingress.entries.aliases import ALIASES
from ingress.entries.entry import Answers, AtGateway, Does, Entry, HandsOut, Says, ShowsOne

AREAS = {
    "accounts": "Accounts",
    "account": "Accounts",
    "subscriptions": "Subscriptions",
    "invoices": "Invoices and payments",
    "receipts": "Invoices and payments",
    "payments": "Invoices and payments",
    "manual-payments": "Money by hand",
    "payment-claims": "Money by hand",
    "refunds": "Money back",
    "credit-notes": "Money back",
    "disputes": "Money back",
    "credits": "Credits",
    "payment-methods": "Pages of gateways, cards and wallets",
    "{gateway}": "Pages of gateways, cards and wallets",
    "plans": "What is on offer",
    "services": "What is on offer",
    "coupons": "What is on offer",
    "operations": "Operations",
    "portal": "The portal",
    "webhooks": "Webhooks",
    "test-clocks": "Test clocks",
    "admin": "Administration",
    "pay": "Pages without a key",
    "docs": "This reference",
    "openapi.json": "This reference",
}
FOR_OPERATORS = "For operators"
_ID = re.compile(r"\{(\w+)(:uuid)?\}")


def documented(path: str) -> str:
    """A path as the document has it: parameters without their types."""
    return _ID.sub(r"{\1}", path)


def area_of(entry: Entry, gateways: frozenset[str]) -> str:
    """By the first word of the path that tells."""
    words = [word for word in documented(entry.path).split("/") if word and word not in ("v1", "billing")]
    if not entry.path.startswith("/v1/") and words[0] not in AREAS:
        return FOR_OPERATORS
    word = "{gateway}" if words[0] in gateways else words[0]
    return AREAS.get(word, word.replace("-", " ").capitalize())


def place_of(area: str) -> tuple[bool, int, str]:
    """Where an area stands among the others: in the order of above; what is for operators at the end."""
    order = list(dict.fromkeys(AREAS.values()))
    return area == FOR_OPERATORS, order.index(area) if area in order else len(order), area


def operation_id(entry: Entry, taken: set[str]) -> str:
    """A command's is its kind, that of a read is made of its path; so is that of a second way to say a command."""
    name = _by_path(entry)
    does = entry.does
    if isinstance(does, Says) and does.command.kind not in taken and (entry.method, entry.path) not in ALIASES:
        name = does.command.kind
    if name in taken:
        name = "_".join([entry.method.lower(), *re.findall("[a-z0-9]+", documented(entry.path))])
    taken.add(name)
    return name


def _by_path(entry: Entry) -> str:
    words = [word for word in documented(entry.path).split("/") if word and word not in ("v1", "billing")]
    names = [re.sub(r"[^a-z0-9]+", "_", word).strip("_") for word in words if word != "{id}"]
    verb = {"GET": "get", "DELETE": "delete", "PATCH": "change"}.get(entry.method, "")
    if _is_one(entry.does) and words[-1] == "{id}":
        names[-1] = _singular(names[-1])
    elif entry.method == "GET" and _is_list(entry.does):
        verb = "list"
    return "_".join([verb, *names] if verb else names)


def _singular(name: str) -> str:
    return name.removesuffix("s")


def _is_one(does: Does) -> bool:
    return isinstance(does, ShowsOne | Answers | Says)


def _is_list(does: Does) -> bool:
    read: Callable[..., Any] | None = getattr(does, "read", None)
    answer = read.__annotations__.get("return") if read else None
    return getattr(answer, "__name__", "").startswith("Page")


def summary_of(does: Does, name: str, view: type[BaseModel] | None) -> tuple[str, str]:
    """A short title, and the rest of what is told. A read is called as its id is."""
    title = name.replace("_", " ").capitalize()
    match does:
        case Answers():
            return does.what[:1].upper() + does.what[1:], ""
        case AtGateway():
            return title, "At the gateway that the path names. " + " Or: ".join(map(_told, does.commands))
        case Says(command):
            first, _, rest = _told(command).partition(". ")
            return first.rstrip("."), rest
        case HandsOut():
            return title, ""
    return title, _told(_listed(view)) if view else ""


def _listed(view: type[BaseModel]) -> type[BaseModel]:
    """What a page lists; a view itself, if it is none."""
    (items,) = view.__pydantic_generic_metadata__["args"] or (view,)
    return items if isinstance(items, type) else view


def _told(model: type[BaseModel]) -> str:
    """What its class says of itself, in one line."""
    return " ".join((model.__doc__ or "").split())
