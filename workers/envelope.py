"""What an entry in the broker must look like to be handed to Celery: an allow-list, for anybody can write there.

Celery takes what it finds at its word: how it is packed, how long it may run, when it is worthless, what follows it.
Wherever that cannot be read, its consumer dies over the entry, puts it back and dies again. Here a message says which
task and with which ids, and nothing else; what it says about how work runs is refused.
"""

import base64
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from kombu.utils.json import loads
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from schemas.messages import MESSAGES
from workers.queues import QUEUE_NAMES

# A command's body has 64 kB at most, and base64 adds a third; messages with ids alone have 8 kB.
BODY_CHARACTERS_MAX = 128 * 1024
# Celery cuts its own descriptions of arguments at a thousand or so.
TEXT_CHARACTERS_MAX = 8 * 1024
RETRIES_MAX = 100
NAME_CHARACTERS_MAX = 255
FAULTS_SAID_MAX = 3
# what is logged of a refused entry, and the header it stands in
NAMES = (("task", "task"), ("message_id", "id"))

TASKS = frozenset(message.task for message in MESSAGES)

# becomes a key in the broker, an id in Flower and in logs
Name = Annotated[str, Field(min_length=1, max_length=NAME_CHARACTERS_MAX, pattern=r"^[\x21-\x7e]+$")]
AnyName = Annotated[str, Field(max_length=NAME_CHARACTERS_MAX, pattern=r"^[\x21-\x7e]*$")]
Text = Annotated[str, Field(max_length=TEXT_CHARACTERS_MAX)]


class MessageRefused(ValueError):
    """An entry that Celery must not see; the text says what is wrong, without quoting what may be personal."""


class _Known(BaseModel):
    """Fields that are known and well-formed; others are left out, so that Celery never meets them."""

    model_config = ConfigDict(strict=True, extra="ignore", populate_by_name=True)


class _DeliveryInfo(_Known):
    exchange: AnyName
    routing_key: AnyName
    redelivered: bool = False


class _Properties(_Known):
    delivery_tag: Name
    delivery_info: _DeliveryInfo
    body_encoding: Literal["base64"] | None = None
    correlation_id: Name | None = None
    reply_to: AnyName | None = None
    priority: Annotated[int, Field(ge=0, le=9)] | None = None


class _Headers(_Known):
    task: Name
    id: Name
    root_id: Name | None = None
    parent_id: Name | None = None
    lang: AnyName | None = None
    origin: Text | None = None
    shadow: None = None
    argsrepr: Text = ""
    kwargsrepr: Text = ""
    retries: Annotated[int, Field(ge=0, le=RETRIES_MAX)] = 0
    ignore_result: bool | None = None
    redelivered: bool = False
    # when and how long work runs is written in rows and in our own settings
    eta: None = None
    expires: None = None
    timelimit: Annotated[list[None], Field(min_length=2, max_length=2)] | None = None
    # no canvas: what follows is a row
    group: None = None
    group_index: None = None
    stamps: Annotated[dict[str, Any], Field(max_length=0)] | None = None
    stamped_headers: Annotated[list[str], Field(max_length=0)] | None = None
    # nothing of ours is compressed, and a kilobyte can hold a gigabyte
    compression: None = None


class _Call(_Known):
    """What runs: its arguments by name, and nothing around it."""

    by_position: Annotated[list[Any], Field(max_length=0)]
    by_name: dict[str, Any]
    canvas: dict[str, None]


class _Work(_Known):
    body: Annotated[str, Field(max_length=BODY_CHARACTERS_MAX)]
    content_type: Annotated[Literal["application/json"], Field(alias="content-type")]
    content_encoding: Annotated[Literal["utf-8"], Field(alias="content-encoding")]
    headers: _Headers
    properties: _Properties


class _Control(_Known):
    """What workers tell each other and Flower: its form alone is checked."""

    model_config = ConfigDict(extra="allow")

    body: str
    properties: _Properties


def checked(entry: object, queue: str) -> dict[str, Any]:
    """An entry as Celery may have it: what is known of it, and nothing more. Raises MessageRefused."""
    try:
        if queue not in QUEUE_NAMES:
            return _as_it_came(_Control.model_validate(entry))
        work = _Work.model_validate(entry)
        _Call.model_validate(_content(work))
    except ValidationError as error:
        raise MessageRefused(_where(error)) from error
    if work.headers.task not in TASKS:
        raise MessageRefused("there is no such task")
    return _as_it_came(work)


def name_of(entry: object) -> dict[str, str]:
    """Task and id of a refused entry, as far as they can be read, for the log."""
    headers = entry.get("headers") if isinstance(entry, Mapping) else None
    known = headers if isinstance(headers, Mapping) else {}
    return {word: ascii(known[key])[:NAME_CHARACTERS_MAX] for word, key in NAMES if key in known}


def _content(work: _Work) -> dict[str, Any]:
    """Its body, read as Celery will read it."""
    try:
        body = base64.b64decode(work.body, validate=True) if work.properties.body_encoding else work.body
        by_position, by_name, canvas = loads(body)
    except Exception as error:  # whatever a text can do to a parser: depth, digits, types of its own
        raise MessageRefused(f"its body cannot be read ({type(error).__name__})") from error
    return {"by_position": by_position, "by_name": by_name, "canvas": canvas}


def _as_it_came(entry: _Known) -> dict[str, Any]:
    return entry.model_dump(by_alias=True, exclude_unset=True)


def _where(error: ValidationError) -> str:
    """The fields that are wrong and why, without what is in them."""
    faults = error.errors(include_input=False, include_url=False, include_context=False)
    return "; ".join(
        f"{'.'.join(map(str, fault['loc'])) or 'entry'}: {fault['msg']}" for fault in faults[:FAULTS_SAID_MAX]
    )
