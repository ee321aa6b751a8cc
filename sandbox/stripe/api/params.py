"""Reads form fields with Stripe's strictness: wrong types and unknown names are refused, each with its `param`."""

from collections.abc import Iterable

from sandbox.json_types import JsonObject
from sandbox.stripe.api import errors

# https://docs.stripe.com/api/metadata
METADATA_KEYS_MAX = 50
METADATA_KEY_LENGTH_MAX = 40
METADATA_VALUE_LENGTH_MAX = 500
TEXT_LENGTH_MAX = 5_000
INTEGER_DIGITS_MAX = 15


class Params:
    """One level of a form. An empty value means "not given", as it does for Stripe on creation."""

    def __init__(self, fields: JsonObject, path: str = "") -> None:
        self.fields = fields
        self._path = path

    def name(self, field: str) -> str:
        """The full name of a field, as `line_items[0][quantity]`."""
        return f"{self._path}[{field}]" if self._path else field

    def given(self, field: str) -> bool:
        """Whether the field is there, be it empty."""
        return field in self.fields

    def only(self, *accepted: str) -> None:
        """Refuse any other field. Those of Stripe's that the sandbox does not imitate are refused, not ignored."""
        for field in self.fields:
            if field not in accepted:
                known = ", ".join(accepted)
                message = f"Received unknown parameter: {self.name(field)}. This sandbox knows: {known}."
                raise errors.invalid(message, code="parameter_unknown", param=self.name(field))

    def text(self, field: str, length_max: int = TEXT_LENGTH_MAX) -> str | None:
        """A string, or None."""
        value = self.fields.get(field) or None
        if value is None:
            return None
        if not isinstance(value, str):
            raise errors.invalid(f"Invalid string: {self.name(field)}", param=self.name(field))
        if len(value) > length_max:
            message = f"Invalid string: must be at most {length_max} characters"
            raise errors.invalid(message, code="parameter_invalid_string_length", param=self.name(field))
        return value

    def required_text(self, field: str) -> str:
        """A string that must be there."""
        value = self.text(field)
        if value is None:
            raise errors.missing(self.name(field))
        return value

    def choice(self, field: str, choices: Iterable[str], default: str | None = None) -> str | None:
        """One of a few words."""
        value = self.text(field)
        if value is None:
            return default
        if value not in choices:
            message = f"Invalid {self.name(field)}: must be one of {', '.join(choices)}"
            raise errors.invalid(message, param=self.name(field))
        return value

    def integer(self, field: str, default: int | None = None, *, least: int = 0) -> int | None:
        """A whole number, not below `least`."""
        value = self.text(field)
        if value is None:
            return default
        digits = value.removeprefix("-")
        if not (digits.isascii() and digits.isdigit()) or len(digits) > INTEGER_DIGITS_MAX:
            message = f"Invalid integer: {value}"
            raise errors.invalid(message, code="parameter_invalid_integer", param=self.name(field))
        if int(value) < least:
            message = f"This value must be greater than or equal to {least}."
            raise errors.invalid(message, code="parameter_invalid_integer", param=self.name(field))
        return int(value)

    def required_integer(self, field: str, *, least: int = 0) -> int:
        """A whole number that must be there."""
        value = self.integer(field, least=least)
        if value is None:
            raise errors.missing(self.name(field))
        return value

    def flag(self, field: str, *, default: bool = False) -> bool:
        """true or false."""
        return self.choice(field, ("true", "false"), str(default).lower()) == "true"

    def group(self, field: str) -> "Params":
        """The fields nested under this one; none when it is absent."""
        value = self.fields.get(field) or {}
        if not isinstance(value, dict):
            raise errors.invalid(f"Invalid object: {self.name(field)}", param=self.name(field))
        return Params(value, self.name(field))

    def groups(self, field: str) -> list["Params"]:
        """A list of nested fields, in order."""
        children = self.group(field)
        return [children.group(index) for index in children.fields]

    def texts(self, field: str) -> list[str]:
        """A list of strings, in order."""
        children = self.group(field)
        return [children.required_text(index) for index in children.fields]

    def metadata(self, field: str = "metadata") -> dict[str, str]:
        """Free keys and values within Stripe's limits."""
        children = self.group(field)
        if len(children.fields) > METADATA_KEYS_MAX:
            raise errors.invalid(f"You can have up to {METADATA_KEYS_MAX} keys.", param=self.name(field))
        for key in children.fields:
            if len(key) > METADATA_KEY_LENGTH_MAX:
                message = f"Metadata keys must be at most {METADATA_KEY_LENGTH_MAX} characters."
                raise errors.invalid(message, param=self.name(field))
        return {key: children.text(key, METADATA_VALUE_LENGTH_MAX) or "" for key in children.fields}


def merged_metadata(before: dict[str, str], params: Params) -> dict[str, str]:
    """An update: given keys replace, empty values remove (https://docs.stripe.com/api/metadata)."""
    if params.given("metadata") and not params.fields["metadata"]:
        return {}
    after = before | params.metadata()
    return {key: value for key, value in after.items() if value}
