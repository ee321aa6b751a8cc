"""Style sheet and pictures, under names that tell their content: a browser keeps them for ever and asks once."""

from hashlib import sha256
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from portal.refused import not_found

FOLDER = Path(__file__).parent / "static"
MEDIA_TYPES = {".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".js": "text/javascript; charset=utf-8"}
HEADERS = {"cache-control": "public, max-age=31536000, immutable"}
HASH_LENGTH = 12


class StaticFiles:
    """All files of the folder, read once."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._files: dict[str, tuple[bytes, str]] = {}
        for path in sorted(FOLDER.iterdir()):
            content = path.read_bytes()
            name = f"{path.stem}.{sha256(content).hexdigest()[:HASH_LENGTH]}{path.suffix}"
            self._names[path.name] = name
            self._files[name] = content, MEDIA_TYPES[path.suffix]

    def address(self, name: str) -> str:
        """Where the file of this name lies now."""
        return f"/static/{self._names[name]}"

    async def show(self, request: Request) -> Response:
        """`GET /static/{name}`"""
        found = self._files.get(request.path_params["name"])
        if found is None:
            raise not_found()
        content, media_type = found
        return Response(content, headers=HEADERS, media_type=media_type)
