"""Structured logs for every process of ours: JSON in production, readable at a desk, secrets and addresses masked.

structlog sits on top of the standard library, so that Celery's and uvicorn's own lines take the same way out. What the
mask covers: gateway and API keys, webhook secrets and signatures, bearer tokens, tokens and passwords in addresses,
card numbers and e-mail addresses (their domain stays).
"""

import logging
import re
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager
from functools import lru_cache
from typing import Any

import orjson
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from settings import Settings

MASK = "***"
TEXT_CHARACTERS_MAX = 20_000  # a traceback fits; a whole request body has no business in a log
DEPTH_MAX = 6  # deeper structures are shown as text
SENSITIVE_KEYS = re.compile(
    r"password|secret|authorization|cookie|signature|(api|master)_?keys?|access_token", re.IGNORECASE
)

FIRST_KEYS = ("timestamp", "level", "process", "event", "operation_id", "event_id", "outbox_id", "task")

# Libraries that tell their life story at INFO.
QUIET = ("fontTools", "weasyprint", "urllib3", "httpx", "stripe", "amqp", "kombu.pidbox")

PATTERNS = (
    # a Resend key; Stripe's refund ids begin alike (re_1..., re_3... in one piece) and are not secret
    r"(?<![A-Za-z0-9])(?P<key>cb_sk_|cb_|sk_|rk_|whsec_|re_(?![13][A-Za-z0-9]{15,}(?!\w)))[\w+/=\-]{6,}",
    r"(?P<bearer>[Bb]earer\s+)[\w.~+/=\-]{6,}|(?P<basic>Basic\s+)(?=[A-Za-z]*[0-9+/=])[\w+/=]{6,}",
    r"(?P<signature>\bv[01]=)[0-9a-fA-F]{32,}",
    # whoever has the address of a page may act on it
    r"(?P<page>[?&][a-z_]*token=)[\w\-]{6,}",
    r"(?<=://)(?P<user>[^\s/:@]*):[^\s@]+(?=@)",
    r"(?<![\w.%+\-])(?P<initial>[\w%+])[\w.%+\-]*@(?P<domain>(?:[A-Za-z0-9\-]+\.)+[A-Za-z]{2,})",
    # 13 to 19 digits; beside a hexadecimal digit or a dash they belong to an id of ours, after a point to a duration
    r"(?<![0-9A-Fa-f\-])(?<!\d\.)(?P<card>[2-6]\d{3}(?:[ \-]?\d){9,15})(?![0-9A-Fa-f\-])",
)
REVEALING = re.compile("|".join(PATTERNS))
# Nothing above can match a text without one of these; looking for them first makes the common line four times cheaper.
HINTS = ("@", "k_", "cb_", "whsec_", "re_", "earer", "asic", "v1=", "v0=", "token=")
CARD_DIGITS_MIN = 13
CARD_HINT = re.compile(r"\d(?:[ \-]?\d){12}")


def configure(settings: Settings, process_name: str) -> None:
    """Send every log line of this process to standard error, masked, under the name given. Calling it again is fine."""
    shared = _shared_processors(process_name)
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=_last_processors(settings))
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.log_level)
    for name in QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    logging.captureWarnings(True)


def bind(**ids: object) -> None:
    """Let every later line of this task or request carry these ids."""
    structlog.contextvars.bind_contextvars(**ids)


def bound(**ids: object) -> AbstractContextManager[None]:
    """The same for the lines of a `with` block alone."""
    return structlog.contextvars.bound_contextvars(**ids)


def clear() -> None:
    """Forget what `bind` gave; call it where the task or request ends."""
    structlog.contextvars.clear_contextvars()


def redact(value: Any, depth: int = 0) -> Any:
    """The same value with everything revealing masked, at any depth; other objects become their masked text."""
    if isinstance(value, str):
        return redact_text(value)
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        return value if abs(value) < 10**12 else _redact_number(value)
    if depth < DEPTH_MAX:
        if isinstance(value, Mapping):
            return {key: MASK if _is_sensitive(key) else redact(item, depth + 1) for key, item in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [redact(item, depth + 1) for item in value]
    return redact_text(str(value))


def last_line(text: str) -> str:
    """What a traceback says in the end; a single line is itself."""
    return text.strip().rpartition("\n")[2]


def redact_text(text: str) -> str:
    """The text with keys, tokens, signatures, passwords, card numbers and the names in e-mail addresses masked."""
    if len(text) > TEXT_CHARACTERS_MAX:
        text = f"{text[:TEXT_CHARACTERS_MAX]}... ({len(text) - TEXT_CHARACTERS_MAX} characters more)"
    return REVEALING.sub(_mask, text) if _may_reveal(text) else text


def _may_reveal(text: str) -> bool:
    for hint in HINTS:  # a plain loop costs half of any() with a generator
        if hint in text:
            return True
    return len(text) >= CARD_DIGITS_MIN and CARD_HINT.search(text) is not None


def _mask(match: re.Match[str]) -> str:
    found = match.groupdict()
    if found["domain"]:
        return f"{found['initial']}{MASK}@{found['domain']}"
    if found["card"]:
        return MASK if _passes_luhn(found["card"]) else match[0]
    if found["user"] is not None:
        return f"{found['user']}:{MASK}"
    return (found["key"] or found["bearer"] or found["basic"] or found["signature"] or found["page"]) + MASK


def _redact_number(value: int) -> int | str:
    text = str(value)
    redacted = redact_text(text)
    return value if redacted == text else redacted


def _passes_luhn(text: str) -> bool:
    """The check digit of ISO/IEC 7812 that every card number ends with."""
    digits = [int(character) for character in reversed(text) if character.isdigit()]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return (sum(digits[0::2]) + sum(doubled)) % 10 == 0


@lru_cache(maxsize=1_000)  # log keys are few; whoever invents endless ones gets no more memory than this
def _is_sensitive(key: object) -> bool:
    return isinstance(key, str) and SENSITIVE_KEYS.search(key) is not None


def _redact_line(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    ordered = {**{key: line[key] for key in FIRST_KEYS if key in line}, **line}
    return {key: MASK if _is_sensitive(key) else redact(value) for key, value in ordered.items()}


def _shared_processors(process_name: str) -> list[Processor]:
    def name_process(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
        line["process"] = process_name
        return line

    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        name_process,
    ]


def _last_processors(settings: Settings) -> list[Processor]:
    is_json = settings.log_format == "json" or (settings.log_format == "auto" and settings.cashbeat_env == "production")
    renderer: Processor = (
        structlog.processors.JSONRenderer(serializer=_to_json)
        if is_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    return [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        _redact_line,
        renderer,
    ]


def _to_json(line: EventDict, **_options: object) -> str:
    return orjson.dumps(line, option=orjson.OPT_NON_STR_KEYS).decode()
