"""What the API takes and answers, by shape. Written by `make client`; texts are as JSON has them."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

AccountStatus = Literal["active", "suspended", "closed"]
ActivityKind = Literal[
    "event",
    "command",
    "invoice",
    "payment",
    "receipt",
    "claim",
    "refund",
    "credit_note",
    "dispute",
    "credits",
    "mail",
    "gateway",
    "person",
]
ActorKind = Literal["key", "user", "staff", "product", "link", "operator", "system"]
ApprovalStatus = Literal["waiting", "approved", "done", "refused", "stale", "expired"]
AttemptStatus = Literal["created", "unknown", "pending", "approved", "captured", "failed", "expired"]
ClaimStatus = Literal["submitted", "awaiting_second_approval", "approved", "rejected", "withdrawn"]
Country = str
CreditMovement = Literal["grant", "consume", "expire", "revoke", "repay", "return", "reserve", "release", "adjust"]
Currency = str
Day = str
DeliveryState = Literal["waiting", "delivered", "given_up"]
DisputeStatus = Literal["inquiry", "inquiry_closed", "needs_response", "under_review", "won", "lost"]
Email = str
Instant = str
InvitationStatus = Literal["open", "expired"]
InvoiceStatus = Literal["draft", "pending", "paid", "void", "uncollectible"]
Line = str
MailKind = Literal["invoices", "payment_problems", "credits", "security"]
ManualMethod = Literal["bank_transfer", "local_wallet"]
Name = str
ReceiptSource = Literal["capture", "given_back", "refund", "dispute", "dispute_fee", "carried_over"]
RefundStatus = Literal["created", "unknown", "pending", "succeeded", "failed", "canceled"]
Role = Literal["owner", "admin", "billing", "member", "viewer"]
Scope = str
Slug = str
StaffRole = Literal["support", "finance", "approver", "operator", "admin"]
SubscriptionStatus = Literal["incomplete", "trialing", "active", "past_due", "paused", "canceled", "expired"]
Url = str
UserId = str


class Account(TypedDict):
    """A customer of the SaaS company.

    `kept_minor` is money kept for the next invoices, in minor units by currency; negative, it is owed with
    them. `open_disputes` counts the payments, or parts of them, that it contests at its bank now.
    `mail_stopped` says why no mail is sent to `billing_email`; null where it is.
    """

    id: str
    name: str
    slug: str
    owner: str
    billing_email: str
    billing_address: dict[str, str]
    tax_id: str
    test_clock_id: str | None
    created_at: str
    status: AccountStatus
    suspended_at: str | None
    closed_at: str | None
    kept_minor: NotRequired[dict[str, int]]
    open_disputes: NotRequired[int]
    mail_stopped: NotRequired[MailStop | None]


class AccountFigures(TypedDict):
    """How many accounts there are now, by their status, and how many of them were opened in the time."""

    active: int
    suspended: int
    closed: int
    new: int


class AccountFile(TypedDict):
    """An account with what belongs to it: up to twenty of each, the newest first; of the open invoices the first
    due.

    `owed_minor` is what all open invoices ask for, in minor units by currency. `suspended_because` is empty
    while the account is not suspended. `credits` are as of the account's own time.
    """

    id: str
    name: str
    slug: str
    owner: str
    billing_email: str
    billing_address: dict[str, str]
    tax_id: str
    test_clock_id: str | None
    created_at: str
    status: AccountStatus
    suspended_at: str | None
    closed_at: str | None
    kept_minor: NotRequired[dict[str, int]]
    open_disputes: NotRequired[int]
    mail_stopped: NotRequired[MailStop | None]
    suspended_because: str
    subscriptions: list[Subscription]
    credits: Balance
    owed_minor: dict[str, int]
    open_invoices: list[Invoice]
    last_payments: list[Payment]
    gateway_customers: list[GatewayCustomer]


class AccountSettings(TypedDict):
    """What a customer says of itself.

    `tax_id_checked`: the country's form and check digits are known, and it has them. `pending_email` is the
    billing e-mail that waits to be confirmed; until then `billing_email` is used.
    """

    account_id: str
    name: str
    billing_address: dict[str, str]
    tax_id: str
    tax_id_checked: bool
    billing_email: str
    pending_email: PendingEmail | None
    recipients: dict[str, list[str]]
    time_zone: str
    locale: str


class Activity(TypedDict):
    """One thing that happened to an account, at `at`; `id` is that of the thing itself, which other routes show.

    `what` says more of its kind, `status` how it stands now. `amount` counts `unit`: minor units of a currency,
    or `credits`. `reference` is a number, a gateway or the id of what it is about, `who` somebody who wanted
    it.
    """

    account_id: str
    kind: ActivityKind
    what: str
    at: str
    id: str
    status: str | None
    amount: int | None
    unit: str | None
    reference: str | None
    who: str | None


class Actor(TypedDict):
    """Who acted.

    `kind`: key, user, staff, product, link, operator or system; `id` as operations remember callers.
    """

    kind: str
    id: str
    name: str
    role: str


class Address(TypedDict):
    """A billing address.

    `country` is ISO 3166-1 alpha-2, upper case, or XK.
    """

    line1: NotRequired[Line]
    line2: NotRequired[Line]
    city: NotRequired[Line]
    region: NotRequired[Line]
    postal_code: NotRequired[Line]
    country: Country


class ApiKey(TypedDict):
    """A key, without its secret.

    `account_ids` null: every account; `last_used_at` may lag behind by a minute.
    """

    id: str
    name: str
    hint: str
    scopes: list[str]
    account_ids: list[str] | None
    staff_id: str | None
    requests_per_minute_max: int | None
    created_at: str
    expires_at: str | None
    revoked_at: str | None
    last_used_at: str | None


class Approval(TypedDict):
    """A command that was stopped; `id` is its operation's.

    `status`: waiting, approved, done, refused, stale or expired. `effect` is what it would do, `amount` of
    `unit` (minor units of a currency, or credits) what the limit was asked about. Whoever approves sends back
    `fingerprint`.
    """

    id: str
    kind: str
    account_id: str | None
    effect: dict[str, Any]
    fingerprint: str
    amount: int
    unit: str
    status: str
    asked_by: str
    asked_at: str
    expires_at: str
    decided_by: str
    decided_at: str | None
    reason: str


class AuditEntry(TypedDict):
    """One thing that was done.

    `before` and `after` have the fields that changed, by table and key. `seq` and `hash` are null for a few
    seconds, until it is chained. `is_erased`: what was personal of it is gone.
    """

    id: str
    seq: int | None
    hash: str | None
    created_at: str
    actor: Actor
    account_id: str | None
    action: str
    operation_id: str | None
    reason: str
    said: dict[str, Any]
    before: dict[str, Any]
    after: dict[str, Any]
    is_erased: bool


class AuditHead(TypedDict):
    """The last link of the chain: whoever keeps it can tell later whether anything before it was changed."""

    seq: int
    hash: str


class AutoTopUp(TypedDict):
    """A package that is bought when credits fall low.

    `invoice_id` is the purchase under way. `stop_code` says why it stopped: the gateway's code of a declined
    card, `no_card`, `package_not_found`, `nothing_to_pay`, `payment_disputed`, `credits_returned` (their money
    went back), or `ended`.
    """

    account_id: str
    package: str
    top_up_below: int
    monthly_max: int
    invoice_id: str | None
    stopped_at: str | None
    stop_code: str


class Balance(TypedDict):
    """An account's usable credits now, less its `debt`, and when the next of them expire; what is frozen counts
    apart.

    Below zero, credits are owed that were used and refunded, or by an agreed overdraft: the next ones pay for
    them.
    """

    account_id: str
    balance: int
    debt: int
    frozen: int
    next_expiry_at: str | None


class BalanceWatch(TypedDict):
    """The warning about a low balance; `warn_below` is null when there is none."""

    account_id: str
    warn_below: int | None
    is_low: bool


class BilledLine(TypedDict):
    """One line: so many of a unit price before tax, of a package of credits, or of a service on the price list.

    A package and a service bring their own words, unless a `description` says others.
    """

    description: NotRequired[Line]
    quantity: NotRequired[int]
    unit_minor: NotRequired[int | None]
    package: NotRequired[Slug | None]
    service: NotRequired[Slug | None]


class CanceledInvitation(TypedDict):
    """The invitation that was called off: its link opens nothing any more."""

    id: str
    account_id: str


class CapturedPage(TypedDict):
    """What became of the payment on a page.

    `status`: captured, pending, failed or expired. `checkout_url` is where the customer has to go (back) to;
    empty where they have nothing to do.
    """

    checkout_url: str
    checkout_ref: str
    payment_attempt_id: str | None
    invoice_id: str
    total_minor: int
    currency: str
    status: str
    failure_code: str


class Card(TypedDict):
    """A saved card that can be charged, or a wallet (`kind`).

    `card_ref` is the gateway's id of it. A wallet has no digits and does not expire; its `holder` tells whose
    it is, masked. `fallback_order` is its place among those that are tried when the default is refused for
    good; null: after these.
    """

    id: str
    account_id: str
    gateway: str
    card_ref: str
    kind: str
    brand: str
    last4: str | None
    holder: str
    exp_month: int | None
    exp_year: int | None
    is_default: bool
    fallback_order: int | None
    created_at: str


class ChangePreview(TypedDict):
    """What a change of plan costs at the instant `at`, and what it does to credits.

    `total_minor` is the invoice's total, `balance_used_minor` what kept money pays of it (negative: owed from
    before, and charged on top), `carried_over_minor` a rest too small to be charged, which a later invoice asks
    for, and `due_minor` what is charged; `kept_minor` is added to the money kept on the account. `change` is
    what becomes of the wish: it is `made`, `pending` until `due_minor` is paid, or `planned` for the next
    period. `fingerprint` stands for all of this: a change that says it is made as it is shown here, or refused.
    """

    subscription_id: str
    at: str
    when: str
    change: str
    currency: str
    lines: list[QuotedLine]
    subtotal_minor: int
    tax_minor: int
    total_minor: int
    balance_used_minor: int
    carried_over_minor: int
    due_minor: int
    kept_minor: int
    credits_granted: int
    credits_revoked: int
    period_start: str
    period_end: str
    fingerprint: str


class ChangedSubscription(TypedDict):
    """A subscription after the wish for another plan.

    `change` is `made`, `pending` until it is paid for, `planned` for the next period, or `to_approve` until the
    customer has agreed at `approval_url`.
    """

    id: str
    account_id: str
    status: str
    collection: str
    pay_by: str
    plan: str
    plan_version: int
    plan_is_unknown: bool
    interval: str
    currency: str
    price_minor: int
    credits_per_period: int
    sites_max: int | None
    users_max: int | None
    period_start: str
    period_end: str
    trial_end: str | None
    cancel_at_period_end: bool
    next_plan: str | None
    pending_change: PendingChange | None
    canceled_at: str | None
    limits_suspended: bool
    paused_at: str | None
    resumes_at: str | None
    ended_at: str | None
    services: list[str]
    created_at: str
    change: str
    approval_url: NotRequired[str]


class ChosenMethod(TypedDict):
    """The card or wallet that is charged from now on; a wallet has no digits."""

    account_id: str
    card_id: str
    brand: str
    last4: str | None


class ConsumedCredits(TypedDict):
    """How many credits were used, and how many are left."""

    account_id: str
    consumed: int
    balance: int


class Count(TypedDict):
    """What the product has counted, null before it has.

    `most`: null where there is no limit, 0 without a plan.
    """

    used: int | None
    most: int | None
    is_over: bool
    counted_at: str | None


class Coupon(TypedDict):
    """A coupon that can be redeemed now: a share in parts per million, or an amount of `currency`.

    `periods` is for how many billing periods it counts, 0 for ever. `expires_at` ends its redemption, not its
    effect.
    """

    code: str
    name: str
    percent_ppm: int
    amount_minor: int
    currency: str | None
    periods: int
    expires_at: str | None
    plan: DiscountedPlan | None


class CreditCost(TypedDict):
    """A version of what an operation costs: `credits` for every `per_quantity` units, from `valid_from` on."""

    id: str
    operation: str
    name: str
    unit: str
    credits: int
    per_quantity: int
    rounding: str
    valid_from: str


class CreditCostList(TypedDict):
    """Versions, by operation and time."""

    data: list[CreditCost]


class CreditFigures(TypedDict):
    """Credits that were granted in the time, and that were used."""

    issued: int
    used: int


class CreditNote(TypedDict):
    """A correction of one issued invoice.

    `pdf` is null until rendered. `lines` come with a single one only. The total is what was refunded, what is
    kept for the account, and what was never paid.
    """

    id: str
    account_id: str
    invoice_id: str
    refund_id: str | None
    number: str
    reason: str
    note: str
    currency: str
    subtotal_minor: int
    tax_minor: int
    total_minor: int
    refunded_minor: int
    kept_minor: int
    unpaid_minor: int
    issued_at: str
    pdf: str | None
    lines: NotRequired[list[CreditNoteLine] | None]


class CreditNoteLine(TypedDict):
    """What is taken back of one line of the invoice; below zero where that line gave back."""

    description: str
    net_minor: int
    tax_name: str
    tax_rate_ppm: int
    tax_minor: int


class CreditTransaction(TypedDict):
    """One movement of credits: positive when granted or returned, negative when they became fewer."""

    id: str
    account_id: str
    grant_id: str
    movement: str
    amount: int
    description: str
    created_at: str


class Dashboard(TypedDict):
    """The company's figures of `[since, until)`, as of `as_of`, with a series of `by` (`day` or `month`) for
    charts.

    `subscriptions` are counted as they are now, by their status.
    """

    since: str
    until: str
    by: str
    as_of: str
    accounts: AccountFigures
    subscriptions: dict[str, int]
    revenue: list[Revenue]
    failed_payments: list[FailedPayments]
    credits: CreditFigures
    mrr: list[MrrFigures]
    series: list[DashboardBucket]


class DashboardBucket(TypedDict):
    """A day or a month of UTC of the time, from `starts_at` on.

    Currencies that have nothing to tell are left out.
    """

    starts_at: str
    new_accounts: int
    credits: CreditFigures
    revenue: list[Revenue]
    failed_payments: list[FailedPayments]
    mrr: list[Mrr]


class DayOfUsage(TypedDict):
    """A day of the account's time zone."""

    date: str
    events: int
    credits: int


