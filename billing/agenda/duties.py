"""All duties, by the sweep that does them.

The order is that of a day at the office: periods begin and are paid for, then credits expire. So nobody is topped up
because the old month's credits went a moment before the new month's came.
"""

from collections.abc import Mapping

from billing.approvals.expire import APPROVAL_EXPIRIES
from billing.callers.forget_visits import VISITS_END
from billing.clocks.duty import Duty
from billing.cycle.plan_change.expire_change import CHANGE_EXPIRIES
from billing.cycle.renewal.come_due import RENEWALS
from billing.dunning.dun_transfer import TRANSFERS_DUE
from billing.dunning.retry_due import RETRIES
from billing.gateway_run.end_overdue import OVERDUE_ENDS
from billing.gateway_run.expire_unopened import UNOPENED_STARTS
from billing.notices.card_expiring import CARD_NOTICES
from billing.notices.transfer_reminders import TRANSFER_REMINDERS
from billing.notices.trial_ending import TRIAL_NOTICES
from billing.outcomes.end_dunning import DUNNING_ENDS
from billing.outcomes.end_order import ORDER_ENDS
from billing.privacy.forget_due import ERASING, EXPORT_ENDS, FORGETTING, INVITATION_ENDS
from billing.top_ups.start import TOP_UPS
from billing.usage.expire import EXPIRIES
from billing.usage.release import RESERVATION_ENDS
from schemas.messages.base import Periodic
from schemas.messages.renewals import DunInvoices, NoticeCards, RenewSubscriptions, SweepCredits
from schemas.messages.upkeep import PruneMemories

SWEEPS: Mapping[type[Periodic], tuple[Duty, ...]] = {
    # a change of plan that nobody paid for is dropped before the period that it was quoted for is renewed
    RenewSubscriptions: (CHANGE_EXPIRIES, RENEWALS, OVERDUE_ENDS, UNOPENED_STARTS),
    # retries first: what cannot be tried for want of a card may end in the same sweep
    DunInvoices: (TRANSFERS_DUE, RETRIES, DUNNING_ENDS, ORDER_ENDS),
    NoticeCards: (TRIAL_NOTICES, CARD_NOTICES, TRANSFER_REMINDERS, APPROVAL_EXPIRIES),
    # what was reserved is back before anybody looks whether a balance is low
    SweepCredits: (RESERVATION_ENDS, EXPIRIES, TOP_UPS),
    PruneMemories: (FORGETTING, ERASING, EXPORT_ENDS, INVITATION_ENDS, VISITS_END),
}
DUTIES: tuple[Duty, ...] = tuple(duty for duties in SWEEPS.values() for duty in duties)
