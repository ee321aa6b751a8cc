"""Who writes, and in which words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from schemas.documents import PartyFacts


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who writes, where the customer manages cards and plans, and how things are put into words.

    `method_names` are what the ways of paying are called, by gateway; `explain` puts a decline code into a sentence.
    Links to pay an invoice begin with `public_url`; without it there are none. An invitation is answered at
    `invitation_url`, with its token in the place of `{token}`; without one, the door shows what it says.
    `portal_public_url` is where the portal is; without it a mail to sign in has its code alone.
    """

    seller: PartyFacts
    manage_url: str
    payment_instructions: str
    method_names: Mapping[str, str]
    explain: Callable[[str], str]
    public_url: str = ""
    invitation_url: str = ""
    portal_public_url: str = ""
