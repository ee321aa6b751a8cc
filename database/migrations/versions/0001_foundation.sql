-- The tables of Cashbeat, in PostgreSQL's own words. `tables.py` in each area says what they mean; a test holds both
-- to each other. What the database refuses by itself is at the end.

-- The pipeline's memory

CREATE TABLE inbox (
    gateway TEXT NOT NULL,
    event_id TEXT NOT NULL,
    event_type TEXT NOT NULL,
    body TEXT NOT NULL,
    transmission_id TEXT,
    id UUID NOT NULL,
    state VARCHAR(32) DEFAULT 'ready' NOT NULL,
    attempts BIGINT DEFAULT '0' NOT NULL,
    first_attempt_at TIMESTAMPTZ,
    next_attempt_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    hinted_at TIMESTAMPTZ DEFAULT now(),
    lease_until TIMESTAMPTZ,
    lease_token UUID,
    error TEXT,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    finished_at TIMESTAMPTZ,
    discarded_by TEXT,
    discarded_because TEXT,
    CONSTRAINT pk_inbox PRIMARY KEY (id),
    CONSTRAINT uq_inbox_gateway_event_id UNIQUE (gateway, event_id),
    CONSTRAINT ck_inbox_state_known CHECK (state IN ('ready', 'done', 'rejected', 'parked', 'discarded')),
    CONSTRAINT ck_inbox_discarded_by_somebody CHECK ((state = 'discarded') = (discarded_by IS NOT NULL AND discarded_because IS NOT NULL))
);
CREATE UNIQUE INDEX uq_inbox_gateway_transmission_id ON inbox (gateway, transmission_id) WHERE transmission_id IS NOT NULL;
CREATE INDEX ix_inbox_due ON inbox (next_attempt_at) WHERE state = 'ready';
CREATE INDEX ix_inbox_parked ON inbox (id) WHERE state IN ('parked', 'rejected');

CREATE TABLE unverified_events (
    gateway TEXT NOT NULL,
    transmission_id TEXT NOT NULL,
    event_id TEXT NOT NULL,
    event_type TEXT NOT NULL,
    body TEXT NOT NULL,
    certificate_url TEXT NOT NULL,
    evidence JSONB NOT NULL,
    id UUID NOT NULL,
    state VARCHAR(32) DEFAULT 'ready' NOT NULL,
    attempts BIGINT DEFAULT '0' NOT NULL,
    first_attempt_at TIMESTAMPTZ,
    next_attempt_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    hinted_at TIMESTAMPTZ DEFAULT now(),
    lease_until TIMESTAMPTZ,
    lease_token UUID,
    error TEXT,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    finished_at TIMESTAMPTZ,
    discarded_by TEXT,
    discarded_because TEXT,
    CONSTRAINT pk_unverified_events PRIMARY KEY (id),
    CONSTRAINT uq_unverified_events_gateway_transmission_id UNIQUE (gateway, transmission_id),
    CONSTRAINT ck_unverified_events_state_known CHECK (state IN ('ready', 'done', 'rejected', 'parked', 'discarded')),
    CONSTRAINT ck_unverified_events_discarded_by_somebody CHECK ((state = 'discarded') = (discarded_by IS NOT NULL AND discarded_because IS NOT NULL))
);
CREATE INDEX ix_unverified_events_due ON unverified_events (next_attempt_at) WHERE state = 'ready';
CREATE INDEX ix_unverified_events_parked ON unverified_events (id) WHERE state = 'parked';

CREATE TABLE gateway_certificates (
    gateway TEXT NOT NULL,
    url TEXT NOT NULL,
    pem TEXT NOT NULL,
    valid_until TIMESTAMPTZ NOT NULL,
    CONSTRAINT pk_gateway_certificates PRIMARY KEY (gateway, url)
);

CREATE TABLE webhook_findings (
    gateway TEXT NOT NULL,
    refused BIGINT DEFAULT '0' NOT NULL,
    missing BIGINT DEFAULT '0' NOT NULL,
    CONSTRAINT pk_webhook_findings PRIMARY KEY (gateway)
);

CREATE TABLE operations (
    kind TEXT NOT NULL,
    caller TEXT NOT NULL,
    idempotency_key TEXT,
    body_sha256 TEXT NOT NULL,
    body JSONB NOT NULL,
    result JSONB,
    problem JSONB,
    id UUID NOT NULL,
    state VARCHAR(32) DEFAULT 'ready' NOT NULL,
    attempts BIGINT DEFAULT '0' NOT NULL,
    first_attempt_at TIMESTAMPTZ,
    next_attempt_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    hinted_at TIMESTAMPTZ,
    lease_until TIMESTAMPTZ,
    lease_token UUID,
    error TEXT,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    finished_at TIMESTAMPTZ,
    discarded_by TEXT,
    discarded_because TEXT,
    CONSTRAINT pk_operations PRIMARY KEY (id),
    CONSTRAINT ck_operations_state_known CHECK (state IN ('ready', 'done', 'rejected', 'parked', 'discarded')),
    CONSTRAINT ck_operations_discarded_by_somebody CHECK ((state = 'discarded') = (discarded_by IS NOT NULL AND discarded_because IS NOT NULL)),
    CONSTRAINT ck_operations_body_is_an_object CHECK (jsonb_typeof(body) = 'object'),
    CONSTRAINT ck_operations_kind_and_caller_are_said CHECK (kind <> '' AND caller <> '')
);
CREATE INDEX ix_operations_due ON operations (next_attempt_at) WHERE state = 'ready';
CREATE INDEX ix_operations_parked ON operations (id) WHERE state = 'parked';

CREATE TABLE outbox (
    topic TEXT NOT NULL,
    subject_id UUID NOT NULL,
    cause TEXT NOT NULL,
    result JSONB,
    id UUID NOT NULL,
    state VARCHAR(32) DEFAULT 'ready' NOT NULL,
    attempts BIGINT DEFAULT '0' NOT NULL,
    first_attempt_at TIMESTAMPTZ,
    next_attempt_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    hinted_at TIMESTAMPTZ,
    lease_until TIMESTAMPTZ,
    lease_token UUID,
    error TEXT,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    finished_at TIMESTAMPTZ,
    discarded_by TEXT,
    discarded_because TEXT,
    CONSTRAINT pk_outbox PRIMARY KEY (id),
    CONSTRAINT ck_outbox_state_known CHECK (state IN ('ready', 'done', 'rejected', 'parked', 'discarded')),
    CONSTRAINT ck_outbox_discarded_by_somebody CHECK ((state = 'discarded') = (discarded_by IS NOT NULL AND discarded_because IS NOT NULL)),
    CONSTRAINT uq_outbox_cause UNIQUE (cause)
);
CREATE INDEX ix_outbox_due ON outbox (next_attempt_at) WHERE state = 'ready';
CREATE INDEX ix_outbox_parked ON outbox (id) WHERE state IN ('parked', 'rejected');

CREATE TABLE job_periods (
    job TEXT NOT NULL,
    period_start TIMESTAMPTZ NOT NULL,
    started_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT pk_job_periods PRIMARY KEY (job, period_start)
);

CREATE TABLE heartbeats (
    queue TEXT NOT NULL,
    beat_at TIMESTAMPTZ NOT NULL,
    worker TEXT NOT NULL,
    CONSTRAINT pk_heartbeats PRIMARY KEY (queue)
);

CREATE TABLE database_lineage (
    id BIGINT NOT NULL,
    system_identifier TEXT NOT NULL,
    timeline BIGINT NOT NULL,
    checked_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT pk_database_lineage PRIMARY KEY (id),
    CONSTRAINT ck_database_lineage_only_one CHECK (id = 1)
);

CREATE TABLE event_pulls (
    gateway TEXT NOT NULL,
    pulled_until TIMESTAMPTZ NOT NULL,
    CONSTRAINT pk_event_pulls PRIMARY KEY (gateway)
);

CREATE TABLE api_keys (
    id UUID NOT NULL,
    name TEXT NOT NULL,
    hint TEXT NOT NULL,
    secret_sha256 TEXT NOT NULL,
    scopes TEXT[] NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    expires_at TIMESTAMPTZ,
    revoked_at TIMESTAMPTZ,
    CONSTRAINT pk_api_keys PRIMARY KEY (id),
    CONSTRAINT uq_api_keys_secret_sha256 UNIQUE (secret_sha256)
);

CREATE TABLE call_rates (
    gateway TEXT NOT NULL,
    free_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT pk_call_rates PRIMARY KEY (gateway)
);

-- Whom we talk to. What is sealed opens under a master key, which no table has

CREATE TABLE integration_providers (
    id TEXT NOT NULL,
    display_name TEXT NOT NULL,
    type VARCHAR(32) NOT NULL,
    api_key TEXT DEFAULT '' NOT NULL,
    api_secret TEXT DEFAULT '' NOT NULL,
    endpoint TEXT DEFAULT '' NOT NULL,
    config JSONB DEFAULT '{}' NOT NULL,
    active BOOLEAN DEFAULT 'true' NOT NULL,
    sandbox BOOLEAN DEFAULT 'false' NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT pk_integration_providers PRIMARY KEY (id),
    CONSTRAINT ck_integration_providers_type_known CHECK (type IN ('payment', 'email', 'marketing')),
    CONSTRAINT ck_integration_providers_api_key_is_sealed CHECK (api_key = '' OR api_key ~ '^[a-z0-9_-]{1,32}[.][A-Za-z0-9_-]{38,}=*$'),
    CONSTRAINT ck_integration_providers_api_secret_is_sealed CHECK (api_secret = '' OR api_secret ~ '^[a-z0-9_-]{1,32}[.][A-Za-z0-9_-]{38,}=*$'),
    CONSTRAINT ck_integration_providers_id_is_a_word CHECK (id ~ '^[a-z][a-z0-9_]{0,31}$'),
    CONSTRAINT ck_integration_providers_config_is_an_object CHECK (jsonb_typeof(config) = 'object')
);

