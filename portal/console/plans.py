"""Plans: all that were ever sold, with all their versions; published, sold no more, sold again, migrated."""

from typing import Any
from uuid import UUID

from ingress.queries.filters import Filter
from ingress.queries.price_list import every_plan, one_plan
from portal.console.asking import Deed, Told
from portal.console.facts import Fact
from portal.console.fields import YES_OR_NO, Field, is_yes
from portal.console.lists import Listed
from portal.console.prices import as_lines, prices_of
from portal.console.showing import Look
from portal.console.thing import Thing
from schemas.commands.price_list import ArchivePlan, MigratePlan, PublishPlan, RestorePlan
from schemas.views.price_list import ListedPlanView

READS = "price_list:read"
ROOT = "/admin/plans"
ONE = f"{ROOT}/{{id}}"
WRITES = PublishPlan.permission
CONTENT = (
    Field("prices", "Prices", "lines", "One in a line, as USD month 149.00; 0 is free.", read=prices_of),
    Field("credits_per_month", "Credits a month", "whole", is_needed=False),
    Field("credits_roll_over", "Unused credits stay", "choice", options=YES_OR_NO, read=is_yes),
    Field("sites_max", "Sites at most", "whole", "Empty: no limit.", is_needed=False),
    Field("users_max", "Users at most", "whole", "Empty: no limit.", is_needed=False),
    Field("trial_days", "Days of trial", "whole", is_needed=False),
)
ONLY_COUNT = {"yes": "only count them", "no": "let them go over"}
AT_ONCE = "New subscriptions get it at once; running ones keep theirs until they are migrated."
NEVER_EDITED = "What was sold is never edited: this is another version."


def _plan(look: Look, plan_id: UUID) -> ListedPlanView:
    return look.at(READS, lambda session: one_plan(session, plan_id))


def _facts(found: ListedPlanView) -> list[Fact]:
    newest = found.versions[0].version if found.versions else None
    return [Fact("Plan", found.name, href=ONE.format(id=found.id)), Fact("Newest version", count=newest)]


def _to_publish(look: Look, plan_id: UUID) -> Told:
    """The next version begins as the newest one is."""
    found = _plan(look, plan_id)
    return Told(_facts(found), {"plan": found.slug, "name": found.name, **_as_it_is(found)})


def _as_it_is(found: ListedPlanView) -> dict[str, str]:
    if not found.versions:
        return {}
    newest = found.versions[0]
    kept = {name: getattr(newest, name) for name in ("credits_per_month", "sites_max", "users_max", "trial_days")}
    typed = {name: "" if value is None else str(value) for name, value in kept.items()}
    return {
        **typed,
        "prices": as_lines(newest.prices),
        "credits_roll_over": "yes" if newest.credits_roll_over else "no",
    }


def _to_archive(look: Look, plan_id: UUID) -> Told:
    found = _plan(look, plan_id)
    return Told(_facts(found), why_not="" if found.is_offered else "It is sold no more already.")


def _to_restore(look: Look, plan_id: UUID) -> Told:
    found = _plan(look, plan_id)
    return Told(_facts(found), why_not="It is sold." if found.is_offered else "")


def _beside(_look: Look, _found: ListedPlanView) -> dict[str, Any]:
    return {"writes": WRITES}


LISTS = (
    Listed(
        ROOT, "console/plans.html", READS, Filter, lambda session, _: every_plan(session), (), {"writes": WRITES},
    ),
)  # fmt: skip
THINGS = (Thing(ONE, "console/plan.html", READS, one_plan, beside=_beside),)
DEEDS = (
    Deed(
        path=f"{ROOT}/new", command=PublishPlan, about="", reads=READS, read=lambda look, _: Told(()),
        title="Publish a plan", button="Publish it", back=ROOT,
        says=("It can be subscribed to at once.",),
        fields=(Field("plan", "Its word", hint="Small letters, as studio: it never changes."), Field("name", "Name"),
                *CONTENT),
    ),
    Deed(
        path=f"{ONE}/version", command=PublishPlan, about="", reads=READS, read=_to_publish,
        title="Publish the next version", button="Publish it", back=ONE, says=(AT_ONCE, NEVER_EDITED),
        fields=(Field("plan", kind="hidden"), Field("name", kind="hidden"), *CONTENT),
    ),
    Deed(
        path=f"{ONE}/archive", command=ArchivePlan, about="plan_id", reads=READS, read=_to_archive,
        title="Sell the plan no more", button="Sell it no more", back=ONE, is_danger=True,
        says=("Nobody new subscribes to it. Running subscriptions go on, and renew at their price.",),
    ),
    Deed(
        path=f"{ONE}/restore", command=RestorePlan, about="plan_id", reads=READS, read=_to_restore,
        title="Sell the plan again", button="Sell it", back=ONE, says=("It is offered at its newest version.",),
    ),
    Deed(
        path=f"{ONE}/migrate", command=MigratePlan, about="plan_id", reads=READS,
        read=lambda look, plan_id: Told(_facts(_plan(look, plan_id))),
        title="Let running subscriptions go to the newest version", button="Do it", back=ONE,
        says=(
            "They go with their next period, at its price of the same interval and currency.",
            "What has no such price, what a gateway runs and what changes its plan already stays as it is.",
        ),
        fields=(Field("dry_run", "What", "choice", options=ONLY_COUNT, read=is_yes),),
    ),
)  # fmt: skip
