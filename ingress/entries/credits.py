"""Credits: use, balance, warnings, automatic purchases. Those under most load come first."""

from ingress.entries.entry import Asks, Entry, Says
from ingress.queries.credits import TransactionFilter, auto_top_up, balance, balance_watch, transactions
from ingress.queries.filters import OfAccount
from schemas.commands.credits import ConsumeCredits, EndAutoTopUp, PurchaseCredits, SetAutoTopUp, SetBalanceWatch

ROOT = "/v1/billing/credits/"
WATCH = f"{ROOT}balance-watch/"
TOP_UP = f"{ROOT}auto-top-up/"

ENTRIES = (
    Entry("POST", f"{ROOT}consume/", Says(ConsumeCredits)),
    Entry("POST", f"{ROOT}purchase/", Says(PurchaseCredits)),
    Entry("GET", f"{ROOT}balance/", Asks("credits:read", OfAccount, balance)),
    Entry("GET", f"{ROOT}transactions/", Asks("credits:read", TransactionFilter, transactions)),
    Entry("GET", WATCH, Asks("credits:read", OfAccount, balance_watch)),
    Entry("POST", WATCH, Says(SetBalanceWatch)),
    Entry("GET", TOP_UP, Asks("credits:read", OfAccount, auto_top_up)),
    Entry("POST", TOP_UP, Says(SetAutoTopUp)),
    Entry("POST", f"{TOP_UP}end/", Says(EndAutoTopUp)),
)
