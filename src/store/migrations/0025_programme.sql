-- 0025: programmes: their budgets, who is entitled to what, the measures of a case, and letters to households.

-- Money for a programme, an area and a year. The households below it are paid out of the nearest one above them.
CREATE TABLE programme_budget (
    programme      TEXT NOT NULL,              -- a code of the pack's programmes.csv
    area_id        INTEGER NOT NULL REFERENCES area,
    year           INTEGER NOT NULL,
    amount_minor   INTEGER NOT NULL,
    reserved_minor INTEGER NOT NULL,           -- approved and not paid yet; suspended entitlements keep theirs
    spent_minor    INTEGER NOT NULL,           -- paid
    change_id      INTEGER NOT NULL REFERENCES change, -- the change that set the amount last
    PRIMARY KEY (programme, area_id, year),
    CHECK (reserved_minor >= 0 AND spent_minor >= 0 AND reserved_minor + spent_minor <= amount_minor)
) STRICT, WITHOUT ROWID;

-- Help for a household that somebody planned, and what became of it.
CREATE TABLE measure (
    household_id      INTEGER NOT NULL REFERENCES household,
    measure_id        INTEGER NOT NULL,        -- unique over all households
    case_id           INTEGER,                 -- the household's case that it belongs to; NULL: none
    finding_code      TEXT NOT NULL,           -- the finding that it answers; empty: none in particular
    measure           TEXT NOT NULL,           -- a code of the pack's measures.csv
    programme         TEXT NOT NULL,           -- the programme that pays it; empty: none
    owner             TEXT NOT NULL,           -- the account that sees to it
    due_on            TEXT NOT NULL,           -- to be delivered by the end of this day
    state             TEXT NOT NULL,           -- 'planned', 'under_way', 'delivered', 'cancelled'
    amount_minor      INTEGER,                 -- what it is worth; NULL: nobody said
    is_recommended    INTEGER NOT NULL,        -- 1: the policy recommended it when it was planned
    planned_at        TEXT NOT NULL,           -- UTC instant
    planned_by        TEXT NOT NULL,
    started_on        TEXT,
    delivered_on      TEXT,
    evidence          TEXT NOT NULL,           -- delivered: by what that is known
    attachment_sha256 TEXT,                    -- delivered: the household's file that shows it; NULL: none
    result            TEXT NOT NULL,           -- delivered: what it did for the household
    reason            TEXT NOT NULL,           -- cancelled: why
    change_id         INTEGER NOT NULL REFERENCES change, -- the change that wrote it last
    PRIMARY KEY (household_id, measure_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX measure_by_id ON measure (measure_id);
CREATE INDEX measure_open ON measure (due_on) WHERE state IN ('planned', 'under_way');

-- What a household or one of its members gets of a programme in a period.
CREATE TABLE entitlement (
    household_id   INTEGER NOT NULL,
    entitlement_id INTEGER NOT NULL,           -- unique over all households
    programme      TEXT NOT NULL,              -- a code of the pack's programmes.csv
    person_id      INTEGER NOT NULL,           -- whom it is for; 0: the household
    period         INTEGER NOT NULL,           -- first month of its period; 000101: it is given once
    amount_minor   INTEGER NOT NULL,           -- for the whole period
    state          TEXT NOT NULL,              -- 'draft', 'pending', 'approved', 'paid', 'reconciled', 'rejected', 'suspended', 'cancelled'
    risk_level     TEXT NOT NULL,              -- the household's when it was proposed: the worst are approved first
    missing        TEXT NOT NULL,              -- draft: the facts without which nobody can tell, a blank between
    budget_area_id INTEGER,                    -- approved: the budget out of which it is paid
    budget_year    INTEGER,
    measure_id     INTEGER,                    -- the household's measure that it delivers; NULL: none
    payment_id     INTEGER,                    -- paid: the household's payment
    proposed_at    TEXT NOT NULL,              -- UTC instant
    proposed_by    TEXT NOT NULL,
    decided_at     TEXT,                       -- when somebody last approved, rejected, suspended, resumed or cancelled it
    decided_by     TEXT,
    approved_by    TEXT,                       -- another person than who proposed it
    reason         TEXT NOT NULL,              -- of the last decision; empty: it needs none
    change_id      INTEGER NOT NULL REFERENCES change, -- the change that wrote it last
    PRIMARY KEY (household_id, entitlement_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX entitlement_by_id ON entitlement (entitlement_id);
CREATE INDEX entitlement_by_period ON entitlement (programme, period, household_id);
CREATE INDEX entitlement_suspended ON entitlement (programme, household_id) WHERE state = 'suspended';

-- Whose a programme's period is: one entitlement a household or person, over all households, so that a person who moves
-- is not helped twice. It stays when the entitlement is rejected or cancelled, so that no bulk proposal brings back what
-- a person decided; who proposes anew by hand takes it over.
CREATE TABLE entitlement_claim (
    programme      TEXT NOT NULL,
    subject        TEXT NOT NULL,              -- 'H' and the household's id, or 'P' and the person's
    period         INTEGER NOT NULL,
    household_id   INTEGER NOT NULL,           -- where the entitlement is
    entitlement_id INTEGER NOT NULL,
    PRIMARY KEY (programme, subject, period)
) STRICT, WITHOUT ROWID;

-- What a household is to be told in writing. Rows wait here until they are printed.
CREATE TABLE letter (
    household_id   INTEGER NOT NULL REFERENCES household,
    letter_id      INTEGER NOT NULL,           -- unique over all households
    kind           TEXT NOT NULL,              -- 'suspended', 'resumed', 'rejected', 'cancelled': what became of an entitlement
    entitlement_id INTEGER NOT NULL,
    reason         TEXT NOT NULL,              -- in the words of who decided
    made_at        TEXT NOT NULL,              -- UTC instant
    made_by        TEXT NOT NULL,
    printed_at     TEXT,                       -- NULL: it waits
    printed_by     TEXT,
    change_id      INTEGER NOT NULL REFERENCES change,
    PRIMARY KEY (household_id, letter_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX letter_waiting ON letter (letter_id) WHERE printed_at IS NULL;

-- only: postgres
CREATE SEQUENCE id_measure;
CREATE SEQUENCE id_entitlement;
CREATE SEQUENCE id_letter;

DO $$
DECLARE fenced text;
BEGIN
    FOREACH fenced IN ARRAY ARRAY['measure', 'entitlement', 'entitlement_claim', 'letter'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', fenced);
        EXECUTE format('CREATE POLICY fence ON %I FOR SELECT TO berm_fenced '
                       'USING ((SELECT fence_is_open())'
                       ' OR current_setting(''berm.household'', true) = household_id::text'
                       ' OR fence_shows_household(household_id))', fenced);
        EXECUTE format('CREATE POLICY everywhere ON %I FOR SELECT TO berm_everywhere USING (true)', fenced);
    END LOOP;
END $$;

-- Rows of the log of changes that tell of what belongs to a household carry the household's id.
ALTER POLICY fence ON change_row
USING ((SELECT fence_is_open())
       OR CASE WHEN entity = 'area' THEN true
               WHEN entity IN ('household', 'flow', 'visit', 'attachment', 'case', 'lead', 'measure', 'entitlement', 'letter',
                               'payment', 'grievance') THEN fence_shows_household(entity_id)
               WHEN entity = 'person' THEN fence_shows_person(entity_id)
               WHEN entity = 'warning' THEN fence_shows_warning(entity_id)
               ELSE false END);
-- both:
