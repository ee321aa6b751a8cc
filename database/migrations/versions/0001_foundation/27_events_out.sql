-- What the product hears of

-- What has changed, as it was then, written by triggers in the transaction that changed it: so nothing that writes the
-- books, one row or thousands, can forget it. Its number is drawn while the changed row is locked, so that of two
-- changes that followed one another the later one has the higher number.
CREATE TABLE untold_changes (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    kind TEXT NOT NULL,
    account_id UUID NOT NULL,
    object_id UUID NOT NULL,
    before JSONB,
    after JSONB NOT NULL,
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
    -- whoever knows a pay_secret may pay without a login, and what a gateway was asked is long: neither is news
    INSERT INTO untold_changes (kind, account_id, object_id, after)
        SELECT TG_TABLE_NAME, n.account_id, n.id, to_jsonb(n) - ARRAY['pay_secret', 'request'] FROM new_rows n;
    RETURN NULL;
END $$;

CREATE FUNCTION tell_new_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO untold_changes (kind, account_id, object_id, after)
        SELECT TG_TABLE_NAME, n.id, n.id, to_jsonb(n) FROM new_rows n;
    RETURN NULL;
END $$;

-- A row that becomes one of thousands a second (credits that are used) must not pay for those that are told.
CREATE FUNCTION tell_one() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO untold_changes (kind, account_id, object_id, after)
        VALUES (TG_TABLE_NAME, NEW.account_id, NEW.id, to_jsonb(NEW) - 'request');
    RETURN NULL;
END $$;

CREATE FUNCTION tell_low_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO untold_changes (kind, account_id, object_id, after)
        VALUES (TG_TABLE_NAME, NEW.account_id, NEW.account_id, to_jsonb(NEW));
    RETURN NULL;
END $$;

CREATE FUNCTION tell_changed_services() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO untold_changes (kind, account_id, object_id, after)
        SELECT TG_TABLE_NAME, s.account_id, s.id, to_jsonb(s)
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
            'postal_code', 'country', 'tax_id']),
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
                    SELECT TG_TABLE_NAME, n.%2$s, n.id, jsonb_build_object(%3$s), to_jsonb(n) - ARRAY['pay_secret', 'request']
                    FROM old_rows o JOIN new_rows n ON n.id = o.id
                    WHERE (%4$s) IS DISTINCT FROM (%5$s);
                RETURN NULL;
            END $$;
            CREATE TRIGGER tell_changed AFTER UPDATE ON %1$s REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
                FOR EACH STATEMENT EXECUTE FUNCTION tell_changed_%1$s();
            $function$,
            told.name,
            told.account,
            (SELECT string_agg(format('%L, o.%I', c, c), ', ' ORDER BY c) FROM unnest(told.compared) c),
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
