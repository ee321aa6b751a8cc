"""Signs with the newest of its certificates; the older ones are served for ever, as events signed by them may come."""

import base64
import binascii
import secrets
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import load_pem_x509_certificate

from sandbox.paypal.signing.authority import BACKDATED, Authority, private_pem, write_private

LIFE = timedelta(days=398)
NAME_BYTES = 16
CURRENT = "current"
SCHEME = PKCS1v15(), SHA256()


class Signer:
    """Its first certificate is made when the first event is signed: a key for RSA takes a while."""

    def __init__(self, home: Path) -> None:
        self._authority = Authority(home)
        self._folder = self._authority.folder / "certificates"
        self._folder.mkdir(exist_ok=True)
        self._key: RSAPrivateKey | None = None
        self._name = ""
        self.trust_file = self._authority.trust_file

    @property
    def current(self) -> str:
        """The name of the certificate that is signed with."""
        self._load()
        return self._name

    def rotate(self) -> str:
        """Sign with another certificate from now on; returns its name."""
        self._key = self._made()
        return self._name

    def certificate(self, name: str) -> bytes | None:
        """PEM; None when there is none of this name."""
        path = self._folder / f"{name}.pem"
        return path.read_bytes() if path.parent == self._folder and path.exists() else None

    def sign(self, transmission_id: str, sent_at: str, webhook_id: str, body: bytes) -> str:
        """In base64 (https://developer.paypal.com/api/rest/webhooks/rest/)."""
        signed = _signed(transmission_id, sent_at, webhook_id, body)
        return base64.b64encode(self._load().sign(signed, *SCHEME)).decode()

    def has_signed(
        self, name: str, transmission_id: str, sent_at: str, webhook_id: str, body: bytes, signature: str
    ) -> bool:
        """Whether this is a signature of one of our certificates."""
        pem = self.certificate(name)
        if pem is None:
            return False
        key = cast("RSAPublicKey", load_pem_x509_certificate(pem).public_key())
        try:
            key.verify(base64.b64decode(signature), _signed(transmission_id, sent_at, webhook_id, body), *SCHEME)
        except (InvalidSignature, binascii.Error):
            return False
        return True

    def _load(self) -> RSAPrivateKey:
        if self._key is None:
            self._key = self._kept() or self._made()
        return self._key

    def _kept(self) -> RSAPrivateKey | None:
        if not (self._folder / CURRENT).exists():
            return None
        self._name = (self._folder / CURRENT).read_text()
        return cast("RSAPrivateKey", load_pem_private_key((self._folder / f"{self._name}.key").read_bytes(), None))

    def _made(self) -> RSAPrivateKey:
        """Its name is written last: then all of it is there."""
        self._name = f"CERT-{secrets.token_hex(NAME_BYTES)}"
        now = datetime.now(UTC)
        key, pem = self._authority.issue(now - BACKDATED, now + LIFE)
        write_private(self._folder / f"{self._name}.key", private_pem(key))
        write_private(self._folder / f"{self._name}.pem", pem)
        write_private(self._folder / CURRENT, self._name.encode())
        return key


def _signed(transmission_id: str, sent_at: str, webhook_id: str, body: bytes) -> bytes:
    return f"{transmission_id}|{sent_at}|{webhook_id}|{zlib.crc32(body)}".encode()
