-- What the product hears of

-- What has changed, as it was then, written by triggers in the transaction that changed it: so nothing that writes the
-- books, one row or thousands, can forget it. Its number is drawn while the changed row is locked, so that of two
-- changes that followed one another the later one has the higher number.
CREATE TABLE untold_changes (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    kind TEXT NOT NULL,
    account_id UUID NOT NULL,
    object_id UUID NOT NULL,
    before JSON,
    after JSON NOT NULL,
    failure TEXT DEFAULT '' NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT pk_untold_changes PRIMARY KEY (id)
);
CREATE INDEX ix_untold_changes_failed ON untold_changes (id) WHERE failure <> '';

CREATE TABLE product_events (
    position BIGINT NOT NULL,
    id UUID NOT NULL,
    type TEXT NOT NULL,
    account_id UUID NOT NULL,
    sequence BIGINT NOT NULL,
    object_id UUID NOT NULL,
    schema_version BIGINT NOT NULL,
    data JSONB NOT NULL,
    happened_at TIMESTAMPTZ NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT pk_product_events PRIMARY KEY (position),
    CONSTRAINT uq_product_events_id UNIQUE (id),
    CONSTRAINT uq_product_events_account_id_sequence UNIQUE (account_id, sequence),
    CONSTRAINT fk_product_events_account_id FOREIGN KEY(account_id) REFERENCES accounts (id)
);
CREATE INDEX ix_product_events_type ON product_events (type, position);
CREATE INDEX ix_product_events_created ON product_events (created_at);
CREATE TRIGGER append_only BEFORE UPDATE ON product_events FOR EACH ROW EXECUTE FUNCTION refuse_edit();

-- How far the numbers are; events are swept away, their numbers never come back.
CREATE TABLE event_counters (
    account_id UUID NOT NULL,
    last_sequence BIGINT NOT NULL,
    CONSTRAINT pk_event_counters PRIMARY KEY (account_id),
    CONSTRAINT fk_event_counters_account_id FOREIGN KEY(account_id) REFERENCES accounts (id)
);
CREATE TABLE event_positions (
    id BIGINT NOT NULL,
    last_position BIGINT NOT NULL,
    CONSTRAINT pk_event_positions PRIMARY KEY (id),
    CONSTRAINT ck_event_positions_only_one CHECK (id = 1)
);
INSERT INTO event_positions VALUES (1, 0);

CREATE FUNCTION tell_new() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO untold_changes (kind, account_id, object_id, after)
        SELECT TG_TABLE_NAME, n.account_id, n.id, row_to_json(n) FROM new_rows n;
    RETURN NULL;
END $$;

CREATE FUNCTION tell_new_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO untold_changes (kind, account_id, object_id, after)
        SELECT TG_TABLE_NAME, n.id, n.id, row_to_json(n) FROM new_rows n;
    RETURN NULL;
END $$;

-- A row that becomes one of thousands a second (credits that are used) must not pay for those that are told.
CREATE FUNCTION tell_one() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO untold_changes (kind, account_id, object_id, after)
        VALUES (TG_TABLE_NAME, NEW.account_id, NEW.id, row_to_json(NEW));
    RETURN NULL;
END $$;

CREATE FUNCTION tell_low_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO untold_changes (kind, account_id, object_id, after)
        VALUES (TG_TABLE_NAME, NEW.account_id, NEW.account_id, row_to_json(NEW));
    RETURN NULL;
END $$;

CREATE FUNCTION tell_changed_services() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO untold_changes (kind, account_id, object_id, after)
        SELECT TG_TABLE_NAME, s.account_id, s.id, row_to_json(s)
        FROM subscriptions s WHERE s.id IN (SELECT subscription_id FROM some_rows);
    RETURN NULL;
END $$;

-- One function per table whose rows change: what is compared, and whose account it is. Nested loops are out of the
-- question: a plan that was made for one row is kept for a batch of hundreds.
DO $do$
DECLARE
    told RECORD;
