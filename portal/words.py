"""The words, colours and signs of what pages show. All words are catalogue keys."""

from collections.abc import Callable, Mapping

from schemas.declines import explain_decline

# a status has one word, one colour and one sign (`SIGNS` in ui.html)
STATUS_KINDS: Mapping[str, str] = {
    # invoices
    "draft": "over", "pending": "waiting", "paid": "good", "void": "over", "uncollectible": "bad",
    # subscriptions
    "incomplete": "waiting", "trialing": "good", "active": "good", "past_due": "bad", "paused": "waiting",
    "canceled": "over", "expired": "over",
    # operations
    "queued": "waiting", "running": "waiting", "awaiting_approval": "waiting", "succeeded": "good", "failed": "bad",
    "parked": "bad", "done": "good", "discarded": "over", "waiting": "waiting",
    # accounts
    "suspended": "waiting", "closed": "over",
    # what people decide about
    "submitted": "waiting", "awaiting_second_approval": "waiting", "approved": "good", "rejected": "bad",
    "withdrawn": "over", "refused": "bad", "stale": "bad",
    # payments and refunds
    "created": "waiting", "captured": "good", "unknown": "waiting",
    # lines of statements, disputes
    "booked": "good", "ignored": "over", "inquiry": "waiting", "inquiry_closed": "over", "needs_response": "bad",
    "under_review": "waiting", "won": "good", "lost": "bad",
    # invitations
    "open": "waiting",
    # providers
    "well": "good", "disabled": "over",
}  # fmt: skip
COMMANDS: Mapping[str, str] = {
    "cancel_subscription": "Cancel the subscription",
    "reactivate_subscription": "Keep the subscription",
    "change_plan": "Change the plan",
    "start_card_setup": "Save a card or wallet",
    "set_default_payment_method": "Choose what is charged first",
    "order_payment_methods": "Order the payment methods",
    "remove_payment_method": "Remove a payment method",
    "purchase_credits": "Buy credits",
    "set_auto_top_up": "Buy credits by itself",
    "end_auto_top_up": "Buy no credits by itself",
    "set_balance_watch": "Set the warning",
    "pay_invoice": "Pay an invoice",
    "start_manual_payment": "Pay by transfer",
    "invite_member": "Invite somebody",
    "repeat_invitation": "Send the invitation again",
    "cancel_invitation": "Call the invitation off",
    "change_role": "Change what a member may do",
    "remove_member": "Take a member out of the team",
    "transfer_ownership": "Hand the ownership over",
    "leave_team": "Leave the team",
    "update_account": "Change the settings",
    "repeat_confirmation": "Send the confirmation again",
    "export_account": "Copy all that is known of the account",
    "delete_account": "Delete the account",
}
# of what only began by it
BEGUN: Mapping[str, str] = {
    "export_account": "The copy is being written. It is under the settings in a moment.",
    "start_manual_payment": "The bill waits for your transfer now.",
}
# what caused a bill
CAUSES = {
    "start": "You subscribed to the plan.",
    "renewal": "The plan went on into its next period, as you subscribed to it.",
    "change": "The plan was changed.",
    "purchase": "Somebody of your account bought it.",
    "top_up": "Your credits fell below the number that was set, and it was bought by itself.",
    "manual": "We billed it by hand.",
}
# and a line of it that is no price
LINES = {
    "credit": "It was paid for, and not used to its end: what is left of it is given back.",
    "discount": "A coupon takes it off.",
    "kept": "More is given back than charged: the rest is kept for your next invoices.",
}
TAXES = {
    "rate_of_country": "The rate of your country on that day",
    "no_rate": "No tax is due where you are",
    "as_charged": "As it was charged before",
    "as_billed": "As our payment provider has billed it",
}
SOURCES_OF_MONEY = {
    "given_back": "given back by an earlier invoice",
    "carried_over": "carried over to a later invoice",
}
TRIES = {
    "checkout": "on the page of our payment provider",
    "page": "on the page of our payment provider",
    "charge": "by what you have saved",
    "gateway": "by our payment provider",
}
OUTCOMES = {
    "created": ("being asked for", "waiting"),
    "unknown": ("no answer yet", "waiting"),
    "pending": ("open", "waiting"),
    "approved": ("agreed to", "waiting"),
    "captured": ("paid", "good"),
    "failed": ("refused", "bad"),
    "expired": ("not used", "over"),
}
SOURCES = {"package": "bought", "plan": "with your plan", "adjustment": "given by us"}
MOVEMENTS = {
    "grant": "came", "consume": "used", "expire": "expired", "revoke": "taken back", "repay": "paid what was owed",
    "return": "came back", "reserve": "set apart", "release": "free again", "adjust": "taken by us",
}  # fmt: skip
STOPPED = {
    "ended": "It was ended",
    "no_card": "There was no card that could be charged",
    "package_not_found": "The package is not sold any more",
    "nothing_to_pay": "The package costs nothing any more",
    "payment_disputed": "A payment of yours is disputed at a bank",
    "credits_returned": "Credits were taken back, because their money went back",
}
# why money did not come where no bank has said so
UNPAID = {
    "no_card": "No card is saved that could be charged.",
    "transfer_overdue": "The transfer did not come by its day.",
}
# what a subscription becomes when the last try has failed
ENDS = {
    "cancel": "then the subscription ends",
    "pause": "then the subscription is paused",
    "mark_unpaid": "then nothing is tried any more, and the subscription stays unpaid",
}
# from who may most to who may least
ROLES: Mapping[str, str] = {
    "owner": "everything, also to hand the account over and to delete it",
    "admin": "everything but what owners alone may; looks after the team",
    "billing": "plans, payments, invoices and the account's settings",
    "viewer": "look at everything, invoices too, and change nothing",
    "member": "look at plan, credits, usage and the team",
}