class Decided(TypedDict):
    """What became of work that waited for a person, in the words of whoever decided that it is never run."""

    discarded_by: str
    discarded_because: str


class DecidedMethod(TypedDict):
    """A way to pay as it was decided for a country or the rest of the world (`rest`), offered (`enabled`) or not."""

    method: str
    display_name: str
    instructions: str
    iban: str
    bic: str
    account_name: str
    wallet_kind: str
    wallet_id: str
    currencies: list[str]
    id: str
    country: str
    sort_order: int
    enabled: bool


class DecidedMethods(TypedDict):
    """What is decided for a country from now on, in its order."""

    data: list[DecidedMethod]


class DiscountedPlan(TypedDict):
    """A period of a plan with a coupon, before tax."""

    plan: str
    interval: str
    currency: str
    price_minor: int
    discount_minor: int
    discounted_minor: int


class Dispute(TypedDict):
    """A customer asks the bank for money of a payment back.

    `status`: inquiry, inquiry_closed, needs_response, under_review, won or lost. Amounts are minor units:
    `amount_minor` is what is contested, `left_minor` what is gone because of it now. An answer at the gateway
    counts until `evidence_due_at`; null where the bank takes none. `evidence` is the path of a PDF with what
    speaks for you, null until it is written.
    """

    id: str
    account_id: str
    payment_id: str
    gateway: str
    reference: str
    status: str
    amount_minor: int
    left_minor: int
    currency: str
    reason: str
    evidence_due_at: str | None
    opened_at: str
    closed_at: str | None
    evidence: str | None
    created_at: str


