-- How the company's own people find an account

CREATE INDEX ix_accounts_words ON accounts USING gin (to_tsvector('simple'::regconfig, name));
CREATE INDEX ix_accounts_domain ON accounts (split_part(lower(billing_email), '@', 2) text_pattern_ops);
CREATE INDEX ix_accounts_by_name ON accounts (name, id);
CREATE INDEX ix_account_recipients_email ON account_recipients (lower(email) text_pattern_ops);

-- Behind policies no index serves what they look for: names begin somehow, references are not the door's to read. So
-- this looks with its owner's eyes, in whatever may name an account, and tells nothing but whose it is, and that to
-- whoever sees every account and may search them. A reference is looked for at each of the gateways.
CREATE FUNCTION find_accounts(sought text, gateways text[]) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 20 SET search_path = public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    small text := lower(sought);
    beginning text := replace(replace(replace(small, '\', '\\'), '%', '\%'), '_', '\_') || '%';
    words tsquery;
BEGIN
    IF NOT (sees_every_account() AND has_permission('accounts:search')) THEN
        RETURN;
    END IF;
    SELECT to_tsquery('simple', string_agg(format('''%s'':*', replace(replace(word, '\', ' '), '''', '''''')), ' & '))
        INTO words FROM regexp_split_to_table(small, '\s+') word WHERE word ~ '[[:alnum:]]';
    RETURN QUERY
        SELECT id FROM accounts WHERE lower(name) LIKE beginning
        UNION SELECT id FROM accounts WHERE to_tsvector('simple'::regconfig, name) @@ words
        UNION SELECT id FROM accounts WHERE lower(billing_email) LIKE beginning
        UNION SELECT id FROM accounts WHERE split_part(lower(billing_email), '@', 2) LIKE ltrim(beginning, '@')
        UNION SELECT account_id FROM account_recipients WHERE lower(email) LIKE beginning
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
        UNION SELECT account_id FROM receipts
            WHERE gateway = ANY (gateways) AND reference = sought AND source = 'capture' AND reference <> ''
        UNION SELECT account_id FROM refunds WHERE gateway = ANY (gateways) AND refund_ref = sought AND refund_ref <> ''
        UNION SELECT account_id FROM disputes WHERE gateway = ANY (gateways) AND dispute_ref = sought;
END $$;

-- What their time line is made of

CREATE INDEX ix_product_events_account ON product_events (account_id, created_at, id);
CREATE INDEX ix_outbox_subject ON outbox (subject_id);
