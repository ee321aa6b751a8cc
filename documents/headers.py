"""What may stand in a mail header or a file name. Anything that could end a header early is refused, never repaired."""

import re
import unicodedata

from billing.errors import Rejected

# Control characters and line or paragraph separators end a header for some reader; lone surrogates cannot be sent.
REFUSED_CATEGORIES = frozenset({"Cc", "Zl", "Zp", "Cs"})
RECIPIENT_LENGTH_MAX = 254  # RFC 5321 4.5.3.1.3: a path of 256 octets, less its angle brackets
RECIPIENT = re.compile(r"[^\s@,;:<>()\[\]\\\"]+@[^\s@,;:<>()\[\]\\\"]+")
INVOICE_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def header_text(name: str, value: str) -> str:
    """The value itself, safe to stand in a mail header. Raises Rejected `unsafe_header` naming the field."""
    if any(unicodedata.category(character) in REFUSED_CATEGORIES for character in value):
        raise Rejected("unsafe_header", f"{name} contains a line break or a control character")
    return value


def recipient_address(value: str) -> str:
    """Exactly one plain address. Raises Rejected `invalid_recipient` for none, for several and for display names."""
    if len(value) > RECIPIENT_LENGTH_MAX or not RECIPIENT.fullmatch(header_text("recipient", value)):
        raise Rejected("invalid_recipient", "recipient is not one plain e-mail address")
    return value


def file_stem(invoice_number: str) -> str:
    """An invoice number that may name a file and leads out of no folder. Raises Rejected `invalid_invoice_number`."""
    if not INVOICE_NUMBER.fullmatch(invoice_number):
        raise Rejected("invalid_invoice_number", "an invoice number is letters, digits, dots, dashes and underscores")
    return invoice_number
