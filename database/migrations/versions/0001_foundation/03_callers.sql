-- Who may call

CREATE TABLE staff_members (
    id UUID NOT NULL,
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    role TEXT NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    ended_at TIMESTAMPTZ,
    CONSTRAINT pk_staff_members PRIMARY KEY (id),
    CONSTRAINT ck_staff_members_role_known CHECK (role IN ('support', 'finance', 'approver', 'operator', 'admin'))
);
CREATE UNIQUE INDEX uq_staff_members_name ON staff_members (lower(name));

CREATE TABLE api_keys (
    id UUID NOT NULL,
    name TEXT NOT NULL,
    hint TEXT NOT NULL,
    secret_sha256 TEXT NOT NULL,
    scopes TEXT[] NOT NULL,
    account_ids UUID[],
    requests_per_minute_max BIGINT,
    staff_id UUID,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    expires_at TIMESTAMPTZ,
    revoked_at TIMESTAMPTZ,
    last_used_at TIMESTAMPTZ,
    CONSTRAINT pk_api_keys PRIMARY KEY (id),
    CONSTRAINT uq_api_keys_secret_sha256 UNIQUE (secret_sha256),
    CONSTRAINT fk_api_keys_staff_id FOREIGN KEY (staff_id) REFERENCES staff_members (id),
    CONSTRAINT ck_api_keys_staff_by_role_alone CHECK (staff_id IS NULL OR (account_ids IS NULL AND scopes = '{}')),
    CONSTRAINT ck_api_keys_bound_to_an_account CHECK (cardinality(account_ids) > 0),
    CONSTRAINT ck_api_keys_requests_per_minute_max_positive CHECK (requests_per_minute_max > 0)
);
