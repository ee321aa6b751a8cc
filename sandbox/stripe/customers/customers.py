"""Customers (https://docs.stripe.com/api/customers)."""

from sandbox.ids import new_id
from sandbox.json_types import JsonObject
from sandbox.stripe.api import errors
from sandbox.stripe.api.blanks import blank
from sandbox.stripe.api.call import Call, Cause
from sandbox.stripe.api.lists import Test
from sandbox.stripe.api.params import Params, merged_metadata
from sandbox.stripe.api.previous import put_update
from sandbox.stripe.events import events
from sandbox.world import World

KIND = "customer"
TEXTS = ("email", "name", "phone", "description")
WRITABLE = (*TEXTS, "address", "invoice_settings", "metadata")
CREATABLE = (*WRITABLE, "test_clock")
TEST_CLOCK = "test_helpers.test_clock"
INVOICE_SETTINGS = "invoice_settings"
ADDRESS_FIELDS = ("city", "country", "line1", "line2", "postal_code", "state")
CREATED_ID_LENGTH = 14


def create(world: World, call: Call) -> JsonObject:
    """POST /v1/customers"""
    call.params.only(*CREATABLE)
    texts = {name: call.params.text(name) for name in TEXTS}
    details = {**texts, "address": _address(call.params), "metadata": call.params.metadata()}
    details["test_clock"] = _test_clock(world, call.params)
    if call.params.group(INVOICE_SETTINGS).text("default_payment_method"):
        raise _not_attached(call.params.group(INVOICE_SETTINGS).required_text("default_payment_method"))
    return add(world, call.cause, details)


def update(world: World, call: Call, before: JsonObject) -> JsonObject:
    """POST /v1/customers/{id}"""
    call.params.only(*WRITABLE)
    changes: JsonObject = {name: call.params.text(name) for name in TEXTS if call.params.given(name)}
    if call.params.given("address"):
        changes["address"] = _address(call.params)
    if call.params.given(INVOICE_SETTINGS):
        changes[INVOICE_SETTINGS] = _invoice_settings(world, before, call.params)
    changes["metadata"] = merged_metadata(before["metadata"], call.params)
    return put_update(world, before, changes, call.cause)


def on_clock(params: Params) -> Test:
    """The `test_clock` filter of the list: those on a test clock are on it only when it is asked for."""
    clock_id = params.text("test_clock")
    return lambda customer: customer["test_clock"] == clock_id


def add(world: World, cause: Cause, details: JsonObject) -> JsonObject:
    """A new customer, with its event."""
    customer_id, now = new_id("cus", CREATED_ID_LENGTH), world.time_on(details.get("test_clock"))
    empty = blank(KIND, id=customer_id, created=now, invoice_prefix=customer_id[-8:].upper())
    customer = world.store.put(KIND, empty | details)
    events.emit(world, "customer.created", customer, cause)
    return customer


def forget_method(world: World, customer_id: str, method_id: str, cause: Cause) -> None:
    """A payment method is no longer theirs: it cannot stay the one that invoices are paid with."""
    customer = world.store.get(KIND, customer_id)
    if customer and _is_there(customer) and customer[INVOICE_SETTINGS]["default_payment_method"] == method_id:
        settings = {**customer[INVOICE_SETTINGS], "default_payment_method": None}
        put_update(world, customer, {INVOICE_SETTINGS: settings}, cause)


def named(world: World, params: Params, field: str = "customer") -> JsonObject | None:
    """The customer that a parameter names, if it is given. Raises when there is no such customer."""
    customer_id = params.text(field)
    return must_exist(world, customer_id, params.name(field)) if customer_id else None


def must_exist(world: World, customer_id: str, param: str = "customer") -> JsonObject:
    """The customer, who must be there and not deleted."""
    customer = world.store.get(KIND, customer_id)
    if customer is None or not _is_there(customer):
        raise errors.no_such(KIND, customer_id, param)
    return customer


def _is_there(customer: JsonObject) -> bool:
    return "deleted" not in customer


def _test_clock(world: World, params: Params) -> str | None:
    clock_id = params.text("test_clock")
    test_clock = world.store.get(TEST_CLOCK, clock_id) if clock_id else None
    if clock_id and (test_clock is None or "deleted" in test_clock):
        raise errors.no_such("testclock", clock_id, "test_clock")
    return clock_id


def _invoice_settings(world: World, customer: JsonObject, params: Params) -> JsonObject:
    given = params.group(INVOICE_SETTINGS)
    given.only("default_payment_method", "footer")
    method_id = given.text("default_payment_method")
    if method_id and method_id != customer[INVOICE_SETTINGS]["default_payment_method"]:
        method = world.store.get("payment_method", method_id)
        if method is None or method["customer"] != customer["id"]:
            raise _not_attached(method_id)
    return {**customer[INVOICE_SETTINGS], **{name: given.text(name) for name in given.fields}}


def _not_attached(method_id: str) -> errors.StripeError:
    message = f"The customer does not have a payment method with the ID {method_id}. "
    message += "The payment method must be attached to the customer."
    return errors.invalid(message, code="resource_missing", param=f"{INVOICE_SETTINGS}[default_payment_method]")


def _address(params: Params) -> JsonObject | None:
    given = params.group("address")
    given.only(*ADDRESS_FIELDS)
    return {field: given.text(field) for field in ADDRESS_FIELDS} if given.fields else None
