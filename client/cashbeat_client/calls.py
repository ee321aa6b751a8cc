"""Every call of the API, by its `operationId`. Written by `make client`.

Each only says what is asked for: `Cashbeat` and `AsyncCashbeat` send it.
"""

from typing import Any, Literal

from cashbeat_client import shapes
from cashbeat_client.call import LEFT_OUT, File, List, Query, Say, given


def consume_credits(
    *, account_id: str, amount: int, description: shapes.Line = LEFT_OUT
) -> Say[shapes.ConsumedCredits]:
    """Use credits, oldest expiry first.

    Refused as a whole when the balance is too small.
    """
    return Say(
        "POST",
        "/v1/billing/credits/consume/",
        given(),
        given(account_id=account_id, amount=amount, description=description),
    )


def purchase_credits(
    *,
    account_id: str,
    package: shapes.Slug,
    method: str | None = LEFT_OUT,
    success_url: shapes.Url | None = LEFT_OUT,
    cancel_url: shapes.Url | None = LEFT_OUT,
    total_minor: int | None = LEFT_OUT,
    shown_card_id: str | None = LEFT_OUT,
) -> Say[dict[str, Any]]:
    """Buy a package: from what is saved, on a gateway's page, or past every gateway.

    `method` is `saved`, a gateway by its name, `bank_transfer` or `local_wallet`. Without it what is saved is
    charged, and where nothing is, a page opens, if it is said where it leads back to. `total_minor` is what was
    shown to whoever agreed, with tax: it costs that, or is refused. `shown_card_id` is the saved card or wallet
    that they were shown: it is charged, or nothing is.
    """
    return Say(
        "POST",
        "/v1/billing/credits/purchase/",
        given(),
        given(
            account_id=account_id,
            package=package,
            method=method,
            success_url=success_url,
            cancel_url=cancel_url,
            total_minor=total_minor,
            shown_card_id=shown_card_id,
        ),
    )


def get_credits_balance(*, account_id: str) -> Query[shapes.Balance]:
    """Get credits balance.

    An account's usable credits now, less its `debt`, and when the next of them expire; what is frozen counts
    apart. Below zero, credits are owed that were used and refunded, or by an agreed overdraft: the next ones
    pay for them.
    """
    return Query("GET", "/v1/billing/credits/balance/", given(account_id=account_id))


def list_credits_transactions(
    *,
    account_id: str,
    created_from: shapes.Instant = LEFT_OUT,
    created_until: shapes.Instant = LEFT_OUT,
    sort: Literal["created", "-created"] = LEFT_OUT,
    limit: int = LEFT_OUT,
    movement: shapes.CreditMovement = LEFT_OUT,
) -> List[shapes.CreditTransaction]:
    """List credits transactions.

    One movement of credits: positive when granted or returned, negative when they became fewer.
    """
    return List(
        "GET",
        "/v1/billing/credits/transactions/",
        given(
            created_from=created_from,
            created_until=created_until,
            account_id=account_id,
            sort=sort,
            limit=limit,
            movement=movement,
        ),
    )


def get_credits_balance_watch(*, account_id: str) -> Query[shapes.BalanceWatch]:
    """Get credits balance watch.

    The warning about a low balance; `warn_below` is null when there is none.
    """
    return Query("GET", "/v1/billing/credits/balance-watch/", given(account_id=account_id))


def set_balance_watch(*, account_id: str, warn_below: int | None) -> Say[shapes.SetBalanceWatchView]:
    """Warn by e-mail when credits fall below a number; null ends it."""
    return Say(
        "POST", "/v1/billing/credits/balance-watch/", given(), given(account_id=account_id, warn_below=warn_below)
    )


def get_credits_auto_top_up(*, account_id: str) -> Query[shapes.AutoTopUp]:
    """Get credits auto top up.

    A package that is bought when credits fall low. `invoice_id` is the purchase under way. `stop_code` says why
    it stopped: the gateway's code of a declined card, `no_card`, `package_not_found`, `nothing_to_pay`,
    `payment_disputed`, `credits_returned` (their money went back), or `ended`.
    """
    return Query("GET", "/v1/billing/credits/auto-top-up/", given(account_id=account_id))


def set_auto_top_up(
    *, account_id: str, package: shapes.Slug, top_up_below: int, monthly_max: int = LEFT_OUT
) -> Say[shapes.SetAutoTopUpView]:
    """Buy a package by the saved card when credits fall below a number.

    Setting it again starts a stopped one anew.
    """
    return Say(
        "POST",
        "/v1/billing/credits/auto-top-up/",
        given(),
        given(account_id=account_id, package=package, top_up_below=top_up_below, monthly_max=monthly_max),
    )


def end_auto_top_up(*, account_id: str) -> Say[shapes.OfAccountView]:
    """Buy nothing by itself any more."""
    return Say("POST", "/v1/billing/credits/auto-top-up/end/", given(), given(account_id=account_id))


def record_usage(*, account_id: str, events: list[shapes.UsageEvent]) -> Say[dict[str, Any]]:
    """Record what an account has used, and take its credits: each event once.

    One event may stand for itself.
    """
    return Say("POST", "/v1/usage/", given(), given(account_id=account_id, events=events))


def get_usage_reservations(*, account_id: str) -> Query[shapes.ReservationList]:
    """Get usage reservations.

    What an account has set apart.
    """
    return Query("GET", "/v1/usage/reservations/", given(account_id=account_id))


def reserve_usage(
    *, account_id: str, operation: str, quantity: int, lasts_seconds: int = LEFT_OUT
) -> Say[dict[str, Any]]:
    """Set credits apart for work whose cost is known afterwards: what so much of an operation costs."""
    return Say(
        "POST",
        "/v1/usage/reservations/",
        given(),
        given(account_id=account_id, operation=operation, quantity=quantity, lasts_seconds=lasts_seconds),
    )


def get_usage_reservation(id: str) -> Query[shapes.Reservation]:
    """Get usage reservation.

    Credits set apart for work whose cost is known afterwards.
    """
    return Query("GET", f"/v1/usage/reservations/{id}/", given())


def settle_usage(id: str, *, event_id: str, quantity: int, site: shapes.Line = LEFT_OUT) -> Say[dict[str, Any]]:
    """The work of a reservation is done and has used so much; the rest of its credits goes back."""
    return Say(
        "POST", f"/v1/usage/reservations/{id}/settle/", given(), given(event_id=event_id, quantity=quantity, site=site)
    )


def release_usage(id: str) -> Say[dict[str, Any]]:
    """Nothing was used: all credits of a reservation go back."""
    return Say("POST", f"/v1/usage/reservations/{id}/release/", given(), given())


def get_account_usage_analytics(
    *, account_id: str, since: shapes.Day = LEFT_OUT, until: shapes.Day = LEFT_OUT, time_zone: str = LEFT_OUT
) -> Query[shapes.UsageAnalytics]:
    """Get account usage analytics.

    An account's usage from `since` up to and without `until`, in days of a time zone.
    """
    return Query(
        "GET",
        "/v1/account/usage/analytics/",
        given(account_id=account_id, since=since, until=until, time_zone=time_zone),
    )


def get_accounts_usage_analytics(id: str) -> Query[shapes.UsageAnalytics]:
    """Get accounts usage analytics.

    An account's usage from `since` up to and without `until`, in days of a time zone.
    """
    return Query("GET", f"/v1/accounts/{id}/usage/analytics/", given())


def get_credits_costs() -> Query[shapes.CreditCostList]:
    """Get credits costs.

    Versions, by operation and time.
    """
    return Query("GET", "/v1/billing/credits/costs/", given())


def get_admin_credit_costs() -> Query[shapes.CreditCostList]:
    """Get admin credit costs.

    Versions, by operation and time.
    """
    return Query("GET", "/v1/admin/credit-costs/", given())


def set_credit_cost(
    *,
    operation: str,
    name: shapes.Name,
    unit: shapes.Name,
    credits: int,
    per_quantity: int = LEFT_OUT,
    rounding: Literal["up", "down", "half_up"] = LEFT_OUT,
    valid_from: shapes.Instant | None = LEFT_OUT,
) -> Say[dict[str, Any]]:
    """What an operation costs from an instant on, or from now: `credits` for every `per_quantity` units."""
    return Say(
        "POST",
        "/v1/admin/credit-costs/",
        given(),
        given(
            operation=operation,
            name=name,
            unit=unit,
            credits=credits,
            per_quantity=per_quantity,
            rounding=rounding,
            valid_from=valid_from,
        ),
    )


def set_credit_overdraft_max(id: str, *, credit_overdraft_max: int) -> Say[dict[str, Any]]:
    """How far below zero an account's own use may take its balance; 0 for not at all."""
    return Say(
        "POST",
        f"/v1/admin/accounts/{id}/credit-overdraft-max/",
        given(),
        given(credit_overdraft_max=credit_overdraft_max),
    )


def get_operation(id: str) -> Query[shapes.Operation]:
    """An operation of the caller's own."""
    return Query("GET", f"/v1/operations/{id}/", given())


def get_events(
    *, limit: int = LEFT_OUT, type: str = LEFT_OUT, account_id: str = LEFT_OUT, since: shapes.Instant = LEFT_OUT
) -> Query[shapes.EventPage]:
    """Get events.

    Events in the order in which they happened. `next_cursor` goes on after the last of them, now or later. With
    `has_more` there are others already; without, ask again after a while.
    """
    return Query("GET", "/v1/events/", given(limit=limit, type=type, account_id=account_id, since=since))


def get_event(id: str) -> Query[shapes.Event]:
    """Get event.

    What the product is told, in a list and by webhook alike: the same id has the same content for ever. `data`
    is the object as it was then, in the form of this `schema_version`. Ordered by `sequence` within its
    account; `happened_at` is when the change was begun.
    """
    return Query("GET", f"/v1/events/{id}/", given())


def get_events_deliveries(id: str) -> Query[shapes.EventDeliveries]:
    """Get events deliveries.

    Of one event, to each endpoint.
    """
    return Query("GET", f"/v1/events/{id}/deliveries/", given())


def get_events_endpoints() -> Query[shapes.EventEndpoints]:
    """Get events endpoints.

    All of them, the oldest first.
    """
    return Query("GET", "/v1/events/endpoints/", given())


def create_event_endpoint(
    *, url: shapes.Url, types: list[str] = LEFT_OUT, ordered: bool = LEFT_OUT, description: shapes.Line = LEFT_OUT
) -> Say[dict[str, Any]]:
    """Send events to this address.

    With `ordered` the next one of an account waits for the one before. Its secret is made by Cashbeat and read
    where it is shown: what a command brings or answers is kept as it is.
    """
    return Say(
        "POST", "/v1/events/endpoints/", given(), given(url=url, types=types, ordered=ordered, description=description)
    )


def get_events_endpoint(id: str) -> Query[shapes.EventEndpoint]:
    """Get events endpoint.

    Where events are sent. `waiting` counts those that are not there yet. `disabled_because`: by_request,
    failing (for three days) or gone (it has answered 410). `failing_since`: nothing was taken since.
    """
    return Query("GET", f"/v1/events/endpoints/{id}/", given())


def update_event_endpoint(
    id: str,
    *,
    url: shapes.Url | None = LEFT_OUT,
    types: list[str] | None = LEFT_OUT,
    ordered: bool | None = LEFT_OUT,
    description: shapes.Line | None = LEFT_OUT,
    enabled: bool | None = LEFT_OUT,
) -> Say[dict[str, Any]]:
    """Change what is named and leave the rest.

    `enabled` lets one go on that was disabled, by whomever.
    """
    return Say(
        "PATCH",
        f"/v1/events/endpoints/{id}/",
        given(),
        given(url=url, types=types, ordered=ordered, description=description, enabled=enabled),
    )


def delete_event_endpoint(id: str) -> Say[dict[str, Any]]:
    """Send it nothing more, and forget what was sent."""
    return Say("DELETE", f"/v1/events/endpoints/{id}/", given(), given())


