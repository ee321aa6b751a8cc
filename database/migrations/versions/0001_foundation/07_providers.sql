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
    has_key BOOLEAN GENERATED ALWAYS AS (api_key <> '') STORED NOT NULL,
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
