"""What pages of the console work with."""

from dataclasses import dataclass

from ingress.reads import Reads
from portal.console.colleagues import Colleagues
from portal.console.fresh import Fresh
from portal.console.showing import Showing
from portal.staging import Staging


@dataclass(frozen=True, slots=True)
class Hands:
    """They read, know who looks and whether it is still them, show, and stage what is wanted."""

    reads: Reads
    colleagues: Colleagues
    showing: Showing
    staging: Staging
    fresh: Fresh
