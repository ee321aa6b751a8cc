"""What has been told of a subscription only once, and must not be told again after a restart."""

from sandbox.json_types import JsonObject
from sandbox.months import DAY_SECONDS
from sandbox.stripe.api.call import Cause
from sandbox.stripe.events import events
from sandbox.world import World

KIND = "subscription_agenda"
# https://docs.stripe.com/api/events/types#event_types-customer.subscription.trial_will_end
TRIAL_NOTICE_SECONDS = 3 * DAY_SECONDS


def trial_notice_due(world: World, subscription: JsonObject) -> int | None:
    """When the end of the trial is to be announced, unless that was done."""
    if subscription["status"] != "trialing" or _topic(subscription) in _told(world, subscription):
        return None
    return int(subscription["trial_end"]) - TRIAL_NOTICE_SECONDS


def tell_of_trial_end(world: World, subscription: JsonObject) -> None:
    """customer.subscription.trial_will_end"""
    remember(world, subscription, _topic(subscription))
    events.emit(world, "customer.subscription.trial_will_end", subscription, Cause())


def tell_of_short_trial(world: World, subscription: JsonObject) -> None:
    """A trial of three days or less is announced when it begins."""
    due = trial_notice_due(world, subscription)
    if due is not None and due <= world.clock.now():
        tell_of_trial_end(world, subscription)


def remembered(world: World, subscription: JsonObject, topic: str) -> bool:
    """Whether this was told."""
    return topic in _told(world, subscription)


def remember(world: World, subscription: JsonObject, topic: str) -> None:
    """It was told."""
    world.store.put(KIND, {"id": subscription["id"], "told": [*_told(world, subscription), topic]})


def _topic(subscription: JsonObject) -> str:
    return f"trial_will_end {subscription['trial_end']}"


def _told(world: World, subscription: JsonObject) -> list[str]:
    agenda = world.store.get(KIND, subscription["id"])
    return list(agenda["told"]) if agenda else []
