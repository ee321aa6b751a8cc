"""What a setting may be: each type refuses in words that fit behind the setting's name."""

import re
from base64 import b64decode
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import SplitResult, urlsplit

from cryptography.x509 import load_pem_x509_certificates
from kombu.transport import TRANSPORT_ALIASES
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, TypeAdapter, ValidationError

from credentials.master_keys import parse
from schemas.emails import Email
from schemas.names import Line, Name, Printed
from schemas.urls import Url

LIVE_KEY_PREFIXES = ("sk_live_", "rk_live_")
TOKEN_SECRET_BYTES_MIN = 32
STRIPE_KEY_PREFIXES = ("sk_test_", "rk_test_", *LIVE_KEY_PREFIXES)


def _none_or(check: Callable[[str], str]) -> AfterValidator:
    """Empty means that it is not set."""
    return AfterValidator(lambda value: value and check(value))


def _of(kind: Any, sentence: str) -> Callable[[str], str]:
    """As the API takes it; `sentence` says what that is."""
    adapter: TypeAdapter[str] = TypeAdapter(kind)

    def check(value: str) -> str:
        try:
            return adapter.validate_python(value)
        except ValidationError:
            raise ValueError(sentence) from None

    return check


def _parts(value: str, sentence: str) -> SplitResult:
    try:
        parts = urlsplit(value)
        _ = parts.port  # reading it is what checks it
    except ValueError:
        raise ValueError(sentence) from None
    return parts


def _database(value: str) -> str:
    sentence = "must look like postgresql://user:password@host:port/database"
    parts = _parts(value, sentence)
    if parts.scheme not in ("postgresql", "postgres") or not parts.path.strip("/"):
        raise ValueError(sentence)
    return value


def _broker(value: str) -> str:
    sentence = "must look like redis://:password@host:port/0"
    parts = _parts(value, sentence)
    if parts.scheme.partition("+")[0] not in TRANSPORT_ALIASES or "://" not in value:
        raise ValueError(sentence)
    database = parts.path.strip("/") or "0"
    if parts.scheme in ("redis", "rediss") and not (parts.hostname and database.isascii() and database.isdigit()):
        raise ValueError(sentence)
    return value


def _host(value: str) -> str:
    """A name would be looked up by each process of the door, and be told of by none if that failed."""
    if value != "localhost":
        try:
            return str(ip_address(value))
        except ValueError:
            raise ValueError("must be an IP address of this machine, or localhost") from None
    return value


def _digits(value: Any) -> Any:
    """Pydantic takes Python's `1_000`; whoever else reads the same variable, as a compose file, does not."""
    if isinstance(value, str) and "_" in value:
        raise ValueError("must be a number in digits alone")
    return value


def _base(value: str) -> str:
    """Paths are put behind it."""
    if "?" in value or "#" in value:
        raise ValueError("must end before ? and #: paths are put behind it")
    return value


def _root(value: str) -> str:
    """Cookies of such a name are kept for a host's root alone."""
    if urlsplit(value).path.strip("/"):
        raise ValueError("must end behind the host: pages lie at its root")
    return value.rstrip("/")


def _login(value: SecretStr) -> SecretStr:
    user, colon, password = value.get_secret_value().partition(":")
    if value.get_secret_value() and not (user and colon and password):
        raise ValueError("must look like user:password")
    return value


def _stripe_key(value: SecretStr) -> SecretStr:
    key = value.get_secret_value()
    if key.startswith("pk_"):
        raise ValueError("is a publishable key; the secret one begins with sk_ or rk_")
    if key and not key.startswith(STRIPE_KEY_PREFIXES):
        raise ValueError("must begin with sk_test_, sk_live_, rk_test_ or rk_live_")
    return _whole(value)


def _whole(value: SecretStr) -> SecretStr:
    """More than its prefix, which everybody knows; and fit for a header, so that no line break came along."""
    secret = value.get_secret_value()
    if secret.endswith("_") or not re.fullmatch(r"[!-~]*", secret):
        raise ValueError("must be copied whole, without spaces or line breaks")
    return value


def _beginning(prefix: str) -> AfterValidator:
    def check(value: SecretStr) -> SecretStr:
        if value.get_secret_value() and not value.get_secret_value().startswith(prefix):
            raise ValueError(f"must begin with {prefix}")
        return _whole(value)

    return AfterValidator(check)


def _base64(value: SecretStr) -> SecretStr:
    """What stands behind the prefix is the key itself, and an empty one anybody has."""
    secret = value.get_secret_value().partition("_")[2]
    try:
        key = b64decode(secret, validate=True)
    except ValueError:
        key = b""
    if not key:
        raise ValueError("must be copied whole: Base64 behind whsec_")
    return value