class EndpointSecret(TypedDict):
    """What its messages are signed with: the newest, and as long as it still signs, the one before."""

    endpoint_id: str
    secret: str
    secrets: list[str]


class Event(TypedDict):
    """What the product is told, in a list and by webhook alike: the same id has the same content for ever.

    `data` is the object as it was then, in the form of this `schema_version`. Ordered by `sequence` within its
    account; `happened_at` is when the change was begun.
    """

    id: str
    type: str
    schema_version: int
    account_id: str
    sequence: int
    happened_at: str
    data: dict[str, Any]


class EventAttempt(TypedDict):
    """One request.

    `status` is the HTTP status; null: there was none, as `error` says. `answer` is how it began.
    """

    status: int | None
    milliseconds: int
    error: str
    answer: str
    attempted_at: str


class EventDeliveries(TypedDict):
    """Of one event, to each endpoint."""

    data: list[EventDelivery]


class EventDelivery(TypedDict):
    """An event on its way to an endpoint.

    `status`: waiting (until `next_attempt_at`), delivered or given_up. `tries` are the newest requests, the
    newest first; `attempts` counts them since it was last asked for.
    """

    id: str
    endpoint_id: str
    event_id: str
    type: str
    account_id: str
    status: str
    attempts: int
    next_attempt_at: str | None
    finished_at: str | None
    created_at: str
    tries: list[EventAttempt]