CREATE TABLE webhook_secrets (
    id UUID NOT NULL,
    provider_id TEXT NOT NULL,
    secret TEXT NOT NULL,
    active_from TIMESTAMPTZ NOT NULL,
    active_until TIMESTAMPTZ,
    CONSTRAINT pk_webhook_secrets PRIMARY KEY (id),
    CONSTRAINT fk_webhook_secrets_provider_id FOREIGN KEY (provider_id) REFERENCES integration_providers (id),
    CONSTRAINT ck_webhook_secrets_secret_is_sealed CHECK (secret = '' OR secret ~ '^[a-z0-9_-]{1,32}[.][A-Za-z0-9_-]{38,}=*$'),
    CONSTRAINT ck_webhook_secrets_ends_after_it_began CHECK (active_until >= active_from)
);
CREATE INDEX ix_webhook_secrets_provider_id ON webhook_secrets (provider_id);

-- Time and customers

CREATE TABLE test_clocks (
    id UUID NOT NULL,
    name TEXT NOT NULL,
    status VARCHAR(32) DEFAULT 'ready' NOT NULL,
    frozen_at TIMESTAMPTZ NOT NULL,
    target_at TIMESTAMPTZ NOT NULL,
    gateway TEXT DEFAULT '' NOT NULL,
    clock_ref TEXT DEFAULT '' NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT pk_test_clocks PRIMARY KEY (id),
    CONSTRAINT ck_test_clocks_frozen_at_in_calendar CHECK (frozen_at >= '2000-01-01T00:00:00Z' AND frozen_at < '2200-01-01T00:00:00Z'),
    CONSTRAINT ck_test_clocks_target_at_in_calendar CHECK (target_at >= '2000-01-01T00:00:00Z' AND target_at < '2200-01-01T00:00:00Z'),
    CONSTRAINT ck_test_clocks_status_known CHECK (status IN ('ready', 'advancing', 'arriving')),
    CONSTRAINT ck_test_clocks_time_goes_on CHECK (target_at >= frozen_at),
    CONSTRAINT ck_test_clocks_advancing_has_a_way CHECK ((status = 'advancing') = (target_at > frozen_at))
);

CREATE TABLE accounts (
    id UUID NOT NULL,
    name TEXT NOT NULL,
    slug TEXT NOT NULL,
    owner TEXT NOT NULL,
    billing_email TEXT NOT NULL,
    line1 TEXT NOT NULL,
    line2 TEXT NOT NULL,
    city TEXT NOT NULL,
    region TEXT NOT NULL,
    postal_code TEXT NOT NULL,
    country TEXT NOT NULL,
    tax_id TEXT NOT NULL,
    clock_id UUID,
    credit_debt_max BIGINT DEFAULT '10000' NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT pk_accounts PRIMARY KEY (id),
    CONSTRAINT ck_accounts_credit_debt_max_not_negative CHECK (credit_debt_max >= 0),
    CONSTRAINT ck_accounts_country_iso CHECK (country ~ '^[A-Z]{2}$'),
    CONSTRAINT uq_accounts_slug UNIQUE (slug),
    CONSTRAINT fk_accounts_clock_id FOREIGN KEY(clock_id) REFERENCES test_clocks (id)
);

CREATE TABLE gateway_customers (
    gateway TEXT NOT NULL,
    customer_ref TEXT NOT NULL,
    account_id UUID NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    deleted_at TIMESTAMPTZ,
    CONSTRAINT pk_gateway_customers PRIMARY KEY (gateway, customer_ref),
    CONSTRAINT fk_gateway_customers_account_id FOREIGN KEY(account_id) REFERENCES accounts (id)
);
CREATE UNIQUE INDEX uq_gateway_customers_live ON gateway_customers (account_id, gateway) WHERE deleted_at IS NULL;

CREATE TABLE cards (
    id UUID NOT NULL,
    account_id UUID NOT NULL,
    gateway TEXT NOT NULL,
    card_ref TEXT NOT NULL,
    customer_ref TEXT NOT NULL,
    kind VARCHAR(32) DEFAULT 'card' NOT NULL,
    brand TEXT NOT NULL,
    last4 TEXT NOT NULL,
    holder TEXT DEFAULT '' NOT NULL,
    exp_month BIGINT,
    exp_year BIGINT,
    is_default BOOLEAN DEFAULT 'false' NOT NULL,
    chosen_at TIMESTAMPTZ,
    fallback_order BIGINT,
    detached_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT pk_cards PRIMARY KEY (id),
    CONSTRAINT uq_cards_gateway_card_ref UNIQUE (gateway, card_ref),
    CONSTRAINT ck_cards_kind_known CHECK (kind IN ('card', 'wallet')),
    CONSTRAINT ck_cards_cards_expire CHECK (kind <> 'card' OR (exp_month IS NOT NULL AND exp_year IS NOT NULL)),
    CONSTRAINT ck_cards_default_is_attached CHECK (NOT (is_default AND detached_at IS NOT NULL)),
    CONSTRAINT ck_cards_place_from_one CHECK (fallback_order > 0),
    CONSTRAINT fk_cards_account_id FOREIGN KEY(account_id) REFERENCES accounts (id)
);
CREATE INDEX ix_cards_account ON cards (account_id, id);
CREATE UNIQUE INDEX uq_cards_default ON cards (account_id) WHERE is_default;
CREATE UNIQUE INDEX uq_cards_fallback_order ON cards (account_id, fallback_order) WHERE fallback_order IS NOT NULL;

-- How one can pay

CREATE TABLE payment_method_configs (
    id UUID NOT NULL,
    country TEXT NOT NULL,
    method TEXT NOT NULL,
    display_name TEXT NOT NULL,
    sort_order BIGINT NOT NULL,
    enabled BOOLEAN DEFAULT 'true' NOT NULL,
    instructions TEXT DEFAULT '' NOT NULL,
    iban TEXT DEFAULT '' NOT NULL,
    bic TEXT DEFAULT '' NOT NULL,
    account_name TEXT DEFAULT '' NOT NULL,
    wallet_kind TEXT DEFAULT '' NOT NULL,
    wallet_id TEXT DEFAULT '' NOT NULL,
    currencies JSONB DEFAULT '[]' NOT NULL,
    CONSTRAINT pk_payment_method_configs PRIMARY KEY (id),
    CONSTRAINT uq_payment_method_configs_country_method UNIQUE (country, method),
    CONSTRAINT ck_payment_method_configs_country_iso_or_rest CHECK (country = 'rest' OR country ~ '^[A-Z]{2}$'),
    CONSTRAINT ck_payment_method_configs_bank_is_of_a_transfer CHECK (
        method = 'bank_transfer' OR (iban = '' AND bic = '' AND account_name = '')
    ),
    CONSTRAINT ck_payment_method_configs_wallet_is_of_a_wallet CHECK (
        method = 'local_wallet' OR (wallet_kind = '' AND wallet_id = '')
    ),
    CONSTRAINT ck_payment_method_configs_offered_wallet_is_known CHECK (
        method <> 'local_wallet' OR NOT enabled OR (wallet_kind <> '' AND wallet_id <> '')
    ),
    CONSTRAINT ck_payment_method_configs_account_has_a_name CHECK ((iban = '') = (account_name = '')),
    CONSTRAINT ck_payment_method_configs_bic_has_an_account CHECK (bic = '' OR iban <> '')
);

-- The price list

CREATE TABLE credit_packages (
    id UUID NOT NULL,
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    credits BIGINT NOT NULL,
    list_price_minor BIGINT NOT NULL,
    discount_ppm BIGINT DEFAULT '0' NOT NULL,
    currency TEXT NOT NULL,
    featured BOOLEAN DEFAULT 'false' NOT NULL,
    sort_order BIGINT DEFAULT '0' NOT NULL,
    active BOOLEAN DEFAULT 'true' NOT NULL,
    CONSTRAINT pk_credit_packages PRIMARY KEY (id),
    CONSTRAINT ck_credit_packages_currency_iso CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT ck_credit_packages_credits_positive CHECK (credits > 0),
    CONSTRAINT ck_credit_packages_price_not_negative CHECK (list_price_minor >= 0),
    CONSTRAINT ck_credit_packages_discount_is_a_share CHECK (discount_ppm BETWEEN 0 AND 1000000),
    CONSTRAINT uq_credit_packages_slug UNIQUE (slug)
);

CREATE TABLE plans (
    id UUID NOT NULL,
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    featured BOOLEAN DEFAULT 'false' NOT NULL,
    sort_order BIGINT DEFAULT '0' NOT NULL,
    active BOOLEAN DEFAULT 'true' NOT NULL,
    CONSTRAINT pk_plans PRIMARY KEY (id),
    CONSTRAINT uq_plans_slug UNIQUE (slug)
);

CREATE TABLE plan_versions (
    id UUID NOT NULL,
    plan_id UUID NOT NULL,
    version BIGINT NOT NULL,
    credits BIGINT NOT NULL,
    credits_roll_over BOOLEAN DEFAULT 'false' NOT NULL,
    sites_max BIGINT,
    users_max BIGINT,
    trial_days BIGINT DEFAULT '0' NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT pk_plan_versions PRIMARY KEY (id),
    CONSTRAINT uq_plan_versions_plan_id_version UNIQUE (plan_id, version),
    CONSTRAINT ck_plan_versions_amounts_not_negative CHECK (credits >= 0 AND trial_days >= 0),
    CONSTRAINT fk_plan_versions_plan_id FOREIGN KEY(plan_id) REFERENCES plans (id)
);

