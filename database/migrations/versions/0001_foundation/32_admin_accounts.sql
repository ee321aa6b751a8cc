-- How the company's own people find an account

CREATE INDEX ix_accounts_words ON accounts USING gin (to_tsvector('simple'::regconfig, name));
CREATE INDEX ix_accounts_domain ON accounts (split_part(lower(billing_email), '@', 2) text_pattern_ops);
CREATE INDEX ix_accounts_by_name ON accounts (name, id);
CREATE INDEX ix_account_recipients_email ON account_recipients (lower(email) text_pattern_ops);
CREATE INDEX ix_account_members_email ON account_members (lower(email) text_pattern_ops);
CREATE INDEX ix_account_members_user ON account_members (user_id);

-- Behind policies no index serves what they look for: names begin somehow, references are not the door's to read. So
-- this looks with its owner's eyes, in whatever may name an account, and tells nothing but whose it is, and that to
-- whoever sees every account and may search them. A reference is looked for at each of the gateways.
CREATE FUNCTION find_accounts(sought text, gateways text[]) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 20 SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    small text := lower(sought);
    -- what begins with it lies before it with the last character there is; so one plan serves every search, and is kept
    after_small text := small || chr(1114111);
    domain text := ltrim(small, '@');
    words tsquery;
BEGIN
    IF NOT (sees_every_account() AND has_permission('accounts:search')) THEN
        RETURN;
    END IF;
    SELECT to_tsquery('simple', string_agg(format('''%s'':*', replace(replace(word, '\', ' '), '''', '''''')), ' & '))
        INTO words FROM regexp_split_to_table(small, '\s+') word WHERE word ~ '[[:alnum:]]';
    RETURN QUERY
        SELECT id FROM accounts WHERE lower(name) ~>=~ small AND lower(name) ~<~ after_small
        UNION SELECT id FROM accounts WHERE to_tsvector('simple'::regconfig, name) @@ words
        UNION SELECT id FROM accounts WHERE lower(billing_email) ~>=~ small AND lower(billing_email) ~<~ after_small
        UNION SELECT id FROM accounts
            WHERE split_part(lower(billing_email), '@', 2) ~>=~ domain
            AND split_part(lower(billing_email), '@', 2) ~<~ (domain || chr(1114111))
        UNION SELECT account_id FROM account_recipients WHERE lower(email) ~>=~ small AND lower(email) ~<~ after_small
        UNION SELECT account_id FROM account_members WHERE lower(email) ~>=~ small AND lower(email) ~<~ after_small
        UNION SELECT account_id FROM account_members WHERE user_id = sought
        UNION SELECT id FROM accounts WHERE slug = small OR owner = sought
        UNION SELECT id FROM accounts WHERE id = CASE WHEN small ~ '^[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$' THEN sought::uuid END
        UNION SELECT account_id FROM invoices WHERE number = upper(sought)
        UNION SELECT account_id FROM credit_notes WHERE number = upper(sought)
        UNION SELECT account_id FROM gateway_customers WHERE gateway = ANY (gateways) AND customer_ref = sought
        UNION SELECT account_id FROM subscriptions
            WHERE gateway = ANY (gateways) AND subscription_ref = sought AND subscription_ref <> ''
        UNION SELECT account_id FROM invoices WHERE gateway = ANY (gateways) AND invoice_ref = sought AND invoice_ref <> ''
        UNION SELECT account_id FROM payment_attempts
            WHERE gateway = ANY (gateways) AND payment_ref = sought AND payment_ref <> ''
        UNION SELECT account_id FROM payment_attempts
            WHERE gateway = ANY (gateways) AND checkout_ref = sought AND checkout_ref <> ''
        UNION SELECT account_id FROM payment_attempts
            WHERE gateway = ANY (gateways) AND charge_ref = sought AND charge_ref <> ''
        UNION SELECT account_id FROM receipts
            WHERE gateway = ANY (gateways) AND reference = sought AND source = 'capture' AND reference <> ''
        UNION SELECT account_id FROM refunds WHERE gateway = ANY (gateways) AND refund_ref = sought AND refund_ref <> ''
        UNION SELECT account_id FROM disputes WHERE gateway = ANY (gateways) AND dispute_ref = sought;
END $$;

-- What their time line is made of

CREATE INDEX ix_product_events_account ON product_events (account_id, created_at, id);
CREATE INDEX ix_outbox_subject ON outbox (subject_id);

-- What subscriptions bring in a month (MRR), as movements: written by triggers in the transaction that changes one, so that
-- nothing that writes them, one row or thousands, can forget it. Their sum is what the subscriptions bring, see
-- billing/invariants/mrr_is_proved.py.

CREATE TABLE mrr_movements (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    subscription_id UUID NOT NULL,
    account_id UUID NOT NULL,
    currency TEXT NOT NULL,
    amount_minor BIGINT NOT NULL,
    moved_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT pk_mrr_movements PRIMARY KEY (id),
    CONSTRAINT ck_mrr_movements_amount_moves CHECK (amount_minor <> 0),
    CONSTRAINT fk_mrr_movements_subscription_id FOREIGN KEY(subscription_id) REFERENCES subscriptions (id),
    CONSTRAINT fk_mrr_movements_account_id FOREIGN KEY(account_id) REFERENCES accounts (id)
);
CREATE INDEX ix_mrr_movements_subscription ON mrr_movements (subscription_id);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON mrr_movements
FOR EACH STATEMENT EXECUTE FUNCTION refuse_edit();

-- The difference between what these subscriptions bring now and what was written of them. One brings something while it is
-- active or past due: the price of its plan for a month (a year's by twelve, half up) less the discount on the period that
-- was billed last, and its services by the month. Those on test clocks bring nothing.
CREATE FUNCTION move_mrr(changed uuid[]) RETURNS void LANGUAGE plpgsql SET enable_nestloop = off AS $$
BEGIN
    INSERT INTO mrr_movements (subscription_id, account_id, currency, amount_minor)
        WITH bring AS (
            SELECT s.id, s.currency, (2 * (p.price_minor - least(p.price_minor, CASE
                WHEN NOT s.is_period_discounted THEN 0
                WHEN s.discount_ppm > 0 THEN (2 * p.price_minor * s.discount_ppm + 1000000) / 2000000
                ELSE s.discount_minor END)) + m.months) / (2 * m.months) + coalesce((
                SELECT sum(x.quantity * y.price_minor) FROM subscription_services x
                JOIN service_prices y ON y.id = x.price_id WHERE x.subscription_id = s.id AND y.interval = 'month'
            ), 0) AS minor
            FROM subscriptions s JOIN plan_prices p ON p.id = s.price_id
            CROSS JOIN LATERAL (SELECT CASE p.interval WHEN 'year' THEN 12 ELSE 1 END) AS m (months)
            WHERE s.id = ANY (changed) AND s.clock_id IS NULL AND s.status IN ('active', 'past_due')
        ), brought AS (
            SELECT subscription_id AS id, currency, sum(amount_minor) AS minor
            FROM mrr_movements WHERE subscription_id = ANY (changed) GROUP BY subscription_id, currency
        )
        SELECT id, s.account_id, currency, coalesce(bring.minor, 0) - coalesce(brought.minor, 0)
        FROM bring FULL JOIN brought USING (id, currency) JOIN subscriptions s USING (id, currency)
        WHERE coalesce(bring.minor, 0) <> coalesce(brought.minor, 0) ORDER BY id;
END $$;

CREATE FUNCTION move_mrr_of_new() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE changed uuid[] := ARRAY(SELECT id FROM new_rows WHERE status IN ('active', 'past_due') AND clock_id IS NULL);
BEGIN
    IF changed <> '{}' THEN PERFORM move_mrr(changed); END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION move_mrr_of_changed() RETURNS trigger LANGUAGE plpgsql SET enable_nestloop = off AS $$
DECLARE changed uuid[] := ARRAY(
    SELECT n.id FROM old_rows o JOIN new_rows n ON n.id = o.id
    WHERE n.clock_id IS NULL AND (o.status, o.price_id, o.is_period_discounted, o.discount_ppm, o.discount_minor)
        IS DISTINCT FROM (n.status, n.price_id, n.is_period_discounted, n.discount_ppm, n.discount_minor)
);
BEGIN
    IF changed <> '{}' THEN PERFORM move_mrr(changed); END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION move_mrr_of_services() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM move_mrr(ARRAY(SELECT DISTINCT subscription_id FROM some_rows)); RETURN NULL; END $$;

CREATE TRIGGER mrr_begins AFTER INSERT ON subscriptions REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION move_mrr_of_new();
CREATE TRIGGER mrr_moves AFTER UPDATE ON subscriptions REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION move_mrr_of_changed();
CREATE TRIGGER mrr_grows AFTER INSERT ON subscription_services REFERENCING NEW TABLE AS some_rows
    FOR EACH STATEMENT EXECUTE FUNCTION move_mrr_of_services();
CREATE TRIGGER mrr_changes AFTER UPDATE ON subscription_services REFERENCING NEW TABLE AS some_rows
    FOR EACH STATEMENT EXECUTE FUNCTION move_mrr_of_services();
CREATE TRIGGER mrr_shrinks AFTER DELETE ON subscription_services REFERENCING OLD TABLE AS some_rows
    FOR EACH STATEMENT EXECUTE FUNCTION move_mrr_of_services();

-- What the dashboard counts of a time

CREATE INDEX ix_payment_attempts_failed ON payment_attempts (created_at) WHERE status = 'failed';
CREATE INDEX ix_receipts_received ON receipts (received_at, id);
CREATE INDEX ix_credit_transactions_created ON credit_transactions USING brin (created_at);
