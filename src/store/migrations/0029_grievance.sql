-- 0029: grievances and appeals.

-- What households and others complain of, and appeals against decisions. One that names no household of the register lies
-- in the area that it names.
CREATE TABLE grievance (
    grievance_id INTEGER NOT NULL PRIMARY KEY,
    received_at  TEXT NOT NULL,                -- UTC instant
    received_by  TEXT NOT NULL,                -- who took it down
    kind         TEXT NOT NULL,                -- 'complaint', 'appeal'
    about        TEXT NOT NULL,                -- 'decision', 'measure', 'payment', 'data', 'conduct', 'other'
    channel      TEXT NOT NULL,                -- 'office', 'visit', 'phone', 'letter', 'link'
    area_id      INTEGER REFERENCES area,      -- where it lies; NULL: where its household does
    household_id INTEGER REFERENCES household, -- NULL: nobody of the register
    complainant  TEXT NOT NULL,                -- who complains; sensitive. Empty: without a name
    contact      TEXT NOT NULL,                -- how they are reached; sensitive
    details      TEXT NOT NULL,                -- what is complained of; sensitive
    state        TEXT NOT NULL,                -- 'received', 'in_progress', 'resolved', 'closed', 'withdrawn'
    owner        TEXT NOT NULL,                -- account that looks into it; empty: nobody yet
    due_on       TEXT,                         -- last day of its clock; NULL: none runs
    outcome      TEXT NOT NULL,                -- 'upheld', 'partly_upheld', 'rejected'; empty: not answered
    answer       TEXT NOT NULL,                -- what who complained is told; sensitive
    remedy       TEXT NOT NULL,                -- 'none', 'reopen', 'lead': what was put right with the answer
    level        INTEGER NOT NULL,             -- 1; one more each time it is looked at again
    step_count   INTEGER NOT NULL,             -- of grievance_step
    change_id    INTEGER NOT NULL REFERENCES change -- the change that wrote it last
) STRICT;
CREATE INDEX grievance_by_household ON grievance (household_id) WHERE household_id IS NOT NULL;
CREATE INDEX grievance_open ON grievance (due_on, grievance_id) WHERE due_on IS NOT NULL;

-- What was done with a grievance, in order; never changed.
CREATE TABLE grievance_step (
    grievance_id INTEGER NOT NULL REFERENCES grievance,
    step_number  INTEGER NOT NULL,             -- from 1
    at           TEXT NOT NULL,                -- UTC instant
    actor        TEXT NOT NULL,                -- who
    action       TEXT NOT NULL,                -- 'take', 'assign', 'resolve', 'escalate', 'close', 'withdraw'
    from_state   TEXT NOT NULL,                -- empty: it was taken down
    to_state     TEXT NOT NULL,
    owner        TEXT NOT NULL,                -- who owns it after the step
    note         TEXT NOT NULL,                -- reason or answer; sensitive
    change_id    INTEGER NOT NULL REFERENCES change,
    PRIMARY KEY (grievance_id, step_number)
) STRICT, WITHOUT ROWID;

-- only: postgres
CREATE SEQUENCE id_grievance;

-- A grievance lies where its household does, else in the area that it names.
CREATE FUNCTION fence_shows_grievance(id bigint) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER COST 2000 AS '
BEGIN
    IF nullif(current_setting(''berm.areas'', true), '''') IS NULL THEN
        RETURN false;
    END IF;
    RETURN EXISTS (SELECT FROM grievance AS g
                   LEFT JOIN household AS h ON h.household_id = g.household_id
                   JOIN area AS a ON a.area_id = coalesce(h.area_id, g.area_id)
                   WHERE g.grievance_id = id
                     AND current_setting(''berm.areas'')::int8multirange @> a.position_low);
END';
DO $$
DECLARE fenced TEXT;
BEGIN
    FOREACH fenced IN ARRAY ARRAY['grievance', 'grievance_step'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', fenced);
        EXECUTE format('CREATE POLICY everywhere ON %I FOR SELECT TO berm_everywhere USING (true)', fenced);
        EXECUTE format('CREATE POLICY fence ON %I FOR SELECT TO berm_fenced'
                       ' USING ((SELECT fence_is_open()) OR fence_shows_grievance(grievance_id))', fenced);
    END LOOP;
END $$;

ALTER POLICY fence ON change_row
USING ((SELECT fence_is_open())
       OR CASE WHEN entity = 'area' THEN true
               WHEN entity IN ('household', 'flow', 'visit', 'attachment', 'case', 'measure', 'entitlement', 'letter',
                               'payment') THEN fence_shows_household(entity_id)
               WHEN entity = 'person' THEN fence_shows_person(entity_id)
               WHEN entity = 'warning' THEN fence_shows_warning(entity_id)
               WHEN entity = 'grievance' THEN fence_shows_grievance(entity_id)
               ELSE false END);
-- both:
