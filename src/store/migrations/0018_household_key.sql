-- 0018: the household is the first part of every key of what belongs to one, and what is unique over all persons
-- stands in a table of its own: so a register can be cut by household, or by person, and no rule needs to look into
-- another piece (docs/operations/scale.md).

-- finding, with another key: a household's spells lie together, and no index leads from one to the other.
-- only: sqlite
DROP INDEX finding_by_household;
DROP INDEX finding_open;
ALTER TABLE finding RENAME TO finding_by_id;

-- A finding is a spell: it holds from from_month until the month of the run that closed it.
CREATE TABLE finding (
    household_id   INTEGER NOT NULL,
    finding_id     INTEGER NOT NULL,           -- unique over all households; later spells have higher ones
    code           TEXT NOT NULL,
    is_undetermined INTEGER NOT NULL,          -- 1: facts are missing; evidence names them
    severity       TEXT NOT NULL,              -- 'low', 'medium', 'high', 'critical'
    from_month     INTEGER NOT NULL,
    to_month       INTEGER,                    -- month of the closing run
    opening_run_id INTEGER NOT NULL REFERENCES run,
    closing_run_id INTEGER REFERENCES run,
    evidence       TEXT NOT NULL,              -- JSON: docs/reference/evidence.md
    PRIMARY KEY (household_id, finding_id)
) STRICT, WITHOUT ROWID;
INSERT INTO finding (household_id, finding_id, code, is_undetermined, severity, from_month, to_month, opening_run_id,
                     closing_run_id, evidence)
SELECT household_id, finding_id, code, is_undetermined, severity, from_month, to_month, opening_run_id, closing_run_id,
       evidence
FROM finding_by_id ORDER BY household_id, finding_id;
DROP TABLE finding_by_id;
CREATE INDEX finding_open ON finding (code, household_id) WHERE closing_run_id IS NULL;
-- only: postgres
ALTER TABLE finding DROP CONSTRAINT finding_pkey;
ALTER TABLE finding ADD PRIMARY KEY (household_id, finding_id);
DROP INDEX finding_by_household;
-- both:

-- Whose id number it is, by its hash: an id number belongs to one person. Written with person_secret, in the same
-- transaction. No reference to person: the doctor compares, and pieces of a register cannot refer to each other.
CREATE TABLE id_lookup (
    lookup    TEXT NOT NULL PRIMARY KEY,       -- that of person_secret: keyed, so that nobody can try all numbers
    person_id INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO id_lookup (lookup, person_id)
SELECT lookup, person_id FROM person_secret WHERE kind = 'id_number' ORDER BY lookup;
DROP INDEX person_secret_by_id_number;