def get_events_endpoints_secret(id: str) -> Query[shapes.EndpointSecret]:
    """What an endpoint's messages are signed with."""
    return Query("GET", f"/v1/events/endpoints/{id}/secret/", given())


def roll_endpoint_secret(id: str) -> Say[dict[str, Any]]:
    """Sign with a new secret; for 24 hours with the one before as well."""
    return Say("POST", f"/v1/events/endpoints/{id}/roll-secret/", given(), given())


def test_event_endpoint(id: str) -> Say[dict[str, Any]]:
    """Send an event that tells of nothing, at once; the result is what the endpoint answered."""
    return Say("POST", f"/v1/events/endpoints/{id}/test/", given(), given())


def redeliver_events(
    id: str,
    *,
    event_id: str | None = LEFT_OUT,
    since: shapes.Instant | None = LEFT_OUT,
    until: shapes.Instant | None = LEFT_OUT,
    delivered_too: bool = LEFT_OUT,
) -> Say[dict[str, Any]]:
    """Send again: one event, or all of a range that the endpoint's types take in.

    Of a range only what was not delivered, unless `delivered_too`.
    """
    return Say(
        "POST",
        f"/v1/events/endpoints/{id}/redeliver/",
        given(),
        given(event_id=event_id, since=since, until=until, delivered_too=delivered_too),
    )


def list_events_deliveries(
    *,
    endpoint_id: str,
    sort: Literal["created", "-created"] = LEFT_OUT,
    limit: int = LEFT_OUT,
    status: shapes.DeliveryState = LEFT_OUT,
) -> List[shapes.EventDelivery]:
    """List events deliveries.

    An event on its way to an endpoint. `status`: waiting (until `next_attempt_at`), delivered or given_up.
    `tries` are the newest requests, the newest first; `attempts` counts them since it was last asked for.
    """
    return List("GET", "/v1/events/deliveries/", given(sort=sort, limit=limit, endpoint_id=endpoint_id, status=status))


def list_plans() -> List[shapes.Plan]:
    """List plans.

    A plan on offer. A limit of null is none.
    """
    return List("GET", "/v1/billing/plans/", given())


def list_services() -> List[shapes.Service]:
    """List services.

    A service on offer, priced once or per month.
    """
    return List("GET", "/v1/billing/services/", given())


def get_coupons_code(
    code: str,
    *,
    plan: shapes.Slug = LEFT_OUT,
    interval: Literal["month", "year"] = LEFT_OUT,
    currency: shapes.Currency = LEFT_OUT,
    account_id: str = LEFT_OUT,
) -> Query[shapes.Coupon]:
    """Get coupons code.

    A coupon that can be redeemed now: a share in parts per million, or an amount of `currency`. `periods` is
    for how many billing periods it counts, 0 for ever. `expires_at` ends its redemption, not its effect.
    """
    return Query(
        "GET",
        f"/v1/billing/coupons/{code}/",
        given(plan=plan, interval=interval, currency=currency, account_id=account_id),
    )


def list_credits_packages() -> List[shapes.Package]:
    """List credits packages.

    A credit package on offer. `price_minor` is what is charged, `list_price_minor` the price before the
    discount.
    """
    return List("GET", "/v1/billing/credits/packages/", given())


def list_accounts(
    *,
    sort: Literal["created", "-created"] = LEFT_OUT,
    limit: int = LEFT_OUT,
    owner: shapes.UserId = LEFT_OUT,
    email: shapes.Email = LEFT_OUT,
    name: str = LEFT_OUT,
    status: shapes.AccountStatus = LEFT_OUT,
    created_from: shapes.Instant = LEFT_OUT,
    created_before: shapes.Instant = LEFT_OUT,
) -> List[shapes.ListedAccount]:
    """List accounts.

    A customer of the SaaS company, as it stands in a list. One that is closed was deleted, at `closed_at`. One
    that is suspended, since `suspended_at`, begins and uses nothing.
    """
    return List(
        "GET",
        "/v1/accounts/",
        given(
            sort=sort,
            limit=limit,
            owner=owner,
            email=email,
            name=name,
            status=status,
            created_from=created_from,
            created_before=created_before,
        ),
    )


def open_account(
    *,
    name: shapes.Name,
    owner: shapes.UserId,
    billing_email: shapes.Email,
    billing_address: shapes.Address,
    slug: shapes.Slug | None = LEFT_OUT,
    tax_id: shapes.Line = LEFT_OUT,
    test_clock_id: str | None = LEFT_OUT,
) -> Say[shapes.Account]:
    """Open an account.

    Without a slug one is made from the name. On a test clock it lives by that clock's time. `owner` is the
    product's id of the first member, as their tokens say it.
    """
    return Say(
        "POST",
        "/v1/accounts/",
        given(),
        given(
            name=name,
            owner=owner,
            billing_email=billing_email,
            billing_address=billing_address,
            slug=slug,
            tax_id=tax_id,
            test_clock_id=test_clock_id,
        ),
    )


def confirm_email(*, token: str) -> Say[dict[str, Any]]:
    """Use the new billing e-mail from now on: whoever has the token has read the mail.

    A token is good once.
    """
    return Say("POST", "/v1/accounts/confirm-email/", given(), given(token=token))


def get_account(id: str) -> Query[shapes.Account]:
    """Get account.

    A customer of the SaaS company. `kept_minor` is money kept for the next invoices, in minor units by
    currency; negative, it is owed with them. `open_disputes` counts the payments, or parts of them, that it
    contests at its bank now. `mail_stopped` says why no mail is sent to `billing_email`; null where it is.
    """
    return Query("GET", f"/v1/accounts/{id}/", given())


def delete_account(id: str, *, confirm_name: shapes.Name) -> Say[dict[str, Any]]:
    """Delete an account for good.

    `confirm_name` is its name, typed by whoever wants that.
    """
    return Say("DELETE", f"/v1/accounts/{id}/", given(), given(confirm_name=confirm_name))


def get_v1_account(*, account_id: str) -> Query[shapes.Account]:
    """Get v1 account.

    A customer of the SaaS company. `kept_minor` is money kept for the next invoices, in minor units by
    currency; negative, it is owed with them. `open_disputes` counts the payments, or parts of them, that it
    contests at its bank now. `mail_stopped` says why no mail is sent to `billing_email`; null where it is.
    """
    return Query("GET", "/v1/account/", given(account_id=account_id))


def delete_v1_account(*, account_id: str, confirm_name: shapes.Name) -> Say[dict[str, Any]]:
    """Delete an account for good.

    `confirm_name` is its name, typed by whoever wants that.
    """
    return Say("DELETE", "/v1/account/", given(), given(account_id=account_id, confirm_name=confirm_name))


def export_account(id: str) -> Say[dict[str, Any]]:
    """Ask for a copy of all that is known of an account; a worker writes it."""
    return Say("POST", f"/v1/accounts/{id}/export/", given(), given())


def get_accounts_export(id: str) -> Query[shapes.Export]:
    """Get accounts export.

    How far a copy has come: `parts_done` of `parts` are written. Ready, it can be fetched until `expires_at`.
    """
    return Query("GET", f"/v1/accounts/{id}/export/", given())


def get_accounts_export_file(id: str) -> File:
    """Get accounts export file."""
    return File("GET", f"/v1/accounts/{id}/export/file/", given())


def account_export(*, account_id: str) -> Say[dict[str, Any]]:
    """Ask for a copy of all that is known of an account; a worker writes it."""
    return Say("POST", "/v1/account/export/", given(), given(account_id=account_id))


def get_account_export(*, account_id: str) -> Query[shapes.Export]:
    """Get account export.

    How far a copy has come: `parts_done` of `parts` are written. Ready, it can be fetched until `expires_at`.
    """
    return Query("GET", "/v1/account/export/", given(account_id=account_id))


def get_accounts_settings(id: str) -> Query[shapes.AccountSettings]:
    """Get accounts settings.

    What a customer says of itself. `tax_id_checked`: the country's form and check digits are known, and it has
    them. `pending_email` is the billing e-mail that waits to be confirmed; until then `billing_email` is used.
    """
    return Query("GET", f"/v1/accounts/{id}/settings/", given())


def update_account(
    id: str,
    *,
    name: shapes.Name | None = LEFT_OUT,
    billing_address: shapes.Address | None = LEFT_OUT,
    billing_email: shapes.Email | None = LEFT_OUT,
    tax_id: shapes.Line | None = LEFT_OUT,
    recipients: shapes.RecipientsByKind | None = LEFT_OUT,
    time_zone: str | None = LEFT_OUT,
    locale: str | None = LEFT_OUT,
) -> Say[dict[str, Any]]:
    """Change what is given and leave the rest; null clears it.

    An address is given whole, recipients by their kind. Another billing e-mail is used once it is confirmed by
    the link in a mail to it.
    """
    return Say(
        "PATCH",
        f"/v1/accounts/{id}/settings/",
        given(),
        given(
            name=name,
            billing_address=billing_address,
            billing_email=billing_email,
            tax_id=tax_id,
            recipients=recipients,
            time_zone=time_zone,
            locale=locale,
        ),
    )


def repeat_confirmation(id: str) -> Say[dict[str, Any]]:
    """Send the mail again whose link confirms the new billing e-mail.

    Links of mails before it end.
    """
    return Say("POST", f"/v1/accounts/{id}/settings/resend-confirmation/", given(), given())


def get_account_settings(*, account_id: str) -> Query[shapes.AccountSettings]:
    """Get account settings.

    What a customer says of itself. `tax_id_checked`: the country's form and check digits are known, and it has
    them. `pending_email` is the billing e-mail that waits to be confirmed; until then `billing_email` is used.
    """
    return Query("GET", "/v1/account/settings/", given(account_id=account_id))


def change_account_settings(
    *,
    account_id: str,
    name: shapes.Name | None = LEFT_OUT,
    billing_address: shapes.Address | None = LEFT_OUT,
    billing_email: shapes.Email | None = LEFT_OUT,
    tax_id: shapes.Line | None = LEFT_OUT,
    recipients: shapes.RecipientsByKind | None = LEFT_OUT,
    time_zone: str | None = LEFT_OUT,
    locale: str | None = LEFT_OUT,
) -> Say[dict[str, Any]]:
    """Change what is given and leave the rest; null clears it.

    An address is given whole, recipients by their kind. Another billing e-mail is used once it is confirmed by
    the link in a mail to it.
    """
    return Say(
        "PATCH",
        "/v1/account/settings/",
        given(),
        given(
            account_id=account_id,
            name=name,
            billing_address=billing_address,
            billing_email=billing_email,
            tax_id=tax_id,
            recipients=recipients,
            time_zone=time_zone,
            locale=locale,
        ),
    )


def account_settings_resend_confirmation(*, account_id: str) -> Say[dict[str, Any]]:
    """Send the mail again whose link confirms the new billing e-mail.

    Links of mails before it end.
    """
    return Say("POST", "/v1/account/settings/resend-confirmation/", given(), given(account_id=account_id))


def get_accounts_limits(id: str) -> Query[shapes.Limits]:
    """Get accounts limits.

    Sites, users and credits of an account.
    """
    return Query("GET", f"/v1/accounts/{id}/limits/", given())


def report_counts(
    id: str, *, counted_at: shapes.Instant, sites: int | None = LEFT_OUT, users: int | None = LEFT_OUT
) -> Say[dict[str, Any]]:
    """How many sites and users an account has, as the product has counted them at an instant: absolute numbers."""
    return Say(
        "POST", f"/v1/accounts/{id}/limits/usage/", given(), given(counted_at=counted_at, sites=sites, users=users)
    )


def get_account_limits(*, account_id: str) -> Query[shapes.Limits]:
    """Get account limits.

    Sites, users and credits of an account.
    """
    return Query("GET", "/v1/account/limits/", given(account_id=account_id))


def get_account_team(*, account_id: str) -> Query[shapes.Team]:
    """Get account team.

    Everybody who may act for an account, by when they joined. `is_kept`: users of the account are held to it.
    Before anybody was invited it is the owner alone, and a user's token alone says what they may do.
    """
    return Query("GET", "/v1/account/team/", given(account_id=account_id))


