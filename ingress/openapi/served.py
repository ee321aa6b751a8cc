"""The document and its page, at the door: made once in a process, when somebody asks first."""

import asyncio
import base64
import hashlib
from pathlib import Path

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


class Reference:
    """`GET /openapi.json` and `GET /docs/`: without a key, for they tell nothing of anybody."""

    def __init__(self) -> None:
        self._making = asyncio.Lock()
        self._made: dict[str, bytes] = {}
        self._policy = ""

    async def document(self, request: Request) -> Response:
        """OpenAPI 3.1."""
        await self._make()
        return _answer(request, self._made[OPENAPI], OPENAPI, {})

    async def page(self, request: Request) -> Response:
        """The same for people: one page that loads nothing, from nobody, and runs nothing."""
        await self._make()
        return _answer(request, self._made[HTML], HTML, {"Content-Security-Policy": self._policy})

    async def _make(self) -> None:
        async with self._making:
            if not self._made:
                # a second's work: the event loop goes on with what has its deadlines
                self._made, self._policy = await asyncio.to_thread(_make)


def _make() -> tuple[dict[str, bytes], str]:
    told = document()
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, auto_reload=False,
    )  # fmt: skip
    style = (TEMPLATES / "reference.css").read_text(encoding="utf-8")
    page = environment.get_template("reference.html").render(context_of(told), style=style)
    return {OPENAPI: serialized(told), HTML: page.encode()}, policy_of(style)


def policy_of(style: str) -> str:
    """Nothing is loaded and nothing runs: the one style sheet is known by its hash."""
    known = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{known}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def _answer(request: Request, content: bytes, media_type: str, headers: dict[str, str]) -> Response:
    etag = f'"{hashlib.sha256(content).hexdigest()}"'
    named = {"ETag": etag, "Cache-Control": CACHE, "X-Content-Type-Options": "nosniff", **headers}
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=named)
    return Response(content, headers=named, media_type=media_type)
