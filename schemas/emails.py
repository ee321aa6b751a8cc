"""E-mail addresses that mail can really be sent to."""

import re
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from schemas.domains import ascii_domain
from schemas.json_shapes import shape

LENGTH_MAX = 254  # of the path in SMTP, RFC 5321
# a dot-atom of RFC 5322: dots stand between letters, neither first nor last nor two in a row
_LOCAL_PART = re.compile(r"(?=.{1,64}$)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_REFUSAL = "must be an e-mail address"


def _deliverable(value: str) -> str:
    local_part, _, domain = value.rpartition("@")
    try:
        name = ascii_domain(domain)
    except ValueError:
        raise ValueError(_REFUSAL) from None
    has_top_level = "." in name and not name.rpartition(".")[2].isdigit()
    address = f"{local_part}@{name}"
    if not (_LOCAL_PART.fullmatch(local_part) and has_top_level and len(address) <= LENGTH_MAX):
        raise ValueError(_REFUSAL)
    return address


# Letters in the domain become punycode. Those before the @ are refused: most mail servers cannot take them yet.
Email = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=LENGTH_MAX),
    AfterValidator(_deliverable),
    shape("billing@acme.example", component="Email", format="email"),
]