BEGIN
    FOR told IN SELECT * FROM (VALUES
        ('accounts', 'id', ARRAY['name', 'slug', 'owner', 'billing_email', 'line1', 'line2', 'city', 'region',
            'postal_code', 'country', 'tax_id', 'time_zone', 'locale', 'suspended_at']),
        ('subscriptions', 'account_id', ARRAY['status', 'price_id', 'next_price_id', 'pay_by', 'foreign_price',
            'period_start', 'period_end', 'trial_end', 'cancel_at_period_end', 'limits_suspended', 'paused_at',
            'resumes_at']),
        ('invoices', 'account_id', ARRAY['status', 'credited_minor']),
        ('payment_attempts', 'account_id', ARRAY['status']),
        ('payment_claims', 'account_id', ARRAY['status']),
        ('refunds', 'account_id', ARRAY['status']),
        ('disputes', 'account_id', ARRAY['status', 'amount_minor', 'evidence_due_at'])
    ) AS list (name, account, compared) LOOP
        EXECUTE format($function$
            CREATE FUNCTION tell_changed_%1$s() RETURNS trigger LANGUAGE plpgsql SET enable_nestloop = off AS $$
            BEGIN
                INSERT INTO untold_changes (kind, account_id, object_id, before, after)
                    SELECT TG_TABLE_NAME, n.%2$s, n.id, row_to_json(compared), row_to_json(n)
                    FROM old_rows o JOIN new_rows n ON n.id = o.id CROSS JOIN LATERAL (SELECT %3$s) AS compared
                    WHERE (%3$s) IS DISTINCT FROM (%4$s);
                RETURN NULL;
            END $$;
            CREATE TRIGGER tell_changed AFTER UPDATE ON %1$s REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
                FOR EACH STATEMENT EXECUTE FUNCTION tell_changed_%1$s();
            $function$,
            told.name,
            told.account,
            (SELECT string_agg(format('o.%I', c), ', ' ORDER BY c) FROM unnest(told.compared) c),
            (SELECT string_agg(format('n.%I', c), ', ' ORDER BY c) FROM unnest(told.compared) c)
        );
    END LOOP;
END $do$;

CREATE TRIGGER tell_new AFTER INSERT ON accounts REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION tell_new_account();
CREATE TRIGGER tell_new AFTER INSERT ON subscriptions REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION tell_new();
CREATE TRIGGER tell_new AFTER INSERT ON invoices REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION tell_new();
CREATE TRIGGER tell_new AFTER INSERT ON receipts REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION tell_new();
CREATE TRIGGER tell_new AFTER INSERT ON payment_claims REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION tell_new();
CREATE TRIGGER tell_new AFTER INSERT ON refunds REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION tell_new();
CREATE TRIGGER tell_new AFTER INSERT ON disputes REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION tell_new();
CREATE TRIGGER tell_new AFTER INSERT ON credit_grants REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION tell_new();
-- most attempts are written before anything is asked, which is no news; what a gateway tried begins with its outcome
CREATE TRIGGER tell_new AFTER INSERT ON payment_attempts FOR EACH ROW
    WHEN (NEW.status NOT IN ('created', 'unknown')) EXECUTE FUNCTION tell_one();
CREATE TRIGGER tell_new AFTER INSERT ON credit_transactions FOR EACH ROW
    WHEN (NEW.movement IN ('expire', 'revoke', 'return')) EXECUTE FUNCTION tell_one();
CREATE TRIGGER tell_low AFTER UPDATE ON balance_watches FOR EACH ROW
    WHEN (NEW.is_low AND NEW.crossings > OLD.crossings) EXECUTE FUNCTION tell_low_balance();
CREATE TRIGGER tell_added AFTER INSERT ON subscription_services REFERENCING NEW TABLE AS some_rows
    FOR EACH STATEMENT EXECUTE FUNCTION tell_changed_services();
CREATE TRIGGER tell_removed AFTER DELETE ON subscription_services REFERENCING OLD TABLE AS some_rows
    FOR EACH STATEMENT EXECUTE FUNCTION tell_changed_services();

-- Who hears of it by webhooks

