"""Accounts, for the company's own people."""

from ingress.entries.entry import Asks, Entry, Says, ShowsOne
from ingress.queries.admin_accounts import AccountSearch, account_file, find_accounts
from schemas.commands.accounts import ActivateAccount, SuspendAccount

ACCOUNTS = "/v1/admin/accounts/"
ONE = f"{ACCOUNTS}{{id:uuid}}/"

ENTRIES = (
    Entry("GET", ACCOUNTS, Asks("accounts:search", AccountSearch, find_accounts)),
    Entry("GET", ONE, ShowsOne("accounts:search", account_file)),
    Entry("POST", f"{ONE}suspend/", Says(SuspendAccount, "account_id")),
    Entry("POST", f"{ONE}activate/", Says(ActivateAccount, "account_id")),
)
