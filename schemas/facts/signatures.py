"""Events whose signature is still to be checked, and what it is checked by."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class UncheckedEvent:
    """A body as it came in, what it says it was signed by (empty: that is to be asked), and what the door noted."""

    body: bytes
    transmission_id: str
    certificate_url: str
    evidence: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CertificateFact:
    """A certificate, with those above it, as PEM; in force until then, aware UTC. None: nobody trusts it as yet."""

    pem: str
    valid_until: datetime | None