CREATE TABLE event_endpoints (
    id UUID NOT NULL,
    url TEXT NOT NULL,
    description TEXT DEFAULT '' NOT NULL,
    types JSONB NOT NULL,
    is_ordered BOOLEAN DEFAULT 'false' NOT NULL,
    disabled_at TIMESTAMPTZ,
    disabled_because TEXT DEFAULT '' NOT NULL,
    failing_since TIMESTAMPTZ,
    failures BIGINT DEFAULT '0' NOT NULL,
    held_until TIMESTAMPTZ,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT pk_event_endpoints PRIMARY KEY (id),
    CONSTRAINT ck_event_endpoints_disabled_for_a_reason CHECK ((disabled_at IS NULL) = (disabled_because = '')),
    CONSTRAINT ck_event_endpoints_failing_counts CHECK ((failing_since IS NULL) = (failures = 0))
);

-- An endpoint keeps its deliveries as long as events are kept, whether the event's row is there still or not.
CREATE TABLE event_deliveries (
    id UUID NOT NULL,
    endpoint_id UUID NOT NULL,
    event_id UUID NOT NULL,
    position BIGINT NOT NULL,
    account_id UUID NOT NULL,
    type TEXT NOT NULL,
    state VARCHAR(32) DEFAULT 'waiting' NOT NULL,
    attempts BIGINT DEFAULT '0' NOT NULL,
    asked_again BIGINT DEFAULT '0' NOT NULL,
    next_attempt_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    gives_up_at TIMESTAMPTZ NOT NULL,
    lease_until TIMESTAMPTZ,
    lease_token UUID,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    finished_at TIMESTAMPTZ,
    CONSTRAINT pk_event_deliveries PRIMARY KEY (id),
    CONSTRAINT ck_event_deliveries_state_known CHECK (state IN ('waiting', 'delivered', 'given_up')),
    CONSTRAINT ck_event_deliveries_finished_has_a_time CHECK ((state = 'waiting') = (finished_at IS NULL)),
    CONSTRAINT uq_event_deliveries_endpoint_id_position UNIQUE (endpoint_id, position),
    CONSTRAINT fk_event_deliveries_endpoint_id FOREIGN KEY(endpoint_id) REFERENCES event_endpoints (id),
    CONSTRAINT fk_event_deliveries_account_id FOREIGN KEY(account_id) REFERENCES accounts (id)
);
CREATE INDEX ix_event_deliveries_due ON event_deliveries (endpoint_id, next_attempt_at, position) WHERE state = 'waiting';
CREATE INDEX ix_event_deliveries_in_order ON event_deliveries (endpoint_id, account_id, position) WHERE state = 'waiting';
CREATE INDEX ix_event_deliveries_event ON event_deliveries (event_id);
CREATE INDEX ix_event_deliveries_created ON event_deliveries (created_at);
ALTER TABLE event_deliveries SET (fillfactor = 80);

CREATE TABLE event_attempts (
    id UUID NOT NULL,
    delivery_id UUID NOT NULL,
    status BIGINT,
    milliseconds BIGINT NOT NULL,
    error TEXT DEFAULT '' NOT NULL,
    answer TEXT DEFAULT '' NOT NULL,
    attempted_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT pk_event_attempts PRIMARY KEY (id),
    CONSTRAINT fk_event_attempts_delivery_id FOREIGN KEY(delivery_id) REFERENCES event_deliveries (id) ON DELETE CASCADE
);
CREATE INDEX ix_event_attempts_delivery ON event_attempts (delivery_id, attempted_at);

-- What is sent to them is signed with this, sealed; several while one is rolled.
CREATE TABLE endpoint_secrets (
    id UUID NOT NULL,
    endpoint_id UUID NOT NULL,
    secret TEXT NOT NULL,
    active_from TIMESTAMPTZ NOT NULL,
    active_until TIMESTAMPTZ,
    CONSTRAINT pk_endpoint_secrets PRIMARY KEY (id),
    CONSTRAINT fk_endpoint_secrets_endpoint_id FOREIGN KEY(endpoint_id) REFERENCES event_endpoints (id) ON DELETE CASCADE,
    CONSTRAINT ck_endpoint_secrets_ends_after_it_began CHECK (active_until >= active_from),
    CONSTRAINT ck_endpoint_secrets_secret_is_sealed CHECK (secret ~ '^[a-z0-9_-]{1,32}[.][A-Za-z0-9_-]{38,}=*$')
);
CREATE INDEX ix_endpoint_secrets_endpoint_id ON endpoint_secrets (endpoint_id);
