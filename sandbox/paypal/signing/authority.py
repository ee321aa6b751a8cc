"""The test authority: made at the first start and kept in the sandbox's home, so that it is trusted once for all."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

FOLDER = "paypal"
TRUST_FILE, KEY_FILE = "authority.pem", "authority.key"
AUTHORITY_NAME = "Sandbox authority that nobody else trusts"
# what stands in PayPal's own
SIGNER_NAME = "messageverificationcerts.sandbox.paypal.com"
AUTHORITY_LIFE = timedelta(days=3_650)
KEY_BITS = 2_048
PRIVATE = 0o600
# clocks of two processes differ
BACKDATED = timedelta(minutes=5)


class Authority:
    """Signs certificates. Its own is the trust file."""

    def __init__(self, home: Path) -> None:
        self.folder = home / FOLDER
        self.trust_file = self.folder / TRUST_FILE
        if not self.trust_file.exists():
            self._make()
        self._certificate = x509.load_pem_x509_certificate(self.trust_file.read_bytes())
        kept = load_pem_private_key((self.folder / KEY_FILE).read_bytes(), None)
        self._key = cast("ec.EllipticCurvePrivateKey", kept)

    def issue(
        self, valid_from: datetime, valid_until: datetime, name: str = SIGNER_NAME
    ) -> tuple[rsa.RSAPrivateKey, bytes]:
        """A fresh key for RSA, and its certificate as PEM with the authority's below it."""
        key = rsa.generate_private_key(65_537, KEY_BITS)
        builder = _begun(name, key.public_key(), valid_from, valid_until).issuer_name(self._certificate.subject)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        certificate = builder.add_extension(identifier, critical=False).sign(self._key, SHA256())
        return key, _pem(certificate) + _pem(self._certificate)

    def _make(self) -> None:
        """The trust file is written last: as long as it is not there, nothing is."""
        self.folder.mkdir(parents=True, exist_ok=True)
        key = ec.generate_private_key(ec.SECP256R1())
        now = datetime.now(UTC)
        builder = _begun(AUTHORITY_NAME, key.public_key(), now - BACKDATED, now + AUTHORITY_LIFE)
        builder = builder.issuer_name(_name(AUTHORITY_NAME))
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        builder = builder.add_extension(_only_signs_certificates(), critical=True)
        identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        certificate = builder.add_extension(identifier, critical=False).sign(key, SHA256())
        write_private(self.folder / KEY_FILE, private_pem(key))
        write_private(self.trust_file, _pem(certificate))


def private_pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    """A key as it is kept."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def write_private(path: Path, content: bytes) -> None:
    """Whole or not at all, for our eyes only."""
    beside = path.with_suffix(".new")
    beside.touch(PRIVATE)
    beside.write_bytes(content)
    beside.replace(path)


def _begun(
    name: str, key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey, valid_from: datetime, valid_until: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(valid_from)
        .not_valid_after(valid_until)
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _only_signs_certificates() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.PEM)
