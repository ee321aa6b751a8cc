"""Attachments, kept as files named by their SHA-256: the same PDF sent twice is stored once."""

import base64
import binascii
import hashlib
from pathlib import Path

from sandbox.json_types import JsonObject
from sandbox.resend import errors

FOLDER = "attachments"
# https://resend.com/docs/dashboard/emails/attachments: 40 MB per e-mail after Base64
BYTES_MAX = 40_000_000
# https://resend.com/docs/dashboard/emails/embed-inline-images: less than 128 characters
CONTENT_ID_LENGTH_MAX = 127


def read(described: object) -> list[tuple[str, bytes, str, str]]:
    """File name, content, content type and, for a picture of the HTML, content id of each attachment.

    Raises ResendError for what cannot be read.
    """
    if described is None:
        return []
    if not isinstance(described, list):
        raise errors.invalid_field("attachments", "It must be a list.")
    return [_one(item) for item in described]


def keep(home: Path, filename: str, content: bytes, content_type: str, content_id: str) -> JsonObject:
    """Store the content; what the inbox shows of it."""
    digest = hashlib.sha256(content).hexdigest()
    path = path_of(home, digest)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    described = {"filename": filename, "size": len(content), "sha256": digest, "content_type": content_type}
    return {**described, "content_id": content_id} if content_id else described


def with_pictures(home: Path, html: str, described: list[JsonObject]) -> str:
    """The HTML with the pictures that came along in it, as a mail program shows them."""
    for file in described:
        if file.get("content_id"):
            content = base64.b64encode(path_of(home, file["sha256"]).read_bytes()).decode()
            html = html.replace(f"cid:{file['content_id']}", f"data:image/png;base64,{content}")
    return html


def path_of(home: Path, digest: str) -> Path:
    """Where the content with this SHA-256 lies."""
    return home / FOLDER / digest


def _one(item: object) -> tuple[str, bytes, str, str]:
    if not isinstance(item, dict) or not isinstance(item.get("filename"), str) or not item["filename"]:
        raise errors.invalid_field("attachments", "Each attachment needs a `filename`.")
    content_type = str(item.get("content_type") or "application/octet-stream")
    content_id = item.get("content_id") or ""
    if not isinstance(content_id, str) or len(content_id) > CONTENT_ID_LENGTH_MAX:
        raise errors.invalid_field("attachments", "`content_id` must be a text of less than 128 characters.")
    return item["filename"], _content(item.get("content")), content_type, content_id


def _content(content: object) -> bytes:
    """Base64 text, or a list of byte values as the vendor's own clients may send."""
    try:
        if isinstance(content, str) and content:
            return base64.b64decode(content, validate=True)
        if isinstance(content, list) and content:
            return bytes(content)
    except (binascii.Error, ValueError, TypeError) as problem:
        raise errors.invalid_field("attachments", "`content` must be Base64.") from problem
    raise errors.invalid_field("attachments", "Each attachment needs `content`; this sandbox fetches no `path`.")
