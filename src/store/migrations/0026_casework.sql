-- 0026: cases: leads, the way of a household from lead to struck off, and what was proven on it.

-- One row for each case; a household has at most one that has not ended.
CREATE TABLE household_case (
    household_id INTEGER NOT NULL REFERENCES household,
    case_id      INTEGER NOT NULL,             -- unique over all households
    area_id      INTEGER NOT NULL REFERENCES area, -- the household's, kept with it: lists and counts read cases alone
    state        TEXT NOT NULL,                -- a code of the pack's states.csv
    stage        TEXT NOT NULL,                -- that state's: 'lead', 'identification', 'monitored', 'elimination', 'watched', 'ended'
    kind         TEXT NOT NULL,                -- the pack's household kind when it came to be monitored; empty before
    severity     INTEGER NOT NULL,             -- rank of the worst lead: 2 low, 3 medium, 4 high, 5 critical
    entered_on   TEXT NOT NULL,                -- day on which it came into the state
    due_on       TEXT,                         -- last day of the clock that runs; NULL: none
    due_action   TEXT NOT NULL,                -- the step that is due by then; empty: none
    worker       TEXT NOT NULL,                -- account that looks after it; empty: nobody yet
    step_count   INTEGER NOT NULL,             -- of case_step
    step_by      TEXT NOT NULL,                -- who took the last step that led to another state; empty: none was taken
    opened_at    TEXT NOT NULL,                -- UTC instant
    opened_by    TEXT NOT NULL,                -- who: a person, or whose run
    monitored_on TEXT,                         -- day on which it first came to be monitored; NULL: it did not
    ended_on     TEXT,                         -- day on which it came into a state that ends it; NULL: open
    change_id    INTEGER REFERENCES change,    -- the change that wrote it last; NULL: a month's run
    PRIMARY KEY (household_id, case_id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX household_case_open ON household_case (household_id) WHERE ended_on IS NULL;
-- Work lists, worst first, and what is due first: of all, of a state, of a worker, of an area.
CREATE INDEX household_case_worst ON household_case (severity, coalesce(due_on, '9999-12-31'), case_id)
    WHERE ended_on IS NULL;
CREATE INDEX household_case_by_state ON household_case (state, severity, coalesce(due_on, '9999-12-31'), case_id)
    WHERE ended_on IS NULL;
CREATE INDEX household_case_by_worker ON household_case (worker, severity, coalesce(due_on, '9999-12-31'), case_id)
    WHERE ended_on IS NULL;
-- Ended ones too: the account of an area is computed from all its cases.
CREATE INDEX household_case_by_area ON household_case (area_id, severity);

-- The steps of a case, in order; never changed.
CREATE TABLE case_step (
    household_id INTEGER NOT NULL,
    case_id      INTEGER NOT NULL,
    step_number  INTEGER NOT NULL,             -- from 1
    at           TEXT NOT NULL,                -- UTC instant
    on_day       TEXT NOT NULL,                -- the day of it, in the register's time zone
    actor        TEXT NOT NULL,                -- who
    role         TEXT NOT NULL,                -- the role that allowed it, as the workflow names it
    action       TEXT NOT NULL,                -- of the pack's workflow.csv
    from_state   TEXT NOT NULL,
    from_stage   TEXT NOT NULL,
    to_state     TEXT NOT NULL,
    to_stage     TEXT NOT NULL,
    reason       TEXT NOT NULL,                -- the words of whoever took it; personal
    change_id    INTEGER NOT NULL REFERENCES change,
    PRIMARY KEY (household_id, case_id, step_number),
    FOREIGN KEY (household_id, case_id) REFERENCES household_case (household_id, case_id)
) STRICT, WITHOUT ROWID;

-- What a person proved for a case: papers, notices, data matches, and objections with how they were settled.
CREATE TABLE case_proof (
    household_id INTEGER NOT NULL,
    case_id      INTEGER NOT NULL,
    proof_number INTEGER NOT NULL,             -- from 1
    kind         TEXT NOT NULL,                -- 'visit', 'signature', 'data_match', 'notice', 'objection'
    step_number  INTEGER NOT NULL,             -- how many steps had been taken: it belongs to the state that they led to
    stage        TEXT NOT NULL,                -- the stage that the case was in
    on_day       TEXT NOT NULL,                -- the day that it is of
    given_at     TEXT NOT NULL,                -- UTC instant
    given_by     TEXT NOT NULL,
    note         TEXT NOT NULL,                -- personal
    visit_id     INTEGER,                      -- the visit that it came from; NULL: none
    attachment_id INTEGER,                     -- the paper itself; NULL: none is kept
    settled_at   TEXT,                         -- objections: when it was settled; NULL: it is open
    settled_by   TEXT,
    settlement   TEXT,                         -- how; personal
    change_id    INTEGER NOT NULL REFERENCES change, -- the change that wrote it last
    PRIMARY KEY (household_id, case_id, proof_number),
    FOREIGN KEY (household_id, case_id) REFERENCES household_case (household_id, case_id)
) STRICT, WITHOUT ROWID;

-- Who or what told of a danger; each joins the household's open case.
CREATE TABLE lead (
    household_id INTEGER NOT NULL,
    lead_id      INTEGER NOT NULL,             -- unique over all households
    case_id      INTEGER NOT NULL,
    source       TEXT NOT NULL,                -- 'screening', 'worker', 'self_report', 'warning', 'shock', 'grievance', 'visit'
    source_id    INTEGER,                      -- the run, warning, report, grievance or visit; NULL: none
    code         TEXT NOT NULL,                -- a finding, a warning's kind, or 'other'
    severity     INTEGER NOT NULL,             -- as of household_case
    month        INTEGER NOT NULL,             -- that it is about
    note         TEXT NOT NULL,                -- in words; personal
    received_at  TEXT NOT NULL,                -- UTC instant
    received_by  TEXT NOT NULL,
    change_id    INTEGER REFERENCES change,    -- NULL: a month's run, which source_id names
    PRIMARY KEY (household_id, lead_id),
    FOREIGN KEY (household_id, case_id) REFERENCES household_case (household_id, case_id)
) STRICT, WITHOUT ROWID;

-- Findings that a person dismissed: one comes back as a lead only when it is worse than it was then.
CREATE TABLE case_dismissal (
    household_id INTEGER NOT NULL,
    code         TEXT NOT NULL,                -- the finding
    severity     INTEGER NOT NULL,             -- as of household_case, of the finding that was dismissed
    is_undetermined INTEGER NOT NULL,          -- 1: it could not be told for certain then
    distance_millionths INTEGER,               -- how far it lay beyond its threshold; NULL: it has none
    case_id      INTEGER NOT NULL,             -- the case that was dismissed
    on_day       TEXT NOT NULL,
    held_finding_id INTEGER,                   -- the last spell that it kept from becoming a lead; NULL: none yet
    change_id    INTEGER NOT NULL REFERENCES change,
    PRIMARY KEY (household_id, code),
    FOREIGN KEY (household_id, case_id) REFERENCES household_case (household_id, case_id)
) STRICT, WITHOUT ROWID;

-- only: postgres
CREATE SEQUENCE id_case;
CREATE SEQUENCE id_lead;

ALTER TABLE household_case ENABLE ROW LEVEL SECURITY;
CREATE POLICY everywhere ON household_case FOR SELECT TO berm_everywhere USING (true);
CREATE POLICY fence ON household_case FOR SELECT TO berm_fenced
USING ((SELECT fence_is_open())
       OR EXISTS (SELECT FROM area AS a
                  WHERE a.area_id = household_case.area_id AND (SELECT fence_areas()) @> a.position_low));
DO $$
DECLARE fenced TEXT;
BEGIN
    FOREACH fenced IN ARRAY ARRAY['case_step', 'case_proof', 'lead', 'case_dismissal'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', fenced);
        EXECUTE format('CREATE POLICY everywhere ON %I FOR SELECT TO berm_everywhere USING (true)', fenced);
        EXECUTE format('CREATE POLICY fence ON %I FOR SELECT TO berm_fenced'
                       ' USING ((SELECT fence_is_open())'
                       ' OR current_setting(''berm.household'', true) = household_id::text'
                       ' OR fence_shows_household(household_id))', fenced);
    END LOOP;
END $$;
-- both:
