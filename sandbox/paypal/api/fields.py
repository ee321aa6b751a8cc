"""Reads a JSON body with strictness: wrong types, lengths and unknown names are refused, each by its JSON pointer."""

import re
from collections.abc import Iterable
from datetime import datetime

from sandbox.json_types import JsonObject
from sandbox.paypal.api import errors

TEXT_LENGTH_MAX = 127
SHOWN_LENGTH_MAX = 100


class Fields:
    """One level of a body. Those of PayPal's fields that the sandbox does not imitate are refused, never ignored."""

    def __init__(self, content: JsonObject, path: str = "") -> None:
        self.content = content
        self._path = path

    def pointer(self, name: str) -> str:
        """Where a field is, as `/purchase_units/0/amount`."""
        return f"{self._path}/{name}"

    def given(self, name: str) -> bool:
        """Whether the field is there."""
        return self.content.get(name) is not None

    def only(self, *accepted: str) -> None:
        """Refuse any other field."""
        for name in self.content:
            if name not in accepted:
                known = f"This field is not currently supported. This sandbox knows: {', '.join(accepted) or 'none'}."
                raise errors.invalid("NOT_SUPPORTED", self.pointer(name), known)

    def require(self, *names: str) -> None:
        """Refuse a body without these."""
        for name in names:
            if not self.given(name):
                missing = "A required field / parameter is missing."
                raise errors.invalid("MISSING_REQUIRED_PARAMETER", self.pointer(name), missing)

    def text(self, name: str, length_max: int = TEXT_LENGTH_MAX, pattern: str = "") -> str | None:
        """A string, or None."""
        value = self.content.get(name)
        if value is None:
            return None
        if not isinstance(value, str):
            raise self._malformed(name, value)
        if not 1 <= len(value) <= length_max:
            wrong = "The value of a field is either too short or too long."
            raise errors.invalid("INVALID_STRING_LENGTH", self.pointer(name), wrong, value[:SHOWN_LENGTH_MAX])
        if pattern and not re.fullmatch(pattern, value):
            raise self._malformed(name, value)
        return value

    def required_text(self, name: str, length_max: int = TEXT_LENGTH_MAX, pattern: str = "") -> str:
        """A string that must be there."""
        self.require(name)
        return self.text(name, length_max, pattern) or ""

    def choice(self, name: str, choices: Iterable[str], default: str | None = None) -> str | None:
        """One of a few words."""
        value = self.text(name, 255)
        if value is None:
            return default
        if value not in choices:
            wrong = f"The value of a field is invalid: {', '.join(choices)} are known."
            raise errors.invalid("INVALID_PARAMETER_VALUE", self.pointer(name), wrong, value[:SHOWN_LENGTH_MAX])
        return value

    def flag(self, name: str) -> bool | None:
        """true or false, or None."""
        value = self.content.get(name)
        if value is not None and not isinstance(value, bool):
            raise self._malformed(name, value)
        return value

    def whole(self, name: str, least: int, most: int) -> int | None:
        """A whole number within bounds, or None."""
        value = self.content.get(name)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool):
            raise self._malformed(name, value)
        if not least <= value <= most:
            issue = "INVALID_INTEGER_MIN_VALUE" if value < least else "INVALID_INTEGER_MAX_VALUE"
            raise errors.invalid(issue, self.pointer(name), f"Between {least} and {most}.", str(value))
        return value

    def moment(self, name: str) -> int | None:
        """Seconds since 1970, or None."""
        text = self.text(name, 64)
        if text is None:
            return None
        try:
            asked = datetime.fromisoformat(text)
        except ValueError:
            asked = None
        if asked is None or asked.tzinfo is None:
            raise self._malformed(name, text)
        return int(asked.timestamp())

    def group(self, name: str) -> "Fields":
        """The fields nested under this one; none when it is absent."""
        value = self.content.get(name)
        if value is not None and not isinstance(value, dict):
            raise self._malformed(name, value)
        return Fields(value or {}, self.pointer(name))

    def groups(self, name: str, most: int) -> list["Fields"]:
        """A list of nested fields, in order."""
        values = self.content.get(name)
        if values is None:
            return []
        if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
            raise self._malformed(name, values)
        if not values:
            wrong = "The number of items in an array parameter is too small."
            raise errors.invalid("INVALID_ARRAY_MIN_ITEMS", self.pointer(name), wrong)
        if len(values) > most:
            wrong = "The number of items in an array parameter is too large."
            raise errors.invalid("INVALID_ARRAY_MAX_ITEMS", self.pointer(name), wrong)
        return [Fields(value, f"{self.pointer(name)}/{index}") for index, value in enumerate(values)]

    def _malformed(self, name: str, value: object) -> errors.PayPalError:
        wrong = "The value of a field does not conform to the expected format."
        return errors.invalid("INVALID_PARAMETER_SYNTAX", self.pointer(name), wrong, str(value)[:SHOWN_LENGTH_MAX])