def kind_of(status: str) -> str:
    """The colour and sign of a status; of one that this version does not know, that of what waits."""
    return STATUS_KINDS.get(status, "waiting")


def spaced(word: str) -> str:
    """A word of the API as people write it."""
    return word.replace("_", " ")


def why_charged(reason: str, kind: str) -> str:
    """What caused a line."""
    return LINES.get(kind) or CAUSES.get(reason, spaced(reason))


def why_taxed(reason: str) -> str:
    """What its tax rests on."""
    return TAXES.get(reason, spaced(reason))


def came_by(source: str) -> str:
    """How money came that no payment brought."""
    return SOURCES_OF_MONEY.get(source, spaced(source))


def tried_by(kind: str) -> str:
    """How a payment was asked for."""
    return TRIES.get(kind, spaced(kind))


def outcome_of(status: str) -> tuple[str, str]:
    """What became of that, in a word and a colour."""
    return OUTCOMES.get(status, (spaced(status), "waiting"))


def granted_by(source: str) -> str:
    """Where credits came from."""
    return SOURCES.get(source, spaced(source))


def moved(movement: str) -> str:
    """What happened to credits."""
    return MOVEMENTS.get(movement, spaced(movement))


def why_stopped(code: str) -> str:
    """Why nothing is bought by itself any more."""
    return STOPPED.get(code) or explain_decline(code)


def why_unpaid(code: str) -> str:
    """Why it was not paid, in words for whoever pays; empty where nothing was tried."""
    return UNPAID.get(code) or (explain_decline(code) if code else "")


def at_the_end(word: str) -> str:
    """What becomes of the subscription if nobody pays."""
    return ENDS.get(word, "")


def command_name(kind: str) -> str:
    """What somebody asked for."""
    return COMMANDS.get(kind, spaced(kind).capitalize())


def done_of(kind: str) -> str:
    """What is so once it succeeded."""
    return BEGUN.get(kind, "This is done.")


# what templates say of the words of the API
SAYINGS: Mapping[str, Callable[..., object]] = {
    "why_unpaid": why_unpaid, "at_the_end": at_the_end, "granted_by": granted_by, "moved": moved,
    "why_stopped": why_stopped, "why_charged": why_charged, "why_taxed": why_taxed, "came_by": came_by,
    "tried_by": tried_by, "outcome_of": outcome_of, "done_of": done_of,
}  # fmt: skip
