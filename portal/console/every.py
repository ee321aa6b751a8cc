"""Every page of the console."""

from collections.abc import Callable
from typing import Protocol

from starlette.routing import Route

from portal.console.hands import Hands
from portal.console.sessions import SessionsPage


class Page(Protocol):
    """Some addresses, and what is shown there."""

    def routes(self) -> list[Route]:
        """Its addresses."""


EVERY: tuple[Callable[[Hands], Page], ...] = (SessionsPage,)
