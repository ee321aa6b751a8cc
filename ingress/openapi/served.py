"""The document and its page, at the door: made once in a process, when somebody asks first."""

import asyncio
import base64
import hashlib
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import Response

from ingress.openapi.document import document, serialized
from ingress.openapi.page import context_of

TEMPLATES = Path(__file__).parents[1] / "templates"
OPENAPI = "application/json"
HTML = "text/html; charset=utf-8"
# a new release may say more: whoever has it asks again, and is told that nothing changed
CACHE = "no-cache"


class _Made(NamedTuple):
    """One answer, of which nothing is computed again: half a megabyte has a hash that does not change."""

    content: bytes
    media_type: str
    headers: dict[str, str]


class Reference:
    """`GET /openapi.json` and `GET /docs/`: without a key, for they tell nothing of anybody."""

    def __init__(self) -> None:
        self._making = asyncio.Lock()
        self._made: dict[str, _Made] = {}

    async def document(self, request: Request) -> Response:
        """OpenAPI 3.1."""
        await self._make()
        return _answer(request, self._made[OPENAPI])

    async def page(self, request: Request) -> Response:
        """The same for people: one page that loads nothing, from nobody, and runs nothing."""
        await self._make()
        return _answer(request, self._made[HTML])

    async def _make(self) -> None:
        async with self._making:
            if not self._made:
                # a second's work: the event loop goes on with what has its deadlines
                self._made = await asyncio.to_thread(_make)


def _make() -> dict[str, _Made]:
    told = document()
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, auto_reload=False,
    )  # fmt: skip
    style = (TEMPLATES / "reference.css").read_text(encoding="utf-8")
    page = environment.get_template("reference.html").render(context_of(told), style=style)
    return {
        OPENAPI: _made(serialized(told), OPENAPI, {}),
        HTML: _made(page.encode(), HTML, {"Content-Security-Policy": policy_of(style)}),
    }


def policy_of(style: str) -> str:
    """Nothing is loaded and nothing runs: the one style sheet is known by its hash."""
    known = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{known}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def _made(content: bytes, media_type: str, headers: dict[str, str]) -> _Made:
    etag = f'"{hashlib.sha256(content).hexdigest()}"'
    return _Made(
        content, media_type, {"ETag": etag, "Cache-Control": CACHE, "X-Content-Type-Options": "nosniff", **headers}
    )


def _answer(request: Request, made: _Made) -> Response:
    if made.headers["ETag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=made.headers)
    return Response(made.content, headers=made.headers, media_type=made.media_type)