CREATE TABLE plan_prices (
    id UUID NOT NULL,
    version_id UUID NOT NULL,
    currency TEXT NOT NULL,
    interval VARCHAR(32) NOT NULL,
    price_minor BIGINT NOT NULL,
    CONSTRAINT pk_plan_prices PRIMARY KEY (id),
    CONSTRAINT ck_plan_prices_currency_iso CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT ck_plan_prices_interval_known CHECK (interval IN ('once', 'month', 'year')),
    CONSTRAINT uq_plan_prices_version_id_currency_interval UNIQUE (version_id, currency, interval),
    CONSTRAINT ck_plan_prices_price_not_negative CHECK (price_minor >= 0),
    CONSTRAINT ck_plan_prices_interval_recurs CHECK (interval <> 'once'),
    CONSTRAINT fk_plan_prices_version_id FOREIGN KEY(version_id) REFERENCES plan_versions (id)
);

CREATE TABLE services (
    id UUID NOT NULL,
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    active BOOLEAN DEFAULT 'true' NOT NULL,
    CONSTRAINT pk_services PRIMARY KEY (id),
    CONSTRAINT uq_services_slug UNIQUE (slug)
);

CREATE TABLE service_prices (
    id UUID NOT NULL,
    service_id UUID NOT NULL,
    version BIGINT NOT NULL,
    currency TEXT NOT NULL,
    interval VARCHAR(32) NOT NULL,
    price_minor BIGINT NOT NULL,
    CONSTRAINT pk_service_prices PRIMARY KEY (id),
    CONSTRAINT ck_service_prices_currency_iso CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT ck_service_prices_interval_known CHECK (interval IN ('once', 'month', 'year')),
    CONSTRAINT uq_service_prices_service_id_currency_version UNIQUE (service_id, currency, version),
    CONSTRAINT ck_service_prices_price_not_negative CHECK (price_minor >= 0),
    CONSTRAINT ck_service_prices_interval_is_sold CHECK (interval <> 'year'),
    CONSTRAINT fk_service_prices_service_id FOREIGN KEY(service_id) REFERENCES services (id)
);

CREATE TABLE coupons (
    id UUID NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    percent_ppm BIGINT DEFAULT '0' NOT NULL,
    amount_minor BIGINT DEFAULT '0' NOT NULL,
    currency TEXT DEFAULT '' NOT NULL,
    periods BIGINT DEFAULT '1' NOT NULL,
    redemptions_max BIGINT,
    redemptions BIGINT DEFAULT '0' NOT NULL,
    expires_at TIMESTAMPTZ,
    active BOOLEAN DEFAULT 'true' NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT pk_coupons PRIMARY KEY (id),
    CONSTRAINT ck_coupons_expires_at_in_calendar CHECK (expires_at >= '2000-01-01T00:00:00Z' AND expires_at < '2200-01-01T00:00:00Z'),
    CONSTRAINT ck_coupons_currency_iso CHECK (currency ~ '^([A-Z]{3})?$'),
    CONSTRAINT ck_coupons_percent_is_a_share CHECK (percent_ppm BETWEEN 0 AND 1000000),
    CONSTRAINT ck_coupons_percent_or_amount CHECK ((percent_ppm > 0) <> (amount_minor > 0)),
    CONSTRAINT ck_coupons_amount_has_a_currency CHECK ((amount_minor > 0) = (currency <> '')),
    CONSTRAINT ck_coupons_periods_not_negative CHECK (periods >= 0),
    CONSTRAINT ck_coupons_redemptions_limited CHECK (redemptions_max IS NULL OR redemptions <= redemptions_max),
    CONSTRAINT uq_coupons_code UNIQUE (code)
);

CREATE TABLE gateway_amounts (
    gateway TEXT NOT NULL,
    currency TEXT NOT NULL,
    step_minor BIGINT NOT NULL,
    least_minor BIGINT NOT NULL,
    greatest_minor BIGINT NOT NULL,
    CONSTRAINT pk_gateway_amounts PRIMARY KEY (gateway, currency),
    CONSTRAINT ck_gateway_amounts_currency_iso CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT ck_gateway_amounts_bounds_in_order CHECK (step_minor > 0 AND 0 < least_minor AND least_minor <= greatest_minor)
);

CREATE TABLE gateway_prices (
    gateway TEXT NOT NULL,
    price_ref TEXT NOT NULL,
    price_id UUID NOT NULL,
    CONSTRAINT pk_gateway_prices PRIMARY KEY (gateway, price_ref),
    CONSTRAINT fk_gateway_prices_price_id FOREIGN KEY(price_id) REFERENCES plan_prices (id)
);

CREATE TABLE tax_rates (
    id UUID NOT NULL,
    country TEXT NOT NULL,
    name TEXT NOT NULL,
    rate_ppm BIGINT NOT NULL,
    valid_from DATE NOT NULL,
    valid_until DATE,
    CONSTRAINT pk_tax_rates PRIMARY KEY (id),
    CONSTRAINT ck_tax_rates_country_iso CHECK (country ~ '^[A-Z]{2}$'),
    CONSTRAINT uq_tax_rates_country_valid_from UNIQUE (country, valid_from),
    CONSTRAINT ck_tax_rates_valid_for_a_day CHECK (valid_until > valid_from),
    CONSTRAINT ck_tax_rates_rate_is_a_share CHECK (rate_ppm BETWEEN 0 AND 1000000)
);

-- Subscriptions

CREATE TABLE dunning_policies (
    slug TEXT NOT NULL,
    retry_days JSONB NOT NULL,
    at_the_end VARCHAR(32) NOT NULL,
    tries_other_cards BOOLEAN DEFAULT 'true' NOT NULL,
    reminder_days JSONB DEFAULT '[-3, 1, 7]' NOT NULL,
    transfer_days BIGINT DEFAULT '14' NOT NULL,
    suspends_limits BOOLEAN DEFAULT 'false' NOT NULL,
    lost_disputes VARCHAR(32) DEFAULT 'uncollectible' NOT NULL,
    CONSTRAINT pk_dunning_policies PRIMARY KEY (slug),
    CONSTRAINT ck_dunning_policies_at_the_end_known CHECK (at_the_end IN ('cancel', 'mark_unpaid', 'pause')),
    CONSTRAINT ck_dunning_policies_lost_disputes_known CHECK (lost_disputes IN ('uncollectible', 'owed')),
    CONSTRAINT ck_dunning_policies_transfer_days_not_negative CHECK (transfer_days >= 0)
);

CREATE TABLE subscriptions (
    id UUID NOT NULL,
    account_id UUID NOT NULL,
    clock_id UUID,
    status VARCHAR(32) NOT NULL,
    collection VARCHAR(32) NOT NULL,
    pay_by VARCHAR(32) NOT NULL,
    gateway TEXT DEFAULT '' NOT NULL,
    subscription_ref TEXT DEFAULT '' NOT NULL,
    price_id UUID NOT NULL,
    next_price_id UUID,
    former_price_id UUID,
    priced_at TIMESTAMPTZ,
    former_priced_at TIMESTAMPTZ,
    interval VARCHAR(32) NOT NULL,
    currency TEXT NOT NULL,
    dunning_policy TEXT DEFAULT 'default' NOT NULL,
    anchor TIMESTAMPTZ NOT NULL,
    period_start TIMESTAMPTZ NOT NULL,
    period_end TIMESTAMPTZ NOT NULL,
    trial_end TIMESTAMPTZ,
    due_at TIMESTAMPTZ,
    cancel_at_period_end BOOLEAN DEFAULT 'false' NOT NULL,
    canceled_at TIMESTAMPTZ,
    end_asked_at TIMESTAMPTZ,
    limits_suspended BOOLEAN DEFAULT 'false' NOT NULL,
    paused_at TIMESTAMPTZ,
    resumes_at TIMESTAMPTZ,
    ended_at TIMESTAMPTZ,
    coupon_id UUID,
    discount_ppm BIGINT DEFAULT '0' NOT NULL,
    discount_minor BIGINT DEFAULT '0' NOT NULL,
    discount_periods BIGINT DEFAULT '0',
    is_period_discounted BOOLEAN DEFAULT 'false' NOT NULL,
    synced_at TIMESTAMPTZ,
    foreign_price TEXT DEFAULT '' NOT NULL,
    failed_at TIMESTAMPTZ,
    failure TEXT DEFAULT '' NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT pk_subscriptions PRIMARY KEY (id),
    CONSTRAINT ck_subscriptions_resumes_at_in_calendar CHECK (resumes_at >= '2000-01-01T00:00:00Z' AND resumes_at < '2200-01-01T00:00:00Z'),
    CONSTRAINT ck_subscriptions_status_known CHECK (status IN ('incomplete', 'trialing', 'active', 'past_due', 'paused', 'canceled', 'expired')),
    CONSTRAINT ck_subscriptions_collection_known CHECK (collection IN ('gateway', 'cashbeat')),
    CONSTRAINT ck_subscriptions_pay_by_known CHECK (pay_by IN ('card', 'transfer')),
    CONSTRAINT ck_subscriptions_interval_known CHECK (interval IN ('once', 'month', 'year')),
    CONSTRAINT ck_subscriptions_period_has_length CHECK (period_end > period_start),
    CONSTRAINT ck_subscriptions_ended_has_a_time CHECK ((status IN ('canceled', 'expired')) = (ended_at IS NOT NULL)),
    CONSTRAINT ck_subscriptions_ended_is_never_due CHECK (status NOT IN ('canceled', 'expired') OR due_at IS NULL),
    CONSTRAINT ck_subscriptions_gateway_runs_its_own_cycle CHECK (collection = 'cashbeat' OR due_at IS NULL),
    CONSTRAINT ck_subscriptions_paused_has_a_time CHECK ((status = 'paused') = (paused_at IS NOT NULL)),
    CONSTRAINT ck_subscriptions_limits_suspended_while_past_due CHECK (NOT limits_suspended OR status = 'past_due'),
    CONSTRAINT ck_subscriptions_discount_in_range CHECK (discount_ppm BETWEEN 0 AND 1000000 AND discount_minor >= 0),
    CONSTRAINT ck_subscriptions_former_price_until CHECK ((former_price_id IS NULL) = (priced_at IS NULL)),
    CONSTRAINT fk_subscriptions_account_id FOREIGN KEY(account_id) REFERENCES accounts (id),
    CONSTRAINT fk_subscriptions_clock_id FOREIGN KEY(clock_id) REFERENCES test_clocks (id),
    CONSTRAINT fk_subscriptions_price_id FOREIGN KEY(price_id) REFERENCES plan_prices (id),
    CONSTRAINT fk_subscriptions_next_price_id FOREIGN KEY(next_price_id) REFERENCES plan_prices (id),
    CONSTRAINT fk_subscriptions_former_price_id FOREIGN KEY(former_price_id) REFERENCES plan_prices (id),
    CONSTRAINT fk_subscriptions_dunning_policy FOREIGN KEY(dunning_policy) REFERENCES dunning_policies (slug),
    CONSTRAINT fk_subscriptions_coupon_id FOREIGN KEY(coupon_id) REFERENCES coupons (id)
);
CREATE INDEX ix_subscriptions_account ON subscriptions (account_id, created_at, id);
CREATE INDEX ix_subscriptions_newest ON subscriptions (created_at, id);
CREATE INDEX ix_subscriptions_due ON subscriptions (due_at) WHERE due_at IS NOT NULL AND failed_at IS NULL;
CREATE INDEX ix_subscriptions_unpaid_page ON subscriptions (created_at)
    WHERE status = 'incomplete' AND collection = 'gateway';
