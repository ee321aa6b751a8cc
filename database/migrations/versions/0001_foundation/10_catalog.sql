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
