"""A root, an authority that it vouches for, and a certificate that this one has signed: as at the big authorities."""

from datetime import datetime, timedelta
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

LIFE = timedelta(days=300)
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


class Chain(NamedTuple):
    """Each as a certificate."""

    root: x509.Certificate
    between: x509.Certificate
    leaf: x509.Certificate


def chain_for(host: str, now: datetime) -> Chain:
    """All of them in force at this instant."""
    root_key, between_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    leaf_key = rsa.generate_private_key(65_537, 2_048)
    names = x509.SubjectAlternativeName([x509.DNSName(host)])
    return Chain(
        _authority("root", root_key, "root", root_key, now),
        _authority("between", between_key, "root", root_key, now),
        _begun(host, leaf_key, "between", between_key, now).add_extension(names, False).sign(between_key, SHA256()),
    )


def pem_of(*certificates: x509.Certificate) -> bytes:
    """One file of them."""
    return b"".join(each.public_bytes(Encoding.PEM) for each in certificates)


def _authority(
    name: str, key: Key, issuer: str, issuer_key: ec.EllipticCurvePrivateKey, now: datetime
) -> x509.Certificate:
    uses = dict.fromkeys(
        ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
         "encipher_only", "decipher_only"), False,
    )  # fmt: skip
    usage = x509.KeyUsage(key_cert_sign=True, crl_sign=True, **uses)
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    begun = _begun(name, key, issuer, issuer_key, now).add_extension(x509.BasicConstraints(True, None), True)
    return begun.add_extension(usage, True).add_extension(identifier, False).sign(issuer_key, SHA256())


def _begun(
    name: str, key: Key, issuer: str, issuer_key: ec.EllipticCurvePrivateKey, now: datetime
) -> x509.CertificateBuilder:
    above = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    return (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - LIFE)
        .not_valid_after(now + LIFE)
        .add_extension(above, False)
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