CREATE INDEX ix_subscriptions_failed ON subscriptions (id) WHERE failed_at IS NOT NULL;
CREATE UNIQUE INDEX uq_subscriptions_gateway ON subscriptions (gateway, subscription_ref) WHERE subscription_ref <> '';

CREATE TABLE trials (
    account_id UUID NOT NULL,
    plan_id UUID NOT NULL,
    subscription_id UUID NOT NULL,
    CONSTRAINT pk_trials PRIMARY KEY (account_id, plan_id, subscription_id),
    CONSTRAINT fk_trials_account_id FOREIGN KEY(account_id) REFERENCES accounts (id),
    CONSTRAINT fk_trials_plan_id FOREIGN KEY(plan_id) REFERENCES plans (id),
    CONSTRAINT fk_trials_subscription_id FOREIGN KEY(subscription_id) REFERENCES subscriptions (id)
);

CREATE TABLE subscription_services (
    id UUID NOT NULL,
    subscription_id UUID NOT NULL,
    price_id UUID NOT NULL,
    quantity BIGINT NOT NULL,
    CONSTRAINT pk_subscription_services PRIMARY KEY (id),
    CONSTRAINT uq_subscription_services_subscription_id_price_id UNIQUE (subscription_id, price_id),
    CONSTRAINT ck_subscription_services_quantity_positive CHECK (quantity > 0),
    CONSTRAINT fk_subscription_services_subscription_id FOREIGN KEY(subscription_id) REFERENCES subscriptions (id),
    CONSTRAINT fk_subscription_services_price_id FOREIGN KEY(price_id) REFERENCES service_prices (id)
);

-- Invoices

CREATE TABLE invoice_number_gaps (
    month DATE NOT NULL,
    first_number BIGINT NOT NULL,
    last_number BIGINT NOT NULL,
    reason TEXT NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT pk_invoice_number_gaps PRIMARY KEY (month, first_number),
    CONSTRAINT ck_invoice_number_gaps_range_in_order CHECK (first_number BETWEEN 1 AND last_number),
    CONSTRAINT ck_invoice_number_gaps_has_a_reason CHECK (reason <> '')
);

CREATE TABLE invoice_counters (
    month DATE NOT NULL,
    last_number BIGINT NOT NULL,
    CONSTRAINT pk_invoice_counters PRIMARY KEY (month)
);

CREATE TABLE invoices (
    id UUID NOT NULL,
    account_id UUID NOT NULL,
    subscription_id UUID,
    reason VARCHAR(32) DEFAULT 'purchase' NOT NULL,
    gateway TEXT DEFAULT '' NOT NULL,
    invoice_ref TEXT DEFAULT '' NOT NULL,
    cause TEXT NOT NULL,
    number TEXT,
    status VARCHAR(32) NOT NULL,
    currency TEXT NOT NULL,
    subtotal_minor BIGINT NOT NULL,
    tax_minor BIGINT NOT NULL,
    total_minor BIGINT NOT NULL,
    tax_reason VARCHAR(32) DEFAULT 'no_rate' NOT NULL,
    tax_evidence TEXT DEFAULT '' NOT NULL,
    balance_used_minor BIGINT DEFAULT '0' NOT NULL,
    carried_over_minor BIGINT DEFAULT '0' NOT NULL,
    allocated_minor BIGINT DEFAULT '0' NOT NULL,
    credited_minor BIGINT DEFAULT '0' NOT NULL,
    charged_back_minor BIGINT DEFAULT '0' NOT NULL,
    contested_minor BIGINT DEFAULT '0' NOT NULL,
    buyer JSONB,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    issued_at TIMESTAMPTZ,
    due_at TIMESTAMPTZ,
    paid_at TIMESTAMPTZ,
    voided_at TIMESTAMPTZ,
    pay_secret UUID DEFAULT gen_random_uuid() NOT NULL,
    CONSTRAINT pk_invoices PRIMARY KEY (id),
    CONSTRAINT ck_invoices_currency_iso CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT ck_invoices_status_known CHECK (status IN ('draft', 'pending', 'paid', 'void', 'uncollectible')),
    CONSTRAINT ck_invoices_reason_known CHECK (reason IN ('purchase', 'start', 'renewal', 'change', 'top_up')),
    CONSTRAINT ck_invoices_total_not_negative CHECK (total_minor >= 0),
    CONSTRAINT ck_invoices_tax_reason_known CHECK (tax_reason IN ('rate_of_country', 'no_rate', 'as_charged', 'as_billed')),
    CONSTRAINT ck_invoices_balance_is_allocated CHECK (balance_used_minor + carried_over_minor <= allocated_minor),
    CONSTRAINT ck_invoices_allocated_within_total CHECK (allocated_minor <= total_minor),
    CONSTRAINT ck_invoices_carried_over_is_the_rest CHECK (carried_over_minor = 0 OR (carried_over_minor > 0 AND allocated_minor = total_minor)),
    CONSTRAINT ck_invoices_credited_within_total CHECK (credited_minor BETWEEN 0 AND total_minor),
    CONSTRAINT ck_invoices_charged_back_not_negative CHECK (charged_back_minor >= 0),
    CONSTRAINT ck_invoices_contested_is_not_credited CHECK (contested_minor = 0 OR contested_minor BETWEEN 1 AND allocated_minor - credited_minor),
    CONSTRAINT ck_invoices_paid_is_covered CHECK (status <> 'paid' OR allocated_minor = total_minor),
    CONSTRAINT ck_invoices_total_adds_up CHECK (total_minor = subtotal_minor + tax_minor),
    CONSTRAINT ck_invoices_numbered_once_issued CHECK (status IN ('draft', 'void') OR number IS NOT NULL),
    CONSTRAINT ck_invoices_number_and_issue_together CHECK ((number IS NULL) = (issued_at IS NULL)),
    CONSTRAINT ck_invoices_paid_has_a_time CHECK ((status = 'paid') = (paid_at IS NOT NULL)),
    CONSTRAINT fk_invoices_account_id FOREIGN KEY(account_id) REFERENCES accounts (id),
    CONSTRAINT fk_invoices_subscription_id FOREIGN KEY(subscription_id) REFERENCES subscriptions (id),
    CONSTRAINT uq_invoices_cause UNIQUE (cause),
    CONSTRAINT uq_invoices_number UNIQUE (number)
);
CREATE INDEX ix_invoices_awaited ON invoices (due_at) WHERE status = 'pending';
CREATE INDEX ix_invoices_account ON invoices (account_id, created_at, id);
CREATE INDEX ix_invoices_newest ON invoices (created_at, id);
CREATE INDEX ix_invoices_subscription ON invoices (subscription_id) WHERE subscription_id IS NOT NULL;
CREATE UNIQUE INDEX uq_invoices_gateway ON invoices (gateway, invoice_ref) WHERE invoice_ref <> '';

CREATE TABLE invoice_lines (
    id UUID NOT NULL,
    invoice_id UUID NOT NULL,
    position BIGINT NOT NULL,
    description TEXT NOT NULL,
    quantity BIGINT NOT NULL,
    unit_minor BIGINT NOT NULL,
    net_minor BIGINT NOT NULL,
    tax_name TEXT NOT NULL,
    tax_rate_ppm BIGINT NOT NULL,
    tax_minor BIGINT NOT NULL,
    credits BIGINT DEFAULT '0' NOT NULL,
    credits_expire_at TIMESTAMPTZ,
    kind VARCHAR(32) DEFAULT 'charge' NOT NULL,
    period_start TIMESTAMPTZ,
    period_end TIMESTAMPTZ,
    CONSTRAINT pk_invoice_lines PRIMARY KEY (id),
    CONSTRAINT uq_invoice_lines_invoice_id_position UNIQUE (invoice_id, position),
    CONSTRAINT ck_invoice_lines_kind_known CHECK (kind IN ('charge', 'credit', 'discount', 'kept')),
    CONSTRAINT ck_invoice_lines_net_adds_up CHECK (net_minor = quantity * unit_minor),
    CONSTRAINT fk_invoice_lines_invoice_id FOREIGN KEY(invoice_id) REFERENCES invoices (id)
);

CREATE TABLE invoice_documents (
    invoice_id UUID NOT NULL,
    kind TEXT NOT NULL,
    content BYTEA NOT NULL,
    sha256 TEXT NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT pk_invoice_documents PRIMARY KEY (invoice_id, kind),
    CONSTRAINT fk_invoice_documents_invoice_id FOREIGN KEY(invoice_id) REFERENCES invoices (id)
);

