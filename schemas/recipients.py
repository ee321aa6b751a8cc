"""Who else gets a customer's mails, by what they are about."""

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field

from schemas.emails import Email

# of one kind; a mail has at most fifty recipients at its sender
RECIPIENTS_MAX = 10


class MailKind(StrEnum):
    """What a mail is about, as far as somebody else than who pays wants to know."""

    INVOICES = "invoices"
    PAYMENT_PROBLEMS = "payment_problems"
    CREDITS = "credits"
    SECURITY = "security"


def _each_once(value: tuple[str, ...]) -> tuple[str, ...]:
    if len({address.lower() for address in value}) != len(value):
        raise ValueError("must name each address once")
    return value


Recipients = Annotated[tuple[Email, ...], Field(max_length=RECIPIENTS_MAX), AfterValidator(_each_once)]
