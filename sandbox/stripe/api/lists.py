"""Stripe's lists: newest first, by cursor (https://docs.stripe.com/api/pagination)."""

from collections.abc import Callable, Iterable
from itertools import islice, takewhile

from sandbox.json_types import JsonObject
from sandbox.stripe.api import errors
from sandbox.stripe.api.params import Params
from sandbox.world import World

LIMIT_DEFAULT = 10
LIMIT_MAX = 100
# records lie in the order of their making, which is that of `created`, but for two things: what falls due by time is
# done up to a second late and stamped with its moment, and test clocks go their own ways
LATE_SECONDS_MAX = 60
TEST_CLOCK = "test_helpers.test_clock"
PAGE_PARAMETERS = ("limit", "starting_after", "ending_before")

Test = Callable[[JsonObject], bool]


def page(world: World, kind: str, params: Params, url: str, wanted: Test = lambda _: True) -> JsonObject:
    """One page of the records of a kind that pass the test."""
    return page_of(filter(wanted, newest_first(world, kind, params)), params, url)


def newest_first(world: World, kind: str, params: Params, found_by: tuple[str, ...] = ()) -> Iterable[JsonObject]:
    """What may be on a page: those that the store finds by one of these parameters, if any of them is given, else those
    no further back than `created` asks for. There may be hundreds of thousands.
    """
    for field in found_by:
        value = params.text(field)
        if value is not None:
            return reversed(world.store.find(kind, field, value))
    records = world.store.newest_first(kind)
    since = _earliest(params)
    if since is None or world.store.count(TEST_CLOCK):
        return records
    # what is left of a deleted object has no date
    return takewhile(lambda record: record.get("created", since) >= since - LATE_SECONDS_MAX, records)


def page_of(found: Iterable[JsonObject], params: Params, url: str) -> JsonObject:
    """One page out of these records. Raises for a cursor that is not among them."""
    limit = params.integer("limit", LIMIT_DEFAULT, least=1) or LIMIT_DEFAULT
    if limit > LIMIT_MAX:
        raise errors.invalid(f"This value must be less than or equal to {LIMIT_MAX}.", param="limit")
    if params.text("ending_before"):
        newer = _until(found, params, "ending_before")
        rows, has_more = newer[-limit:], len(newer) > limit
    else:
        rest = iter(found)
        if params.text("starting_after"):
            _until(rest, params, "starting_after")
        rows = list(islice(rest, limit + 1))
        rows, has_more = rows[:limit], len(rows) > limit
    return {"object": "list", "data": rows, "has_more": has_more, "url": url}


def _earliest(params: Params) -> int | None:
    """No record from before this moment is wanted."""
    if isinstance(params.fields.get("created"), str):
        return params.integer("created")
    bounds = params.group("created")
    after, since = bounds.integer("gt"), bounds.integer("gte")
    return max((moment for moment in (after, since) if moment is not None), default=None)


def _until(found: Iterable[JsonObject], params: Params, field: str) -> list[JsonObject]:
    """The records before the cursor; an iterator stands behind the cursor afterwards."""
    cursor = params.required_text(field)
    passed: list[JsonObject] = []
    for record in found:
        if record["id"] == cursor:
            return passed
        passed.append(record)
    raise errors.no_such("object", cursor, field)


def created_within(params: Params) -> Test:
    """The `created` filter: a moment, or a group of gt, gte, lt, lte. Unix seconds."""
    if isinstance(params.fields.get("created"), str):
        moment = params.integer("created")
        return lambda record: record["created"] == moment
    bounds = params.group("created")
    bounds.only("gt", "gte", "lt", "lte")
    after, since = bounds.integer("gt"), bounds.integer("gte")
    before, until = bounds.integer("lt"), bounds.integer("lte")
    return lambda record: (
        (after is None or record["created"] > after)
        and (since is None or record["created"] >= since)
        and (before is None or record["created"] < before)
        and (until is None or record["created"] <= until)
    )


def having(params: Params, *fields: str) -> Test:
    """Records whose fields equal the parameters of the same name, where given."""
    asked = {field: params.text(field) for field in fields}
    return lambda record: all(value is None or record.get(field) == value for field, value in asked.items())