def get_accounts_team(id: str) -> Query[shapes.Team]:
    """Get accounts team.

    Everybody who may act for an account, by when they joined. `is_kept`: users of the account are held to it.
    Before anybody was invited it is the owner alone, and a user's token alone says what they may do.
    """
    return Query("GET", f"/v1/accounts/{id}/team/", given())


def invite_member(
    *,
    account_id: str,
    email: shapes.Email,
    role: shapes.Role,
    acting_user_id: shapes.UserId | None = LEFT_OUT,
    sites: list[shapes.Name] | None = LEFT_OUT,
) -> Say[shapes.Invitation]:
    """Invite somebody into the team: they get a mail with a link.

    `acting_user_id` is the member who does it, of a user always themselves: their role is the highest they
    give.
    """
    return Say(
        "POST",
        "/v1/account/team/invite/",
        given(),
        given(account_id=account_id, email=email, role=role, acting_user_id=acting_user_id, sites=sites),
    )


def accounts_team_invite(
    id: str,
    *,
    email: shapes.Email,
    role: shapes.Role,
    acting_user_id: shapes.UserId | None = LEFT_OUT,
    sites: list[shapes.Name] | None = LEFT_OUT,
) -> Say[shapes.Invitation]:
    """Invite somebody into the team: they get a mail with a link.

    `acting_user_id` is the member who does it, of a user always themselves: their role is the highest they
    give.
    """
    return Say(
        "POST",
        f"/v1/accounts/{id}/team/invite/",
        given(),
        given(email=email, role=role, acting_user_id=acting_user_id, sites=sites),
    )


def get_account_team_invitations(*, account_id: str) -> Query[shapes.Invitations]:
    """Get account team invitations.

    All that wait for an answer, the newest first.
    """
    return Query("GET", "/v1/account/team/invitations/", given(account_id=account_id))


def get_accounts_team_invitations(id: str) -> Query[shapes.Invitations]:
    """Get accounts team invitations.

    All that wait for an answer, the newest first.
    """
    return Query("GET", f"/v1/accounts/{id}/team/invitations/", given())


def repeat_invitation(id: str, *, acting_user_id: shapes.UserId | None = LEFT_OUT) -> Say[shapes.Invitation]:
    """Send the mail again, with another link; the one before ends.

    It can be accepted for seven more days.
    """
    return Say("POST", f"/v1/account/team/invitations/{id}/resend/", given(), given(acting_user_id=acting_user_id))


def cancel_invitation(id: str, *, acting_user_id: shapes.UserId | None = LEFT_OUT) -> Say[shapes.CanceledInvitation]:
    """Call an invitation off: its link opens nothing any more."""
    return Say("DELETE", f"/v1/account/team/invitations/{id}/", given(), given(acting_user_id=acting_user_id))


def get_team_invitations_token(token: str) -> Query[shapes.OpenInvitation]:
    """Who invites whom, and to what."""
    return Query("GET", f"/v1/team/invitations/{token}/", given())


def accept_invitation(token: str, *, user_id: shapes.UserId, name: shapes.Line = LEFT_OUT) -> Say[shapes.Member]:
    """Join a team: whoever has the token of an invitation has read the mail.

    A token is good once. `user_id` is the product's id of who joins, of a user always their own.
    """
    return Say("POST", f"/v1/team/invitations/{token}/accept/", given(), given(user_id=user_id, name=name))


def leave_team(*, account_id: str, user_id: shapes.UserId) -> Say[shapes.Member]:
    """Leave the team.

    `user_id` is who leaves, of a user always themselves. The last owner stays.
    """
    return Say("POST", "/v1/account/team/leave/", given(), given(account_id=account_id, user_id=user_id))


def change_role(
    id: str,
    *,
    acting_user_id: shapes.UserId | None = LEFT_OUT,
    role: shapes.Role | None = LEFT_OUT,
    sites: list[shapes.Name] | None = LEFT_OUT,
) -> Say[shapes.Member]:
    """Give a member another role, or other sites, null: all.

    What is left out stays.
    """
    return Say(
        "PATCH", f"/v1/account/team/{id}/role/", given(), given(acting_user_id=acting_user_id, role=role, sites=sites)
    )


def remove_member(id: str, *, acting_user_id: shapes.UserId | None = LEFT_OUT) -> Say[shapes.Member]:
    """Take somebody out of the team: what they ask from then on is refused.

    The last owner stays.
    """
    return Say("DELETE", f"/v1/account/team/{id}/", given(), given(acting_user_id=acting_user_id))


def transfer_ownership(
    *, account_id: str, member_id: str, acting_user_id: shapes.UserId | None = LEFT_OUT
) -> Say[shapes.TransferredOwnership]:
    """Make another member the owner; the one who was it stays as an admin.

    That is `acting_user_id`, of a user always themselves; without one it is the owner whom the account names.
    """
    return Say(
        "POST",
        "/v1/account/transfer-ownership/",
        given(),
        given(account_id=account_id, member_id=member_id, acting_user_id=acting_user_id),
    )


def accounts_transfer_ownership(
    id: str, *, member_id: str, acting_user_id: shapes.UserId | None = LEFT_OUT
) -> Say[shapes.TransferredOwnership]:
    """Make another member the owner; the one who was it stays as an admin.

    That is `acting_user_id`, of a user always themselves; without one it is the owner whom the account names.
    """
    return Say(
        "POST",
        f"/v1/accounts/{id}/transfer-ownership/",
        given(),
        given(member_id=member_id, acting_user_id=acting_user_id),
    )


def start_portal_session(
    *,
    account_id: str,
    user_id: shapes.UserId,
    role: shapes.Role,
    return_url: shapes.Url | None = LEFT_OUT,
    target: str | None = LEFT_OUT,
) -> Say[shapes.PortalSession]:
    """Let a user into the portal: the `url` of this answer opens it, within five minutes and once.

    They may there what their `role` may, held to the account's team where it is kept here. `return_url` is a
    page of the product, at one of the hosts that are allowed: the portal links back to it. `target` is the page
    that they see first, by its name.
    """
    return Say(
        "POST",
        "/v1/portal/sessions/",
        given(),
        given(account_id=account_id, user_id=user_id, role=role, return_url=return_url, target=target),
    )


def send_welcome(
    *,
    to: shapes.Email,
    secret_link: shapes.Url,
    recipient: shapes.Line = LEFT_OUT,
    account_id: str | None = LEFT_OUT,
    valid_minutes: int | None = LEFT_OUT,
) -> Say[shapes.StagedMail]:
    """Say hello to somebody who has signed up; the link leads into the product."""
    return Say(
        "POST",
        "/v1/mails/welcome/",
        given(),
        given(to=to, secret_link=secret_link, recipient=recipient, account_id=account_id, valid_minutes=valid_minutes),
    )


def send_email_verification(
    *,
    to: shapes.Email,
    secret_link: shapes.Url,
    recipient: shapes.Line = LEFT_OUT,
    account_id: str | None = LEFT_OUT,
    valid_minutes: int | None = LEFT_OUT,
) -> Say[shapes.StagedMail]:
    """Ask whether an address is theirs."""
    return Say(
        "POST",
        "/v1/mails/email-verification/",
        given(),
        given(to=to, secret_link=secret_link, recipient=recipient, account_id=account_id, valid_minutes=valid_minutes),
    )


def send_password_reset(
    *,
    to: shapes.Email,
    secret_link: shapes.Url,
    recipient: shapes.Line = LEFT_OUT,
    account_id: str | None = LEFT_OUT,
    valid_minutes: int | None = LEFT_OUT,
) -> Say[shapes.StagedMail]:
    """Let somebody choose another password."""
    return Say(
        "POST",
        "/v1/mails/password-reset/",
        given(),
        given(to=to, secret_link=secret_link, recipient=recipient, account_id=account_id, valid_minutes=valid_minutes),
    )


def send_invitation(
    *,
    to: shapes.Email,
    secret_link: shapes.Url,
    invited_by: shapes.Name,
    team: shapes.Name,
    recipient: shapes.Line = LEFT_OUT,
    account_id: str | None = LEFT_OUT,
    valid_minutes: int | None = LEFT_OUT,
) -> Say[shapes.StagedMail]:
    """Invite somebody into a team that the product keeps itself, in the name of who invites."""
    return Say(
        "POST",
        "/v1/mails/invitation/",
        given(),
        given(
            to=to,
            secret_link=secret_link,
            invited_by=invited_by,
            team=team,
            recipient=recipient,
            account_id=account_id,
            valid_minutes=valid_minutes,
        ),
    )


def list_subscriptions(
    *,
    created_from: shapes.Instant = LEFT_OUT,
    created_until: shapes.Instant = LEFT_OUT,
    sort: Literal["created", "-created"] = LEFT_OUT,
    limit: int = LEFT_OUT,
    account_id: str = LEFT_OUT,
    status: shapes.SubscriptionStatus = LEFT_OUT,
) -> List[shapes.Subscription]:
    """List subscriptions.

    A subscription. `price_minor` is the plan's list price per interval; the period is half-open.
    `plan_is_unknown`: the gateway that runs it has it at a price which is none of ours; the plan shown is the
    last that was known, and what is paid is another amount. The limits are those of the version that it runs,
    null where there is none. `limits_suspended`: a transfer is overdue, and nothing of what the plan allows may
    be used until it is paid.
    """
    return List(
        "GET",
        "/v1/billing/subscriptions/",
        given(
            created_from=created_from,
            created_until=created_until,
            sort=sort,
            limit=limit,
            account_id=account_id,
            status=status,
        ),
    )


def create_subscription(
    *,
    account_id: str,
    plan: shapes.PlanChoice,
    pay_by: Literal["card", "transfer"] = LEFT_OUT,
    trial_days: int | None = LEFT_OUT,
    coupon: str | None = LEFT_OUT,
    services: list[shapes.ServiceItem] = LEFT_OUT,
    dunning_policy: shapes.Slug = LEFT_OUT,
    allow_another: bool = LEFT_OUT,
    allow_trial_again: bool = LEFT_OUT,
) -> Say[shapes.Subscription]:
    """Subscribe an account; Cashbeat runs the cycle.

    By card needs a saved card, also for a trial without a payment. `trial_days` overrides the plan's; the
    coupon discounts the plan's price. With `allow_another` a second subscription of the plan may run beside a
    first, with `allow_trial_again` the account may have had a trial of it.
    """
    return Say(
        "POST",
        "/v1/billing/subscriptions/create/",
        given(),
        given(
            account_id=account_id,
            plan=plan,
            pay_by=pay_by,
            trial_days=trial_days,
            coupon=coupon,
            services=services,
            dunning_policy=dunning_policy,
            allow_another=allow_another,
            allow_trial_again=allow_trial_again,
        ),
    )


def subscriptions_preview(
    *,
    subscription_id: str,
    plan: shapes.PlanChoice,
    when: Literal["now", "period_end"] | None = LEFT_OUT,
    allow_another: bool = LEFT_OUT,
    allow_trial_again: bool = LEFT_OUT,
    at: shapes.Instant | None = LEFT_OUT,
) -> Query[shapes.ChangePreview]:
    """What a change of plan would cost."""
    return Query(
        "POST",
        "/v1/billing/subscriptions/preview/",
        given(),
        given(
            subscription_id=subscription_id,
            plan=plan,
            when=when,
            allow_another=allow_another,
            allow_trial_again=allow_trial_again,
            at=at,
        ),
    )


def get_subscription(id: str) -> Query[shapes.Subscription]:
    """Get subscription.

    A subscription. `price_minor` is the plan's list price per interval; the period is half-open.
    `plan_is_unknown`: the gateway that runs it has it at a price which is none of ours; the plan shown is the
    last that was known, and what is paid is another amount. The limits are those of the version that it runs,
    null where there is none. `limits_suspended`: a transfer is overdue, and nothing of what the plan allows may
    be used until it is paid.
    """
    return Query("GET", f"/v1/billing/subscriptions/{id}/", given())


