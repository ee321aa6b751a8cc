"""What pages work with."""

from dataclasses import dataclass

from ingress.reads import Reads
from portal.showing import Showing
from portal.staging import Staging
from portal.visitors import Visitors


@dataclass(frozen=True, slots=True)
class Hands:
    """They read, know who looks, show, and stage what is wanted."""

    reads: Reads
    visitors: Visitors
    showing: Showing
    staging: Staging
