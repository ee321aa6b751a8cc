-- The ledger

CREATE TABLE ledger_transactions (
    id UUID NOT NULL,
    reason VARCHAR(32) NOT NULL,
    cause TEXT NOT NULL,
    occurred_at TIMESTAMPTZ NOT NULL,
    written_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT pk_ledger_transactions PRIMARY KEY (id),
    CONSTRAINT ck_ledger_transactions_reason_known CHECK (reason IN ('invoice_issued', 'invoice_voided', 'payment_captured', 'payment_reversed', 'balance_kept', 'balance_used', 'carried_over', 'credit_note_issued', 'refund_begun', 'refund_failed', 'dispute_met', 'dispute_lost', 'dispute_returned')),
    CONSTRAINT uq_ledger_transactions_cause UNIQUE (cause)
);

CREATE TABLE ledger_entries (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    transaction_id UUID NOT NULL,
    ledger_account VARCHAR(32) NOT NULL,
    account_id UUID NOT NULL,
    gateway TEXT DEFAULT '' NOT NULL,
    currency TEXT NOT NULL,
    amount_minor BIGINT NOT NULL,
    CONSTRAINT pk_ledger_entries PRIMARY KEY (id),
    CONSTRAINT ck_ledger_entries_ledger_account_known CHECK (ledger_account IN ('gateway_clearing', 'receivable', 'deferred_revenue', 'customer_balance', 'refunds_payable', 'unexplained_reversals', 'disputed', 'gateway_fees', 'tax_payable')),
    CONSTRAINT ck_ledger_entries_amount_moves CHECK (amount_minor <> 0),
    CONSTRAINT fk_ledger_entries_transaction_id FOREIGN KEY(transaction_id) REFERENCES ledger_transactions (id),
    CONSTRAINT fk_ledger_entries_account_id FOREIGN KEY(account_id) REFERENCES accounts (id)
);
CREATE INDEX ix_ledger_entries_account ON ledger_entries (account_id);
CREATE INDEX ix_ledger_entries_transaction ON ledger_entries (transaction_id);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_transactions
FOR EACH STATEMENT EXECUTE FUNCTION refuse_edit();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entries
FOR EACH STATEMENT EXECUTE FUNCTION refuse_edit();

-- Every statement that adds entries must leave each touched transaction at zero in each currency

CREATE FUNCTION refuse_crooked_transaction() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE crooked uuid;
BEGIN
    -- one index look-up per transaction: the planner knows nothing about the size of `added`
    SELECT a.transaction_id INTO crooked FROM (SELECT DISTINCT transaction_id FROM added) a
    CROSS JOIN LATERAL (
        SELECT 1 FROM ledger_entries e WHERE e.transaction_id = a.transaction_id
        GROUP BY e.currency HAVING sum(e.amount_minor) <> 0 LIMIT 1
    ) off LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'ledger transaction % does not sum to zero', crooked USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER zero_sum AFTER INSERT ON ledger_entries REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION refuse_crooked_transaction();
