"""Where to go when a command was carried out: on to a page of a gateway, or back to what it has changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from markupsafe import escape

from schemas.views.operations import OperationView

HOME = "/account/billing"
# where to look at what a command changed
BACK_TO: Mapping[str, str] = {
    "cancel_subscription": "/account/billing",
    "reactivate_subscription": "/account/billing",
    "change_plan": "/account/billing",
    "set_auto_top_up": "/account/credits",
    "end_auto_top_up": "/account/credits",
    "set_balance_watch": "/account/credits",
    "purchase_credits": "/account/credits",
    "start_card_setup": "/account/payment-methods",
    "set_default_payment_method": "/account/payment-methods",
    "order_payment_methods": "/account/payment-methods",
    "remove_payment_method": "/account/payment-methods",
    "invite_member": "/account/team",
    "repeat_invitation": "/account/team",
    "cancel_invitation": "/account/team",
    "change_role": "/account/team",
    "remove_member": "/account/team",
    "transfer_ownership": "/account/team",
    "leave_team": "/account/team",
    "update_account": "/account/settings",
    "repeat_confirmation": "/account/settings",
    "export_account": "/account/settings",
}
# fields of a result in which a gateway's page is named, and what a customer does there; all words are catalogue keys
PAGES: Mapping[str, str] = {
    "checkout_url": "Go on to the page of our payment provider",
    "approval_url": "Go on to the page of our payment provider, to agree",
    "portal_url": "Open the page of our payment provider",
}
# that of a command to save a card
TO_SAVE = {"start_card_setup": "Go on to the page of our payment provider, to save it there"}
# why something was not done, in words for who pays; others are told as the API tells them
REFUSALS: Mapping[str, str] = {
    "payment_under_way": (
        "A payment of it is being processed. Look again when your bank has answered: nothing is taken twice."
    ),
    "invoice_paid": "It is paid already.",
    "invoice_void": "It was taken back: nothing is to be paid.",
    "method_not_offered": "It cannot be paid in this way where you are. Choose another one.",
    "quote_stale": "What you were shown is not what it would cost now. Look at it again, and agree to that.",
    "method_changed": "Another card or wallet would be charged now than you were shown. Look at it again.",
    "credits_already_used": (
        "More of the credits of your plan are used than the other plan leaves. Change with the next period."
    ),
    "trial_used": "You have had a trial of that plan. Change with the next period, when this trial is over.",
    "same_plan": "This is the plan that you have.",
    "already_subscribed": "You have another subscription of that plan already.",
    "invoice_open": "An invoice of this subscription is not paid yet. Pay that first.",
    "payment_disputed": "What was paid for this period is disputed at a bank. Change with the next period.",
    "subscription_ends": "The subscription ends with this period. Keep it first, then change it.",
    "change_pending": "Another change is being paid for just now. Look again when that is answered.",
    "renewal_due": "The next period is just beginning. Look again in a minute.",
    "last_payment_method": "It is the last one, and your subscription is paid with it. Save another one first.",
    "card_not_found": "It is not saved any more.",
    "card_detached": "It is not saved any more.",
    "gateway_cannot": "This cannot be done there. Choose another way.",
    "package_not_found": "It is not sold any more.",
    "nothing_to_pay": "It costs nothing: there is nothing to pay.",
    "account_suspended": "Your account is suspended: nothing new can be begun. What is open can be paid.",
    "already_member": "You are in this team already.",
    "users_limit_reached": "The plan of this account has no more seats. Ask whoever invited you.",
    "invitation_not_found": "It was accepted or called off just now, or is over.",
    "no_card": "There is no card or wallet that could be charged. Save one first.",
}


@dataclass(frozen=True, slots=True)
class Next:
    """A link, and whether it leads to a page that is not ours. Its label is a catalogue key."""

    path: str
    label: str
    is_elsewhere: bool = False


def next_of(operation: OperationView) -> Next:
    """Where its page leads."""
    result = operation.result or {}
    for field, label in PAGES.items():
        url = result.get(field)
        if isinstance(url, str) and urlsplit(url).scheme in ("http", "https"):
            return Next(url, TO_SAVE.get(operation.kind, label), is_elsewhere=True)
    if result.get("invoice_id"):
        return Next(f"/account/invoices/{result['invoice_id']}", "Look at the invoice")
    return Next(BACK_TO.get(operation.kind, HOME), "Back to your account")


def why_refused(code: str, detail: str) -> str:
    """Why something cannot be had; a catalogue key, or the API's own words."""
    # texts of the catalogue are formats, taken as they are: of others a percent sign is that, and a tag is none
    return REFUSALS.get(code) or str(escape(detail)).replace("%", "%%")


def why_not(operation: OperationView) -> str:
    """Why it was not done; a catalogue key, or the API's own words."""
    problem = operation.problem or {}
    code = str(problem.get("type", "")).rpartition(":")[2]
    return why_refused(code, str(problem.get("detail", "")))
