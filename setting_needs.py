"""What a process needs before it starts. A trial needs little; where real money moves, nothing is left to defaults."""

from collections.abc import Iterable, Iterator

from settings import (
    READ_BY,
    SANDBOX_PAYPAL_CLIENT_ID,
    SANDBOX_PAYPAL_CLIENT_SECRET,
    SANDBOX_PAYPAL_WEBHOOK_ID,
    SANDBOX_RESEND_KEY,
    SANDBOX_RESEND_WEBHOOK_SECRET,
    SANDBOX_STRIPE_KEY,
    SANDBOX_WEBHOOK_SECRET,
    Settings,
    refuse_to_start,
)

NEEDED_ALWAYS = (
    "ingress_database_url", "worker_database_url", "portal_database_url", "console_database_url", "broker_url",
)  # fmt: skip
# the keys of vendors are in the database, where `up` looks for them; this opens them
NEEDED_IN_PRODUCTION = ("cashbeat_master_keys", "flower_basic_auth")
SAID_BY_THE_SELLER = ("seller_name", "seller_address", "seller_email", "seller_website", "payment_instructions")
GATEWAY_ADDRESSES = ("stripe_api_base", "paypal_api_base", "resend_api_base")
KEYS_ADDRESS = "user_token_jwks_url"
# cookies go there, and whose they are; the port is what the process of each listens on
PAGES_ADDRESSES = {
    "portal_public_url": ("any customer", "portal_port"),
    "console_public_url": ("anybody of yours", "console_port"),
}
# everybody knows them, and they open nothing but the sandbox
PUBLIC = frozenset({
    SANDBOX_STRIPE_KEY, SANDBOX_WEBHOOK_SECRET, SANDBOX_PAYPAL_CLIENT_ID, SANDBOX_PAYPAL_CLIENT_SECRET,
    SANDBOX_PAYPAL_WEBHOOK_ID, SANDBOX_RESEND_KEY, SANDBOX_RESEND_WEBHOOK_SECRET,
})  # fmt: skip
# everything on one machine, and what it makes up for itself
UP = "up"
MADE_UP = {*NEEDED_ALWAYS, "cashbeat_env", "flower_basic_auth"}


def unmet(settings: Settings, *parts: str) -> list[str]:
    """What is missing for a process to start, each as half a sentence that begins with the setting's name.

    `parts` are keys of `READ_BY`, several for a worker of several queues, or `UP`.
    """
    read = _read_by(parts)
    found = [*_absent(settings, read, NEEDED_ALWAYS), *_contradicted(settings, read)]
    if settings.is_production:
        found += _missing_in_production(settings, read, is_on_one_machine=UP in parts)
    return found


def require(settings: Settings, *parts: str) -> None:
    """End this process in one sentence unless it has what it needs."""
    if missing := unmet(settings, *parts):
        refuse_to_start("; ".join(missing))


def _read_by(parts: tuple[str, ...]) -> tuple[str, ...]:
    """In the order of the settings, so that a refusal always reads the same."""
    read = set().union(*READ_BY.values()) - MADE_UP if UP in parts else set().union(*(READ_BY[part] for part in parts))
    return tuple(name for name in Settings.model_fields if name in read)


def _missing_in_production(settings: Settings, read: tuple[str, ...], *, is_on_one_machine: bool) -> Iterator[str]:
    yield from _absent(settings, read, NEEDED_IN_PRODUCTION)
    if "cashbeat_env" in read and settings.cashbeat_env != "production":
        yield "CASHBEAT_ENV has to be production, for all processes: not each of them sees the live key"
    yield from unfit_for_vendors(settings, read)
    if KEYS_ADDRESS in read and is_plain_http(settings.user_token_jwks_url):
        yield f"{KEYS_ADDRESS.upper()} must be https in production: who changes what lies there can be any user"
    for name, (whose, port) in PAGES_ADDRESSES.items():
        if name in read and is_plain_http(str(settings.plain(name))):
            yield f"{name.upper()} must be https in production: who listens on the way could be {whose}"
        if port in read and not is_on_one_machine:
            yield from _absent(settings, read, (name,))
    for name in SAID_BY_THE_SELLER:
        if name in read and getattr(settings, name) == Settings.model_fields[name].default:
            yield f"{name.upper()} is that of an example; invoices need the real one"


def unfit_for_vendors(settings: Settings, names: Iterable[str]) -> Iterator[str]:
    """What of these settings must not be what a vendor is called or signs with where real money moves."""
    for name in names:
        if _is_public(settings, name):
            yield f"{name.upper()} is the sandbox's, which everybody knows"
        if name in GATEWAY_ADDRESSES and is_plain_http(str(settings.plain(name))):
            yield f"{name.upper()} must be https in production; a sandbox is no gateway"


def is_plain_http(address: str) -> bool:
    """Whether everybody on the way could read what is sent there."""
    return address.lower().startswith("http://")


def _contradicted(settings: Settings, read: tuple[str, ...]) -> Iterator[str]:
    """Users' tokens are checked in one way, and whole: whom one is for and of whom is not left to chance."""
    if "user_token_issuer" not in read:
        return
    published, shared = settings.user_token_jwks_url, settings.user_token_secrets
    if published and shared:
        yield "USER_TOKEN_SECRETS has to be empty where USER_TOKEN_JWKS_URL is set: tokens are signed in one way"
    needed = ("user_token_issuer", "user_token_audience", "user_token_account_claim", "user_token_role_claim")
    if published or shared:
        yield from _absent(settings, read, needed)


def _absent(settings: Settings, read: tuple[str, ...], needed: tuple[str, ...]) -> Iterator[str]:
    return (f"{name.upper()} is not set" for name in needed if name in read and not settings.plain(name))


def _is_public(settings: Settings, name: str) -> bool:
    value = settings.plain(name)
    return not PUBLIC.isdisjoint(value if isinstance(value, tuple) else (value,))
