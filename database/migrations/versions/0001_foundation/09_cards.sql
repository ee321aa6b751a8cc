-- How one can pay

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
