"""Accounts, for the company's own people."""

from ingress.entries.entry import Asks, Entry, Says, ShowsOne
from ingress.queries.admin_accounts import (
    AccountSearch,
    ActivityFilter,
    account_activity,
    account_file,
    find_accounts,
)
from schemas.commands.accounts import ActivateAccount, SuspendAccount

ACCOUNTS = "/v1/admin/accounts/"
ONE = f"{ACCOUNTS}{{id:uuid}}/"

ENTRIES = (
    Entry("GET", ACCOUNTS, Asks("accounts:search", AccountSearch, find_accounts)),
    Entry("GET", ONE, ShowsOne("accounts:search", account_file, "account_id")),
    Entry("GET", f"{ONE}activity/", Asks("accounts:search", ActivityFilter, account_activity)),
    Entry("POST", f"{ONE}suspend/", Says(SuspendAccount, "account_id")),
    Entry("POST", f"{ONE}activate/", Says(ActivateAccount, "account_id")),
)
