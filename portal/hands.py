"""What pages work with."""

from dataclasses import dataclass

from ingress.reads import Reads
from portal.showing import Showing
from portal.site import Site
from portal.staging import Staging
from portal.transfers import Transfers
from portal.visitors import Visitors


@dataclass(frozen=True, slots=True)
class Hands:
    """They read, know who looks, show, stage what is wanted, and know where they are and where transfers go."""

    reads: Reads
    visitors: Visitors
    showing: Showing
    staging: Staging
    site: Site
    transfers: Transfers
