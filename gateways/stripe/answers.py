"""What an answer must be before anybody reads it: an object of the kind that was asked about, or a list.

A proxy in between, or a fault at Stripe, may say 200 to anything. Such an answer tells nothing: whether the request had
its effect is unknown, as if none had come.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from gateways.readers import Readers

# what Stripe calls the objects of a collection; all others are called like it, without the s
KINDS: Mapping[str, str] = {
    "checkout/sessions": "checkout.session",
    "billing_portal/sessions": "billing_portal.session",
    "billing_portal/configurations": "billing_portal.configuration",
    "test_helpers/test_clocks": "test_helpers.test_clock",
}
ROOMS = frozenset(name.partition("/")[0] for name in KINDS)
LISTED = "list"
# Stripe's cards for tests get a name of their own when they are attached
NAMES_ANEW = "attach"
_answers = Readers("Stripe")
reader, unreadable = _answers.reader, _answers.unreadable


def check_answer(method: str, path: str, answer: object) -> None:
    """Raise Unavailable (ambiguous) unless the answer is of what this path names."""
    collection, reference, part = _parts(path)
    if part == NAMES_ANEW:
        reference = ""
    if method == "get" and (part or not reference):
        is_fitting = _is_list(answer)
    else:
        is_fitting = _is_object(answer, KINDS.get(collection, collection.removesuffix("s")), reference)
    if not is_fitting:
        raise unreadable(f"to {method} {collection}")


def _parts(path: str) -> tuple[str, str, str]:
    """`/v1/customers/cus_1/sources` as its collection, the reference of one object, and what follows that."""
    names = path.removeprefix("/v1/").split("/")
    if names[0] in ROOMS:
        names[:2] = ["/".join(names[:2])]
    collection, reference, part, *_ = [*names, "", ""]
    return collection, unquote(reference), part


def _is_object(answer: object, kind: str, reference: str) -> bool:
    if not isinstance(answer, Mapping) or answer.get("object", kind) != kind:
        return False
    named = answer.get("id")
    return isinstance(named, str) and bool(named) and reference in ("", named)


def _is_list(answer: object) -> bool:
    if not isinstance(answer, Mapping) or answer.get("object") != LISTED:
        return False
    items: Any = answer.get("data")
    return isinstance(answer.get("has_more"), bool) and isinstance(items, list) and all(map(_is_named, items))


def _is_named(item: object) -> bool:
    return isinstance(item, Mapping) and isinstance(item.get("id"), str) and bool(item["id"])
