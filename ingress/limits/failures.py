"""Credentials and links that are none, by the address that they come from: whoever guesses is soon not looked up any
more."""

from ingress import metrics
from ingress.connection_limit import network_of
from ingress.limits.alone import CountsAlone
from ingress.limits.rates import Bucket
from ingress.problems import Problem

POLICY = "address"


class Failures:
    """One process's of one kind, `what` in words; a limit of 0 is none, for a proxy whose address all share."""

    def __init__(self, per_minute: int, what: str) -> None:
        self._per_minute = per_minute
        self._what = what
        self._counts = CountsAlone()

    def require_few(self, address: str) -> None:
        """Raises Problem 429 where too many came from this network; before anything is looked up."""
        if not self._per_minute:
            return
        standing = self._counts.look(self._bucket(address))
        if standing.is_refused:
            metrics.RATE_LIMITED.labels(POLICY).inc()
            told = f"Too many {self._what} from this address that are none."
            raise Problem(429, "rate_limited", told, {"Retry-After": str(standing.retry_after_seconds)})

    def note(self, address: str) -> None:
        """One more was none."""
        if self._per_minute:
            self._counts.take([self._bucket(address)])

    def _bucket(self, address: str) -> Bucket:
        return Bucket(POLICY, str(network_of(address)), self._per_minute)
