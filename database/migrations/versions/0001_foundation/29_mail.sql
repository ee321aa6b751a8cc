-- Mail: addresses to which none is sent any more

CREATE TABLE stopped_addresses (
    address TEXT NOT NULL,
    reason VARCHAR(32) NOT NULL,
    said TEXT DEFAULT '' NOT NULL,
    email_ref TEXT DEFAULT '' NOT NULL,
    stopped_at TIMESTAMPTZ NOT NULL,
    lifted_at TIMESTAMPTZ,
    lifted_by TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_stopped_addresses PRIMARY KEY (address),
    CONSTRAINT ck_stopped_addresses_reason_known CHECK (reason IN ('bounced', 'complained')),
    CONSTRAINT ck_stopped_addresses_address_in_small_letters CHECK (address = lower(address)),
    CONSTRAINT ck_stopped_addresses_lifted_by_somebody CHECK ((lifted_at IS NULL) = (lifted_by = ''))
);
CREATE INDEX ix_stopped_addresses_standing ON stopped_addresses (stopped_at) WHERE lifted_at IS NULL;
