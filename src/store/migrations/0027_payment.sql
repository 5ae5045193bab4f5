-- 0027: payments: what was approved leaves in batches, and what the bank answers.

-- The office whose money a programme's payments are, in an area and those below it, the nearest first. Its account is
-- that of a public office, no person's, and stands here in plain; journal and answers have it masked.
CREATE TABLE payer (
    programme TEXT NOT NULL,                   -- '': any programme that has no office of its own there
    area_id   INTEGER NOT NULL REFERENCES area,
    name      TEXT NOT NULL,
    account   TEXT NOT NULL,
    bic       TEXT NOT NULL,                   -- of its bank; '': not known
    change_id INTEGER NOT NULL REFERENCES change,
    PRIMARY KEY (programme, area_id)
) STRICT, WITHOUT ROWID;

-- Payments that are signed and leave together. What stands here is all that the file says but its lines, so that it can
-- be made again with the same bytes.
CREATE TABLE payment_batch (
    batch_id         INTEGER NOT NULL PRIMARY KEY,
    code             TEXT NOT NULL UNIQUE,     -- by which a second order is known
    programme        TEXT NOT NULL,
    area_id          INTEGER NOT NULL REFERENCES area,
    period           INTEGER NOT NULL,         -- month: of the entitlements
    state            TEXT NOT NULL,            -- 'draft', 'signed_once', 'signed', 'sent', 'settled', 'cancelled'
    message_id       TEXT NOT NULL UNIQUE,     -- for the bank, never given twice
    line_count       INTEGER NOT NULL,         -- without lines that were taken out
    total_minor      INTEGER NOT NULL,
    execution_on     TEXT NOT NULL,            -- the day on which the bank is to pay
    payer_name       TEXT NOT NULL,            -- the paying office as it was when the batch was made
    payer_account    TEXT NOT NULL,
    payer_bic        TEXT NOT NULL,
    made_at          TEXT NOT NULL,            -- UTC instant
    made_by          TEXT NOT NULL,
    first_signed_at  TEXT,
    first_signed_by  TEXT,
    second_signed_at TEXT,
    second_signed_by TEXT,
    sent_at          TEXT,
    sent_by          TEXT,
    cancelled_at     TEXT,
    cancelled_by     TEXT,
    reason           TEXT,                     -- why it was cancelled
    change_id        INTEGER NOT NULL REFERENCES change -- the change that wrote it last
) STRICT;

-- One payment of an entitlement. One that was returned stays; another may take its place.
CREATE TABLE payment (
    household_id    INTEGER NOT NULL,
    payment_id      INTEGER NOT NULL,          -- unique over all households
    batch_id        INTEGER NOT NULL REFERENCES payment_batch,
    line_number     INTEGER NOT NULL,          -- in the batch, from 1
    entitlement_id  INTEGER NOT NULL,
    payee_person_id INTEGER NOT NULL,          -- whose account it goes to
    amount_minor    INTEGER NOT NULL,
    end_to_end_id   TEXT NOT NULL,             -- for the bank; made of household_id and payment_id
    state           TEXT NOT NULL,             -- 'prepared', 'sent', 'paid', 'returned', 'cancelled' (taken out)
    bank_status     TEXT NOT NULL,             -- the bank's own word, such as 'ACSC'; '': none yet
    reason_code     TEXT NOT NULL,             -- returned: the bank's, such as 'AC04'; cancelled: ours
    reason          TEXT NOT NULL,             -- the same in words
    value_on        TEXT,                      -- paid: the day, where the bank told it
    change_id       INTEGER NOT NULL REFERENCES change, -- the change that wrote it last
    PRIMARY KEY (household_id, payment_id)
) STRICT, WITHOUT ROWID;
-- Paid twice is kept out here.
CREATE UNIQUE INDEX payment_live ON payment (household_id, entitlement_id) WHERE state NOT IN ('returned', 'cancelled');
CREATE INDEX payment_by_line ON payment (batch_id, line_number);
CREATE INDEX payment_open ON payment (batch_id) WHERE state = 'sent';

-- The sealed account of a payment as it was when its batch was made and signed: an account that is changed afterwards
-- does not redirect money that two persons signed for, and a file that is made again has the same bytes.
CREATE TABLE payment_account (
    household_id INTEGER NOT NULL,
    payment_id   INTEGER NOT NULL,
    person_id    INTEGER NOT NULL,             -- whose account; the sealed number opens for this person only
    key_id       TEXT NOT NULL,                -- the protecting key
    sealed       TEXT NOT NULL,                -- as in person_secret
    PRIMARY KEY (household_id, payment_id)
) STRICT, WITHOUT ROWID;

-- only: postgres
CREATE SEQUENCE id_payment;
CREATE SEQUENCE id_batch;

-- A batch is shown where its area lies; its lines where their households do.
ALTER TABLE payment_batch ENABLE ROW LEVEL SECURITY;
CREATE POLICY fence ON payment_batch FOR SELECT TO berm_fenced
USING ((SELECT fence_is_open())
       OR EXISTS (SELECT FROM area AS a
                  WHERE a.area_id = payment_batch.area_id AND (SELECT fence_areas()) @> a.position_low));
CREATE POLICY everywhere ON payment_batch FOR SELECT TO berm_everywhere USING (true);

ALTER TABLE payment ENABLE ROW LEVEL SECURITY;
CREATE POLICY fence ON payment FOR SELECT TO berm_fenced
USING ((SELECT fence_is_open())
       OR current_setting('berm.household', true) = household_id::text
       OR fence_shows_household(household_id));
CREATE POLICY everywhere ON payment FOR SELECT TO berm_everywhere USING (true);

ALTER TABLE payment_account ENABLE ROW LEVEL SECURITY;
CREATE POLICY fence ON payment_account FOR SELECT TO berm_fenced USING (fence_shows_numbers(person_id));
-- both:
