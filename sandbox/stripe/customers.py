"""Customers (https://docs.stripe.com/api/customers)."""

from sandbox.ids import new_id
from sandbox.json_types import JsonObject
from sandbox.stripe import errors, events, lists
from sandbox.stripe.call import Call, Cause
from sandbox.stripe.params import Params, merged_metadata
from sandbox.world import World

KIND = "customer"
TEXTS = ("email", "name", "phone", "description")
WRITABLE = (*TEXTS, "address", "metadata")
ADDRESS_FIELDS = ("city", "country", "line1", "line2", "postal_code", "state")
CREATED_ID_LENGTH = 14


def create(world: World, call: Call) -> JsonObject:
    """POST /v1/customers"""
    call.params.only(*WRITABLE)
    texts = {name: call.params.text(name) for name in TEXTS}
    details = {**texts, "address": _address(call.params), "metadata": call.params.metadata()}
    return add(world, call.cause, details)


def retrieve(world: World, call: Call) -> JsonObject:
    """GET /v1/customers/{customer}"""
    return _of_path(world, call)


def update(world: World, call: Call) -> JsonObject:
    """POST /v1/customers/{customer}"""
    before = _of_path(world, call)
    call.params.only(*WRITABLE)
    changes: JsonObject = {name: call.params.text(name) for name in TEXTS if call.params.given(name)}
    if call.params.given("address"):
        changes["address"] = _address(call.params)
    changes["metadata"] = merged_metadata(before["metadata"], call.params)
    after = world.store.put(KIND, {**before, **changes})
    previous = {name: before[name] for name in changes if before[name] != after[name]}
    events.emit(world, "customer.updated", after, call.cause, previous)
    return after


def list_page(world: World, call: Call) -> JsonObject:
    """GET /v1/customers"""
    call.params.only("email", "created", *lists.PAGE_PARAMETERS)
    created, mailed = lists.created_within(call.params), lists.having(call.params, "email")
    return lists.page(world, KIND, call.params, call.path, lambda record: created(record) and mailed(record))


def add(world: World, cause: Cause, details: JsonObject) -> JsonObject:
    """A new customer, with its event."""
    customer = world.store.put(KIND, _blank(world.clock.now()) | details)
    events.emit(world, "customer.created", customer, cause)
    return customer


def named(world: World, params: Params, field: str = "customer") -> JsonObject | None:
    """The customer that a parameter names, if it is given. Raises when there is no such customer."""
    customer_id = params.text(field)
    if customer_id is None:
        return None
    customer = world.store.get(KIND, customer_id)
    if customer is None:
        raise errors.no_such(KIND, customer_id, params.name(field))
    return customer


def _of_path(world: World, call: Call) -> JsonObject:
    customer = world.store.get(KIND, call.ids["customer"])
    if customer is None:
        raise errors.not_found(KIND, call.ids["customer"])
    return customer


def _address(params: Params) -> JsonObject | None:
    given = params.group("address")
    given.only(*ADDRESS_FIELDS)
    return {field: given.text(field) for field in ADDRESS_FIELDS} if given.fields else None


def _blank(now: int) -> JsonObject:
    customer_id = new_id("cus", CREATED_ID_LENGTH)
    return {
        "id": customer_id,
        "object": KIND,
        "address": None,
        "balance": 0,
        "created": now,
        "currency": None,
        "customer_account": None,
        "default_source": None,
        "delinquent": False,
        "description": None,
        "discount": None,
        "email": None,
        "invoice_prefix": customer_id[-8:].upper(),
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "livemode": False,
        "metadata": {},
        "name": None,
        "next_invoice_sequence": 1,
        "phone": None,
        "preferred_locales": [],
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": None,
    }