def change_plan(
    id: str,
    *,
    plan: shapes.PlanChoice,
    when: Literal["now", "period_end"] | None = LEFT_OUT,
    allow_another: bool = LEFT_OUT,
    allow_trial_again: bool = LEFT_OUT,
    quoted: shapes.Quoted | None = LEFT_OUT,
) -> Say[shapes.ChangedSubscription]:
    """Go to another plan or interval; with `quoted` exactly as a preview has shown it, or not at all."""
    return Say(
        "POST",
        f"/v1/billing/subscriptions/{id}/change-plan/",
        given(),
        given(plan=plan, when=when, allow_another=allow_another, allow_trial_again=allow_trial_again, quoted=quoted),
    )


def upgrade_subscription(
    id: str,
    *,
    plan: shapes.PlanChoice,
    when: Literal["now", "period_end"] | None = LEFT_OUT,
    allow_another: bool = LEFT_OUT,
    allow_trial_again: bool = LEFT_OUT,
    quoted: shapes.Quoted | None = LEFT_OUT,
) -> Say[shapes.ChangedSubscription]:
    """The same to what is more: a dearer plan, or to pay by the year.

    Refused for what is less.
    """
    return Say(
        "POST",
        f"/v1/billing/subscriptions/{id}/upgrade/",
        given(),
        given(plan=plan, when=when, allow_another=allow_another, allow_trial_again=allow_trial_again, quoted=quoted),
    )


def downgrade_subscription(
    id: str,
    *,
    plan: shapes.PlanChoice,
    when: Literal["now", "period_end"] | None = LEFT_OUT,
    allow_another: bool = LEFT_OUT,
    allow_trial_again: bool = LEFT_OUT,
    quoted: shapes.Quoted | None = LEFT_OUT,
) -> Say[shapes.ChangedSubscription]:
    """The same to what is less: a cheaper plan, or to pay by the month.

    Refused for what is more.
    """
    return Say(
        "POST",
        f"/v1/billing/subscriptions/{id}/downgrade/",
        given(),
        given(plan=plan, when=when, allow_another=allow_another, allow_trial_again=allow_trial_again, quoted=quoted),
    )


def add_service(id: str, *, service: shapes.Slug, quantity: int = LEFT_OUT) -> Say[dict[str, Any]]:
    """Bill a service with the subscription: the rest of this period at once, and every period from the next one
    on.
    """
    return Say("POST", f"/v1/billing/subscriptions/{id}/services/", given(), given(service=service, quantity=quantity))


def subscriptions_services_preview(
    id: str,
    *,
    service: shapes.Slug,
    quantity: int = LEFT_OUT,
    is_removed: bool = LEFT_OUT,
    at: shapes.Instant | None = LEFT_OUT,
) -> Query[shapes.ServicePreview]:
    """What a service would cost."""
    return Query(
        "POST",
        f"/v1/billing/subscriptions/{id}/services/preview/",
        given(),
        given(service=service, quantity=quantity, is_removed=is_removed, at=at),
    )


def remove_service(id: str, service: str) -> Say[dict[str, Any]]:
    """Bill it no more.

    What is left of this period is kept on the account.
    """
    return Say("DELETE", f"/v1/billing/subscriptions/{id}/services/{service}/", given(), given())


def cancel_subscription(id: str, *, when: Literal["now", "period_end"] = LEFT_OUT) -> Say[shapes.Subscription]:
    """End a subscription with its period, or now.

    Nothing is refunded.
    """
    return Say("POST", f"/v1/billing/subscriptions/{id}/cancel/", given(), given(when=when))


def reactivate_subscription(id: str) -> Say[shapes.Subscription]:
    """Take back a cancellation that has not come into force."""
    return Say("POST", f"/v1/billing/subscriptions/{id}/reactivate/", given(), given())


def pause_subscription(id: str, *, resumes_at: shapes.Instant | None = LEFT_OUT) -> Say[shapes.Subscription]:
    """Stop the cycle.

    The rest of the paid period is kept and runs on when the subscription is resumed.
    """
    return Say("POST", f"/v1/billing/subscriptions/{id}/pause/", given(), given(resumes_at=resumes_at))


def resume_subscription(id: str) -> Say[shapes.Subscription]:
    """Let a paused subscription run on."""
    return Say("POST", f"/v1/billing/subscriptions/{id}/resume/", given(), given())


def sync_with_gateway(id: str) -> Say[shapes.Subscription]:
    """Ask the gateway what it has of this subscription and its invoices, and bring the books to that."""
    return Say("POST", f"/v1/billing/subscriptions/{id}/sync-with-gateway/", given(), given())


def start_subscription_checkout(
    *,
    account_id: str,
    plan: shapes.PlanChoice,
    success_url: shapes.Url,
    cancel_url: shapes.Url,
    trial_days: int | None = LEFT_OUT,
    coupon: str | None = LEFT_OUT,
    gateway: str | None = LEFT_OUT,
    allow_another: bool = LEFT_OUT,
    allow_trial_again: bool = LEFT_OUT,
) -> Say[shapes.SubscriptionPage]:
    """Subscribe an account through the gateway's hosted checkout; the gateway runs the cycle."""
    return Say(
        "POST",
        "/v1/billing/stripe/checkout/",
        given(),
        given(
            account_id=account_id,
            plan=plan,
            success_url=success_url,
            cancel_url=cancel_url,
            trial_days=trial_days,
            coupon=coupon,
            gateway=gateway,
            allow_another=allow_another,
            allow_trial_again=allow_trial_again,
        ),
    )


def start_credit_checkout(
    *,
    account_id: str,
    package: shapes.Slug,
    success_url: shapes.Url,
    cancel_url: shapes.Url,
    gateway: str | None = LEFT_OUT,
) -> Say[shapes.PaymentPage]:
    """Sell one credit package through the gateway's hosted checkout."""
    return Say(
        "POST",
        "/v1/billing/stripe/credit-checkout/",
        given(),
        given(account_id=account_id, package=package, success_url=success_url, cancel_url=cancel_url, gateway=gateway),
    )


def start_card_setup(
    *, account_id: str, success_url: shapes.Url, cancel_url: shapes.Url, gateway: str | None = LEFT_OUT
) -> Say[shapes.OpenedPage]:
    """A hosted page on which the customer saves a card; it becomes the one that is charged."""
    return Say(
        "POST",
        "/v1/billing/stripe/card-setup/",
        given(),
        given(account_id=account_id, success_url=success_url, cancel_url=cancel_url, gateway=gateway),
    )


def open_portal(*, account_id: str, return_url: shapes.Url, gateway: str | None = LEFT_OUT) -> Say[shapes.PortalPage]:
    """An address of the gateway's own page, where the customer manages subscriptions and cards."""
    return Say(
        "POST",
        "/v1/billing/stripe/billing-portal/",
        given(),
        given(account_id=account_id, return_url=return_url, gateway=gateway),
    )


def gateway_create_order(
    gateway: str,
    *,
    success_url: shapes.Url,
    cancel_url: shapes.Url,
    account_id: str = LEFT_OUT,
    package: shapes.Slug = LEFT_OUT,
    invoice_id: str = LEFT_OUT,
) -> Say[shapes.PaymentPage]:
    """Gateway create order.

    At the gateway that the path names. Sell one credit package through the gateway's hosted checkout. Or: A
    hosted page on which the customer pays an unpaid invoice in person, with any card.
    """
    return Say(
        "POST",
        f"/v1/billing/{gateway}/create-order/",
        given(),
        given(
            success_url=success_url,
            cancel_url=cancel_url,
            account_id=account_id,
            package=package,
            invoice_id=invoice_id,
        ),
    )


def gateway_capture_order(gateway: str, *, checkout_ref: str) -> Say[shapes.CapturedPage]:
    """Gateway capture order.

    At the gateway that the path names. The customer is back from a page and has agreed there: take the money,
    where the gateway leaves that to us.
    """
    return Say("POST", f"/v1/billing/{gateway}/capture-order/", given(), given(checkout_ref=checkout_ref))


def gateway_method_setup(
    gateway: str, *, account_id: str, success_url: shapes.Url, cancel_url: shapes.Url
) -> Say[shapes.OpenedPage]:
    """Gateway method setup.

    At the gateway that the path names. A hosted page on which the customer saves a card; it becomes the one
    that is charged.
    """
    return Say(
        "POST",
        f"/v1/billing/{gateway}/method-setup/",
        given(),
        given(account_id=account_id, success_url=success_url, cancel_url=cancel_url),
    )


def gateway_create_subscription(
    gateway: str,
    *,
    account_id: str,
    plan: shapes.PlanChoice,
    success_url: shapes.Url,
    cancel_url: shapes.Url,
    trial_days: int | None = LEFT_OUT,
    coupon: str | None = LEFT_OUT,
    allow_another: bool = LEFT_OUT,
    allow_trial_again: bool = LEFT_OUT,
) -> Say[shapes.SubscriptionPage]:
    """Gateway create subscription.

    At the gateway that the path names. Subscribe an account through the gateway's hosted checkout; the gateway
    runs the cycle.
    """
    return Say(
        "POST",
        f"/v1/billing/{gateway}/create-subscription/",
        given(),
        given(
            account_id=account_id,
            plan=plan,
            success_url=success_url,
            cancel_url=cancel_url,
            trial_days=trial_days,
            coupon=coupon,
            allow_another=allow_another,
            allow_trial_again=allow_trial_again,
        ),
    )


def get_payment_methods(
    *, country: shapes.Country = LEFT_OUT, currency: shapes.Currency = LEFT_OUT, account_id: str = LEFT_OUT
) -> Query[shapes.PaymentMethods]:
    """Get payment methods.

    The saved cards of an account, and what its country is offered; null where nobody has decided that.
    """
    return Query(
        "GET", "/v1/billing/payment-methods/", given(country=country, currency=currency, account_id=account_id)
    )


def change_payment_method(
    *, account_id: str, card_ref: str, gateway: str | None = LEFT_OUT
) -> Say[shapes.ChosenMethod]:
    """Charge another saved card from now on.

    What is unpaid is tried again with it at once. `card_ref` is the gateway's id of a card that the product
    collected itself; it is attached to the customer.
    """
    return Say(
        "POST",
        "/v1/billing/payment-methods/add/",
        given(),
        given(account_id=account_id, card_ref=card_ref, gateway=gateway),
    )


def order_payment_methods(*, account_id: str, card_ids: list[str]) -> Say[shapes.OrderedMethods]:
    """In which order the saved cards are tried when the one that is charged is refused for good.

    Those that are not named come after these, the oldest first.
    """
    return Say("POST", "/v1/billing/payment-methods/order/", given(), given(account_id=account_id, card_ids=card_ids))


def set_default_payment_method(id: str) -> Say[shapes.ChosenMethod]:
    """The same for a saved card by our own id."""
    return Say("POST", f"/v1/billing/payment-methods/{id}/default/", given(), given())


def remove_payment_method(id: str, *, allow_last: bool = LEFT_OUT) -> Say[shapes.RemovedMethod]:
    """Take a saved card away, here and at its gateway.

    If it was the one that is charged, the next in the order is. The last one of an account that is charged for
    a subscription goes only with `allow_last`.
    """
    return Say("DELETE", f"/v1/billing/payment-methods/{id}/", given(), given(allow_last=allow_last))


