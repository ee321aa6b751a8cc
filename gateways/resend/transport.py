"""HTTP for the resend package: kept connections, time-outs, no redirects."""

from collections.abc import Mapping
from typing import Any

import resend
from requests import Session, TooManyRedirects


class KeptConnections(resend.HTTPClient):
    """What the package sends through. Its own would open a connection per call and follow redirects.

    requests repeats a redirected POST as a GET: an e-mail would seem sent that never was.
    """

    def __init__(self, session: Session, timeout_seconds: tuple[float, float]) -> None:
        self._session, self._timeout_seconds = session, timeout_seconds

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        json: Any = None,
        files: Any = None,
        data: Any = None,
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """One request and its answer as it came. Raises requests' errors: they tell whether anything was sent."""
        answer = self._session.request(
            method,
            url,
            headers=headers,
            json=json,
            files=files,
            data=data,
            timeout=self._timeout_seconds,
            allow_redirects=False,
        )
        if answer.is_redirect:
            raise TooManyRedirects("an API does not redirect", response=answer)
        return answer.content, answer.status_code, answer.headers
