"""Reads what follows the path of a request, with the same strictness as a body."""

from datetime import datetime

from sandbox.paypal.api import errors
from sandbox.paypal.api.call import Call


def only(call: Call, *accepted: str) -> None:
    """Refuse any other parameter."""
    for name in call.query:
        if name not in accepted:
            wrong = f"This sandbox knows {', '.join(accepted)}."
            raise errors.invalid("INVALID_PARAMETER_VALUE", name, wrong, location="query")


def whole(call: Call, name: str, default: int, most: int) -> int:
    """A number between one and `most`."""
    text = call.query.get(name, str(default))
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= most):
        raise errors.invalid("INVALID_PARAMETER_VALUE", name, f"Between 1 and {most}.", text[:20], "query")
    return int(text)


def choice(call: Call, name: str, choices: tuple[str, ...]) -> str:
    """One of a few words, the first one unless told."""
    text = call.query.get(name, choices[0])
    if text not in choices:
        raise errors.invalid("INVALID_PARAMETER_VALUE", name, f"One of {', '.join(choices)}.", text[:20], "query")
    return text


def moment(call: Call, name: str) -> int | None:
    """Seconds since 1970, or None."""
    text = call.query.get(name)
    if text is None:
        return None
    try:
        asked = datetime.fromisoformat(text)
    except ValueError:
        asked = None
    if asked is None or asked.tzinfo is None:
        raise errors.invalid("INVALID_PARAMETER_SYNTAX", name, "An instant as in RFC 3339.", text[:40], "query")
    return int(asked.timestamp())
