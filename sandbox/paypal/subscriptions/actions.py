"""The part of the API that is about subscriptions."""

from sandbox.paypal.api.call import Action
from sandbox.paypal.captures import captures
from sandbox.paypal.subscriptions import create, revise, subscriptions, transactions, turn

# "The server stores keys for 72 hours."
KEEP_SECONDS = 72 * 60 * 60
ONE = f"{subscriptions.PATH}/{{id}}"

ACTIONS = (
    Action(
        "create_subscription", "POST", subscriptions.PATH, create.create, subscriptions.shown,
        kind=subscriptions.KIND, status=201, keeps_seconds=KEEP_SECONDS,
    ),
    Action("get_subscription", "GET", ONE, subscriptions.retrieve, lambda _, answer: answer),
    Action("revise_subscription", "POST", f"{ONE}/revise", revise.revise, revise.shown, is_whole=True),
    Action("suspend_subscription", "POST", f"{ONE}/suspend", turn.suspend, subscriptions.shown, status=204),
    Action("cancel_subscription", "POST", f"{ONE}/cancel", turn.cancel, subscriptions.shown, status=204),
    Action("activate_subscription", "POST", f"{ONE}/activate", turn.activate, subscriptions.shown, status=204),
    Action(
        "capture_outstanding", "POST", f"{ONE}/capture", transactions.capture, transactions.shown,
        kind=captures.KIND, keeps_seconds=KEEP_SECONDS, is_whole=True,
    ),
    Action("list_sales", "GET", f"{ONE}/transactions", transactions.list_all, lambda _, page: page),
)  # fmt: skip
