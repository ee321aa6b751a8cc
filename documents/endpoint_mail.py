"""The mail to the company itself: an endpoint of its product hears nothing any more."""

from dataclasses import dataclass
from datetime import datetime

from documents.emails import compose
from schemas.documents import EmailFacts, PartyFacts

BECAUSE = {
    "failing": "It has taken no event for three days.",
    "gone": "It answered that it is gone (410).",
}


@dataclass(frozen=True, slots=True)
class EndpointFacts:
    """An endpoint that was disabled: where, why (a key of `BECAUSE`), when, and how many events wait for it."""

    endpoint_id: str
    url: str
    because: str
    disabled_at: datetime
    waiting: int


def render_endpoint_disabled(facts: EndpointFacts, seller: PartyFacts) -> EmailFacts:
    """To whoever sells, at their own address."""
    return compose(
        "endpoint_disabled",
        recipient=seller.email,
        subject="Your product hears of no events any more",
        preview=f"{BECAUSE[facts.because]} Nothing more is sent there until you enable it.",
        seller=seller,
        endpoint=facts,
        because=BECAUSE[facts.because],
        disabled_at=f"{facts.disabled_at:%Y-%m-%d %H:%M} UTC",
    )
