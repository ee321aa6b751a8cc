-- What credits are used for

CREATE TABLE credit_costs (
    id UUID NOT NULL,
    operation TEXT NOT NULL,
    name TEXT NOT NULL,
    unit TEXT NOT NULL,
    credits BIGINT NOT NULL,
    per_quantity BIGINT NOT NULL,
    rounding VARCHAR(32) NOT NULL,
    valid_from TIMESTAMPTZ NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT pk_credit_costs PRIMARY KEY (id),
    CONSTRAINT ck_credit_costs_rounding_known CHECK (rounding IN ('up', 'down', 'half_up')),
    CONSTRAINT ck_credit_costs_credits_not_negative CHECK (credits >= 0),
    CONSTRAINT ck_credit_costs_per_quantity_positive CHECK (per_quantity > 0),
    CONSTRAINT uq_credit_costs_operation_valid_from UNIQUE (operation, valid_from)
);

CREATE TABLE usage_events (
    account_id UUID NOT NULL,
    event_id TEXT NOT NULL,
    operation TEXT NOT NULL,
    quantity BIGINT NOT NULL,
    site TEXT DEFAULT '' NOT NULL,
    happened_at TIMESTAMPTZ NOT NULL,
    credits BIGINT NOT NULL,
    cost_id UUID NOT NULL,
    cause TEXT NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT pk_usage_events PRIMARY KEY (account_id, event_id),
    CONSTRAINT ck_usage_events_quantity_positive CHECK (quantity > 0),
    CONSTRAINT ck_usage_events_credits_not_negative CHECK (credits >= 0),
    CONSTRAINT fk_usage_events_account_id FOREIGN KEY(account_id) REFERENCES accounts (id)
);

CREATE TABLE usage_roll_ups (
    account_id UUID NOT NULL,
    begins_at TIMESTAMPTZ NOT NULL,
    operation TEXT NOT NULL,
    events BIGINT NOT NULL,
    quantity BIGINT NOT NULL,
    credits BIGINT NOT NULL,
    CONSTRAINT pk_usage_roll_ups PRIMARY KEY (account_id, begins_at, operation),
    CONSTRAINT fk_usage_roll_ups_account_id FOREIGN KEY(account_id) REFERENCES accounts (id)
);

CREATE TABLE usage_reservations (
    id UUID NOT NULL,
    account_id UUID NOT NULL,
    operation TEXT NOT NULL,
    quantity BIGINT NOT NULL,
    cost_id UUID NOT NULL,
    credits BIGINT NOT NULL,
    state VARCHAR(32) NOT NULL,
    reserved_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    closed_at TIMESTAMPTZ,
    event_id TEXT,
    CONSTRAINT pk_usage_reservations PRIMARY KEY (id),
    CONSTRAINT ck_usage_reservations_state_known CHECK (state IN ('held', 'settled', 'released', 'expired')),
    CONSTRAINT ck_usage_reservations_credits_not_negative CHECK (credits >= 0),
    CONSTRAINT ck_usage_reservations_closed_when_not_held CHECK ((state = 'held') = (closed_at IS NULL)),
    CONSTRAINT ck_usage_reservations_settled_by_an_event CHECK ((state = 'settled') = (event_id IS NOT NULL)),
    CONSTRAINT fk_usage_reservations_account_id FOREIGN KEY(account_id) REFERENCES accounts (id),
    CONSTRAINT fk_usage_reservations_cost_id FOREIGN KEY(cost_id) REFERENCES credit_costs (id)
);
CREATE INDEX ix_usage_reservations_due ON usage_reservations (expires_at) WHERE state = 'held';
CREATE INDEX ix_usage_reservations_held ON usage_reservations (account_id, expires_at) WHERE state = 'held';

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON credit_costs
FOR EACH STATEMENT EXECUTE FUNCTION refuse_edit();

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON usage_events
FOR EACH STATEMENT EXECUTE FUNCTION refuse_edit();