class EventEndpoint(TypedDict):
    """Where events are sent.

    `waiting` counts those that are not there yet. `disabled_because`: by_request, failing (for three days) or
    gone (it has answered 410). `failing_since`: nothing was taken since.
    """

    id: str
    url: str
    description: str
    types: list[str]
    ordered: bool
    enabled: bool
    disabled_at: str | None
    disabled_because: str
    failing_since: str | None
    waiting: int
    created_at: str


class EventEndpoints(TypedDict):
    """All of them, the oldest first."""

    data: list[EventEndpoint]


class EventPage(TypedDict):
    """Events in the order in which they happened.

    `next_cursor` goes on after the last of them, now or later. With `has_more` there are others already;
    without, ask again after a while.
    """

    data: list[Event]
    next_cursor: str
    has_more: bool


class Export(TypedDict):
    """How far a copy has come: `parts_done` of `parts` are written.

    Ready, it can be fetched until `expires_at`.
    """

    id: str
    account_id: str
    status: str
    parts: int
    parts_done: int
    size_bytes: int
    asked_at: str
    ready_at: str | None
    expires_at: str | None


class FailedPayments(TypedDict):
    """How many payments of the time failed, in one currency, and what they were to bring."""

    currency: str
    count: int
    amount_minor: int


class FollowUp(TypedDict):
    """What must follow a change of the books, as a mail: `topic` says what, `subject_id` about which row."""

    id: str
    status: Literal["waiting", "parked", "done", "discarded"]
    account_id: str | None
    attempts: int
    error: str
    created_at: str
    next_attempt_at: str | None
    finished_at: str | None
    discarded: Decided | None
    topic: str
    subject_id: str
    cause: str


class FoundAccount(TypedDict):
    """An account that was found, and the plans of its subscriptions that have not ended."""

    id: str
    name: str
    slug: str
    owner: str
    billing_email: str
    billing_address: dict[str, str]
    tax_id: str
    test_clock_id: str | None
    created_at: str
    status: AccountStatus
    suspended_at: str | None
    closed_at: str | None
    plans: list[str]


class GatewayCustomer(TypedDict):
    """What a gateway calls an account.

    One that was deleted there stays, for news of what it had.
    """

    gateway: str
    customer_ref: str
    deleted_at: str | None


class GivenCommand(TypedDict):
    """Somebody's command.

    `caller` is whose it is, as the audit names them; `error` the last line of what went wrong. Of one alone
    `body` is what was said, and `error` is whole.
    """

    id: str
    kind: str
    status: Literal["queued", "running", "awaiting_approval", "succeeded", "failed", "parked"]
    attempts: int
    created_at: str
    finished_at: NotRequired[str | None]
    result: NotRequired[dict[str, Any] | None]
    problem: NotRequired[dict[str, Any] | None]
    caller: str
    account_id: str | None
    error: str
    next_attempt_at: str | None
    discarded: Decided | None
    body: NotRequired[dict[str, Any] | None]


class InboxEvent(TypedDict):
    """What a gateway has told, by its own `event_id`; of one alone with the `body` that it sent."""

    id: str
    status: Literal["waiting", "parked", "done", "discarded"]
    account_id: str | None
    attempts: int
    error: str
    created_at: str
    next_attempt_at: str | None
    finished_at: str | None
    discarded: Decided | None
    gateway: str
    event_id: str
    event_type: str
    body: NotRequired[Any]


