"""Who is billed, and what they say of themselves."""

from ingress.acceptance import Acceptance
from ingress.entries.entry import Answers, Asks, Entry, Form, HandsOut, Says, ShowsOne
from ingress.limits.failures import Failures
from ingress.queries.accounts import (
    AccountFilter,
    account_export,
    accounts,
    export_file,
    own_account,
    own_export,
    own_settings,
    show_account,
    show_settings,
)
from ingress.queries.filters import OfAccount
from schemas.commands.accounts import (
    ConfirmEmail,
    DeleteAccount,
    ExportAccount,
    OpenAccount,
    RepeatConfirmation,
    UpdateAccount,
)

ROOT = "/v1/accounts/"
ONE = f"{ROOT}{{id:uuid}}/"
OWN = "/v1/account/"
LINK = "/confirm-email/{token}/"
READER = "whoever has the link"

UNKNOWN = "This link was used before or is over"
SEEN = Form(media_type="text/html", others={404: UNKNOWN}, parts=(Failures,))
PRESSED = Form(
    media_type="text/html",
    others={202: "Your address is being confirmed", 404: UNKNOWN},
    parts=(Acceptance, Failures),
)

ENTRIES = (
    Entry("GET", ROOT, Asks("accounts:list", AccountFilter, accounts)),
    Entry("POST", ROOT, Says(OpenAccount)),
    Entry("POST", f"{ROOT}confirm-email/", Says(ConfirmEmail)),
    Entry("GET", ONE, ShowsOne("accounts:read", show_account, "account_id")),
    Entry("DELETE", ONE, Says(DeleteAccount, "account_id")),
    Entry("GET", OWN, Asks("accounts:read", OfAccount, own_account)),
    Entry("DELETE", OWN, Says(DeleteAccount)),
    Entry("POST", f"{ONE}export/", Says(ExportAccount, "account_id")),
    Entry("GET", f"{ONE}export/", ShowsOne("account:export", account_export, "account_id")),
    Entry(
        "GET",
        f"{ONE}export/file/",
        HandsOut("account:export", export_file, "account_id", media_types=("application/zip",)),
    ),
    Entry("POST", f"{OWN}export/", Says(ExportAccount)),
    Entry("GET", f"{OWN}export/", Asks("account:export", OfAccount, own_export)),
    Entry("GET", f"{ONE}settings/", ShowsOne("accounts:read", show_settings, "account_id")),
    Entry("PATCH", f"{ONE}settings/", Says(UpdateAccount, "account_id")),
    Entry("POST", f"{ONE}settings/resend-confirmation/", Says(RepeatConfirmation, "account_id")),
    Entry("GET", f"{OWN}settings/", Asks("accounts:read", OfAccount, own_settings)),
    Entry("PATCH", f"{OWN}settings/", Says(UpdateAccount)),
    Entry("POST", f"{OWN}settings/resend-confirmation/", Says(RepeatConfirmation)),
    Entry(
        "GET", LINK, Answers("which address it is", lambda parts: parts.confirm_page.show, callers=READER, form=SEEN)
    ),
    Entry(
        "POST",
        LINK,
        Answers("a button to confirm it", lambda parts: parts.confirm_page.confirm, callers=READER, form=PRESSED),
    ),
)
