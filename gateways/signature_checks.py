"""The capability of a gateway whose events the door cannot always check by itself. As in `gateways.ports`."""

from datetime import datetime
from typing import Protocol

from schemas.facts.signatures import CertificateFact, UncheckedEvent


class SignatureChecks(Protocol):
    """The gateway signs its events with certificates that have to be fetched, or says itself which are genuine."""

    def fetch_certificate(self, url: str, now: datetime) -> CertificateFact:
        """What lies in this place of the gateway's: a certificate, and whether it is trusted at this instant.

        Rejected `certificate_refused` when it is none, or when there is nothing.
        """

    def count_authorities(self) -> int | None:
        """How many this machine trusts to vouch for certificates; None where the gateway itself is asked instead."""

    def check(self, event: UncheckedEvent, pem: str, now: datetime) -> None:
        """Return if the event is genuine by this certificate or, where it names none, by the gateway's own word.

        Rejected `signature_refused` when it is not; Unavailable when it is signed by this certificate, and nobody whom
        this machine trusts vouches for that. A genuine one is a doorbell and no more: see `gateways.envelope`.
        """
