-- Who may call

CREATE TABLE api_keys (
    id UUID NOT NULL,
    name TEXT NOT NULL,
    hint TEXT NOT NULL,
    secret_sha256 TEXT NOT NULL,
    scopes TEXT[] NOT NULL,
    account_ids UUID[],
    requests_per_minute_max BIGINT,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    expires_at TIMESTAMPTZ,
    revoked_at TIMESTAMPTZ,
    last_used_at TIMESTAMPTZ,
    CONSTRAINT pk_api_keys PRIMARY KEY (id),
    CONSTRAINT uq_api_keys_secret_sha256 UNIQUE (secret_sha256),
    CONSTRAINT ck_api_keys_bound_to_an_account CHECK (cardinality(account_ids) > 0),
    CONSTRAINT ck_api_keys_requests_per_minute_max_positive CHECK (requests_per_minute_max > 0)
);