CREATE TABLE subscription_periods (
    subscription_id UUID NOT NULL,
    period_start TIMESTAMPTZ NOT NULL,
    period_end TIMESTAMPTZ NOT NULL,
    invoice_id UUID,
    CONSTRAINT pk_subscription_periods PRIMARY KEY (subscription_id, period_start),
    CONSTRAINT fk_subscription_periods_subscription_id FOREIGN KEY(subscription_id) REFERENCES subscriptions (id),
    CONSTRAINT fk_subscription_periods_invoice_id FOREIGN KEY(invoice_id) REFERENCES invoices (id)
);

CREATE TABLE pending_changes (
    invoice_id UUID NOT NULL,
    subscription_id UUID NOT NULL,
    price_id UUID NOT NULL,
    anchor TIMESTAMPTZ NOT NULL,
    period_start TIMESTAMPTZ NOT NULL,
    period_end TIMESTAMPTZ NOT NULL,
    credits_taken_back BIGINT NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ,
    CONSTRAINT pk_pending_changes PRIMARY KEY (invoice_id),
    CONSTRAINT ck_pending_changes_period_has_length CHECK (period_end > period_start),
    CONSTRAINT ck_pending_changes_credits_not_negative CHECK (credits_taken_back >= 0),
    CONSTRAINT fk_pending_changes_invoice_id FOREIGN KEY(invoice_id) REFERENCES invoices (id),
    CONSTRAINT fk_pending_changes_subscription_id FOREIGN KEY(subscription_id) REFERENCES subscriptions (id),
    CONSTRAINT fk_pending_changes_price_id FOREIGN KEY(price_id) REFERENCES plan_prices (id)
);
CREATE UNIQUE INDEX uq_pending_changes_waiting ON pending_changes (subscription_id) WHERE ended_at IS NULL;
CREATE INDEX ix_pending_changes_expires ON pending_changes (expires_at) WHERE ended_at IS NULL;

-- Money

CREATE TABLE payment_attempts (
    id UUID NOT NULL,
    account_id UUID NOT NULL,
    invoice_id UUID NOT NULL,
    kind VARCHAR(32) DEFAULT 'checkout' NOT NULL,
    card_id UUID,
    cause TEXT NOT NULL,
    gateway TEXT NOT NULL,
    status VARCHAR(32) NOT NULL,
    amount_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    request JSONB NOT NULL,
    checkout_ref TEXT DEFAULT '' NOT NULL,
    checkout_url TEXT DEFAULT '' NOT NULL,
    payment_ref TEXT DEFAULT '' NOT NULL,
    charge_ref TEXT DEFAULT '' NOT NULL,
    failure_code TEXT DEFAULT '' NOT NULL,
    approvals BIGINT DEFAULT '0' NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    sent_at TIMESTAMPTZ,
    captured_at TIMESTAMPTZ,
    look_up_at TIMESTAMPTZ,
    CONSTRAINT pk_payment_attempts PRIMARY KEY (id),
    CONSTRAINT ck_payment_attempts_status_known CHECK (status IN ('created', 'unknown', 'pending', 'approved', 'captured', 'failed', 'expired')),
    CONSTRAINT ck_payment_attempts_kind_known CHECK (kind IN ('checkout', 'page', 'charge', 'gateway')),
    CONSTRAINT ck_payment_attempts_amount_positive CHECK (amount_minor > 0),
    CONSTRAINT ck_payment_attempts_captured_has_a_time CHECK ((status = 'captured') = (captured_at IS NOT NULL)),
    CONSTRAINT fk_payment_attempts_account_id FOREIGN KEY(account_id) REFERENCES accounts (id),
    CONSTRAINT fk_payment_attempts_invoice_id FOREIGN KEY(invoice_id) REFERENCES invoices (id),
    CONSTRAINT fk_payment_attempts_card_id FOREIGN KEY(card_id) REFERENCES cards (id),
    CONSTRAINT uq_payment_attempts_cause UNIQUE (cause)
);
CREATE INDEX ix_payment_attempts_invoice ON payment_attempts (invoice_id);
CREATE INDEX ix_payment_attempts_look_up ON payment_attempts (look_up_at) WHERE look_up_at IS NOT NULL;
CREATE UNIQUE INDEX uq_payment_attempts_checkout ON payment_attempts (gateway, checkout_ref) WHERE checkout_ref <> '';
CREATE UNIQUE INDEX uq_payment_attempts_live ON payment_attempts (invoice_id) WHERE kind <> 'gateway' AND status IN ('created', 'unknown', 'pending', 'approved');
CREATE UNIQUE INDEX uq_payment_attempts_payment ON payment_attempts (gateway, payment_ref) WHERE payment_ref <> '';

CREATE TABLE receipts (
    id UUID NOT NULL,
    account_id UUID NOT NULL,
    source VARCHAR(32) NOT NULL,
    cause TEXT NOT NULL,
    attempt_id UUID,
    reverses_id UUID,
    gateway TEXT DEFAULT '' NOT NULL,
    reference TEXT DEFAULT '' NOT NULL,
    amount_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    allocated_minor BIGINT NOT NULL,
    held_at TEXT DEFAULT '' NOT NULL,
    card_brand TEXT DEFAULT '' NOT NULL,
    card_last4 TEXT DEFAULT '' NOT NULL,
    remark VARCHAR(32) DEFAULT '' NOT NULL,
    received_at TIMESTAMPTZ NOT NULL,
    looked_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT pk_receipts PRIMARY KEY (id),
    CONSTRAINT ck_receipts_source_known CHECK (source IN ('capture', 'given_back', 'refund', 'dispute', 'dispute_fee', 'carried_over')),
    CONSTRAINT ck_receipts_remark_known CHECK (remark IN ('', 'paid_twice', 'other_amount', 'other_currency', 'invoice_void', 'reversed', 'came_back', 'refund_failed', 'restored')),
    CONSTRAINT ck_receipts_currency_iso CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT ck_receipts_amount_moves CHECK ((amount_minor = 0) = (source = 'carried_over')),
    CONSTRAINT ck_receipts_only_reversals_leave CHECK (amount_minor >= 0 OR source IN ('refund', 'dispute', 'dispute_fee')),
    CONSTRAINT ck_receipts_allocated_within_amount CHECK (allocated_minor >= 0 AND (allocated_minor <= greatest(amount_minor, 0) OR source = 'carried_over')),
    CONSTRAINT ck_receipts_reversals_pay_nothing CHECK (allocated_minor = 0 OR NOT source IN ('refund', 'dispute', 'dispute_fee')),
    CONSTRAINT ck_receipts_moved_at_a_gateway CHECK ((source IN ('given_back', 'carried_over')) = (gateway = '')),
    CONSTRAINT ck_receipts_reversals_leave_a_receipt CHECK ((reverses_id IS NOT NULL) = (source IN ('refund', 'dispute', 'dispute_fee'))),
    CONSTRAINT fk_receipts_account_id FOREIGN KEY(account_id) REFERENCES accounts (id),
    CONSTRAINT uq_receipts_cause UNIQUE (cause),
    CONSTRAINT fk_receipts_attempt_id FOREIGN KEY(attempt_id) REFERENCES payment_attempts (id),
    CONSTRAINT fk_receipts_reverses_id FOREIGN KEY(reverses_id) REFERENCES receipts (id)
);
CREATE INDEX ix_receipts_account ON receipts (account_id, created_at, id);
CREATE INDEX ix_receipts_kept ON receipts (account_id, currency) WHERE allocated_minor <> amount_minor;
CREATE INDEX ix_receipts_newest ON receipts (created_at, id);
CREATE INDEX ix_receipts_remarked ON receipts (id) WHERE remark <> '' AND looked_at IS NULL;
CREATE INDEX ix_receipts_reversals ON receipts (gateway, reference) WHERE source IN ('refund', 'dispute', 'dispute_fee');
CREATE INDEX ix_receipts_reversed ON receipts (reverses_id) WHERE source IN ('refund', 'dispute', 'dispute_fee');
CREATE UNIQUE INDEX uq_receipts_reference ON receipts (gateway, reference) WHERE source = 'capture' AND reference <> '';

CREATE TABLE refunds (
    id UUID NOT NULL,
    account_id UUID NOT NULL,
    receipt_id UUID NOT NULL,
    cause TEXT NOT NULL,
    gateway TEXT NOT NULL,
    refund_ref TEXT DEFAULT '' NOT NULL,
    status VARCHAR(32) NOT NULL,
    amount_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    kept_minor BIGINT DEFAULT '0' NOT NULL,
    unexplained_minor BIGINT DEFAULT '0' NOT NULL,
    reason VARCHAR(32) NOT NULL,
    note TEXT DEFAULT '' NOT NULL,
    used_credits VARCHAR(32) NOT NULL,
    requested_by TEXT NOT NULL,
    paid_out_by TEXT DEFAULT '' NOT NULL,
    paid_out_on DATE,
    request JSONB NOT NULL,
    failure_code TEXT DEFAULT '' NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT pk_refunds PRIMARY KEY (id),
    CONSTRAINT ck_refunds_status_known CHECK (status IN ('created', 'unknown', 'pending', 'succeeded', 'failed', 'canceled')),
    CONSTRAINT ck_refunds_reason_known CHECK (reason IN ('duplicate', 'fraudulent', 'requested_by_customer', 'order_change', 'product_unsatisfactory', 'invoice_voided', 'refunded_at_gateway')),
    CONSTRAINT ck_refunds_used_credits_known CHECK (used_credits IN ('reduce', 'debt', 'forgive')),
    CONSTRAINT ck_refunds_currency_iso CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT ck_refunds_amount_positive CHECK (amount_minor > 0),
    CONSTRAINT ck_refunds_shares_not_negative CHECK (least(kept_minor, unexplained_minor) >= 0),
    CONSTRAINT ck_refunds_shares_within_amount CHECK (kept_minor + unexplained_minor <= amount_minor),
    CONSTRAINT ck_refunds_paid_out_by_somebody CHECK ((paid_out_on IS NULL) = (paid_out_by = '')),
    CONSTRAINT fk_refunds_account_id FOREIGN KEY(account_id) REFERENCES accounts (id),
    CONSTRAINT fk_refunds_receipt_id FOREIGN KEY(receipt_id) REFERENCES receipts (id),
    CONSTRAINT uq_refunds_cause UNIQUE (cause)
);
CREATE INDEX ix_refunds_account ON refunds (account_id, created_at, id);
CREATE INDEX ix_refunds_newest ON refunds (created_at, id);
CREATE INDEX ix_refunds_receipt ON refunds (receipt_id);
CREATE UNIQUE INDEX uq_refunds_reference ON refunds (gateway, refund_ref) WHERE refund_ref <> '';

