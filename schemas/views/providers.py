"""Providers: who does something for us, and how that goes. Nothing here is secret."""

from datetime import datetime
from typing import Literal

from schemas.views.base import View


class ProviderView(View):
    """A provider. It is called as long as it `is_active` and has a key: one that is kept here, or the environment's.

    Of one that is not `is_kept` the environment says everything. `last_called_at` is about when; of those that are not
    paced it is null. `waiting` is how much was put off because it was not called or gave no usable answer, a thousand
    at most, and `because` says why of one of these.
    """

    id: str
    display_name: str
    type: str
    is_kept: bool
    is_active: bool
    is_sandbox: bool
    has_key: bool
    created_at: datetime | None
    endpoint: str
    webhook_secrets: int
    last_called_at: datetime | None
    events_pulled_until: datetime | None
    webhooks_refused: int
    webhooks_missing: int
    health: Literal["well", "disabled", "waiting"]
    waiting: int
    because: str


class SwitchedProviderView(View):
    """Whether a provider is called from now on."""

    provider: str
    is_active: bool