class Invitation(TypedDict):
    """Somebody who is invited and has not answered.

    `invited_by`: the user id of who did it, empty for the product.
    """

    id: str
    account_id: str
    email: str
    role: Role
    sites: list[str] | None
    status: InvitationStatus
    invited_by: str
    mails: int
    mailed_at: str
    expires_at: str
    created_at: str


class Invitations(TypedDict):
    """All that wait for an answer, the newest first."""

    account_id: str
    invitations: list[Invitation]


class Invoice(TypedDict):
    """An invoice; `number` is null until issued, `pdf` until rendered.

    `lines` come with a single invoice only. `due_minor` is what is asked for: the total less
    `balance_used_minor`, money kept on the account that pays of it (negative: owed from before, and asked for
    on top), less `carried_over_minor`, a rest too small to be charged, which a later invoice asks for.
    """

    id: str
    account_id: str
    subscription_id: str | None
    reason: str
    number: str | None
    status: str
    currency: str
    subtotal_minor: int
    tax_minor: int
    total_minor: int
    balance_used_minor: int
    carried_over_minor: int
    due_minor: int
    created_at: str
    issued_at: str | None
    due_at: str | None
    paid_at: str | None
    pdf: str | None
    lines: NotRequired[list[InvoiceLine] | None]


class InvoiceLine(TypedDict):
    """One line of an invoice."""

    description: str
    quantity: int
    unit_minor: int
    net_minor: int
    tax_name: str
    tax_rate_ppm: int
    tax_minor: int


class Limits(TypedDict):
    """Sites, users and credits of an account."""

    account_id: str
    sites: Count
    users: Count
    credits: UsedCredits


class ListedAccount(TypedDict):
    """A customer of the SaaS company, as it stands in a list.

    One that is closed was deleted, at `closed_at`. One that is suspended, since `suspended_at`, begins and uses
    nothing.
    """

    id: str
    name: str
    slug: str
    owner: str
    billing_email: str
    billing_address: dict[str, str]
    tax_id: str
    test_clock_id: str | None
    created_at: str
    status: AccountStatus
    suspended_at: str | None
    closed_at: str | None


class ListedCoupon(TypedDict):
    """A coupon: a share in parts per million, or an amount of `currency`; and how often it was redeemed.

    `periods` is for how many billing periods it counts, 0 for ever. `expires_at` ends its redemption, not its
    effect.
    """

    id: str
    code: str
    is_offered: bool
    percent_ppm: int
    amount_minor: int
    currency: str | None
    periods: int
    redemptions: int
    redemptions_max: int | None
    expires_at: str | None
    created_at: str


class ListedPlan(TypedDict):
    """A plan with all its versions, the newest first: that one is sold, as long as the plan `is_offered`."""

    id: str
    slug: str
    name: str
    is_offered: bool
    versions: list[PlanVersion]


class MailStop(TypedDict):
    """Why no mail is sent to an address any more: it `bounced` for good, or its owner `complained` that it is
    spam.
    """

    reason: str
    said: str
    stopped_at: str


class ManualPayment(TypedDict):
    """How an invoice is to be paid past every gateway: so much is left, by which way, and with which reference."""

    invoice_id: str
    invoice_number: str
    status: str
    method: str
    reference: str
    left_minor: int
    currency: str
    due_at: str | None


class Member(TypedDict):
    """Somebody who may act for the account.

    `sites` are those that they work with, null: all.
    """

    id: str
    account_id: str
    user_id: str
    email: str
    name: str
    role: Role
    sites: list[str] | None
    joined_at: str


class MigratedPlan(TypedDict):
    """How many running subscriptions go to the newest version; with `dry_run`, would go."""

    plan_id: str
    subscriptions: int
    dry_run: bool


class MonthOfUsage(TypedDict):
    """The month so far, and what it comes to if it goes on like this."""

    since: str
    until: str
    events: int
    credits: int
    average_credits_a_day: int
    projected_credits: int


class Mrr(TypedDict):
    """How one currency's monthly recurring revenue moved from `opening_minor` to `closing_minor`.

    Each account that brings something else at the end than at the beginning moved it one way: it is new, grew,
    shrank, is lost or came back. Contraction and churn are negative.
    """

    currency: str
    opening_minor: int
    new_minor: int
    reactivation_minor: int
    expansion_minor: int
    contraction_minor: int
    churn_minor: int
    closing_minor: int


class MrrFigures(TypedDict):
    """The same of the whole time.

    `accounts` brought something at its beginning, `churned_accounts` of them nothing at its end.
    `churn_rate_ppm` is their share, `mrr_churn_rate_ppm` what is lost of the opening; null of nothing.
    """

    currency: str
    opening_minor: int
    new_minor: int
    reactivation_minor: int
    expansion_minor: int
    contraction_minor: int
    churn_minor: int
    closing_minor: int
    accounts: int
    churned_accounts: int
    churn_rate_ppm: int | None
    mrr_churn_rate_ppm: int | None


class OfAccountView(TypedDict):
    """Whose account it was done for."""

    account_id: str