CREATE TABLE disputes (
    id UUID NOT NULL,
    account_id UUID NOT NULL,
    receipt_id UUID NOT NULL,
    gateway TEXT NOT NULL,
    dispute_ref TEXT NOT NULL,
    status VARCHAR(32) NOT NULL,
    amount_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    reason TEXT NOT NULL,
    evidence_due_at TIMESTAMPTZ,
    opened_at TIMESTAMPTZ NOT NULL,
    closed_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT pk_disputes PRIMARY KEY (id),
    CONSTRAINT ck_disputes_status_known CHECK (status IN ('inquiry', 'inquiry_closed', 'needs_response', 'under_review', 'won', 'lost')),
    CONSTRAINT ck_disputes_currency_iso CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT ck_disputes_amount_positive CHECK (amount_minor > 0),
    CONSTRAINT ck_disputes_closed_with_a_time CHECK ((closed_at IS NOT NULL) = (status IN ('inquiry_closed', 'won', 'lost'))),
    CONSTRAINT fk_disputes_account_id FOREIGN KEY(account_id) REFERENCES accounts (id),
    CONSTRAINT fk_disputes_receipt_id FOREIGN KEY(receipt_id) REFERENCES receipts (id),
    CONSTRAINT uq_disputes_gateway_dispute_ref UNIQUE (gateway, dispute_ref)
);
CREATE INDEX ix_disputes_account ON disputes (account_id, created_at, id);
CREATE INDEX ix_disputes_newest ON disputes (created_at, id);
CREATE INDEX ix_disputes_receipt ON disputes (receipt_id);

CREATE TABLE dispute_evidence (
    dispute_id UUID NOT NULL,
    content BYTEA NOT NULL,
    written_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT pk_dispute_evidence PRIMARY KEY (dispute_id),
    CONSTRAINT fk_dispute_evidence_dispute_id FOREIGN KEY(dispute_id) REFERENCES disputes (id)
);

CREATE TABLE allocations (
    id UUID NOT NULL,
    receipt_id UUID NOT NULL,
    invoice_id UUID,
    refund_id UUID,
    dispute_id UUID,
    amount_minor BIGINT NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT pk_allocations PRIMARY KEY (id),
    CONSTRAINT ck_allocations_amount_moves CHECK (amount_minor <> 0),
    CONSTRAINT ck_allocations_goes_one_way CHECK (num_nonnulls(invoice_id, refund_id, dispute_id) = 1),
    CONSTRAINT fk_allocations_receipt_id FOREIGN KEY(receipt_id) REFERENCES receipts (id),
    CONSTRAINT fk_allocations_invoice_id FOREIGN KEY(invoice_id) REFERENCES invoices (id),
    CONSTRAINT fk_allocations_refund_id FOREIGN KEY(refund_id) REFERENCES refunds (id),
    CONSTRAINT fk_allocations_dispute_id FOREIGN KEY(dispute_id) REFERENCES disputes (id)
);
CREATE INDEX ix_allocations_dispute ON allocations (dispute_id) WHERE dispute_id IS NOT NULL;
CREATE INDEX ix_allocations_invoice ON allocations (invoice_id);
CREATE INDEX ix_allocations_receipt ON allocations (receipt_id);
CREATE INDEX ix_allocations_refund ON allocations (refund_id) WHERE refund_id IS NOT NULL;

CREATE TABLE manual_payments (
    invoice_id UUID NOT NULL,
    method VARCHAR(32) NOT NULL,
    chosen_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT pk_manual_payments PRIMARY KEY (invoice_id),
    CONSTRAINT ck_manual_payments_method_known CHECK (method IN ('bank_transfer', 'local_wallet')),
    CONSTRAINT fk_manual_payments_invoice_id FOREIGN KEY(invoice_id) REFERENCES invoices (id)
);

CREATE TABLE payment_claims (
    id UUID NOT NULL,
    account_id UUID NOT NULL,
    invoice_id UUID NOT NULL,
    cause TEXT NOT NULL,
    method VARCHAR(32) NOT NULL,
    paid_as TEXT NOT NULL,
    amount_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    paid_on DATE NOT NULL,
    proof_sha256 TEXT DEFAULT '' NOT NULL,
    status VARCHAR(32) NOT NULL,
    submitted_by TEXT NOT NULL,
    submitted_at TIMESTAMPTZ NOT NULL,
    first_approved_by TEXT DEFAULT '' NOT NULL,
    first_seen TEXT DEFAULT '' NOT NULL,
    decided_by TEXT DEFAULT '' NOT NULL,
    decided_at TIMESTAMPTZ,
    reject_reason TEXT DEFAULT '' NOT NULL,
    receipt_id UUID,
    seen_minor BIGINT DEFAULT '0' NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT pk_payment_claims PRIMARY KEY (id),
    CONSTRAINT ck_payment_claims_method_known CHECK (method IN ('bank_transfer', 'local_wallet')),
    CONSTRAINT ck_payment_claims_status_known CHECK (status IN ('submitted', 'awaiting_second_approval', 'approved', 'rejected', 'withdrawn')),
    CONSTRAINT ck_payment_claims_currency_iso CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT ck_payment_claims_amount_positive CHECK (amount_minor > 0),
    CONSTRAINT ck_payment_claims_seen_within_amount CHECK (seen_minor BETWEEN 0 AND amount_minor),
    CONSTRAINT ck_payment_claims_paid_on_in_calendar CHECK (paid_on >= '2000-01-01T00:00:00Z' AND paid_on < '2200-01-01T00:00:00Z'),
    CONSTRAINT ck_payment_claims_approved_what_was_seen CHECK ((first_approved_by = '') = (first_seen = '')),
    CONSTRAINT ck_payment_claims_second_approval_has_a_first CHECK (status <> 'awaiting_second_approval' OR first_approved_by <> ''),
    CONSTRAINT ck_payment_claims_two_people_approve CHECK (status <> 'approved' OR lower(regexp_replace(decided_by, '^(operator|key)/', '')) <> lower(regexp_replace(first_approved_by, '^(operator|key)/', ''))),
    CONSTRAINT ck_payment_claims_approved_is_received CHECK ((status = 'approved') = (receipt_id IS NOT NULL)),
    CONSTRAINT ck_payment_claims_rejected_for_a_reason CHECK ((status = 'rejected') = (reject_reason <> '')),
    CONSTRAINT ck_payment_claims_decided_has_a_time CHECK ((status IN ('approved', 'rejected', 'withdrawn')) = (decided_at IS NOT NULL)),
    CONSTRAINT ck_payment_claims_decided_by_somebody CHECK ((decided_at IS NULL) = (decided_by = '')),
    CONSTRAINT fk_payment_claims_account_id FOREIGN KEY(account_id) REFERENCES accounts (id),
    CONSTRAINT fk_payment_claims_invoice_id FOREIGN KEY(invoice_id) REFERENCES invoices (id),
    CONSTRAINT uq_payment_claims_cause UNIQUE (cause),
    CONSTRAINT fk_payment_claims_receipt_id FOREIGN KEY(receipt_id) REFERENCES receipts (id),
    CONSTRAINT uq_payment_claims_receipt_id UNIQUE (receipt_id)
);
CREATE INDEX ix_payment_claims_account ON payment_claims (account_id, created_at, id);
CREATE INDEX ix_payment_claims_invoice ON payment_claims (invoice_id);
CREATE INDEX ix_payment_claims_reference ON payment_claims (paid_as);
CREATE INDEX ix_payment_claims_newest ON payment_claims (created_at, id);

CREATE TABLE payment_proofs (
    claim_id UUID NOT NULL,
    media_type TEXT NOT NULL,
    content BYTEA NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT pk_payment_proofs PRIMARY KEY (claim_id),
    CONSTRAINT ck_payment_proofs_media_type_known CHECK (media_type IN ('application/pdf', 'image/png', 'image/jpeg')),
    CONSTRAINT ck_payment_proofs_content_not_too_large CHECK (octet_length(content) <= 380000),
    CONSTRAINT fk_payment_proofs_claim_id FOREIGN KEY(claim_id) REFERENCES payment_claims (id)
);

CREATE TABLE approval_limits (
    currency TEXT NOT NULL,
    limit_minor BIGINT NOT NULL,
    CONSTRAINT pk_approval_limits PRIMARY KEY (currency),
    CONSTRAINT ck_approval_limits_currency_iso CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT ck_approval_limits_limit_not_negative CHECK (limit_minor >= 0)
);