def list_invoices(
    *,
    currency: shapes.Currency = LEFT_OUT,
    amount_min: int = LEFT_OUT,
    amount_max: int = LEFT_OUT,
    created_from: shapes.Instant = LEFT_OUT,
    created_until: shapes.Instant = LEFT_OUT,
    sort: Literal[
        "created", "-created", "issued", "-issued", "due", "-due", "amount", "-amount", "number", "-number"
    ] = LEFT_OUT,
    limit: int = LEFT_OUT,
    account_id: str = LEFT_OUT,
    status: shapes.InvoiceStatus = LEFT_OUT,
    number: str = LEFT_OUT,
    subscription_id: str = LEFT_OUT,
    issued_from: shapes.Instant = LEFT_OUT,
    issued_until: shapes.Instant = LEFT_OUT,
    due_from: shapes.Instant = LEFT_OUT,
    due_until: shapes.Instant = LEFT_OUT,
) -> List[shapes.Invoice]:
    """List invoices.

    An invoice; `number` is null until issued, `pdf` until rendered. `lines` come with a single invoice only.
    `due_minor` is what is asked for: the total less `balance_used_minor`, money kept on the account that pays
    of it (negative: owed from before, and asked for on top), less `carried_over_minor`, a rest too small to be
    charged, which a later invoice asks for.
    """
    return List(
        "GET",
        "/v1/billing/invoices/",
        given(
            currency=currency,
            amount_min=amount_min,
            amount_max=amount_max,
            created_from=created_from,
            created_until=created_until,
            sort=sort,
            limit=limit,
            account_id=account_id,
            status=status,
            number=number,
            subscription_id=subscription_id,
            issued_from=issued_from,
            issued_until=issued_until,
            due_from=due_from,
            due_until=due_until,
        ),
    )


def get_invoice(id: str) -> Query[shapes.Invoice]:
    """Get invoice.

    An invoice; `number` is null until issued, `pdf` until rendered. `lines` come with a single invoice only.
    `due_minor` is what is asked for: the total less `balance_used_minor`, money kept on the account that pays
    of it (negative: owed from before, and asked for on top), less `carried_over_minor`, a rest too small to be
    charged, which a later invoice asks for.
    """
    return Query("GET", f"/v1/billing/invoices/{id}/", given())


def pay_invoice(
    id: str, *, success_url: shapes.Url, cancel_url: shapes.Url, gateway: str | None = LEFT_OUT
) -> Say[shapes.PaymentPage]:
    """A hosted page on which the customer pays an unpaid invoice in person, with any card."""
    return Say(
        "POST",
        f"/v1/billing/invoices/{id}/pay/",
        given(),
        given(success_url=success_url, cancel_url=cancel_url, gateway=gateway),
    )


def send_invoice(id: str) -> Say[dict[str, Any]]:
    """Mail an issued invoice, with its PDF, to the account's billing address (again): once an hour at most."""
    return Say("POST", f"/v1/billing/invoices/{id}/send/", given(), given())


def get_invoices_pdf(id: str) -> File:
    """Get invoices pdf."""
    return File("GET", f"/v1/billing/invoices/{id}/pdf/", given())


def create_invoice(
    *,
    account_id: str,
    currency: shapes.Currency,
    lines: list[shapes.BilledLine],
    due_days: int = LEFT_OUT,
    method: Literal["bank_transfer", "local_wallet"] | None = LEFT_OUT,
    send: bool = LEFT_OUT,
    total_minor: int | None = LEFT_OUT,
) -> Say[shapes.Invoice]:
    """Bill an account by hand: the invoice is issued at once, with the tax of its country, and due in so many
    days.

    What is kept for the account pays of it. The credits of a package are granted once it is paid. `total_minor`
    is what was shown to whoever wants it, tax included: it costs that, or is refused.
    """
    return Say(
        "POST",
        "/v1/admin/invoices/create/",
        given(),
        given(
            account_id=account_id,
            currency=currency,
            lines=lines,
            due_days=due_days,
            method=method,
            send=send,
            total_minor=total_minor,
        ),
    )


def void_invoice(id: str, *, reason: shapes.Name) -> Say[shapes.Invoice]:
    """Take back an issued invoice that is not paid: nobody owes it any more.

    It keeps its number.
    """
    return Say("POST", f"/v1/admin/invoices/{id}/void/", given(), given(reason=reason))


def list_receipts(
    *,
    currency: shapes.Currency = LEFT_OUT,
    amount_min: int = LEFT_OUT,
    amount_max: int = LEFT_OUT,
    created_from: shapes.Instant = LEFT_OUT,
    created_until: shapes.Instant = LEFT_OUT,
    sort: Literal["created", "-created", "received", "-received", "amount", "-amount"] = LEFT_OUT,
    limit: int = LEFT_OUT,
    account_id: str = LEFT_OUT,
    source: shapes.ReceiptSource = LEFT_OUT,
    gateway: str = LEFT_OUT,
    received_from: shapes.Instant = LEFT_OUT,
    received_until: shapes.Instant = LEFT_OUT,
    needs_a_look: bool = LEFT_OUT,
) -> List[shapes.Receipt]:
    """List receipts.

    Money that arrived: a capture at a gateway, or what an invoice gave back. Or that left, and is below zero: a
    refund, a dispute or a dispute_fee; above zero these came back after all. `allocated_minor` is what of it
    pays invoices, `kept_minor` the rest, which is kept for the account. What is `carried_over` has not arrived
    yet: its `kept_minor` is negative until a later invoice asks for it. `remark` says why it fits nothing that
    was open, if so: paid_twice, other_amount, other_currency or invoice_void; and that no document explains it:
    reversed or came_back; restored, that the books had forgotten what it was for.
    """
    return List(
        "GET",
        "/v1/billing/receipts/",
        given(
            currency=currency,
            amount_min=amount_min,
            amount_max=amount_max,
            created_from=created_from,
            created_until=created_until,
            sort=sort,
            limit=limit,
            account_id=account_id,
            source=source,
            gateway=gateway,
            received_from=received_from,
            received_until=received_until,
            needs_a_look=needs_a_look,
        ),
    )


def get_receipt(id: str) -> Query[shapes.Receipt]:
    """Get receipt.

    Money that arrived: a capture at a gateway, or what an invoice gave back. Or that left, and is below zero: a
    refund, a dispute or a dispute_fee; above zero these came back after all. `allocated_minor` is what of it
    pays invoices, `kept_minor` the rest, which is kept for the account. What is `carried_over` has not arrived
    yet: its `kept_minor` is negative until a later invoice asks for it. `remark` says why it fits nothing that
    was open, if so: paid_twice, other_amount, other_currency or invoice_void; and that no document explains it:
    reversed or came_back; restored, that the books had forgotten what it was for.
    """
    return Query("GET", f"/v1/billing/receipts/{id}/", given())


def list_payments(
    *,
    currency: shapes.Currency = LEFT_OUT,
    amount_min: int = LEFT_OUT,
    amount_max: int = LEFT_OUT,
    created_from: shapes.Instant = LEFT_OUT,
    created_until: shapes.Instant = LEFT_OUT,
    sort: Literal["created", "-created", "amount", "-amount"] = LEFT_OUT,
    limit: int = LEFT_OUT,
    account_id: str = LEFT_OUT,
    invoice_id: str = LEFT_OUT,
    gateway: str = LEFT_OUT,
    status: shapes.AttemptStatus = LEFT_OUT,
) -> List[shapes.Payment]:
    """List payments.

    A payment through a gateway, from the moment on at which it is meant. `kind`: on a hosted page for a
    purchase (checkout) or an invoice (page), from a saved card or wallet (charge), or by a gateway that runs
    the subscription (gateway). `failure` says to the customer why it failed, `failure_code` to you.
    `receipt_id` is the money, once it came: refunds and disputes name it as their `payment_id`.
    """
    return List(
        "GET",
        "/v1/billing/payments/",
        given(
            currency=currency,
            amount_min=amount_min,
            amount_max=amount_max,
            created_from=created_from,
            created_until=created_until,
            sort=sort,
            limit=limit,
            account_id=account_id,
            invoice_id=invoice_id,
            gateway=gateway,
            status=status,
        ),
    )


def get_payment(id: str) -> Query[shapes.Payment]:
    """Get payment.

    A payment through a gateway, from the moment on at which it is meant. `kind`: on a hosted page for a
    purchase (checkout) or an invoice (page), from a saved card or wallet (charge), or by a gateway that runs
    the subscription (gateway). `failure` says to the customer why it failed, `failure_code` to you.
    `receipt_id` is the money, once it came: refunds and disputes name it as their `payment_id`.
    """
    return Query("GET", f"/v1/billing/payments/{id}/", given())


def list_manual_payments(
    *,
    created_from: shapes.Instant = LEFT_OUT,
    created_until: shapes.Instant = LEFT_OUT,
    sort: Literal["created", "-created"] = LEFT_OUT,
    limit: int = LEFT_OUT,
    account_id: str = LEFT_OUT,
    status: shapes.InvoiceStatus = LEFT_OUT,
    method: shapes.ManualMethod = LEFT_OUT,
) -> List[shapes.ManualPayment]:
    """List manual payments.

    How an invoice is to be paid past every gateway: so much is left, by which way, and with which reference.
    """
    return List(
        "GET",
        "/v1/billing/manual-payments/",
        given(
            created_from=created_from,
            created_until=created_until,
            sort=sort,
            limit=limit,
            account_id=account_id,
            status=status,
            method=method,
        ),
    )


def start_manual_payment(
    *,
    account_id: str | None = LEFT_OUT,
    package: shapes.Slug | None = LEFT_OUT,
    invoice_id: str | None = LEFT_OUT,
    method: Literal["bank_transfer", "local_wallet"] = LEFT_OUT,
) -> Say[shapes.ManualPayment]:
    """Pay a package or an unpaid invoice by transfer: an invoice with a reference that banks carry, and a mail."""
    return Say(
        "POST",
        "/v1/billing/manual-payments/",
        given(),
        given(account_id=account_id, package=package, invoice_id=invoice_id, method=method),
    )


def get_manual_payment(id: str) -> Query[shapes.ManualPayment]:
    """Get manual payment.

    How an invoice is to be paid past every gateway: so much is left, by which way, and with which reference.
    """
    return Query("GET", f"/v1/billing/manual-payments/{id}/", given())


def list_payment_claims(
    *,
    currency: shapes.Currency = LEFT_OUT,
    amount_min: int = LEFT_OUT,
    amount_max: int = LEFT_OUT,
    created_from: shapes.Instant = LEFT_OUT,
    created_until: shapes.Instant = LEFT_OUT,
    sort: Literal["created", "-created", "amount", "-amount"] = LEFT_OUT,
    limit: int = LEFT_OUT,
    account_id: str = LEFT_OUT,
    invoice_id: str = LEFT_OUT,
    status: shapes.ClaimStatus = LEFT_OUT,
) -> List[shapes.PaymentClaim]:
    """List payment claims.

    A payment that somebody says was made. `status`: submitted, awaiting_second_approval, approved, rejected or
    withdrawn. Whoever approves sends back `fingerprint`: it stands for this claim, for where its invoice stands
    now, and for the `others` that are said to have paid that. `payment_id` is the receipt, once approved;
    `seen_minor` of it stands on statements of the bank.
    """
    return List(
        "GET",
        "/v1/billing/payment-claims/",
        given(
            currency=currency,
            amount_min=amount_min,
            amount_max=amount_max,
            created_from=created_from,
            created_until=created_until,
            sort=sort,
            limit=limit,
            account_id=account_id,
            invoice_id=invoice_id,
            status=status,
        ),
    )


def submit_payment_claim(
    *,
    invoice_id: str,
    amount_minor: int,
    currency: shapes.Currency,
    paid_on: shapes.Day,
    method: Literal["bank_transfer", "local_wallet"] = LEFT_OUT,
    reference: shapes.Line = LEFT_OUT,
) -> Say[shapes.PaymentClaim]:
    """Say that so much was paid for an invoice on a day.

    Without a reference, by the one of the invoice.
    """
    return Say(
        "POST",
        "/v1/billing/payment-claims/",
        given(),
        given(
            invoice_id=invoice_id,
            amount_minor=amount_minor,
            currency=currency,
            paid_on=paid_on,
            method=method,
            reference=reference,
        ),
    )


def get_payment_claim(id: str) -> Query[shapes.PaymentClaim]:
    """Get payment claim.

    A payment that somebody says was made. `status`: submitted, awaiting_second_approval, approved, rejected or
    withdrawn. Whoever approves sends back `fingerprint`: it stands for this claim, for where its invoice stands
    now, and for the `others` that are said to have paid that. `payment_id` is the receipt, once approved;
    `seen_minor` of it stands on statements of the bank.
    """
    return Query("GET", f"/v1/billing/payment-claims/{id}/", given())