def _paypal_webhook_id(value: SecretStr) -> SecretStr:
    """An event's id, which begins with WH-, stands beside it in the dashboard."""
    if not re.fullmatch(r"[A-Za-z0-9]{1,50}", value.get_secret_value()):
        raise ValueError("must be the id of a webhook: letters and digits")
    return value


def _merchant_id(value: str) -> str:
    if not re.fullmatch(r"[2-9A-HJ-NP-Z]{13}", value):
        raise ValueError("must be a merchant id: 13 capital letters and digits")
    return value


def absolute(value: Path) -> Path:
    """As every process finds it."""
    if not value.is_absolute():
        raise ValueError("must be an absolute path: not every process starts in the same folder")
    return value


def _bundle(value: Path) -> Path:
    """Looked at when a process starts, not when the first signature is checked."""
    try:
        load_pem_x509_certificates(value.read_bytes())
    except (OSError, ValueError):
        raise ValueError("must be a file of certificates in PEM that this process may read") from None
    return value


_WEB_PAGE = _of(Url, "must be an http or https URL with a host")


def _host_name(value: str) -> str:
    """As a link has it, without a port."""
    if not re.fullmatch(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?|::1", value):
        raise ValueError("must be names of hosts like app.example.com")
    return value


def _origin(value: str) -> str:
    """As a browser says it: without a path, and without a port that goes without saying."""
    if not re.fullmatch(r"https?://([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:]+\])(:[1-9][0-9]{0,4})?", value):
        raise ValueError("must be origins like https://app.example.com, without a path")
    return value.removesuffix(":443") if value.startswith("https:") else value.removesuffix(":80")


def _invitation_page(value: str) -> str:
    """Whose mail it is stands in the address once, as `{token}`: behind a `#` it is in no log of a web server."""
    if value.count("{token}") != 1:
        raise ValueError("must have {token} in it, once")
    _WEB_PAGE(value.replace("{token}", "x"))
    return value


def _token_secret(value: SecretStr) -> SecretStr:
    """As long as what it makes (RFC 7518, section 3.2): a shorter one can be found out from a single token."""
    if len(value.get_secret_value().encode()) < TOKEN_SECRET_BYTES_MIN:
        raise ValueError(f"must have {TOKEN_SECRET_BYTES_MIN} bytes or more")
    return _whole(value)


def _master_keys(value: SecretStr) -> SecretStr:
    parse(value.get_secret_value())
    return value


Host = Annotated[str, AfterValidator(_host)]
Count = Annotated[int, BeforeValidator(_digits)]
RequestsPerMinute = Annotated[Count, Field(ge=1, le=10_000_000)]
Rate = Annotated[float, BeforeValidator(_digits)]
CallsPerSecond = Annotated[Rate, Field(ge=0, le=10_000)]
Port = Annotated[Count, Field(ge=1, le=65_535)]
DatabaseUrl = Annotated[str, Field(repr=False), _none_or(_database)]
BrokerUrl = Annotated[str, Field(repr=False), _none_or(_broker)]
WebPage = Annotated[str, _none_or(_WEB_PAGE)]
Origin = Annotated[str, AfterValidator(_origin)]
HostName = Annotated[str, AfterValidator(_host_name)]
InvitationPage = Annotated[str, _none_or(_invitation_page)]
BaseUrl = Annotated[WebPage, AfterValidator(_base)]
RootUrl = Annotated[BaseUrl, AfterValidator(_root)]
Mailbox = Annotated[str, AfterValidator(_of(Email, "must be an e-mail address"))]
SellerName = Annotated[str, AfterValidator(_of(Name, "must be a name that can be printed"))]
SellerText = Annotated[str, AfterValidator(_of(Printed, "must be lines that can be printed"))]
SellerTaxId = Annotated[str, AfterValidator(_of(Line, "must be a line that can be printed"))]
Login = Annotated[SecretStr, AfterValidator(_login)]
StripeKey = Annotated[SecretStr, AfterValidator(_stripe_key)]
TokenWord = Annotated[str, AfterValidator(_of(Line, "must be a line that can be read"))]
TokenSecret = Annotated[SecretStr, AfterValidator(_token_secret)]
MasterKeyList = Annotated[SecretStr, AfterValidator(_master_keys)]
WebhookSecret = Annotated[SecretStr, _beginning("whsec_")]
SvixSecret = Annotated[SecretStr, _beginning("whsec_"), AfterValidator(_base64)]
ResendKey = Annotated[SecretStr, _beginning("re_")]
PayPalKey = Annotated[SecretStr, AfterValidator(_whole)]
PayPalWebhookId = Annotated[SecretStr, AfterValidator(_paypal_webhook_id)]
PayPalMerchantId = Annotated[str, _none_or(_merchant_id)]
TrustFile = Annotated[Path, AfterValidator(absolute), AfterValidator(_bundle)]