CREATE TABLE statement_lines (
    id UUID NOT NULL,
    account TEXT NOT NULL,
    identity TEXT NOT NULL,
    occurrence BIGINT NOT NULL,
    part BIGINT NOT NULL,
    booked_on DATE NOT NULL,
    amount_minor BIGINT NOT NULL,
    entry_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    bank_ref TEXT DEFAULT '' NOT NULL,
    reference TEXT DEFAULT '' NOT NULL,
    text TEXT DEFAULT '' NOT NULL,
    payer TEXT DEFAULT '' NOT NULL,
    payer_account TEXT DEFAULT '' NOT NULL,
    is_reversal BOOLEAN DEFAULT 'false' NOT NULL,
    is_collective BOOLEAN DEFAULT 'false' NOT NULL,
    claim_id UUID,
    refund_id UUID,
    ignored_for TEXT DEFAULT '' NOT NULL,
    decided_by TEXT DEFAULT '' NOT NULL,
    imported_by TEXT NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT pk_statement_lines PRIMARY KEY (id),
    CONSTRAINT uq_statement_lines_identity_occurrence_part UNIQUE (identity, occurrence, part),
    CONSTRAINT uq_statement_lines_refund_id UNIQUE (refund_id),
    CONSTRAINT ck_statement_lines_currency_iso CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT ck_statement_lines_booked_on_in_calendar CHECK (booked_on >= '2000-01-01T00:00:00Z' AND booked_on < '2200-01-01T00:00:00Z'),
    CONSTRAINT ck_statement_lines_counted_from_one CHECK (occurrence > 0 AND part > 0),
    CONSTRAINT ck_statement_lines_claimed_money_came CHECK (claim_id IS NULL OR amount_minor > 0),
    CONSTRAINT ck_statement_lines_refunded_money_left CHECK (refund_id IS NULL OR amount_minor < 0),
    CONSTRAINT ck_statement_lines_one_thing_became_of_it CHECK (
        (claim_id IS NOT NULL)::int + (refund_id IS NOT NULL)::int + (ignored_for <> '')::int <= 1
    ),
    CONSTRAINT ck_statement_lines_decided_by_somebody CHECK (
        (claim_id IS NULL AND refund_id IS NULL AND ignored_for = '') OR decided_by <> ''
    ),
    CONSTRAINT fk_statement_lines_claim_id FOREIGN KEY(claim_id) REFERENCES payment_claims (id),
    CONSTRAINT fk_statement_lines_refund_id FOREIGN KEY(refund_id) REFERENCES refunds (id)
);
CREATE INDEX ix_statement_lines_newest ON statement_lines (created_at, id);
CREATE INDEX ix_statement_lines_set_aside ON statement_lines (amount_minor) WHERE claim_id IS NULL AND decided_by <> '';
CREATE INDEX ix_statement_lines_claim ON statement_lines (claim_id) WHERE claim_id IS NOT NULL;
CREATE INDEX ix_statement_lines_reversals ON statement_lines (account, booked_on) WHERE is_reversal;

CREATE TABLE credit_notes (
    id UUID NOT NULL,
    account_id UUID NOT NULL,
    invoice_id UUID NOT NULL,
    refund_id UUID,
    cause TEXT NOT NULL,
    number TEXT NOT NULL,
    reason VARCHAR(32) NOT NULL,
    note TEXT DEFAULT '' NOT NULL,
    currency TEXT NOT NULL,
    subtotal_minor BIGINT NOT NULL,
    tax_minor BIGINT NOT NULL,
    total_minor BIGINT NOT NULL,
    refunded_minor BIGINT DEFAULT '0' NOT NULL,
    kept_minor BIGINT DEFAULT '0' NOT NULL,
    unpaid_minor BIGINT DEFAULT '0' NOT NULL,
    buyer JSONB NOT NULL,
    issued_at TIMESTAMPTZ NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT pk_credit_notes PRIMARY KEY (id),
    CONSTRAINT ck_credit_notes_reason_known CHECK (reason IN ('duplicate', 'fraudulent', 'requested_by_customer', 'order_change', 'product_unsatisfactory', 'invoice_voided', 'refunded_at_gateway')),
    CONSTRAINT ck_credit_notes_currency_iso CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT ck_credit_notes_total_positive CHECK (total_minor > 0),
    CONSTRAINT ck_credit_notes_total_adds_up CHECK (total_minor = subtotal_minor + tax_minor),
    CONSTRAINT ck_credit_notes_goes_somewhere CHECK (total_minor = refunded_minor + kept_minor + unpaid_minor),
    CONSTRAINT ck_credit_notes_goes_one_way CHECK (least(refunded_minor, kept_minor, unpaid_minor) >= 0),
    CONSTRAINT fk_credit_notes_account_id FOREIGN KEY(account_id) REFERENCES accounts (id),
    CONSTRAINT fk_credit_notes_invoice_id FOREIGN KEY(invoice_id) REFERENCES invoices (id),
    CONSTRAINT fk_credit_notes_refund_id FOREIGN KEY(refund_id) REFERENCES refunds (id),
    CONSTRAINT uq_credit_notes_cause UNIQUE (cause),
    CONSTRAINT uq_credit_notes_number UNIQUE (number)
);
CREATE INDEX ix_credit_notes_account ON credit_notes (account_id, created_at, id);
CREATE INDEX ix_credit_notes_invoice ON credit_notes (invoice_id);
CREATE INDEX ix_credit_notes_newest ON credit_notes (created_at, id);

CREATE TABLE credit_note_lines (
    id UUID NOT NULL,
    credit_note_id UUID NOT NULL,
    invoice_line_id UUID NOT NULL,
    position BIGINT NOT NULL,
    net_minor BIGINT NOT NULL,
    tax_minor BIGINT NOT NULL,
    CONSTRAINT pk_credit_note_lines PRIMARY KEY (id),
    CONSTRAINT uq_credit_note_lines_credit_note_id_position UNIQUE (credit_note_id, position),
    CONSTRAINT ck_credit_note_lines_amount_moves CHECK (net_minor <> 0 OR tax_minor <> 0),
    CONSTRAINT fk_credit_note_lines_credit_note_id FOREIGN KEY(credit_note_id) REFERENCES credit_notes (id),
    CONSTRAINT fk_credit_note_lines_invoice_line_id FOREIGN KEY(invoice_line_id) REFERENCES invoice_lines (id)
);
CREATE INDEX ix_credit_note_lines_invoice_line ON credit_note_lines (invoice_line_id);

CREATE TABLE credit_note_documents (
    credit_note_id UUID NOT NULL,
    kind TEXT NOT NULL,
    content BYTEA NOT NULL,
    sha256 TEXT NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT pk_credit_note_documents PRIMARY KEY (credit_note_id, kind),
    CONSTRAINT fk_credit_note_documents_credit_note_id FOREIGN KEY(credit_note_id) REFERENCES credit_notes (id)
);

CREATE TABLE credit_note_counters (
    month DATE NOT NULL,
    last_number BIGINT NOT NULL,
    CONSTRAINT pk_credit_note_counters PRIMARY KEY (month)
);

CREATE TABLE credit_note_number_gaps (
    month DATE NOT NULL,
    first_number BIGINT NOT NULL,
    last_number BIGINT NOT NULL,
    reason TEXT NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT pk_credit_note_number_gaps PRIMARY KEY (month, first_number),
    CONSTRAINT ck_credit_note_number_gaps_range_in_order CHECK (first_number BETWEEN 1 AND last_number),
    CONSTRAINT ck_credit_note_number_gaps_has_a_reason CHECK (reason <> '')
);

CREATE TABLE dunnings (
    invoice_id UUID NOT NULL,
    account_id UUID NOT NULL,
    subscription_id UUID,
    clock_id UUID,
    state VARCHAR(32) NOT NULL,
    policy JSONB NOT NULL,
    attempts BIGINT NOT NULL,
    last_code TEXT DEFAULT '' NOT NULL,
    needs_new_card BOOLEAN DEFAULT 'false' NOT NULL,
    opened_at TIMESTAMPTZ NOT NULL,
    next_attempt_at TIMESTAMPTZ,
    ends_at TIMESTAMPTZ NOT NULL,
    closed_at TIMESTAMPTZ,
    written_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT pk_dunnings PRIMARY KEY (invoice_id),
    CONSTRAINT ck_dunnings_state_known CHECK (state IN ('open', 'recovered', 'exhausted', 'stopped')),
    CONSTRAINT ck_dunnings_closed_has_a_time CHECK ((state = 'open') = (closed_at IS NULL)),
    CONSTRAINT ck_dunnings_closed_tries_no_more CHECK (state = 'open' OR (next_attempt_at IS NULL)),
    CONSTRAINT fk_dunnings_invoice_id FOREIGN KEY(invoice_id) REFERENCES invoices (id),
    CONSTRAINT fk_dunnings_account_id FOREIGN KEY(account_id) REFERENCES accounts (id),
    CONSTRAINT fk_dunnings_subscription_id FOREIGN KEY(subscription_id) REFERENCES subscriptions (id),
    CONSTRAINT fk_dunnings_clock_id FOREIGN KEY(clock_id) REFERENCES test_clocks (id)
);
CREATE INDEX ix_dunnings_account ON dunnings (account_id) WHERE state = 'open';
CREATE INDEX ix_dunnings_ends ON dunnings (ends_at) WHERE state = 'open';
CREATE INDEX ix_dunnings_next ON dunnings (next_attempt_at) WHERE state = 'open';

CREATE TABLE ledger_transactions (
    id UUID NOT NULL,
    reason VARCHAR(32) NOT NULL,
    cause TEXT NOT NULL,
    occurred_at TIMESTAMPTZ NOT NULL,
    written_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT pk_ledger_transactions PRIMARY KEY (id),
    CONSTRAINT ck_ledger_transactions_reason_known CHECK (reason IN ('invoice_issued', 'invoice_voided', 'payment_captured', 'payment_reversed', 'balance_kept', 'balance_used', 'carried_over', 'credit_note_issued', 'refund_begun', 'refund_failed', 'dispute_met', 'dispute_lost', 'dispute_returned')),
    CONSTRAINT uq_ledger_transactions_cause UNIQUE (cause)
);

