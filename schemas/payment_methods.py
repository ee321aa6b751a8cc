"""Ways to pay as they are set and named: the countries they are for, and where money by hand goes."""

from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator, TypeAdapter
from stdnum import bic, iban
from stdnum.exceptions import ValidationError

from schemas.countries import COUNTRIES
from schemas.json_shapes import shape
from schemas.names import Name, Printed

# every country that has no payment methods of its own
REST_OF_WORLD = "rest"
_PRINTED: TypeAdapter[str] = TypeAdapter(Printed)


def _region(value: str) -> str:
    if value != REST_OF_WORLD and value not in COUNTRIES:
        raise ValueError(f"must be the two capital letters of a country, as ISO 3166-1 has them, or {REST_OF_WORLD!r}")
    return value


def _checked(check: Callable[[str], str], what: str) -> AfterValidator:
    """As it is kept: without blanks, in capitals. An empty text takes the details away."""

    def compact(value: str) -> str:
        try:
            return check(value) if value else ""
        except ValidationError as error:
            raise ValueError(f"is no {what}: {error}") from error

    return AfterValidator(compact)


Region = Annotated[str, AfterValidator(_region), shape("US", enum=[*sorted(COUNTRIES), REST_OF_WORLD])]
# checked by length, country and check digits (ISO 13616)
Iban = Annotated[str, _checked(iban.validate, "IBAN")]
# checked by form (ISO 9362): whether there is such a bank nobody here knows
Bic = Annotated[str, _checked(bic.validate, "BIC")]
DisplayName = Name
# lines for whoever pays so; an empty text takes them away
Instructions = Annotated[str, AfterValidator(lambda value: _PRINTED.validate_python(value) if value.strip() else "")]
