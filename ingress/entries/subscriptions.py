"""Subscriptions: begin, look, preview, change, pause, end."""

from billing.subscriptions.queries import show_subscription
from ingress.entries.entry import Answers, Asks, Entry, Says, ShowsOne
from ingress.previews import PERMISSION
from ingress.queries.subscriptions import SubscriptionFilter, subscriptions
from schemas.commands.subscriptions import (
    CancelSubscription,
    ChangePlan,
    CreateSubscription,
    PauseSubscription,
    ReactivateSubscription,
    ResumeSubscription,
    SyncWithGateway,
)

ROOT = "/v1/billing/subscriptions/"
ONE = f"{ROOT}{{id:uuid}}/"
PREVIEW = Answers("what a change of plan would cost", lambda parts: parts.previews.show, PERMISSION)

ENTRIES = (
    Entry("GET", ROOT, Asks("subscriptions:read", SubscriptionFilter, subscriptions)),
    Entry("POST", ROOT, Says(CreateSubscription)),
    Entry("POST", f"{ROOT}preview/", PREVIEW),
    Entry("GET", ONE, ShowsOne("subscriptions:read", show_subscription)),
    Entry("POST", f"{ONE}change-plan/", Says(ChangePlan, "subscription_id")),
    Entry("POST", f"{ONE}cancel/", Says(CancelSubscription, "subscription_id")),
    Entry("POST", f"{ONE}reactivate/", Says(ReactivateSubscription, "subscription_id")),
    Entry("POST", f"{ONE}pause/", Says(PauseSubscription, "subscription_id")),
    Entry("POST", f"{ONE}resume/", Says(ResumeSubscription, "subscription_id")),
    Entry("POST", f"{ONE}sync-with-gateway/", Says(SyncWithGateway, "subscription_id")),
)
