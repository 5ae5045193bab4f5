-- 0011: warnings that departments send.

-- One row for each warning, also for those that match nobody: nothing that was sent is lost.
CREATE TABLE warning (
    warning_id   INTEGER NOT NULL PRIMARY KEY,
    received_at  TEXT NOT NULL,                -- UTC instant
    account      TEXT NOT NULL,                -- who sent it
    source       TEXT NOT NULL,                -- the department's word for itself: 'health'
    reference    TEXT NOT NULL,                -- the department's own number; a second delivery is known by it
    kind         TEXT NOT NULL,                -- a code of the pack's warnings.csv
    state        TEXT NOT NULL,                -- 'matched', 'unmatched', 'ambiguous', 'dismissed'
    area_id      INTEGER REFERENCES area,      -- the area that it names
    household_id INTEGER REFERENCES household, -- matched: whom it is about
    person_id    INTEGER REFERENCES person,
    month        INTEGER NOT NULL,             -- of the event
    payload      TEXT NOT NULL,                -- JSON: what was sent, id numbers masked; sensitive
    change_id    INTEGER REFERENCES change,    -- the change that brought it, later the one that decided it
    run_id       INTEGER REFERENCES run,       -- the screening again that it led to; NULL: nothing differed
    decided_at   TEXT,                         -- by a person: when it was resolved or dismissed
    decided_by   TEXT,                         -- who
    reason       TEXT                          -- why it was dismissed
) STRICT;
CREATE UNIQUE INDEX warning_by_reference ON warning (source, reference);
CREATE INDEX warning_by_household ON warning (household_id) WHERE household_id IS NOT NULL;
CREATE INDEX warning_open ON warning (warning_id) WHERE state IN ('unmatched', 'ambiguous');

-- Whom a warning means is also looked up by birth date and name.
CREATE INDEX person_by_birth ON person (birth_date, name) WHERE birth_date IS NOT NULL;
