-- 0023: visits to households, what they found, and the files that they brought: photos, signatures, documents.

-- One row for each visit that is planned, was made or was called off.
CREATE TABLE visit (
    household_id INTEGER NOT NULL REFERENCES household,
    visit_id     INTEGER NOT NULL,             -- unique over all households
    case_id      INTEGER,                      -- the household's case that it is for; NULL: none
    purpose      TEXT NOT NULL,                -- 'verification', 'elimination', 'follow_up', 'shock'
    state        TEXT NOT NULL,                -- 'planned', 'done', 'cancelled'
    due_on       TEXT,                         -- to be made by the end of this day; NULL: no day was set
    worker       TEXT NOT NULL,                -- the account that is to go, later the one that went; '': not said
    groups       TEXT NOT NULL,                -- the dictionary's groups that the form asks for, a blank between; '': all
    note         TEXT NOT NULL,                -- for whoever goes: what to look at
    planned_at   TEXT NOT NULL,                -- UTC instant
    planned_by   TEXT NOT NULL,
    visited_on   TEXT,                         -- done: the day on which somebody was there
    ended_at     TEXT,                         -- done or cancelled: when that was recorded
    ended_by     TEXT,
    summary      TEXT NOT NULL,                -- done: what was found, in words; cancelled: why
    change_id    INTEGER NOT NULL REFERENCES change, -- the change that wrote it last
    PRIMARY KEY (household_id, visit_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX visit_by_id ON visit (visit_id);
CREATE INDEX visit_planned ON visit (due_on) WHERE state = 'planned';

-- What a visit found of one value. Facts change only when somebody applies it; refused or not, it stays on record.
CREATE TABLE visit_change (
    household_id  INTEGER NOT NULL,
    visit_id      INTEGER NOT NULL,
    change_number INTEGER NOT NULL,            -- from 1, in the visit's own order
    entity        TEXT NOT NULL,               -- 'household', 'person', 'flow'
    entity_id     INTEGER NOT NULL,            -- the person's id, else the household's
    month         INTEGER,                     -- flows: of which month
    variable      TEXT NOT NULL,               -- the dictionary's name
    before        TEXT,                        -- as the visitor knew it; NULL: unknown, or nothing reported
    proposed      TEXT,                        -- as the visitor found it; NULL: unknown
    state         TEXT NOT NULL,               -- 'confirmed' (the register had it so), 'proposed', 'applied', 'refused'
    decided_at    TEXT,
    decided_by    TEXT,
    reason        TEXT,                        -- why it was refused
    change_id     INTEGER NOT NULL REFERENCES change, -- the change that wrote it last: when applied, the facts' own
    PRIMARY KEY (household_id, visit_id, change_number),
    FOREIGN KEY (household_id, visit_id) REFERENCES visit (household_id, visit_id)
) STRICT, WITHOUT ROWID;

-- Contents of files, each once in a household, whatever it was added as. They lie with the household and not once for
-- all of them, so that the same content elsewhere tells nobody anything, and what belongs to a household goes with it.
CREATE TABLE attachment_file (
    household_id INTEGER NOT NULL REFERENCES household,
    sha256       TEXT NOT NULL,                -- hexadecimal, of the bytes as they are kept
    media_type   TEXT NOT NULL,                -- 'image/jpeg', 'image/png', 'application/pdf': by the content
    byte_count   INTEGER NOT NULL,
    change_id    INTEGER NOT NULL REFERENCES change, -- the change that brought it first
    PRIMARY KEY (household_id, sha256)
) STRICT, WITHOUT ROWID;

-- The bytes, in pieces, so that nobody holds a whole file in memory.
CREATE TABLE attachment_piece (
    household_id INTEGER NOT NULL,
    sha256       TEXT NOT NULL,
    piece_number INTEGER NOT NULL,             -- from 0; all but the last are of one size
    bytes        BLOB NOT NULL,
    PRIMARY KEY (household_id, sha256, piece_number),
    FOREIGN KEY (household_id, sha256) REFERENCES attachment_file (household_id, sha256)
) STRICT;

-- A file of a household, under a name.
CREATE TABLE attachment (
    household_id     INTEGER NOT NULL,
    attachment_id    INTEGER NOT NULL,         -- unique over all households
    sha256           TEXT NOT NULL,
    kind             TEXT NOT NULL,            -- 'photo', 'signature', 'document'
    file_name        TEXT NOT NULL,            -- as it was sent, without folders
    taken_on         TEXT,                     -- the day it is of; NULL: not said
    note             TEXT NOT NULL,
    visit_id         INTEGER,                  -- the household's visit that brought it; NULL: none
    case_id          INTEGER,                  -- the household's case that it belongs to; NULL: none
    has_metadata     INTEGER NOT NULL,         -- 1: position, device and comments were wanted and are still in it
    added_at         TEXT NOT NULL,            -- UTC instant
    added_by         TEXT NOT NULL,
    change_id        INTEGER NOT NULL REFERENCES change,
    PRIMARY KEY (household_id, attachment_id),
    FOREIGN KEY (household_id, sha256) REFERENCES attachment_file (household_id, sha256)
) STRICT, WITHOUT ROWID;
CREATE INDEX attachment_by_id ON attachment (attachment_id);

-- only: postgres
CREATE SEQUENCE id_visit;
CREATE SEQUENCE id_attachment;

-- Photographs of people and their homes are shown where sensitive values are.
CREATE FUNCTION fence_shows_files(id bigint) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER COST 2000 AS '
BEGIN
    IF nullif(current_setting(''berm.sensitive_areas'', true), '''') IS NULL THEN
        RETURN false;
    END IF;
    RETURN EXISTS (SELECT FROM household AS h JOIN area AS a ON a.area_id = h.area_id
                   WHERE h.household_id = id
                     AND current_setting(''berm.sensitive_areas'')::int8multirange @> a.position_low);
END';

ALTER TABLE visit ENABLE ROW LEVEL SECURITY;
CREATE POLICY fence ON visit FOR SELECT TO berm_fenced
USING ((SELECT fence_is_open())
       OR current_setting('berm.household', true) = household_id::text
       OR fence_shows_household(household_id));
ALTER TABLE visit_change ENABLE ROW LEVEL SECURITY;
CREATE POLICY fence ON visit_change FOR SELECT TO berm_fenced
USING ((SELECT fence_is_open())
       OR current_setting('berm.household', true) = household_id::text
       OR fence_shows_household(household_id));
ALTER TABLE attachment ENABLE ROW LEVEL SECURITY;
CREATE POLICY fence ON attachment FOR SELECT TO berm_fenced
USING ((SELECT fence_is_open())
       OR current_setting('berm.household', true) = household_id::text
       OR fence_shows_household(household_id));
ALTER TABLE attachment_file ENABLE ROW LEVEL SECURITY;
CREATE POLICY fence ON attachment_file FOR SELECT TO berm_fenced USING (fence_shows_files(household_id));
ALTER TABLE attachment_piece ENABLE ROW LEVEL SECURITY;
CREATE POLICY fence ON attachment_piece FOR SELECT TO berm_fenced USING (fence_shows_files(household_id));

DROP POLICY fence ON change_row;
CREATE POLICY fence ON change_row FOR SELECT TO berm_fenced
USING ((SELECT fence_is_open())
       OR CASE entity
              WHEN 'area' THEN true
              WHEN 'household' THEN fence_shows_household(entity_id)
              WHEN 'flow' THEN fence_shows_household(entity_id)
              WHEN 'visit' THEN fence_shows_household(entity_id)
              WHEN 'attachment' THEN fence_shows_household(entity_id)
              WHEN 'person' THEN fence_shows_person(entity_id)
              WHEN 'warning' THEN EXISTS (SELECT FROM warning AS w
                                          WHERE w.warning_id = change_row.entity_id)
              ELSE false END);
-- both:
