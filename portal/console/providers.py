"""Who does something for us, how that goes, and whether they are called. Nothing secret is here to be shown."""

from ingress.queries.filters import Filter
from ingress.queries.providers import providers
from portal.console.asking import Deed, Told
from portal.console.facts import Fact
from portal.console.lists import Listed
from portal.console.showing import Look
from portal.refused import not_found
from schemas.commands.providers import DisableProvider, EnableProvider
from schemas.views.providers import ProviderView

READS = "providers:read"
ROOT = "/admin/providers"
ONE = f"{ROOT}/{{id}}"
BY_TWO = "Somebody else has to approve it. Whoever is in a hurry says cashbeat provider disable at the command line."


def _provider(look: Look, name: str) -> ProviderView:
    found = next((each for each in look.at(READS, providers).data if each.id == name), None)
    if found is None:
        raise not_found()
    return found


def _told(look: Look, name: str, *, is_to_call: bool) -> Told:
    found = _provider(look, name)
    why_not = ""
    if not found.is_kept:
        why_not = "Nothing is kept of it here: the environment says everything."
    elif found.is_active is is_to_call:
        why_not = "It is called already." if is_to_call else "It is not called already."
    facts = [Fact("Provider", found.display_name, href=ROOT), Fact("How it is", found.health)]
    return Told([*facts, Fact("Waits for it", count=found.waiting)], why_not=why_not)


LISTS = (
    Listed(
        ROOT, "console/providers.html", READS, Filter, lambda session, _: providers(session), (),
        {"writes": EnableProvider.permission},
    ),
)  # fmt: skip
DEEDS = (
    Deed(
        path=f"{ONE}/enable", command=EnableProvider, about="provider", reads=READS, named_by="str",
        read=lambda look, name: _told(look, name, is_to_call=True),
        title="Call it again", button="Call it again", back=ROOT,
        says=("What waited for it is done.", "Somebody else has to approve it."),
    ),
    Deed(
        path=f"{ONE}/disable", command=DisableProvider, about="provider", reads=READS, named_by="str",
        read=lambda look, name: _told(look, name, is_to_call=False),
        title="Call it no more", button="Call it no more", back=ROOT, is_danger=True,
        says=("What has to be asked of it waits, however long. Its webhooks are still taken.", BY_TWO),
    ),
)  # fmt: skip
