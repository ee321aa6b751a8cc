"""PayPal's API, the part of it that is imitated: which action a method and a path are."""

from sandbox.json_types import JsonObject
from sandbox.paypal.api import issues
from sandbox.paypal.api.call import Action
from sandbox.paypal.captures import captures
from sandbox.paypal.catalog import actions as catalog
from sandbox.paypal.disputes import actions as disputes
from sandbox.paypal.events import PATH as PATH_OF_EVENTS
from sandbox.paypal.orders import capture, create, orders, patch
from sandbox.paypal.refunds import create as create_refund
from sandbox.paypal.refunds import refunds
from sandbox.paypal.reporting import transactions
from sandbox.paypal.sales import actions as sales
from sandbox.paypal.subscriptions import actions as subscriptions
from sandbox.paypal.vault import actions as vault
from sandbox.paypal.webhooks import events_list, verify, webhooks
from sandbox.world import World

HOUR_SECONDS = 60 * 60
# how long request ids are remembered, by API: "The server stores keys for 6 hours", "for 45 days"
ORDERS_KEEP_SECONDS = 6 * HOUR_SECONDS
PAYMENTS_KEEP_SECONDS = 45 * 24 * HOUR_SECONDS
ANY: frozenset[str] = frozenset()


def as_it_is(_: World, record: JsonObject) -> JsonObject:
    """The record is the answer."""
    return record


ACTIONS = (
    Action(
        "create_order", "POST", orders.PATH, create.create, orders.shown,
        kind=orders.KIND, status=201, keeps_seconds=ORDERS_KEEP_SECONDS, mocks=issues.CREATE,
    ),
    Action("get_order", "GET", f"{orders.PATH}/{{id}}", orders.retrieve, orders.shown, mocks=ANY),
    Action("patch_order", "PATCH", f"{orders.PATH}/{{id}}", patch.patch, orders.shown, status=204),
    Action(
        "capture_order", "POST", f"{orders.PATH}/{{id}}/capture", capture.capture, orders.shown,
        kind=orders.KIND, status=201, keeps_seconds=ORDERS_KEEP_SECONDS, mocks=issues.CAPTURE,
    ),
    Action("get_capture", "GET", f"{captures.PATH}/{{capture_id}}", captures.retrieve, captures.shown, mocks=ANY),
    Action(
        "refund_capture", "POST", f"{captures.PATH}/{{capture_id}}/refund", create_refund.create, refunds.shown,
        kind=refunds.KIND, status=201, status_repeated=201, keeps_seconds=PAYMENTS_KEEP_SECONDS, mocks=issues.REFUND,
    ),
    Action("get_refund", "GET", f"{refunds.PATH}/{{refund_id}}", refunds.retrieve, refunds.shown, mocks=ANY),
    Action("list_events", "GET", PATH_OF_EVENTS, events_list.list_page, as_it_is),
    Action("get_event", "GET", f"{PATH_OF_EVENTS}/{{event_id}}", events_list.retrieve, as_it_is),
    Action(
        "resend_event", "POST", f"{PATH_OF_EVENTS}/{{event_id}}/resend", events_list.resend, as_it_is,
        status=202, is_whole=True,
    ),
    Action("list_webhooks", "GET", webhooks.PATH, webhooks.list_all, as_it_is),
    Action("get_webhook", "GET", f"{webhooks.PATH}/{{webhook_id}}", webhooks.retrieve, as_it_is),
    Action("verify_signature", "POST", verify.PATH, verify.verify, as_it_is, is_whole=True),
    *vault.ACTIONS,
    *disputes.ACTIONS,
    *transactions.ACTIONS,
    *catalog.ACTIONS,
    *subscriptions.ACTIONS,
    *sales.ACTIONS,
)  # fmt: skip
