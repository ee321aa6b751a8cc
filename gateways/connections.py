"""HTTP connections to a gateway, and what a failed one tells us."""

import math
from collections.abc import Mapping

import requests
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

# Connecting takes one round trip or never succeeds. Twenty seconds for an answer keeps a call well under a task's
# soft time limit, and Stripe's slowest documented calls fit.
TIMEOUT_SECONDS = (3.0, 20.0)
# A process that charges cards has up to fifty calls under way at once; the library would keep ten connections and open
# a new one, with its handshake, for each of the others. Those that are not needed are never opened.
CONNECTIONS_KEPT_MAX = 64
RETRY_AFTER_SECONDS_MAX = 3_600.0  # a mistaken header must not put a payment to sleep for a year


def open_session(base_url: str) -> requests.Session:
    """A keep-alive session for one host.

    The proxies of the environment are looked up here, once. Left to itself, requests reads them, and ~/.netrc, again
    for each call: that doubles the time of a call, and an entry in ~/.netrc would silently replace our API key.
    Open it after a fork: connections must not be shared between processes.
    """
    session = requests.Session()
    session.proxies = get_environ_proxies(base_url, no_proxy=None)
    session.trust_env = False
    for scheme in ("https://", "http://"):
        session.mount(scheme, HTTPAdapter(pool_maxsize=CONNECTIONS_KEPT_MAX))
    return session


def was_never_sent(error: BaseException | None) -> bool:
    """Whether a failed request surely did not leave this machine, so that it cannot have had an effect.

    In doubt the answer is no: a connection cut later on may have carried the request to its end.
    """
    if isinstance(error, requests.ConnectTimeout | NewConnectionError | ConnectTimeoutError):
        return True
    if not isinstance(error, requests.ConnectionError) or not error.args:
        return False
    inner = error.args[0]
    reason = inner.reason if isinstance(inner, MaxRetryError) else inner
    return isinstance(reason, NewConnectionError | ConnectTimeoutError)


def retry_after_seconds(headers: Mapping[str, str]) -> float | None:
    """The wait that an answer asks for, at most an hour; None when it asks for none (or by a date: no vendor does)."""
    try:
        seconds = float(headers.get("Retry-After", ""))
    except ValueError:
        return None
    return min(seconds, RETRY_AFTER_SECONDS_MAX) if math.isfinite(seconds) and seconds >= 0 else None
