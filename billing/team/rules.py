"""Pure rules about teams."""

from collections.abc import Collection
from datetime import timedelta

from billing.errors import Rejected
from schemas.permissions import Role

# a mail is read within days; after a week whoever reads it may be somebody else
ACCEPTED_WITHIN = timedelta(days=7)
# whoever waits for a mail asks again after minutes; whoever asks again at once has pressed a button twice
RESENT_AFTER = timedelta(minutes=1)
# members and invitations of one account: more is a product's own directory, and one page shows them all
TEAM_MAX = 500


def check_sites(role: Role, sites: Collection[str] | None) -> None:
    """Raises Rejected `owner_has_all_sites` for an owner who would have some alone."""
    if role is Role.OWNER and sites is not None:
        raise Rejected("owner_has_all_sites", "An owner works with all sites: leave them out.", status=422)