def get_payment_claims_proof(id: str) -> File:
    """Get payment claims proof."""
    return File("GET", f"/v1/billing/payment-claims/{id}/proof/", given())


def attach_payment_proof(id: str, *, content: str) -> Say[shapes.PaymentClaim]:
    """Prove a claim with a PDF, PNG or JPEG, in Base64; once."""
    return Say("POST", f"/v1/billing/payment-claims/{id}/proof/", given(), given(content=content))


def withdraw_payment_claim(id: str) -> Say[shapes.PaymentClaim]:
    """Take a claim back that is not decided yet."""
    return Say("POST", f"/v1/billing/payment-claims/{id}/withdraw/", given(), given())


def approve_payment(id: str, *, fingerprint: str) -> Say[shapes.PaymentClaim]:
    """Say that the money of a claim came.

    `fingerprint` is that of the claim as it was shown.
    """
    return Say("POST", f"/v1/admin/payments/{id}/approve/", given(), given(fingerprint=fingerprint))


def reject_payment(id: str, *, reason: shapes.Name) -> Say[shapes.PaymentClaim]:
    """Say that it did not; the reason is told to the customer."""
    return Say("POST", f"/v1/admin/payments/{id}/reject/", given(), given(reason=reason))


def list_admin_statement_lines(
    *,
    sort: Literal["created", "-created"] = LEFT_OUT,
    limit: int = LEFT_OUT,
    account: str = LEFT_OUT,
    status: Literal["open", "awaiting_approval", "booked", "ignored"] = LEFT_OUT,
) -> List[shapes.StatementLine]:
    """List admin statement lines.

    A line of the bank; `amount_minor` is above zero for money that came. `status` is `open`,
    `awaiting_approval`, `booked` or `ignored`. `claim_id` is the claim by which it is booked, `refund_id` the
    refund that it paid out.
    """
    return List("GET", "/v1/admin/statement-lines/", given(sort=sort, limit=limit, account=account, status=status))


def get_admin_statement_line(id: str) -> Query[shapes.StatementLine]:
    """Get admin statement line.

    A line of the bank; `amount_minor` is above zero for money that came. `status` is `open`,
    `awaiting_approval`, `booked` or `ignored`. `claim_id` is the claim by which it is booked, `refund_id` the
    refund that it paid out.
    """
    return Query("GET", f"/v1/admin/statement-lines/{id}/", given())


def refund_payment(
    id: str,
    *,
    amount_minor: int | None = LEFT_OUT,
    reason: Literal[
        "duplicate", "fraudulent", "requested_by_customer", "order_change", "product_unsatisfactory"
    ] = LEFT_OUT,
    used_credits: Literal["reduce", "debt", "forgive"] = LEFT_OUT,
    note: shapes.Line = LEFT_OUT,
    paid_out_on: shapes.Day | None = LEFT_OUT,
) -> Say[shapes.Refund]:
    """Give a payment back to where it came from: `amount_minor` of it, or all that can go back.

    What the payment paid is corrected by credit notes, and the credits that it bought are taken back. Of those
    that are used, `reduce` refunds nothing, `debt` lets them be owed, and `forgive` asks nothing for them. What
    came past every gateway was paid out by a person, on `paid_out_on`.
    """
    return Say(
        "POST",
        f"/v1/admin/payments/{id}/refund/",
        given(),
        given(amount_minor=amount_minor, reason=reason, used_credits=used_credits, note=note, paid_out_on=paid_out_on),
    )


def credit_invoice(
    id: str,
    *,
    amount_minor: int | None = LEFT_OUT,
    reason: Literal[
        "duplicate", "fraudulent", "requested_by_customer", "order_change", "product_unsatisfactory"
    ] = LEFT_OUT,
    used_credits: Literal["reduce", "debt", "forgive"] = LEFT_OUT,
    note: shapes.Line = LEFT_OUT,
) -> Say[shapes.CreditNote]:
    """Correct a paid invoice by a credit note, and keep the money for the account's next invoices."""
    return Say(
        "POST",
        f"/v1/admin/invoices/{id}/credit/",
        given(),
        given(amount_minor=amount_minor, reason=reason, used_credits=used_credits, note=note),
    )


def set_credit_debt_max(id: str, *, credit_debt_max: int) -> Say[shapes.SetCreditDebtMaxView]:
    """How many credits an account may owe at most, once used ones are refunded; 0 for none."""
    return Say("POST", f"/v1/admin/accounts/{id}/credit-debt-max/", given(), given(credit_debt_max=credit_debt_max))


def list_disputes(
    *,
    currency: shapes.Currency = LEFT_OUT,
    amount_min: int = LEFT_OUT,
    amount_max: int = LEFT_OUT,
    created_from: shapes.Instant = LEFT_OUT,
    created_until: shapes.Instant = LEFT_OUT,
    sort: Literal["created", "-created", "opened", "-opened", "due", "-due", "amount", "-amount"] = LEFT_OUT,
    limit: int = LEFT_OUT,
    account_id: str = LEFT_OUT,
    payment_id: str = LEFT_OUT,
    status: shapes.DisputeStatus = LEFT_OUT,
    opened_from: shapes.Instant = LEFT_OUT,
    opened_until: shapes.Instant = LEFT_OUT,
) -> List[shapes.Dispute]:
    """List disputes.

    A customer asks the bank for money of a payment back. `status`: inquiry, inquiry_closed, needs_response,
    under_review, won or lost. Amounts are minor units: `amount_minor` is what is contested, `left_minor` what
    is gone because of it now. An answer at the gateway counts until `evidence_due_at`; null where the bank
    takes none. `evidence` is the path of a PDF with what speaks for you, null until it is written.
    """
    return List(
        "GET",
        "/v1/billing/disputes/",
        given(
            currency=currency,
            amount_min=amount_min,
            amount_max=amount_max,
            created_from=created_from,
            created_until=created_until,
            sort=sort,
            limit=limit,
            account_id=account_id,
            payment_id=payment_id,
            status=status,
            opened_from=opened_from,
            opened_until=opened_until,
        ),
    )


def get_dispute(id: str) -> Query[shapes.Dispute]:
    """Get dispute.

    A customer asks the bank for money of a payment back. `status`: inquiry, inquiry_closed, needs_response,
    under_review, won or lost. Amounts are minor units: `amount_minor` is what is contested, `left_minor` what
    is gone because of it now. An answer at the gateway counts until `evidence_due_at`; null where the bank
    takes none. `evidence` is the path of a PDF with what speaks for you, null until it is written.
    """
    return Query("GET", f"/v1/billing/disputes/{id}/", given())


def get_disputes_evidence_pdf(id: str) -> File:
    """Get disputes evidence pdf."""
    return File("GET", f"/v1/billing/disputes/{id}/evidence.pdf/", given())


def list_refunds(
    *,
    currency: shapes.Currency = LEFT_OUT,
    amount_min: int = LEFT_OUT,
    amount_max: int = LEFT_OUT,
    created_from: shapes.Instant = LEFT_OUT,
    created_until: shapes.Instant = LEFT_OUT,
    sort: Literal["created", "-created", "amount", "-amount"] = LEFT_OUT,
    limit: int = LEFT_OUT,
    account_id: str = LEFT_OUT,
    payment_id: str = LEFT_OUT,
    status: shapes.RefundStatus = LEFT_OUT,
) -> List[shapes.Refund]:
    """List refunds.

    A refund of one payment. `status`: created, unknown, pending, succeeded, failed or canceled. Of
    `amount_minor`, `kept_minor` was kept for the account, `unexplained_minor` fits nothing that it paid (a
    person has been called), and credit notes name the rest. What has failed is kept for the account again. What
    a person has paid out says who did, and on which day.
    """
    return List(
        "GET",
        "/v1/billing/refunds/",
        given(
            currency=currency,
            amount_min=amount_min,
            amount_max=amount_max,
            created_from=created_from,
            created_until=created_until,
            sort=sort,
            limit=limit,
            account_id=account_id,
            payment_id=payment_id,
            status=status,
        ),
    )


def get_refund(id: str) -> Query[shapes.Refund]:
    """Get refund.

    A refund of one payment. `status`: created, unknown, pending, succeeded, failed or canceled. Of
    `amount_minor`, `kept_minor` was kept for the account, `unexplained_minor` fits nothing that it paid (a
    person has been called), and credit notes name the rest. What has failed is kept for the account again. What
    a person has paid out says who did, and on which day.
    """
    return Query("GET", f"/v1/billing/refunds/{id}/", given())


def list_credit_notes(
    *,
    currency: shapes.Currency = LEFT_OUT,
    amount_min: int = LEFT_OUT,
    amount_max: int = LEFT_OUT,
    created_from: shapes.Instant = LEFT_OUT,
    created_until: shapes.Instant = LEFT_OUT,
    sort: Literal["created", "-created", "issued", "-issued", "amount", "-amount", "number", "-number"] = LEFT_OUT,
    limit: int = LEFT_OUT,
    account_id: str = LEFT_OUT,
    invoice_id: str = LEFT_OUT,
    number: str = LEFT_OUT,
    issued_from: shapes.Instant = LEFT_OUT,
    issued_until: shapes.Instant = LEFT_OUT,
) -> List[shapes.CreditNote]:
    """List credit notes.

    A correction of one issued invoice. `pdf` is null until rendered. `lines` come with a single one only. The
    total is what was refunded, what is kept for the account, and what was never paid.
    """
    return List(
        "GET",
        "/v1/billing/credit-notes/",
        given(
            currency=currency,
            amount_min=amount_min,
            amount_max=amount_max,
            created_from=created_from,
            created_until=created_until,
            sort=sort,
            limit=limit,
            account_id=account_id,
            invoice_id=invoice_id,
            number=number,
            issued_from=issued_from,
            issued_until=issued_until,
        ),
    )


def get_credit_note(id: str) -> Query[shapes.CreditNote]:
    """Get credit note.

    A correction of one issued invoice. `pdf` is null until rendered. `lines` come with a single one only. The
    total is what was refunded, what is kept for the account, and what was never paid.
    """
    return Query("GET", f"/v1/billing/credit-notes/{id}/", given())


def get_credit_notes_pdf(id: str) -> File:
    """Get credit notes pdf."""
    return File("GET", f"/v1/billing/credit-notes/{id}/pdf/", given())


def list_admin_approvals(
    *,
    sort: Literal["created", "-created"] = LEFT_OUT,
    limit: int = LEFT_OUT,
    status: shapes.ApprovalStatus = LEFT_OUT,
    account_id: str = LEFT_OUT,
) -> List[shapes.Approval]:
    """List admin approvals.

    A command that was stopped; `id` is its operation's. `status`: waiting, approved, done, refused, stale or
    expired. `effect` is what it would do, `amount` of `unit` (minor units of a currency, or credits) what the
    limit was asked about. Whoever approves sends back `fingerprint`.
    """
    return List("GET", "/v1/admin/approvals/", given(sort=sort, limit=limit, status=status, account_id=account_id))


def get_admin_approval(id: str) -> Query[shapes.Approval]:
    """Get admin approval.

    A command that was stopped; `id` is its operation's. `status`: waiting, approved, done, refused, stale or
    expired. `effect` is what it would do, `amount` of `unit` (minor units of a currency, or credits) what the
    limit was asked about. Whoever approves sends back `fingerprint`.
    """
    return Query("GET", f"/v1/admin/approvals/{id}/", given())


def approve_operation(id: str, *, fingerprint: str) -> Say[dict[str, Any]]:
    """Let a command run that waits for a second person.

    `fingerprint` says what was looked at.
    """
    return Say("POST", f"/v1/admin/approvals/{id}/approve/", given(), given(fingerprint=fingerprint))


