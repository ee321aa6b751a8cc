"""The teams of accounts."""

from ingress.entries.entry import Answers, Asks, Entry, Form, Says, ShowsOne
from ingress.limits.failures import Failures
from ingress.queries.filters import OfAccount
from ingress.queries.team import Invited, account_invitations, account_team, own_invitations, own_team
from schemas.commands.team import (
    AcceptInvitation,
    CancelInvitation,
    ChangeRole,
    InviteMember,
    LeaveTeam,
    RemoveMember,
    RepeatInvitation,
    TransferOwnership,
)
from schemas.views.team import OpenInvitationView

ONE = "/v1/accounts/{id:uuid}/"
OWN = "/v1/account/"
TEAM = f"{OWN}team/"
MEMBER = f"{TEAM}{{id:uuid}}/"
INVITATION = f"{TEAM}invitations/{{id:uuid}}/"
LINK = "/v1/team/invitations/{token}/"
READER = "whoever has the link"
SHOWN = Form(view=OpenInvitationView, parts=(Invited, Failures))

ENTRIES = (
    Entry("GET", TEAM, Asks("team:read", OfAccount, own_team)),
    Entry("GET", f"{ONE}team/", ShowsOne("team:read", account_team, "account_id")),
    Entry("POST", f"{TEAM}invite/", Says(InviteMember)),
    Entry("POST", f"{ONE}team/invite/", Says(InviteMember, "account_id")),
    Entry("GET", f"{TEAM}invitations/", Asks("team:read", OfAccount, own_invitations)),
    Entry("GET", f"{ONE}team/invitations/", ShowsOne("team:read", account_invitations, "account_id")),
    Entry("POST", f"{INVITATION}resend/", Says(RepeatInvitation, "invitation_id")),
    Entry("DELETE", INVITATION, Says(CancelInvitation, "invitation_id")),
    Entry(
        "GET",
        LINK,
        Answers("who invites whom, and to what", lambda parts: parts.invited.show, callers=READER, form=SHOWN),
    ),
    Entry("POST", f"{LINK}accept/", Says(AcceptInvitation, "token")),
    Entry("POST", f"{TEAM}leave/", Says(LeaveTeam)),
    Entry("PATCH", f"{MEMBER}role/", Says(ChangeRole, "member_id")),
    Entry("DELETE", MEMBER, Says(RemoveMember, "member_id")),
    Entry("POST", f"{OWN}transfer-ownership/", Says(TransferOwnership)),
    Entry("POST", f"{ONE}transfer-ownership/", Says(TransferOwnership, "account_id")),
)
