"""Subscriptions: begin, look, preview, change, pause, end."""

from billing.subscriptions.queries import show_subscription
from ingress.bodies import read_body
from ingress.entries.entry import Answers, Asks, Entry, Form, Says, ShowsOne
from ingress.previews import PERMISSION, PreviewChange, PreviewService, preview, preview_a_service
from ingress.queries.subscriptions import SubscriptionFilter, subscriptions
from ingress.validation import parse_json, validated
from schemas.commands.subscriptions import (
    AddService,
    CancelSubscription,
    ChangePlan,
    CreateSubscription,
    DowngradeSubscription,
    PauseSubscription,
    ReactivateSubscription,
    RemoveService,
    ResumeSubscription,
    SyncWithGateway,
    UpgradeSubscription,
)
from schemas.plan_change_views import ChangePreview, ServicePreview

ROOT = "/v1/billing/subscriptions/"
ONE = f"{ROOT}{{id:uuid}}/"
BODY = (read_body, parse_json, validated)
WISH = Form(takes="application/json", body=PreviewChange, view=ChangePreview, parts=(*BODY, preview))
SERVICE_WISH = Form(
    takes="application/json", body=PreviewService, view=ServicePreview, parts=(*BODY, preview_a_service)
)
SERVICE_PREVIEW = Answers(
    "what a service would cost",
    lambda parts: parts.previews.show_service,
    PERMISSION,
    about="subscription_id",
    form=SERVICE_WISH,
)
PREVIEW = Answers(
    "what a change of plan would cost",
    lambda parts: parts.previews.show,
    PERMISSION,
    about="subscription_id",
    form=WISH,
)

ENTRIES = (
    Entry("GET", ROOT, Asks("subscriptions:read", SubscriptionFilter, subscriptions)),
    Entry("POST", f"{ROOT}create/", Says(CreateSubscription)),
    Entry("POST", f"{ROOT}preview/", PREVIEW),
    Entry("GET", ONE, ShowsOne("subscriptions:read", show_subscription, "subscription_id")),
    Entry("POST", f"{ONE}change-plan/", Says(ChangePlan, "subscription_id")),
    Entry("POST", f"{ONE}upgrade/", Says(UpgradeSubscription, "subscription_id")),
    Entry("POST", f"{ONE}downgrade/", Says(DowngradeSubscription, "subscription_id")),
    Entry("POST", f"{ONE}services/", Says(AddService, "subscription_id")),
    Entry("POST", f"{ONE}services/preview/", SERVICE_PREVIEW),
    Entry("DELETE", f"{ONE}services/{{service}}/", Says(RemoveService, "subscription_id")),
    Entry("POST", f"{ONE}cancel/", Says(CancelSubscription, "subscription_id")),
    Entry("POST", f"{ONE}reactivate/", Says(ReactivateSubscription, "subscription_id")),
    Entry("POST", f"{ONE}pause/", Says(PauseSubscription, "subscription_id")),
    Entry("POST", f"{ONE}resume/", Says(ResumeSubscription, "subscription_id")),
    Entry("POST", f"{ONE}sync-with-gateway/", Says(SyncWithGateway, "subscription_id")),
)