class OfferedMethod(TypedDict):
    """A way to pay.

    `method` is a gateway by its name, `bank_transfer` or `local_wallet`. The details are where money by hand
    goes; `currencies` are what it takes, none means every one.
    """

    method: str
    display_name: str
    instructions: str
    iban: str
    bic: str
    account_name: str
    wallet_kind: str
    wallet_id: str
    currencies: list[str]


class OpenInvitation(TypedDict):
    """What whoever has the link is told: who invites whom, and to what."""

    account_id: str
    account_name: str
    email: str
    role: Role
    sites: list[str] | None
    expires_at: str


class OpenedPage(TypedDict):
    """A page to send the customer to.

    `checkout_ref` is the gateway's id of it.
    """

    checkout_url: str
    checkout_ref: str


class Operation(TypedDict):
    """A command and how it went.

    `result` comes with succeeded, `problem` (RFC 9457) with failed and parked.
    """

    id: str
    kind: str
    status: Literal["queued", "running", "awaiting_approval", "succeeded", "failed", "parked"]
    attempts: int
    created_at: str
    finished_at: NotRequired[str | None]
    result: NotRequired[dict[str, Any] | None]
    problem: NotRequired[dict[str, Any] | None]


class OperationOfUsage(TypedDict):
    """One operation in the window; its share of all credits in parts per million."""

    operation: str
    events: int
    quantity: int
    credits: int
    share_ppm: int


class OrderedMethods(TypedDict):
    """The order in which cards are tried."""

    account_id: str
    card_ids: list[str]


class OtherClaim(TypedDict):
    """What else is said to have paid the invoice of a claim, and not denied.

    `may_be_the_same`: it may be one payment that is told twice, or told for another invoice, too
    (`invoice_id`).
    """

    id: str
    invoice_id: str
    reference: str
    method: str
    amount_minor: int
    currency: str
    paid_on: str
    status: str
    seen_minor: int
    may_be_the_same: bool


class Package(TypedDict):
    """A credit package on offer.

    `price_minor` is what is charged, `list_price_minor` the price before the discount.
    """

    slug: str
    name: str
    credits: int
    price_minor: int
    list_price_minor: int
    discount_ppm: int
    currency: str
    featured: bool


class Payment(TypedDict):
    """A payment through a gateway, from the moment on at which it is meant.

    `kind`: on a hosted page for a purchase (checkout) or an invoice (page), from a saved card or wallet
    (charge), or by a gateway that runs the subscription (gateway). `failure` says to the customer why it
    failed, `failure_code` to you. `receipt_id` is the money, once it came: refunds and disputes name it as
    their `payment_id`.
    """

    id: str
    account_id: str
    invoice_id: str
    kind: str
    gateway: str
    card_id: str | None
    status: str
    amount_minor: int
    currency: str
    failure_code: str
    failure: str
    receipt_id: str | None
    created_at: str
    captured_at: str | None


class PaymentClaim(TypedDict):
    """A payment that somebody says was made.

    `status`: submitted, awaiting_second_approval, approved, rejected or withdrawn. Whoever approves sends back
    `fingerprint`: it stands for this claim, for where its invoice stands now, and for the `others` that are
    said to have paid that. `payment_id` is the receipt, once approved; `seen_minor` of it stands on statements
    of the bank.
    """

    id: str
    account_id: str
    invoice_id: str
    invoice_number: str
    invoice_status: str
    invoice_currency: str
    invoice_left_minor: int
    method: str
    reference: str
    amount_minor: int
    currency: str
    paid_on: str
    proof: str | None
    status: str
    submitted_by: str
    first_approved_by: str
    decided_by: str
    decided_at: str | None
    reject_reason: str
    payment_id: str | None
    seen_minor: int
    others: list[OtherClaim]
    fingerprint: str
    created_at: str


class PaymentMethods(TypedDict):
    """The saved cards of an account, and what its country is offered; null where nobody has decided that."""

    data: list[Card]
    next_cursor: str | None
    country: str | None
    offered: list[OfferedMethod] | None


class PaymentPage(TypedDict):
    """A page on which the customer pays an invoice.

    `total_minor` is what is asked for there. `payment_attempt_id` is null where the gateway wrote the invoice.
    """

    checkout_url: str
    checkout_ref: str
    payment_attempt_id: str | None
    invoice_id: str
    total_minor: int
    currency: str


class PendingChange(TypedDict):
    """A change of plan that begins when its invoice is paid, and is dropped at `expires_at`."""

    plan: str
    plan_version: int
    interval: str
    price_minor: int
    invoice_id: str
    expires_at: str


class PendingEmail(TypedDict):
    """A billing e-mail that waits to be confirmed, until `expires_at`; `mails` were asked for so far."""

    email: str
    expires_at: str
    mails: int


class Plan(TypedDict):
    """A plan on offer.

    A limit of null is none.
    """

    slug: str
    name: str
    version: int
    featured: bool
    credits_per_month: int
    credits_roll_over: bool
    sites_max: int | None
    users_max: int | None
    trial_days: int
    prices: list[PlanPrice]


class PlanChoice(TypedDict):
    """A plan at its newest price for an interval and a currency."""

    plan: Slug
    interval: NotRequired[Literal["month", "year"]]
    currency: NotRequired[Currency]


class PlanPrice(TypedDict):
    """A plan's price per interval."""

    currency: str
    interval: str
    price_minor: int


