"""What has happened, for the product: a list to poll, and endpoints that hear of it."""

from billing.events.queries import list_endpoints, show_deliveries, show_endpoint, show_event
from ingress.endpoint_secrets import PERMISSION, ShownSecrets
from ingress.entries.entry import COMPANY, Answers, Asks, Entry, Form, Says, ShowsAll, ShowsOne
from ingress.queries.events import DeliveryFilter, EventFilter, deliveries, events
from schemas.commands.events import (
    CreateEventEndpoint,
    DeleteEventEndpoint,
    RedeliverEvents,
    RollEndpointSecret,
    TestEventEndpoint,
    UpdateEventEndpoint,
)
from schemas.views.events import EndpointSecretView

ROOT = "/v1/events/"
ENDPOINTS = f"{ROOT}endpoints/"
ENDPOINT = f"{ENDPOINTS}{{id:uuid}}/"
SECRET = Answers(
    "what an endpoint's messages are signed with",
    lambda parts: parts.endpoint_secrets.show,
    PERMISSION,
    about=COMPANY,
    form=Form(view=EndpointSecretView, parts=(ShownSecrets,)),
)

ENTRIES = (
    Entry("GET", ROOT, Asks("events:read", EventFilter, events)),
    Entry("GET", f"{ROOT}{{id:uuid}}/", ShowsOne("events:read", show_event)),
    Entry("GET", f"{ROOT}{{id:uuid}}/deliveries/", ShowsOne("events:read", show_deliveries)),
    Entry("GET", ENDPOINTS, ShowsAll("events:read", list_endpoints)),
    Entry("POST", ENDPOINTS, Says(CreateEventEndpoint)),
    Entry("GET", ENDPOINT, ShowsOne("events:read", show_endpoint)),
    Entry("PATCH", ENDPOINT, Says(UpdateEventEndpoint, "endpoint_id")),
    Entry("DELETE", ENDPOINT, Says(DeleteEventEndpoint, "endpoint_id")),
    Entry("GET", f"{ENDPOINT}secret/", SECRET),
    Entry("POST", f"{ENDPOINT}roll-secret/", Says(RollEndpointSecret, "endpoint_id")),
    Entry("POST", f"{ENDPOINT}test/", Says(TestEventEndpoint, "endpoint_id")),
    Entry("POST", f"{ENDPOINT}redeliver/", Says(RedeliverEvents, "endpoint_id")),
    Entry("GET", f"{ROOT}deliveries/", Asks("events:read", DeliveryFilter, deliveries)),
)
