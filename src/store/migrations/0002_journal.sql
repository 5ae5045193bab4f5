-- 0002: the journal: what was done, by whom, in an order that cannot be changed unnoticed.
-- An entry holds no personal values, only digests; docs/decisions/0005-journal-seal.md gives the bytes that are hashed.

-- change_row, further columns; NULL in rows that are older than the journal:
--   row_number  position within its change, from 1
--   salt        32 random hexadecimal digits, so that a digest cannot be guessed backwards; gone when the row is erased
--   digest      SHA-256 over salt and fields; it stays when fields and salt are erased
ALTER TABLE change_row ADD COLUMN row_number INTEGER;
ALTER TABLE change_row ADD COLUMN salt TEXT;
ALTER TABLE change_row ADD COLUMN digest TEXT;
CREATE INDEX change_row_by_change ON change_row (change_id, row_number) WHERE row_number IS NOT NULL;

-- One row for each thing done, written in the transaction that does it. Ids leave no gap.
CREATE TABLE journal (
    journal_id INTEGER NOT NULL PRIMARY KEY,
    at         TEXT NOT NULL,               -- UTC instant
    actor      TEXT NOT NULL,               -- who
    via        TEXT NOT NULL,               -- through what: 'cli'
    address    TEXT NOT NULL,               -- from where on the network; empty: on this machine
    action     TEXT NOT NULL,               -- 'begin', 'import', 'apply_pack', 'screen', 'adopt_key', 'look', 'rotate_key', 'access', 'erase'
    subject    TEXT NOT NULL,               -- what it was done to: 'households', '2020-09', 'household H1'
    change_id  INTEGER REFERENCES change,   -- the change that it records
    run_id     INTEGER REFERENCES run,      -- the run that it records
    digest     TEXT NOT NULL,               -- SHA-256 over that change or run; empty where there is none
    details    TEXT NOT NULL                -- JSON: counts and keys, never a personal value
) STRICT;
CREATE INDEX journal_by_change ON journal (change_id) WHERE change_id IS NOT NULL;
CREATE INDEX journal_by_run ON journal (run_id) WHERE run_id IS NOT NULL;

-- The seal of an entry: its place in the chain, and the signature over it.
CREATE TABLE journal_seal (
    sequence   INTEGER NOT NULL PRIMARY KEY, -- place in commit order, from 1, without gaps
    journal_id INTEGER NOT NULL UNIQUE REFERENCES journal,
    hash       TEXT NOT NULL,                -- SHA-256 over sequence, the hash before and the entry
    key_id     TEXT NOT NULL,                -- fingerprint of the public key
    signature  TEXT NOT NULL                 -- Ed25519 over sequence and hash
) STRICT;

-- A second fence: no entry and no seal is ever changed, deleted or replaced through SQL.
-- only: sqlite
CREATE TRIGGER journal_is_not_changed BEFORE UPDATE ON journal
BEGIN SELECT RAISE(ABORT, 'journal entries are never changed'); END;
CREATE TRIGGER journal_is_not_deleted BEFORE DELETE ON journal
BEGIN SELECT RAISE(ABORT, 'journal entries are never deleted'); END;
CREATE TRIGGER journal_is_not_replaced BEFORE INSERT ON journal
WHEN EXISTS (SELECT 1 FROM journal WHERE journal_id = NEW.journal_id)
BEGIN SELECT RAISE(ABORT, 'journal entries are never replaced'); END;
CREATE TRIGGER journal_seal_is_not_changed BEFORE UPDATE ON journal_seal
BEGIN SELECT RAISE(ABORT, 'seals are never changed'); END;
CREATE TRIGGER journal_seal_is_not_deleted BEFORE DELETE ON journal_seal
BEGIN SELECT RAISE(ABORT, 'seals are never deleted'); END;
CREATE TRIGGER journal_seal_is_not_replaced BEFORE INSERT ON journal_seal
WHEN EXISTS (SELECT 1 FROM journal_seal WHERE sequence = NEW.sequence OR journal_id = NEW.journal_id)
BEGIN SELECT RAISE(ABORT, 'seals are never replaced'); END;

-- only: postgres
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
'BEGIN RAISE EXCEPTION ''%'', TG_ARGV[0]; END';
CREATE TRIGGER journal_is_not_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON journal
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('journal entries are never changed or deleted');
CREATE TRIGGER journal_seal_is_not_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_seal
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('seals are never changed or deleted');
-- both:

-- A register has a name of its own that no other has; the first entry carries it, and says which changes and runs
-- are older than the journal and so have no entry.
-- only: sqlite
INSERT INTO setting (name, value) VALUES ('register_id', lower(hex(randomblob(16))))
ON CONFLICT (name) DO NOTHING;
-- only: postgres
INSERT INTO setting (name, value)
VALUES ('register_id', replace(gen_random_uuid()::text, '-', ''))
ON CONFLICT (name) DO NOTHING;
-- both:
INSERT INTO id_counter (name, next_id) VALUES ('journal', 2);
INSERT INTO journal (journal_id, at, actor, via, address, action, subject, change_id, run_id, digest, details)
-- only: sqlite
SELECT 1, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'),
-- only: postgres
SELECT 1, to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
-- both:
       'berm', 'migration', '', 'begin', value,
       (SELECT max(change_id) FROM change), (SELECT max(run_id) FROM run), '', '{}'
FROM setting WHERE name = 'register_id';
