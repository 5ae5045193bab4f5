-- 0008: work that takes long, in a queue that outlives the process, and files that are being
-- uploaded for it. Instants are whole seconds since 1970-01-01 in UTC (_s).

-- A piece of work: an import, a run. It is done by a server or by berm job run, whole or not at all. Rows are removed when they are old.
CREATE TABLE job (
    job_id        INTEGER NOT NULL PRIMARY KEY,
    kind          TEXT NOT NULL,               -- 'import', 'screen', ...: JOB_KINDS in src/service/job.h
    lane          TEXT NOT NULL,               -- one job of a lane runs at a time, also with several servers
    state         TEXT NOT NULL,               -- 'queued', 'running', 'done', 'failed', 'cancelled'
    task          TEXT NOT NULL,               -- what is to be done: JSON, by kind
    account_id    INTEGER REFERENCES account,  -- whose it is, and with whose rights it runs; NULL: the register's own machine
    actor         TEXT NOT NULL,               -- who asked for it, as the journal names them
    via           TEXT NOT NULL,               -- through what: 'cli', 'api'
    address       TEXT NOT NULL,               -- from where; empty: this machine
    scopes        TEXT NOT NULL,               -- the permissions of the token that asked, one blank between; empty: all that the account has
    grants        TEXT NOT NULL,               -- role:area_id of its account when it ran, one blank between: who has lost one sees no result
    created_at_s  INTEGER NOT NULL,            -- when it was queued
    started_at_s  INTEGER,                     -- when its last attempt began
    finished_at_s INTEGER,                     -- when it was done, failed or cancelled
    attempt       INTEGER NOT NULL,            -- how often it was begun
    phase         TEXT NOT NULL,               -- what it is at; empty: the kind has no phases
    done          INTEGER NOT NULL,            -- how much of total; behind what the server knows that runs it
    total         INTEGER NOT NULL,            -- 0: not known
    cancelled_by  TEXT,                        -- who asked to stop it; NULL: nobody
    result        TEXT,                        -- JSON, by kind; NULL: not done
    failure       TEXT,                        -- why it failed, in the words of the statuses: 'invalid input'; NULL: it did not
    error         TEXT,                        -- the same as a sentence, which may name what only its owner may know
    file_name     TEXT,                        -- how the file that it made is called; NULL: none, or gone
    file_until_s  INTEGER                      -- when that file is removed
) STRICT;
CREATE INDEX job_by_state ON job (state, lane, job_id);
CREATE INDEX job_by_account ON job (account_id, job_id);

-- Each change of a job's state, so that a listener who lost the line misses none.
CREATE TABLE job_event (
    job_event_id  INTEGER NOT NULL PRIMARY KEY, -- given out in the order of the changes, for all jobs together
    job_id        INTEGER NOT NULL REFERENCES job,
    state         TEXT NOT NULL,               -- the state that it came into
    at_s          INTEGER NOT NULL             -- when
) STRICT;
CREATE INDEX job_event_by_job ON job_event (job_id, job_event_id);

-- A file that comes in pieces. Its bytes lie beside the register; how many have come is the length of that file.
CREATE TABLE upload (
    upload_id     INTEGER NOT NULL PRIMARY KEY,
    account_id    INTEGER REFERENCES account,  -- whose it is; NULL: the register's own machine
    file_name     TEXT NOT NULL,               -- as its owner calls it, without a folder
    total_bytes   INTEGER NOT NULL,            -- how many bytes it will have
    sha256        TEXT NOT NULL,               -- of the whole, hexadecimal, as its owner says; empty: not told
    created_at_s  INTEGER NOT NULL,            -- when it was announced
    expires_at_s  INTEGER NOT NULL             -- when it is removed, used or not
) STRICT;
CREATE INDEX upload_by_account ON upload (account_id, upload_id);
CREATE INDEX upload_by_expiry ON upload (expires_at_s);