def refuse_operation(id: str, *, reason: shapes.Name) -> Say[dict[str, Any]]:
    """Let a command that waits never run; whoever wanted it may take it back so, too."""
    return Say("POST", f"/v1/admin/approvals/{id}/reject/", given(), given(reason=reason))


def adjust_credits(
    id: str,
    *,
    direction: Literal["grant", "take"],
    amount: int,
    reason: shapes.Name,
    expires_at: shapes.Instant | None = LEFT_OUT,
) -> Say[dict[str, Any]]:
    """Give credits to an account, until `expires_at` or for ever, or take some: by a person's word, for a reason.

    Above the limit another person has to approve it.
    """
    return Say(
        "POST",
        f"/v1/admin/accounts/{id}/credits/",
        given(),
        given(direction=direction, amount=amount, reason=reason, expires_at=expires_at),
    )


def write_off_invoice(id: str, *, reason: shapes.Name) -> Say[dict[str, Any]]:
    """Ask nobody any more for an issued invoice that nobody paid.

    It may still be paid.
    """
    return Say("POST", f"/v1/admin/invoices/{id}/write-off/", given(), given(reason=reason))


def list_admin_accounts(
    *,
    created_from: shapes.Instant = LEFT_OUT,
    created_until: shapes.Instant = LEFT_OUT,
    sort: Literal["created", "-created", "name", "-name"] = LEFT_OUT,
    limit: int = LEFT_OUT,
    q: shapes.Name = LEFT_OUT,
    status: shapes.AccountStatus = LEFT_OUT,
    plan: shapes.Slug = LEFT_OUT,
    subscription: shapes.SubscriptionStatus = LEFT_OUT,
) -> List[shapes.FoundAccount]:
    """List admin accounts.

    An account that was found, and the plans of its subscriptions that have not ended.
    """
    return List(
        "GET",
        "/v1/admin/accounts/",
        given(
            created_from=created_from,
            created_until=created_until,
            sort=sort,
            limit=limit,
            q=q,
            status=status,
            plan=plan,
            subscription=subscription,
        ),
    )


def get_admin_account(id: str) -> Query[shapes.AccountFile]:
    """Get admin account.

    An account with what belongs to it: up to twenty of each, the newest first; of the open invoices the first
    due. `owed_minor` is what all open invoices ask for, in minor units by currency. `suspended_because` is
    empty while the account is not suspended. `credits` are as of the account's own time.
    """
    return Query("GET", f"/v1/admin/accounts/{id}/", given())


def list_admin_accounts_activity(
    id: str,
    *,
    created_from: shapes.Instant = LEFT_OUT,
    created_until: shapes.Instant = LEFT_OUT,
    sort: Literal["-created"] = LEFT_OUT,
    limit: int = LEFT_OUT,
    kind: shapes.ActivityKind = LEFT_OUT,
) -> List[shapes.Activity]:
    """List admin accounts activity.

    One thing that happened to an account, at `at`; `id` is that of the thing itself, which other routes show.
    `what` says more of its kind, `status` how it stands now. `amount` counts `unit`: minor units of a currency,
    or `credits`. `reference` is a number, a gateway or the id of what it is about, `who` somebody who wanted
    it.
    """
    return List(
        "GET",
        f"/v1/admin/accounts/{id}/activity/",
        given(created_from=created_from, created_until=created_until, sort=sort, limit=limit, kind=kind),
    )


def suspend_account(id: str, *, reason: shapes.Name) -> Say[shapes.Account]:
    """Suspend an account: nothing is begun for it and it uses nothing.

    One that is suspended stays as it is.
    """
    return Say("POST", f"/v1/admin/accounts/{id}/suspend/", given(), given(reason=reason))


def activate_account(id: str) -> Say[shapes.Account]:
    """Let a suspended account begin and use things again; one that is active stays so."""
    return Say("POST", f"/v1/admin/accounts/{id}/activate/", given(), given())


def get_admin_dashboard_stats(
    *, since: shapes.Day = LEFT_OUT, until: shapes.Day = LEFT_OUT, by: Literal["day", "month"] = LEFT_OUT
) -> Query[shapes.Dashboard]:
    """Get admin dashboard stats.

    The company's figures of `[since, until)`, as of `as_of`, with a series of `by` (`day` or `month`) for
    charts. `subscriptions` are counted as they are now, by their status.
    """
    return Query("GET", "/v1/admin/dashboard/stats/", given(since=since, until=until, by=by))


def list_admin_audit(
    *,
    sort: Literal["created", "-created"] = LEFT_OUT,
    limit: int = LEFT_OUT,
    who: str = LEFT_OUT,
    kind: shapes.ActorKind = LEFT_OUT,
    account_id: str = LEFT_OUT,
    action: str = LEFT_OUT,
    operation_id: str = LEFT_OUT,
    since: shapes.Instant = LEFT_OUT,
    until: shapes.Instant = LEFT_OUT,
) -> List[shapes.AuditEntry]:
    """List admin audit.

    One thing that was done. `before` and `after` have the fields that changed, by table and key. `seq` and
    `hash` are null for a few seconds, until it is chained. `is_erased`: what was personal of it is gone.
    """
    return List(
        "GET",
        "/v1/admin/audit/",
        given(
            sort=sort,
            limit=limit,
            who=who,
            kind=kind,
            account_id=account_id,
            action=action,
            operation_id=operation_id,
            since=since,
            until=until,
        ),
    )


def get_admin_audit_head() -> Query[shapes.AuditHead]:
    """Get admin audit head.

    The last link of the chain: whoever keeps it can tell later whether anything before it was changed.
    """
    return Query("GET", "/v1/admin/audit/head/", given())


def get_admin_audit(id: str) -> Query[shapes.AuditEntry]:
    """Get admin audit.

    One thing that was done. `before` and `after` have the fields that changed, by table and key. `seq` and
    `hash` are null for a few seconds, until it is chained. `is_erased`: what was personal of it is gone.
    """
    return Query("GET", f"/v1/admin/audit/{id}/", given())


def list_admin_api_keys() -> List[shapes.ApiKey]:
    """List admin api keys.

    A key, without its secret. `account_ids` null: every account; `last_used_at` may lag behind by a minute.
    """
    return List("GET", "/v1/admin/api-keys/", given())


def create_api_key(
    *,
    name: shapes.Name,
    scopes: list[shapes.Scope],
    account_ids: list[str] | None = LEFT_OUT,
    expires_at: shapes.Instant | None = LEFT_OUT,
    requests_per_minute_max: int | None = LEFT_OUT,
) -> Say[shapes.ApiKey]:
    """Make a key for a server: its `key` is in this answer alone.

    It may do what its `scopes` say, all of which its maker may, for `account_ids` alone where some are given.
    One that moves the company's money, decides, or makes keys needs a second person.
    """
    return Say(
        "POST",
        "/v1/admin/api-keys/",
        given(),
        given(
            name=name,
            scopes=scopes,
            account_ids=account_ids,
            expires_at=expires_at,
            requests_per_minute_max=requests_per_minute_max,
        ),
    )


def revoke_api_key(id: str) -> Say[shapes.ApiKey]:
    """End a key, of a server or of staff.

    It is worth nothing within seconds.
    """
    return Say("POST", f"/v1/admin/api-keys/{id}/revoke/", given(), given())


def list_admin_staff() -> List[shapes.StaffMember]:
    """List admin staff.

    One of the company's own people.
    """
    return List("GET", "/v1/admin/staff/", given())


def add_staff_member(*, name: shapes.Name, email: shapes.Email, role: shapes.StaffRole) -> Say[shapes.StaffMember]:
    """Write down one of the company's own people.

    A second person has to approve it.
    """
    return Say("POST", "/v1/admin/staff/", given(), given(name=name, email=email, role=role))


def change_staff_role(id: str, *, role: shapes.StaffRole) -> Say[shapes.StaffRoleView]:
    """Let somebody do what another role may.

    A second person has to approve it.
    """
    return Say("PATCH", f"/v1/admin/staff/{id}/role/", given(), given(role=role))


def end_staff_member(id: str) -> Say[shapes.StaffMember]:
    """End somebody: all their keys are worth nothing within seconds."""
    return Say("POST", f"/v1/admin/staff/{id}/end/", given(), given())


def create_staff_key(id: str, *, expires_at: shapes.Instant | None = LEFT_OUT) -> Say[shapes.ApiKey]:
    """Make a key of one of the staff, who may do with it what their role may: its `key` is in this answer alone.

    It counts once a second person has approved it.
    """
    return Say("POST", f"/v1/admin/staff/{id}/keys/", given(), given(expires_at=expires_at))


def list_admin_plans() -> List[shapes.ListedPlan]:
    """List admin plans.

    A plan with all its versions, the newest first: that one is sold, as long as the plan `is_offered`.
    """
    return List("GET", "/v1/admin/plans/", given())


def publish_plan(
    *,
    plan: shapes.Slug,
    name: shapes.Name,
    prices: list[shapes.PlanPriceWish],
    credits_per_month: int = LEFT_OUT,
    credits_roll_over: bool = LEFT_OUT,
    sites_max: int | None = LEFT_OUT,
    users_max: int | None = LEFT_OUT,
    trial_days: int = LEFT_OUT,
) -> Say[shapes.ListedPlan]:
    """Publish the next version of a plan, or a new plan.

    Running subscriptions keep theirs until they are migrated.
    """
    return Say(
        "POST",
        "/v1/admin/plans/",
        given(),
        given(
            plan=plan,
            name=name,
            prices=prices,
            credits_per_month=credits_per_month,
            credits_roll_over=credits_roll_over,
            sites_max=sites_max,
            users_max=users_max,
            trial_days=trial_days,
        ),
    )


def get_admin_plan(id: str) -> Query[shapes.ListedPlan]:
    """Get admin plan.

    A plan with all its versions, the newest first: that one is sold, as long as the plan `is_offered`.
    """
    return Query("GET", f"/v1/admin/plans/{id}/", given())


def archive_plan(id: str) -> Say[shapes.ListedPlan]:
    """Sell a plan to nobody new.

    Running subscriptions go on, and renew at their price.
    """
    return Say("POST", f"/v1/admin/plans/{id}/archive/", given(), given())


def restore_plan(id: str) -> Say[shapes.ListedPlan]:
    """Offer a plan that was archived again, at its newest version."""
    return Say("POST", f"/v1/admin/plans/{id}/restore/", given(), given())


def migrate_plan(id: str, *, dry_run: bool = LEFT_OUT) -> Say[shapes.MigratedPlan]:
    """Let running subscriptions of older versions go to the newest one with their next period; or only count them."""
    return Say("POST", f"/v1/admin/plans/{id}/migrate/", given(), given(dry_run=dry_run))


def list_admin_coupons(
    *, sort: Literal["created", "-created"] = LEFT_OUT, limit: int = LEFT_OUT, code: str = LEFT_OUT
) -> List[shapes.ListedCoupon]:
    """List admin coupons.

    A coupon: a share in parts per million, or an amount of `currency`; and how often it was redeemed. `periods`
    is for how many billing periods it counts, 0 for ever. `expires_at` ends its redemption, not its effect.
    """
    return List("GET", "/v1/admin/coupons/", given(sort=sort, limit=limit, code=code))


def issue_coupon(
    *,
    code: str,
    percent_ppm: int | None = LEFT_OUT,
    amount_minor: int | None = LEFT_OUT,
    currency: shapes.Currency | None = LEFT_OUT,
    periods: int = LEFT_OUT,
    redemptions_max: int | None = LEFT_OUT,
    expires_at: shapes.Instant | None = LEFT_OUT,
) -> Say[shapes.ListedCoupon]:
    """A discount that customers enter: a share of a plan's price, or an amount of a currency off it."""
    return Say(
        "POST",
        "/v1/admin/coupons/",
        given(),
        given(
            code=code,
            percent_ppm=percent_ppm,
            amount_minor=amount_minor,
            currency=currency,
            periods=periods,
            redemptions_max=redemptions_max,
            expires_at=expires_at,
        ),
    )


def get_admin_coupon(id: str) -> Query[shapes.ListedCoupon]:
    """Get admin coupon.

    A coupon: a share in parts per million, or an amount of `currency`; and how often it was redeemed. `periods`
    is for how many billing periods it counts, 0 for ever. `expires_at` ends its redemption, not its effect.
    """
    return Query("GET", f"/v1/admin/coupons/{id}/", given())


def archive_coupon(id: str) -> Say[shapes.ListedCoupon]:
    """Let nobody redeem a coupon any more.

    Who has redeemed it keeps the discount.
    """
    return Say("POST", f"/v1/admin/coupons/{id}/archive/", given(), given())


def restore_coupon(id: str) -> Say[shapes.ListedCoupon]:
    """Let a coupon that was archived be redeemed again, as far as it has not expired and is not used up."""
    return Say("POST", f"/v1/admin/coupons/{id}/restore/", given(), given())


def list_admin_tax_rates(*, country: shapes.Country = LEFT_OUT) -> List[shapes.TaxRate]:
    """List admin tax rates.

    A country's tax in `[valid_from, valid_until)`, UTC days; null: until further notice. 190000 ppm are 19 %.
    """
    return List("GET", "/v1/admin/tax-rates/", given(country=country))


def set_tax_rate(
    *, country: shapes.Country, name: shapes.Name, rate_ppm: int, valid_from: shapes.Day
) -> Say[shapes.TaxRate]:
    """A country's tax from a UTC day on, until the next one: 190000 parts per million are 19 %, 0 ends a tax."""
    return Say(
        "POST",
        "/v1/admin/tax-rates/",
        given(),
        given(country=country, name=name, rate_ppm=rate_ppm, valid_from=valid_from),
    )


def list_admin_payment_methods(*, country: str = LEFT_OUT) -> List[shapes.DecidedMethod]:
    """List admin payment methods.

    A way to pay as it was decided for a country or the rest of the world (`rest`), offered (`enabled`) or not.
    """
    return List("GET", "/v1/admin/payment-methods/", given(country=country))


def offer_payment_method(
    *,
    country: str,
    method: str,
    display_name: shapes.Name | None = LEFT_OUT,
    sort_order: int | None = LEFT_OUT,
    enabled: bool | None = LEFT_OUT,
    instructions: str | None = LEFT_OUT,
    iban: str | None = LEFT_OUT,
    bic: str | None = LEFT_OUT,
    account_name: shapes.Line | None = LEFT_OUT,
    wallet_kind: shapes.Line | None = LEFT_OUT,
    wallet_id: shapes.Line | None = LEFT_OUT,
    currencies: list[shapes.Currency] | None = LEFT_OUT,
) -> Say[shapes.DecidedMethod]:
    """Offer a way to pay in a country, or in the rest of the world; one that is there is changed."""
    return Say(
        "POST",
        "/v1/admin/payment-methods/",
        given(),
        given(
            country=country,
            method=method,
            display_name=display_name,
            sort_order=sort_order,
            enabled=enabled,
            instructions=instructions,
            iban=iban,
            bic=bic,
            account_name=account_name,
            wallet_kind=wallet_kind,
            wallet_id=wallet_id,
            currencies=currencies,
        ),
    )


def reset_payment_methods(*, country: shapes.Country) -> Say[shapes.DecidedMethods]:
    """Take a country's own ways to pay away: it is offered those of the rest of the world again."""
    return Say("POST", "/v1/admin/payment-methods/reset/", given(), given(country=country))


def get_admin_payment_method(id: str) -> Query[shapes.DecidedMethod]:
    """Get admin payment method.

    A way to pay as it was decided for a country or the rest of the world (`rest`), offered (`enabled`) or not.
    """
    return Query("GET", f"/v1/admin/payment-methods/{id}/", given())


def update_offered_method(
    id: str,
    *,
    display_name: shapes.Name | None = LEFT_OUT,
    sort_order: int | None = LEFT_OUT,
    enabled: bool | None = LEFT_OUT,
    instructions: str | None = LEFT_OUT,
    iban: str | None = LEFT_OUT,
    bic: str | None = LEFT_OUT,
    account_name: shapes.Line | None = LEFT_OUT,
    wallet_kind: shapes.Line | None = LEFT_OUT,
    wallet_id: shapes.Line | None = LEFT_OUT,
    currencies: list[shapes.Currency] | None = LEFT_OUT,
) -> Say[shapes.DecidedMethod]:
    """Change how a way to pay is offered."""
    return Say(
        "PATCH",
        f"/v1/admin/payment-methods/{id}/",
        given(),
        given(
            display_name=display_name,
            sort_order=sort_order,
            enabled=enabled,
            instructions=instructions,
            iban=iban,
            bic=bic,
            account_name=account_name,
            wallet_kind=wallet_kind,
            wallet_id=wallet_id,
            currencies=currencies,
        ),
    )


def list_admin_providers() -> List[shapes.Provider]:
    """List admin providers.

    A provider. It is called as long as it `is_active` and has a key: one that is kept here, or the
    environment's. Of one that is not `is_kept` the environment says everything. `last_called_at` is about when;
    of those that are not paced it is null. `waiting` is how much was put off because it was not called or gave
    no usable answer, a thousand at most, and `because` says why of one of these.
    """
    return List("GET", "/v1/admin/providers/", given())


def enable_provider(provider: str) -> Say[shapes.SwitchedProvider]:
    """Call a provider again, and do what waited for it."""
    return Say("POST", f"/v1/admin/providers/{provider}/enable/", given(), given())


def disable_provider(provider: str) -> Say[shapes.SwitchedProvider]:
    """Call a provider no more; what has to be asked of it waits, however long.

    Its webhooks are still taken.
    """
    return Say("POST", f"/v1/admin/providers/{provider}/disable/", given(), given())


def list_admin_operations(
    *,
    created_from: shapes.Instant = LEFT_OUT,
    created_until: shapes.Instant = LEFT_OUT,
    sort: Literal["created", "-created"] = LEFT_OUT,
    limit: int = LEFT_OUT,
    kind: str = LEFT_OUT,
    status: Literal["queued", "running", "awaiting_approval", "succeeded", "failed", "parked"] = LEFT_OUT,
    account_id: str = LEFT_OUT,
    caller: shapes.Line = LEFT_OUT,
) -> List[shapes.GivenCommand]:
    """List admin operations.

    Somebody's command. `caller` is whose it is, as the audit names them; `error` the last line of what went
    wrong. Of one alone `body` is what was said, and `error` is whole.
    """
    return List(
        "GET",
        "/v1/admin/operations/",
        given(
            created_from=created_from,
            created_until=created_until,
            sort=sort,
            limit=limit,
            kind=kind,
            status=status,
            account_id=account_id,
            caller=caller,
        ),
    )


def get_admin_operation(id: str) -> Query[shapes.GivenCommand]:
    """Get admin operation.

    Somebody's command. `caller` is whose it is, as the audit names them; `error` the last line of what went
    wrong. Of one alone `body` is what was said, and `error` is whole.
    """
    return Query("GET", f"/v1/admin/operations/{id}/", given())


def replay_operation(id: str) -> Say[shapes.WorkDecision]:
    """Give a command that is parked all its attempts again; one that was put off is tried soon."""
    return Say("POST", f"/v1/admin/operations/{id}/replay/", given(), given())


def discard_operation(id: str, *, reason: shapes.Name) -> Say[shapes.WorkDecision]:
    """Decide that a command that is parked is never run."""
    return Say("POST", f"/v1/admin/operations/{id}/discard/", given(), given(reason=reason))


def list_admin_inbox(
    *,
    created_from: shapes.Instant = LEFT_OUT,
    created_until: shapes.Instant = LEFT_OUT,
    sort: Literal["created", "-created"] = LEFT_OUT,
    limit: int = LEFT_OUT,
    status: Literal["waiting", "parked", "done", "discarded"] = LEFT_OUT,
    gateway: str = LEFT_OUT,
    event_type: str = LEFT_OUT,
    event_id: str = LEFT_OUT,
) -> List[shapes.InboxEvent]:
    """List admin inbox.

    What a gateway has told, by its own `event_id`; of one alone with the `body` that it sent.
    """
    return List(
        "GET",
        "/v1/admin/inbox/",
        given(
            created_from=created_from,
            created_until=created_until,
            sort=sort,
            limit=limit,
            status=status,
            gateway=gateway,
            event_type=event_type,
            event_id=event_id,
        ),
    )


def get_admin_inbox(id: str) -> Query[shapes.InboxEvent]:
    """Get admin inbox.

    What a gateway has told, by its own `event_id`; of one alone with the `body` that it sent.
    """
    return Query("GET", f"/v1/admin/inbox/{id}/", given())


def replay_inbox_event(id: str) -> Say[shapes.WorkDecision]:
    """Give an event that is parked all its attempts again; one that was put off is tried soon."""
    return Say("POST", f"/v1/admin/inbox/{id}/replay/", given(), given())


def discard_inbox_event(id: str, *, reason: shapes.Name) -> Say[shapes.WorkDecision]:
    """Decide that an event that is parked is never handled."""
    return Say("POST", f"/v1/admin/inbox/{id}/discard/", given(), given(reason=reason))


def list_admin_outbox(
    *,
    created_from: shapes.Instant = LEFT_OUT,
    created_until: shapes.Instant = LEFT_OUT,
    sort: Literal["created", "-created"] = LEFT_OUT,
    limit: int = LEFT_OUT,
    status: Literal["waiting", "parked", "done", "discarded"] = LEFT_OUT,
    topic: str = LEFT_OUT,
) -> List[shapes.FollowUp]:
    """List admin outbox.

    What must follow a change of the books, as a mail: `topic` says what, `subject_id` about which row.
    """
    return List(
        "GET",
        "/v1/admin/outbox/",
        given(
            created_from=created_from, created_until=created_until, sort=sort, limit=limit, status=status, topic=topic
        ),
    )


def get_admin_outbox(id: str) -> Query[shapes.FollowUp]:
    """Get admin outbox.

    What must follow a change of the books, as a mail: `topic` says what, `subject_id` about which row.
    """
    return Query("GET", f"/v1/admin/outbox/{id}/", given())


def replay_follow_up(id: str) -> Say[shapes.WorkDecision]:
    """Give what must follow and is parked all its attempts again, as a mail; what was put off is tried soon."""
    return Say("POST", f"/v1/admin/outbox/{id}/replay/", given(), given())


def discard_follow_up(id: str, *, reason: shapes.Name) -> Say[shapes.WorkDecision]:
    """Decide that what must follow and is parked never does, as a mail that is sent no more."""
    return Say("POST", f"/v1/admin/outbox/{id}/discard/", given(), given(reason=reason))


def list_test_clocks(
    *, sort: Literal["created", "-created"] = LEFT_OUT, limit: int = LEFT_OUT
) -> List[shapes.TestClock]:
    """List test clocks.

    A test clock. While it is advancing, everything up to `target_at` happens in its order; `frozen_at` follows.
    """
    return List("GET", "/v1/test-clocks/", given(sort=sort, limit=limit))


def create_test_clock(
    *, name: shapes.Name, frozen_at: shapes.Instant, gateway: str | None = LEFT_OUT
) -> Say[shapes.TestClock]:
    """A clock that stands at an instant until it is advanced.

    Only while the sandbox or a test key is in use.
    """
    return Say("POST", "/v1/test-clocks/", given(), given(name=name, frozen_at=frozen_at, gateway=gateway))


def get_test_clock(id: str) -> Query[shapes.TestClock]:
    """Get test clock.

    A test clock. While it is advancing, everything up to `target_at` happens in its order; `frozen_at` follows.
    """
    return Query("GET", f"/v1/test-clocks/{id}/", given())


def advance_test_clock(id: str, *, frozen_at: shapes.Instant) -> Say[shapes.TestClock]:
    """Turn a test clock forward.

    Everything that falls due on the way happens in its order.
    """
    return Say("POST", f"/v1/test-clocks/{id}/advance/", given(), given(frozen_at=frozen_at))
