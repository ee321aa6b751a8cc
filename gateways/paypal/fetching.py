"""Fetches one certificate. Only called with an address that `is_place_of_certificates`."""

import time
from http import HTTPStatus

import requests
from urllib3.exceptions import HTTPError

from billing.errors import Rejected, Unavailable
from gateways.connections import open_session, retry_after_seconds

# for the connection and each piece of the answer, and for all pieces together
FETCH_SECONDS = 5.0
CERTIFICATE_BYTES_MAX = 64 * 1024  # a chain of three has six kilobytes
PIECE_BYTES = 8 * 1024
PLAIN = {"Accept-Encoding": "identity"}  # what is counted is what comes
PASSES = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS)


def fetch(url: str) -> bytes:
    """What lies there, at most 64 KiB of it. Redirects are not followed: they would lead to a place of others' choice.

    Raises Rejected `certificate_refused` when there is nothing, or too much; Unavailable when nobody answers in time.
    """
    try:
        with open_session(url) as session:
            answer = session.get(url, headers=PLAIN, timeout=FETCH_SECONDS, allow_redirects=False, stream=True)
            _require_found(answer)
            return _read(answer, time.monotonic() + FETCH_SECONDS)
    except (requests.RequestException, HTTPError) as error:
        raise Unavailable(f"no certificate came: {type(error).__name__}") from error


def _require_found(answer: requests.Response) -> None:
    if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR or answer.status_code in PASSES:
        reason = f"the certificate was answered with {answer.status_code}"
        raise Unavailable(reason, retry_after_seconds=retry_after_seconds(answer.headers))
    if answer.status_code != HTTPStatus.OK:
        raise Rejected("certificate_refused", f"There is no certificate: {answer.status_code}.")


def _read(answer: requests.Response, until: float) -> bytes:
    """What has come is looked at as it comes: `iter_content` would wait until a piece is full, for ever."""
    found = b""
    while piece := answer.raw.read1(PIECE_BYTES):
        found += piece
        if len(found) > CERTIFICATE_BYTES_MAX:
            raise Rejected("certificate_refused", f"It has more than {CERTIFICATE_BYTES_MAX} bytes.")
        if time.monotonic() > until:
            raise Unavailable("the certificate came too slowly")
    return found
