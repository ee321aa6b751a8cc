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

-- What every installation needs: the policy that subscriptions follow unless told otherwise
INSERT INTO dunning_policies (slug, retry_days, at_the_end) VALUES ('default', '[1, 3, 5, 7]', 'cancel');
