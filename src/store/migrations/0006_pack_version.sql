-- 0006: versions of the register's policy pack, each kept with its files.
-- A register that is older gets its present pack as its first version when it is opened for writing.

-- A version: drafted, checked, published from a month on by a second person; or withdrawn.
CREATE TABLE pack_version (
    pack_version_id INTEGER NOT NULL PRIMARY KEY,
    pack            TEXT NOT NULL,            -- name and version as its pack.yaml says
    version         TEXT NOT NULL,
    sha256          TEXT NOT NULL,            -- over the files that decide: what runs and their evidence name
    state           TEXT NOT NULL,            -- 'draft', 'checked', 'published', 'withdrawn'
    note            TEXT NOT NULL,            -- what its author says about it
    from_month      INTEGER,                  -- published: the first month that it decides; 101 is the beginning
    publication     INTEGER UNIQUE,           -- published: its place in the order of publishing; of two from one month the later one decides
    cases_passed    INTEGER NOT NULL DEFAULT 0, -- checked: how many of its cases passed, which are all
    warnings        INTEGER NOT NULL DEFAULT 0, -- checked: what the checks found without being an error
    drafted_by      TEXT NOT NULL,            -- an account, or the user of the operating system
    drafted_at      TEXT NOT NULL,            -- UTC instants
    checked_by      TEXT,
    checked_at      TEXT,
    published_by    TEXT,
    published_at    TEXT,
    withdrawn_by    TEXT,
    withdrawn_at    TEXT
) STRICT;
CREATE INDEX pack_version_in_force ON pack_version (from_month, publication) WHERE state = 'published';

-- Contents of files, each once however many versions share it.
CREATE TABLE pack_file (
    sha256 TEXT NOT NULL PRIMARY KEY,         -- of the contents, hexadecimal
    bytes  TEXT NOT NULL
) STRICT;

-- The files of a version: those that decide, its cases and its README.md.
CREATE TABLE pack_version_file (
    pack_version_id INTEGER NOT NULL REFERENCES pack_version,
    path            TEXT NOT NULL,            -- inside the pack: 'policy.dmn', 'cases/income.yaml'
    sha256          TEXT NOT NULL REFERENCES pack_file,
    PRIMARY KEY (pack_version_id, path)
) STRICT, WITHOUT ROWID;
