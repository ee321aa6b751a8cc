-- Which receipt pays what

CREATE TABLE allocations (
    id UUID NOT NULL,
    receipt_id UUID NOT NULL,
    invoice_id UUID,
    refund_id UUID,
    dispute_id UUID,
    amount_minor BIGINT NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT pk_allocations PRIMARY KEY (id),
    CONSTRAINT ck_allocations_amount_moves CHECK (amount_minor <> 0),
    CONSTRAINT ck_allocations_goes_one_way CHECK (num_nonnulls(invoice_id, refund_id, dispute_id) = 1),
    CONSTRAINT fk_allocations_receipt_id FOREIGN KEY(receipt_id) REFERENCES receipts (id),
    CONSTRAINT fk_allocations_invoice_id FOREIGN KEY(invoice_id) REFERENCES invoices (id),
    CONSTRAINT fk_allocations_refund_id FOREIGN KEY(refund_id) REFERENCES refunds (id),
    CONSTRAINT fk_allocations_dispute_id FOREIGN KEY(dispute_id) REFERENCES disputes (id)
);
CREATE INDEX ix_allocations_dispute ON allocations (dispute_id) WHERE dispute_id IS NOT NULL;
CREATE INDEX ix_allocations_invoice ON allocations (invoice_id);
CREATE INDEX ix_allocations_receipt ON allocations (receipt_id);
CREATE INDEX ix_allocations_refund ON allocations (refund_id) WHERE refund_id IS NOT NULL;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON allocations
FOR EACH STATEMENT EXECUTE FUNCTION refuse_edit();