class PlanPriceWish(TypedDict):
    """A price per interval, in minor units; 0 is free."""

    currency: Currency
    interval: Literal["month", "year"]
    price_minor: int


class PlanVersion(TypedDict):
    """What a version of a plan contains and costs; it is never edited.

    A limit of null is none.
    """

    version: int
    credits_per_month: int
    credits_roll_over: bool
    sites_max: int | None
    users_max: int | None
    trial_days: int
    created_at: str
    prices: list[PlanPrice]


class PortalPage(TypedDict):
    """The gateway's own page, good for a few minutes."""

    portal_url: str


class PortalSession(TypedDict):
    """Who may open the portal with the link, and until when."""

    id: str
    account_id: str
    user_id: str
    role: str
    return_url: str
    target: str
    expires_at: str


class Provider(TypedDict):
    """A provider.

    It is called as long as it `is_active` and has a key: one that is kept here, or the environment's. Of one
    that is not `is_kept` the environment says everything. `last_called_at` is about when; of those that are not
    paced it is null. `waiting` is how much was put off because it was not called or gave no usable answer, a
    thousand at most, and `because` says why of one of these.
    """

    id: str
    display_name: str
    type: str
    is_kept: bool
    is_active: bool
    is_sandbox: bool
    has_key: bool
    created_at: str | None
    endpoint: str
    webhook_secrets: int
    last_called_at: str | None
    events_pulled_until: str | None
    webhooks_refused: int
    webhooks_missing: int
    health: Literal["well", "disabled", "waiting"]
    waiting: int
    because: str


class Quoted(TypedDict):
    """What a preview has shown: the instant `at` of it, and the `fingerprint` of all that it said."""

    at: Instant
    fingerprint: str


class QuotedLine(TypedDict):
    """One line of an invoice that does not exist yet."""

    kind: str
    description: str
    quantity: int
    unit_minor: int
    net_minor: int
    tax_minor: int


class Receipt(TypedDict):
    """Money that arrived: a capture at a gateway, or what an invoice gave back.

    Or that left, and is below zero: a refund, a dispute or a dispute_fee; above zero these came back after all.
    `allocated_minor` is what of it pays invoices, `kept_minor` the rest, which is kept for the account. What is
    `carried_over` has not arrived yet: its `kept_minor` is negative until a later invoice asks for it. `remark`
    says why it fits nothing that was open, if so: paid_twice, other_amount, other_currency or invoice_void; and
    that no document explains it: reversed or came_back; restored, that the books had forgotten what it was for.
    """

    id: str
    account_id: str
    source: str
    gateway: str
    reference: str
    amount_minor: int
    currency: str
    allocated_minor: int
    kept_minor: int
    remark: str
    received_at: str


class RecipientsByKind(TypedDict):
    """Who else gets mails: of a kind, those that are given take the place of all; null or none: nobody."""

    invoices: NotRequired[list[Email] | None]
    payment_problems: NotRequired[list[Email] | None]
    credits: NotRequired[list[Email] | None]
    security: NotRequired[list[Email] | None]


class Refund(TypedDict):
    """A refund of one payment.

    `status`: created, unknown, pending, succeeded, failed or canceled. Of `amount_minor`, `kept_minor` was kept
    for the account, `unexplained_minor` fits nothing that it paid (a person has been called), and credit notes
    name the rest. What has failed is kept for the account again. What a person has paid out says who did, and
    on which day.
    """

    id: str
    account_id: str
    payment_id: str
    gateway: str
    reference: str
    status: str
    amount_minor: int
    currency: str
    kept_minor: int
    unexplained_minor: int
    reason: str
    note: str
    used_credits: str
    requested_by: str
    paid_out_by: str
    paid_out_on: str | None
    failure_code: str
    created_at: str


class RemovedMethod(TypedDict):
    """The card that was taken away, and the one that is charged from now on; null where there is none."""

    account_id: str
    card_id: str
    charged_next: str | None


class Reservation(TypedDict):
    """Credits set apart for work whose cost is known afterwards."""

    id: str
    account_id: str
    operation: str
    quantity: int
    credits: int
    status: str
    reserved_at: str
    expires_at: str
    closed_at: str | None
    event_id: str | None


class ReservationList(TypedDict):
    """What an account has set apart."""

    data: list[Reservation]


class Revenue(TypedDict):
    """One currency's.

    `billed_minor` is what was invoiced in the time, without tax, less what credit notes took back.
    `received_minor` is money that came, with tax, and `returned_minor` what of any payment left again in that
    time by refunds and disputes, less what came back.
    """

    currency: str
    billed_minor: int
    received_minor: int
    returned_minor: int


class Seats(TypedDict):
    """Members and open invitations take a seat each.

    `most`: null where there is no limit, 0 without a plan.
    """

    used: int
    most: int | None


class SeriesOfUsage(TypedDict):
    """Credits of one operation, a number for each of the window's days."""

    operation: str
    credits: list[int]


class Service(TypedDict):
    """A service on offer, priced once or per month."""

    slug: str
    name: str
    interval: str
    currency: str
    price_minor: int


class ServiceItem(TypedDict):
    """A service to be billed with a subscription, by its slug."""

    service: Slug
    quantity: NotRequired[int]