CREATE TABLE ledger_entries (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    transaction_id UUID NOT NULL,
    ledger_account VARCHAR(32) NOT NULL,
    account_id UUID NOT NULL,
    gateway TEXT DEFAULT '' NOT NULL,
    currency TEXT NOT NULL,
    amount_minor BIGINT NOT NULL,
    CONSTRAINT pk_ledger_entries PRIMARY KEY (id),
    CONSTRAINT ck_ledger_entries_ledger_account_known CHECK (ledger_account IN ('gateway_clearing', 'receivable', 'deferred_revenue', 'customer_balance', 'refunds_payable', 'unexplained_reversals', 'disputed', 'gateway_fees', 'tax_payable')),
    CONSTRAINT ck_ledger_entries_amount_moves CHECK (amount_minor <> 0),
    CONSTRAINT fk_ledger_entries_transaction_id FOREIGN KEY(transaction_id) REFERENCES ledger_transactions (id),
    CONSTRAINT fk_ledger_entries_account_id FOREIGN KEY(account_id) REFERENCES accounts (id)
);
CREATE INDEX ix_ledger_entries_account ON ledger_entries (account_id);
CREATE INDEX ix_ledger_entries_transaction ON ledger_entries (transaction_id);

-- Credits

CREATE TABLE credit_grants (
    id UUID NOT NULL,
    account_id UUID NOT NULL,
    source VARCHAR(32) NOT NULL,
    cause TEXT NOT NULL,
    amount BIGINT NOT NULL,
    remaining BIGINT NOT NULL,
    granted_at TIMESTAMPTZ NOT NULL,
    subscription_id UUID,
    expires_at TIMESTAMPTZ,
    held_for INTERVAL,
    is_frozen BOOLEAN DEFAULT 'false' NOT NULL,
    CONSTRAINT pk_credit_grants PRIMARY KEY (id),
    CONSTRAINT ck_credit_grants_source_known CHECK (source IN ('package', 'plan')),
    CONSTRAINT ck_credit_grants_amount_positive CHECK (amount > 0),
    CONSTRAINT ck_credit_grants_remaining_in_range CHECK (remaining BETWEEN 0 AND amount),
    CONSTRAINT ck_credit_grants_held_does_not_expire CHECK (held_for IS NULL OR expires_at IS NULL),
    CONSTRAINT ck_credit_grants_frozen_does_not_expire CHECK (NOT is_frozen OR expires_at IS NULL),
    CONSTRAINT fk_credit_grants_account_id FOREIGN KEY(account_id) REFERENCES accounts (id),
    CONSTRAINT uq_credit_grants_cause UNIQUE (cause),
    CONSTRAINT fk_credit_grants_subscription_id FOREIGN KEY(subscription_id) REFERENCES subscriptions (id)
);
CREATE INDEX ix_credit_grants_expiring ON credit_grants (expires_at) WHERE remaining > 0 AND expires_at IS NOT NULL;
CREATE INDEX ix_credit_grants_usable ON credit_grants (account_id, expires_at) WHERE remaining > 0;

CREATE TABLE credit_transactions (
    id UUID NOT NULL,
    account_id UUID NOT NULL,
    grant_id UUID NOT NULL,
    movement VARCHAR(32) NOT NULL,
    amount BIGINT NOT NULL,
    cause TEXT NOT NULL,
    description TEXT DEFAULT '' NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT pk_credit_transactions PRIMARY KEY (id),
    CONSTRAINT ck_credit_transactions_movement_known CHECK (movement IN ('grant', 'consume', 'expire', 'revoke', 'repay', 'return')),
    CONSTRAINT ck_credit_transactions_sign_fits_movement CHECK ((movement IN ('grant', 'return')) = (amount > 0)),
    CONSTRAINT uq_credit_transactions_cause_grant_id UNIQUE (cause, grant_id),
    CONSTRAINT fk_credit_transactions_account_id FOREIGN KEY(account_id) REFERENCES accounts (id),
    CONSTRAINT fk_credit_transactions_grant_id FOREIGN KEY(grant_id) REFERENCES credit_grants (id)
);
CREATE INDEX ix_credit_transactions_account ON credit_transactions (account_id, created_at, id);

CREATE TABLE credit_debts (
    id UUID NOT NULL,
    account_id UUID NOT NULL,
    cause TEXT NOT NULL,
    amount BIGINT NOT NULL,
    paid BIGINT DEFAULT '0' NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT pk_credit_debts PRIMARY KEY (id),
    CONSTRAINT ck_credit_debts_amount_positive CHECK (amount > 0),
    CONSTRAINT ck_credit_debts_paid_in_range CHECK (paid BETWEEN 0 AND amount),
    CONSTRAINT fk_credit_debts_account_id FOREIGN KEY(account_id) REFERENCES accounts (id),
    CONSTRAINT uq_credit_debts_cause UNIQUE (cause)
);
CREATE INDEX ix_credit_debts_owed ON credit_debts (account_id) WHERE paid < amount;

CREATE TABLE balance_watches (
    account_id UUID NOT NULL,
    warn_below BIGINT NOT NULL,
    is_low BOOLEAN DEFAULT 'false' NOT NULL,
    crossings BIGINT DEFAULT '0' NOT NULL,
    CONSTRAINT pk_balance_watches PRIMARY KEY (account_id),
    CONSTRAINT ck_balance_watches_threshold_positive CHECK (warn_below > 0),
    CONSTRAINT fk_balance_watches_account_id FOREIGN KEY(account_id) REFERENCES accounts (id)
);

CREATE TABLE auto_top_ups (
    account_id UUID NOT NULL,
    package_id UUID NOT NULL,
    top_up_below BIGINT NOT NULL,
    monthly_max BIGINT NOT NULL,
    month DATE,
    purchases BIGINT DEFAULT '0' NOT NULL,
    invoice_id UUID,
    stopped_at TIMESTAMPTZ,
    stop_code TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_auto_top_ups PRIMARY KEY (account_id),
    CONSTRAINT ck_auto_top_ups_limits_positive CHECK (top_up_below > 0 AND monthly_max > 0),
    CONSTRAINT ck_auto_top_ups_purchases_limited CHECK (purchases BETWEEN 0 AND monthly_max),
    CONSTRAINT fk_auto_top_ups_account_id FOREIGN KEY(account_id) REFERENCES accounts (id),
    CONSTRAINT fk_auto_top_ups_package_id FOREIGN KEY(package_id) REFERENCES credit_packages (id),
    CONSTRAINT fk_auto_top_ups_invoice_id FOREIGN KEY(invoice_id) REFERENCES invoices (id)
);

-- How rows lie on the disk

-- Events are not compressed at the door. Bodies above 2 kB lie out of line, where updates do not copy them.
ALTER TABLE inbox ALTER COLUMN body SET STORAGE EXTERNAL;
ALTER TABLE invoice_documents ALTER COLUMN content SET STORAGE EXTERNAL;
-- Rows are updated twice in their life; room on the page keeps those updates out of the indexes.
ALTER TABLE outbox SET (fillfactor = 80);

-- A second wall behind the missing grants: history is never edited, not even by the owner

CREATE FUNCTION refuse_edit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_transactions
FOR EACH STATEMENT EXECUTE FUNCTION refuse_edit();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entries
FOR EACH STATEMENT EXECUTE FUNCTION refuse_edit();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON allocations
FOR EACH STATEMENT EXECUTE FUNCTION refuse_edit();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON credit_transactions
FOR EACH STATEMENT EXECUTE FUNCTION refuse_edit();

-- A paper that has left keeps its number, its day and its buyer, and numbers only go on

CREATE FUNCTION refuse_other_number() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'a number once given stays' USING ERRCODE = 'restrict_violation'; END $$;

CREATE TRIGGER number_stays BEFORE UPDATE OF number, issued_at, buyer ON invoices FOR EACH ROW
WHEN (OLD.number IS NOT NULL AND (OLD.number, OLD.issued_at, OLD.buyer) IS DISTINCT FROM (NEW.number, NEW.issued_at, NEW.buyer))
EXECUTE FUNCTION refuse_other_number();
CREATE TRIGGER numbers_go_on BEFORE UPDATE ON invoice_counters FOR EACH ROW
WHEN (NEW.last_number < OLD.last_number OR NEW.month <> OLD.month)
EXECUTE FUNCTION refuse_other_number();
CREATE TRIGGER numbers_go_on BEFORE UPDATE ON credit_note_counters FOR EACH ROW
WHEN (NEW.last_number < OLD.last_number OR NEW.month <> OLD.month)
EXECUTE FUNCTION refuse_other_number();

-- Whoever may stage commands and not read in whose name they are said, says them in a product's name alone

CREATE FUNCTION refuse_foreign_caller() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% stages commands as app/ and the name of a product, not as %', current_user, NEW.caller
USING ERRCODE = 'insufficient_privilege'; END $$;

CREATE TRIGGER caller_is_a_product BEFORE INSERT ON operations FOR EACH ROW
WHEN (NEW.caller !~ '^app/[a-z0-9][a-z0-9-]{0,59}$' AND NOT has_column_privilege('operations'::regclass, 'caller', 'SELECT'))
EXECUTE FUNCTION refuse_foreign_caller();

-- Every statement that adds entries must leave each touched transaction at zero in each currency

CREATE FUNCTION refuse_crooked_transaction() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE crooked uuid;
BEGIN
    -- one index look-up per transaction: the planner knows nothing about the size of `added`
    SELECT a.transaction_id INTO crooked FROM (SELECT DISTINCT transaction_id FROM added) a
    CROSS JOIN LATERAL (
        SELECT 1 FROM ledger_entries e WHERE e.transaction_id = a.transaction_id
        GROUP BY e.currency HAVING sum(e.amount_minor) <> 0 LIMIT 1
    ) off LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'ledger transaction % does not sum to zero', crooked USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER zero_sum AFTER INSERT ON ledger_entries REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION refuse_crooked_transaction();

-- What every installation needs: the policy that subscriptions follow unless told otherwise

INSERT INTO dunning_policies (slug, retry_days, at_the_end) VALUES ('default', '[1, 3, 5, 7]', 'cancel');