class ServicePreview(TypedDict):
    """What a service costs that is added at the instant `at`, or what is given back for one that is removed.

    Amounts as in `ChangePreview`. From `period_end` on it is billed with every period, or not any more.
    """

    subscription_id: str
    at: str
    service: str
    currency: str
    lines: list[QuotedLine]
    subtotal_minor: int
    tax_minor: int
    total_minor: int
    balance_used_minor: int
    carried_over_minor: int
    due_minor: int
    kept_minor: int
    period_end: str


class SetAutoTopUpView(TypedDict):
    """The automatic purchase as it is set."""

    account_id: str
    package: str
    top_up_below: int
    monthly_max: int


class SetBalanceWatchView(TypedDict):
    """The warning as it is set; `warn_below` is null where it has ended."""

    account_id: str
    warn_below: int | None


class SetCreditDebtMaxView(TypedDict):
    """How many credits the account may owe from now on."""

    account_id: str
    credit_debt_max: int


class StaffMember(TypedDict):
    """One of the company's own people."""

    id: str
    name: str
    email: str
    role: str
    created_at: str
    ended_at: str | None


class StaffRoleView(TypedDict):
    """The same, whose role is another one now; and the one before."""

    id: str
    name: str
    email: str
    role: str
    created_at: str
    ended_at: str | None
    role_before: str


class StagedMail(TypedDict):
    """A mail that is on its way: which one, and whose."""

    mail: str
    account_id: str | None


class StatementLine(TypedDict):
    """A line of the bank; `amount_minor` is above zero for money that came.

    `status` is `open`, `awaiting_approval`, `booked` or `ignored`. `claim_id` is the claim by which it is
    booked, `refund_id` the refund that it paid out.
    """

    id: str
    account: str
    booked_on: str
    amount_minor: int
    currency: str
    bank_reference: str
    reference: str
    text: str
    payer: str
    payer_account: str
    is_reversal: bool
    status: str
    claim_id: str | None
    refund_id: str | None
    ignored_for: str
    decided_by: str
    imported_by: str
    created_at: str


class Subscription(TypedDict):
    """A subscription.

    `price_minor` is the plan's list price per interval; the period is half-open. `plan_is_unknown`: the gateway
    that runs it has it at a price which is none of ours; the plan shown is the last that was known, and what is
    paid is another amount. The limits are those of the version that it runs, null where there is none.
    `limits_suspended`: a transfer is overdue, and nothing of what the plan allows may be used until it is paid.
    """

    id: str
    account_id: str
    status: str
    collection: str
    pay_by: str
    plan: str
    plan_version: int
    plan_is_unknown: bool
    interval: str
    currency: str
    price_minor: int
    credits_per_period: int
    sites_max: int | None
    users_max: int | None
    period_start: str
    period_end: str
    trial_end: str | None
    cancel_at_period_end: bool
    next_plan: str | None
    pending_change: PendingChange | None
    canceled_at: str | None
    limits_suspended: bool
    paused_at: str | None
    resumes_at: str | None
    ended_at: str | None
    services: list[str]
    created_at: str


class SubscriptionPage(TypedDict):
    """A page on which the customer starts a subscription, which has its id already."""

    checkout_url: str
    checkout_ref: str
    subscription_id: str


class SwitchedProvider(TypedDict):
    """Whether a provider is called from now on."""

    provider: str
    is_active: bool


class TaxRate(TypedDict):
    """A country's tax in `[valid_from, valid_until)`, UTC days; null: until further notice.

    190000 ppm are 19 %.
    """

    id: str
    country: str
    name: str
    rate_ppm: int
    valid_from: str
    valid_until: str | None


class Team(TypedDict):
    """Everybody who may act for an account, by when they joined.

    `is_kept`: users of the account are held to it. Before anybody was invited it is the owner alone, and a
    user's token alone says what they may do.
    """

    account_id: str
    is_kept: bool
    members: list[Member]
    seats: Seats


class TestClock(TypedDict):
    """A test clock.

    While it is advancing, everything up to `target_at` happens in its order; `frozen_at` follows.
    """

    id: str
    name: str
    frozen_at: str
    target_at: str
    status: Literal["ready", "advancing"]
    created_at: str


class TransferredOwnership(TypedDict):
    """The new owner, and what became of the one before."""

    account_id: str
    owner: Member
    former_owner: Member


class UsageAnalytics(TypedDict):
    """An account's usage from `since` up to and without `until`, in days of a time zone."""

    account_id: str
    time_zone: str
    since: str
    until: str
    events: int
    credits: int
    average_credits_a_day: int
    days: list[DayOfUsage]
    operations: list[OperationOfUsage]
    top_operations: list[str]
    series: list[SeriesOfUsage]
    this_month: MonthOfUsage
    balance: int
    runs_out_on: str | None


class UsageEvent(TypedDict):
    """So much of an operation was used.

    Without a time it was now.
    """

    event_id: str
    operation: str
    quantity: NotRequired[int]
    site: NotRequired[Line]
    happened_at: NotRequired[Instant | None]


class UsedCredits(TypedDict):
    """Credits that were used `since` the present period began, those that are left, and both together."""

    used: int
    most: int
    left: int
    since: str


class WorkDecision(TypedDict):
    """What was decided about."""

    id: str
    decision: Literal["replayed", "discarded"]
