-- The schema after all migrations; BERM_UPDATE_SNAPSHOT=1 rewrites it.

CREATE TABLE account (
    account_id    INTEGER NOT NULL PRIMARY KEY,
    name          TEXT NOT NULL UNIQUE,        -- what is typed to log in; small letters
    password_hash TEXT NOT NULL,               -- Argon2id with its salt and cost, as libsodium writes it
    is_active     INTEGER NOT NULL DEFAULT 1,  -- 0: may not log in, and its sessions and tokens are void
    created_at_s  INTEGER NOT NULL,            -- when the account was made
    password_at_s INTEGER NOT NULL             -- when the password was last set
) STRICT;

CREATE TABLE api_token (
    api_token_id  INTEGER NOT NULL PRIMARY KEY,
    account_id    INTEGER NOT NULL REFERENCES account,
    label         TEXT NOT NULL,               -- for people: what uses it
    token_hash    TEXT NOT NULL UNIQUE,        -- SHA-256 of the token, hexadecimal
    scopes        TEXT NOT NULL,               -- names of permissions, one blank between
    created_at_s  INTEGER NOT NULL,            -- when it was made
    expires_at_s  INTEGER NOT NULL,            -- from then on it is void
    revoked_at_s  INTEGER                      -- when it was taken back; NULL: it was not
) STRICT;

CREATE INDEX api_token_by_account ON api_token (account_id);

CREATE TABLE area (
    area_id       INTEGER NOT NULL PRIMARY KEY,
    parent_id     INTEGER REFERENCES area,
    code          TEXT NOT NULL UNIQUE,
    name          TEXT NOT NULL,
    name_en       TEXT NOT NULL DEFAULT '',
    level         INTEGER NOT NULL,          -- derived: 0 at a root
    position_low  INTEGER NOT NULL,          -- derived: the subtree is [position_low, position_high]
    position_high INTEGER NOT NULL,
    change_id     INTEGER NOT NULL REFERENCES change
, district_id INTEGER NOT NULL DEFAULT 0) STRICT;

CREATE INDEX area_by_district ON area (district_id);

CREATE INDEX area_by_position ON area (position_low);

CREATE INDEX area_district ON area (area_id, position_low, position_high) WHERE area_id = district_id;

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

CREATE TABLE attachment_file (
    household_id INTEGER NOT NULL REFERENCES household,
    sha256       TEXT NOT NULL,                -- hexadecimal, of the bytes as they are kept
    media_type   TEXT NOT NULL,                -- 'image/jpeg', 'image/png', 'application/pdf': by the content
    byte_count   INTEGER NOT NULL,
    change_id    INTEGER NOT NULL REFERENCES change, -- the change that brought it first
    PRIMARY KEY (household_id, sha256)
) STRICT, WITHOUT ROWID;

CREATE TABLE attachment_piece (
    household_id INTEGER NOT NULL,
    sha256       TEXT NOT NULL,
    piece_number INTEGER NOT NULL,             -- from 0; all but the last are of one size
    bytes        BLOB NOT NULL,
    PRIMARY KEY (household_id, sha256, piece_number),
    FOREIGN KEY (household_id, sha256) REFERENCES attachment_file (household_id, sha256)
) STRICT;

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

CREATE TABLE change (
    change_id   INTEGER NOT NULL PRIMARY KEY,
    at          TEXT NOT NULL,               -- UTC instant
    actor       TEXT NOT NULL,               -- who: the user of the operating system, later the account
    via         TEXT NOT NULL,               -- from where: 'cli import households', ...
    file_name   TEXT,                        -- imports: name without its folder
    file_sha256 TEXT,                        -- imports: hexadecimal
    added       INTEGER NOT NULL DEFAULT 0,  -- rows
    changed     INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE change_row (
    change_id INTEGER NOT NULL REFERENCES change,
    entity    TEXT NOT NULL,                 -- 'area', 'household', 'person', 'flow'
    entity_id INTEGER NOT NULL,              -- flows: household_id
    key       TEXT NOT NULL DEFAULT '',      -- flows: 'YYYYMM flow source'
    fields    TEXT NOT NULL                  -- JSON: {"field": ["before", "after"], ...}; null is unknown
, row_number INTEGER, salt TEXT, digest TEXT) STRICT;

CREATE INDEX change_row_by_change ON change_row (change_id, row_number) WHERE row_number IS NOT NULL;

CREATE INDEX change_row_by_entity ON change_row (entity, entity_id, change_id);

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

CREATE TABLE entitlement_claim (
    programme      TEXT NOT NULL,
    subject        TEXT NOT NULL,              -- 'H' and the household's id, or 'P' and the person's
    period         INTEGER NOT NULL,
    household_id   INTEGER NOT NULL,           -- where the entitlement is
    entitlement_id INTEGER NOT NULL,
    PRIMARY KEY (programme, subject, period)
) STRICT, WITHOUT ROWID;

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

CREATE INDEX finding_open ON finding (code, household_id) WHERE closing_run_id IS NULL;

CREATE TABLE flow (
    flow_id INTEGER NOT NULL PRIMARY KEY,
    name    TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE flow_entry (
    household_id   INTEGER NOT NULL,
    month          INTEGER NOT NULL,
    flow_id        INTEGER NOT NULL,
    flow_source_id INTEGER NOT NULL,
    amount_minor   INTEGER NOT NULL,
    change_id      INTEGER NOT NULL,
    PRIMARY KEY (household_id, month, flow_id, flow_source_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE flow_source (
    flow_source_id INTEGER NOT NULL PRIMARY KEY,
    code           TEXT NOT NULL UNIQUE
) STRICT;

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

CREATE TABLE household (
    household_id  INTEGER NOT NULL PRIMARY KEY,
    code          TEXT NOT NULL UNIQUE,
    area_id       INTEGER NOT NULL REFERENCES area,
    is_active     INTEGER NOT NULL DEFAULT 1, -- 0: archived
    change_id     INTEGER NOT NULL REFERENCES change -- the change that added it
, district_id INTEGER NOT NULL DEFAULT 0, risk_rank INTEGER NOT NULL DEFAULT 5) STRICT;

CREATE INDEX household_by_district ON household (district_id, code);

CREATE INDEX household_by_risk ON household (risk_rank, district_id, code);

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

CREATE INDEX household_case_by_area ON household_case (area_id, severity);

CREATE INDEX household_case_by_state ON household_case (state, severity, coalesce(due_on, '9999-12-31'), case_id)
    WHERE ended_on IS NULL;

CREATE INDEX household_case_by_worker ON household_case (worker, severity, coalesce(due_on, '9999-12-31'), case_id)
    WHERE ended_on IS NULL;

CREATE UNIQUE INDEX household_case_open ON household_case (household_id) WHERE ended_on IS NULL;

CREATE INDEX household_case_open_by_area ON household_case (area_id, severity, coalesce(due_on, '9999-12-31'), case_id)
    WHERE ended_on IS NULL;

CREATE INDEX household_case_worst ON household_case (severity, coalesce(due_on, '9999-12-31'), case_id)
    WHERE ended_on IS NULL;

CREATE TABLE household_data (
    household_id  INTEGER NOT NULL PRIMARY KEY REFERENCES household
) STRICT;

CREATE TABLE id_counter (
    name    TEXT NOT NULL PRIMARY KEY,
    next_id INTEGER NOT NULL
) STRICT;

CREATE TABLE id_lookup (
    lookup    TEXT NOT NULL PRIMARY KEY,       -- that of person_secret: keyed, so that nobody can try all numbers
    person_id INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

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

CREATE INDEX job_by_account ON job (account_id, job_id);

CREATE INDEX job_by_state ON job (state, lane, job_id);

CREATE TABLE job_event (
    job_event_id  INTEGER NOT NULL PRIMARY KEY, -- given out in the order of the changes, for all jobs together
    job_id        INTEGER NOT NULL REFERENCES job,
    state         TEXT NOT NULL,               -- the state that it came into
    at_s          INTEGER NOT NULL             -- when
) STRICT;

CREATE INDEX job_event_by_job ON job_event (job_id, job_event_id);

CREATE TRIGGER journal_is_not_changed BEFORE UPDATE ON journal
BEGIN SELECT RAISE(ABORT, 'journal entries are never changed'); END;

CREATE TRIGGER journal_is_not_deleted BEFORE DELETE ON journal
BEGIN SELECT RAISE(ABORT, 'journal entries are never deleted'); END;

CREATE TRIGGER journal_is_not_replaced BEFORE INSERT ON journal
WHEN EXISTS (SELECT 1 FROM journal WHERE journal_id = NEW.journal_id)
BEGIN SELECT RAISE(ABORT, 'journal entries are never replaced'); END;

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
, role TEXT NOT NULL DEFAULT '') STRICT;

CREATE INDEX journal_by_actor ON journal (actor, journal_id);

CREATE INDEX journal_by_change ON journal (change_id) WHERE change_id IS NOT NULL;

CREATE INDEX journal_by_run ON journal (run_id) WHERE run_id IS NOT NULL;

CREATE INDEX journal_by_subject ON journal (subject, journal_id);

CREATE TABLE journal_end (
    journal_end_id INTEGER NOT NULL PRIMARY KEY CHECK (journal_end_id = 1),
    sequence       INTEGER NOT NULL, -- of the last seal; 0: nothing is sealed yet
    gapless_id     INTEGER NOT NULL  -- up to this entry the ids leave no gap: writers took turns when they were given
) STRICT;

CREATE TRIGGER journal_seal_is_not_changed BEFORE UPDATE ON journal_seal
BEGIN SELECT RAISE(ABORT, 'seals are never changed'); END;

CREATE TRIGGER journal_seal_is_not_deleted BEFORE DELETE ON journal_seal
BEGIN SELECT RAISE(ABORT, 'seals are never deleted'); END;

CREATE TRIGGER journal_seal_is_not_replaced BEFORE INSERT ON journal_seal
WHEN EXISTS (SELECT 1 FROM journal_seal WHERE sequence = NEW.sequence OR journal_id = NEW.journal_id)
BEGIN SELECT RAISE(ABORT, 'seals are never replaced'); END;

CREATE TABLE journal_seal (
    sequence   INTEGER NOT NULL PRIMARY KEY, -- place in commit order, from 1, without gaps
    journal_id INTEGER NOT NULL UNIQUE REFERENCES journal,
    hash       TEXT NOT NULL,                -- SHA-256 over sequence, the hash before and the entry
    key_id     TEXT NOT NULL,                -- fingerprint of the public key
    signature  TEXT NOT NULL                 -- Ed25519 over sequence and hash
) STRICT;

CREATE TABLE journal_unsealed (
    journal_id INTEGER NOT NULL PRIMARY KEY
) STRICT;

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

CREATE TABLE login_throttle (
    kind          TEXT NOT NULL,               -- 'pair' (account and address), 'account', 'address'; 'known': the pair logged in
    key_hash      TEXT NOT NULL,               -- SHA-256 of the account's name, the address or both, hexadecimal
    failures      INTEGER NOT NULL,            -- since the last pause in guessing
    last_at_s     INTEGER NOT NULL,            -- the last failure; 'known': the last success
    blocked_until_s INTEGER NOT NULL,          -- no password is looked at before
    PRIMARY KEY (kind, key_hash)
) STRICT, WITHOUT ROWID;

CREATE INDEX login_throttle_by_time ON login_throttle (last_at_s);

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

CREATE TABLE membership (
    household_id  INTEGER NOT NULL REFERENCES household,
    person_id     INTEGER NOT NULL REFERENCES person,
    from_date     TEXT NOT NULL,              -- '0001-01-01' where it is not known
    to_date       TEXT,                       -- first day on which the person is no longer a member
    relation      TEXT,                       -- choice of the list 'relation'
    end_reason    TEXT,                       -- 'left', 'died'
    change_id     INTEGER NOT NULL REFERENCES change,
    PRIMARY KEY (household_id, person_id, from_date)
) STRICT, WITHOUT ROWID;

CREATE INDEX membership_by_person ON membership (person_id);

CREATE TABLE monthly_flow (
    household_id INTEGER NOT NULL,
    month        INTEGER NOT NULL,
    PRIMARY KEY (household_id, month)
) STRICT, WITHOUT ROWID;

CREATE TABLE move_progress (
    table_name TEXT NOT NULL PRIMARY KEY,
    row_count  INTEGER NOT NULL,             -- how many
    chain      TEXT NOT NULL                 -- SHA-256 over them, chained from row to row, hexadecimal
) STRICT;

CREATE TABLE move_rule (
    definition TEXT NOT NULL PRIMARY KEY     -- SQL that puts it back
) STRICT;

CREATE TABLE move_source (
    register_id TEXT NOT NULL PRIMARY KEY,   -- its name in the setting of that name
    state       TEXT NOT NULL,               -- SHA-256 over versions, counts and ends: the same as long as nothing changes
    begun_at    TEXT NOT NULL                -- UTC instant
) STRICT;

CREATE TABLE pack_file (
    sha256 TEXT NOT NULL PRIMARY KEY,         -- of the contents, hexadecimal
    bytes  TEXT NOT NULL
) STRICT;

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

CREATE TABLE pack_version_file (
    pack_version_id INTEGER NOT NULL REFERENCES pack_version,
    path            TEXT NOT NULL,            -- inside the pack: 'policy.dmn', 'cases/income.yaml'
    sha256          TEXT NOT NULL REFERENCES pack_file,
    PRIMARY KEY (pack_version_id, path)
) STRICT, WITHOUT ROWID;

CREATE TABLE payer (
    programme TEXT NOT NULL,                   -- '': any programme that has no office of its own there
    area_id   INTEGER NOT NULL REFERENCES area,
    name      TEXT NOT NULL,
    account   TEXT NOT NULL,
    bic       TEXT NOT NULL,                   -- of its bank; '': not known
    change_id INTEGER NOT NULL REFERENCES change,
    PRIMARY KEY (programme, area_id)
) STRICT, WITHOUT ROWID;

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

CREATE INDEX payment_by_line ON payment (batch_id, line_number);

CREATE UNIQUE INDEX payment_live ON payment (household_id, entitlement_id) WHERE state NOT IN ('returned', 'cancelled');

CREATE INDEX payment_open ON payment (batch_id) WHERE state = 'sent';

CREATE TABLE payment_account (
    household_id INTEGER NOT NULL,
    payment_id   INTEGER NOT NULL,
    person_id    INTEGER NOT NULL,             -- whose account; the sealed number opens for this person only
    key_id       TEXT NOT NULL,                -- the protecting key
    sealed       TEXT NOT NULL,                -- as in person_secret
    PRIMARY KEY (household_id, payment_id)
) STRICT, WITHOUT ROWID;

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

CREATE TABLE person (
    person_id     INTEGER NOT NULL PRIMARY KEY,
    code          TEXT NOT NULL UNIQUE,
    name          TEXT NOT NULL DEFAULT '',
    sex           TEXT,                       -- 'female', 'male', 'other'; NULL unknown
    birth_date    TEXT,
    change_id     INTEGER NOT NULL REFERENCES change
) STRICT;

CREATE INDEX person_by_birth ON person (birth_date, name) WHERE birth_date IS NOT NULL;

CREATE TABLE person_data (
    person_id     INTEGER NOT NULL PRIMARY KEY REFERENCES person
) STRICT;

CREATE TABLE person_search (
    person_id    INTEGER NOT NULL PRIMARY KEY REFERENCES person,
    household_id INTEGER NOT NULL REFERENCES household, -- where the person belongs, or last belonged
    district_id  INTEGER NOT NULL,           -- that of the household
    terms        TEXT NOT NULL               -- the person's terms by bytes, a line end behind each
) STRICT;

CREATE TABLE person_secret (
    person_id INTEGER NOT NULL REFERENCES person,
    kind      TEXT NOT NULL,                 -- 'id_number', 'bank_account'
    id_type   TEXT NOT NULL,                 -- id numbers: 'resident_id', 'passport', 'other'; bank accounts: ''
    key_id    TEXT NOT NULL,                 -- which of the key file's protecting keys
    sealed    TEXT NOT NULL,                 -- hexadecimal: nonce (24 bytes), XChaCha20-Poly1305 ciphertext and tag
    lookup    TEXT NOT NULL,                 -- hexadecimal: keyed BLAKE2b of kind, type and normalised number
    change_id INTEGER NOT NULL REFERENCES change, -- the change that wrote it last
    PRIMARY KEY (person_id, kind)
) STRICT, WITHOUT ROWID;

CREATE INDEX person_secret_by_bank_account ON person_secret (lookup) WHERE kind = 'bank_account';

CREATE TABLE person_term (
    district_id  INTEGER NOT NULL,
    term         TEXT NOT NULL,              -- '王小明', '小明', 'wangxiaoming', 'wxm'; folded by script/
    person_id    INTEGER NOT NULL,
    shared_bytes INTEGER NOT NULL,           -- how many first bytes the person's term before this one has too
    PRIMARY KEY (district_id, term, person_id)
) STRICT, WITHOUT ROWID;

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

CREATE TABLE request_answer (
    account_id   INTEGER NOT NULL,           -- whose key it is; keys of different accounts do not meet
    key_hash     TEXT NOT NULL,              -- SHA-256 of the key that the client made up, hexadecimal
    request_hash TEXT NOT NULL,              -- SHA-256 over the key, method, path and body: the same key must not be used for something else
    status       INTEGER NOT NULL,           -- of HTTP
    headers      TEXT NOT NULL,              -- the lines of its header fields, as they were sent
    body         TEXT,                       -- NULL: it held a secret, which is told only once
    at_s         INTEGER NOT NULL,           -- when, in seconds since 1970-01-01 in UTC
    PRIMARY KEY (account_id, key_hash)
) STRICT, WITHOUT ROWID;

CREATE INDEX request_answer_by_time ON request_answer (at_s);

CREATE TABLE role_grant (
    account_id    INTEGER NOT NULL REFERENCES account,
    role          TEXT NOT NULL,               -- 'viewer', 'field_worker', ...: src/service/access/roles.def
    area_id       INTEGER REFERENCES area,     -- NULL: the whole register, also areas that come later
    granted_at_s  INTEGER NOT NULL,            -- when
    granted_by    TEXT NOT NULL                -- who granted it: an account, or the user of the operating system
) STRICT;

CREATE UNIQUE INDEX role_grant_once ON role_grant (account_id, role, coalesce(area_id, 0));

CREATE TABLE run (
    run_id        INTEGER NOT NULL PRIMARY KEY,
    month         INTEGER NOT NULL,
    state         TEXT NOT NULL,              -- 'published', 'what_if'
    pack          TEXT NOT NULL,
    pack_version  TEXT NOT NULL,
    pack_sha256   TEXT NOT NULL,
    started_at    TEXT NOT NULL,
    finished_at   TEXT NOT NULL,
    households    INTEGER NOT NULL,
    opened        INTEGER NOT NULL,
    closed        INTEGER NOT NULL,
    unchanged     INTEGER NOT NULL
, change_id INTEGER REFERENCES change) STRICT;

CREATE INDEX run_published ON run (run_id) WHERE state = 'published';

CREATE INDEX run_published_by_month ON run (month, run_id) WHERE state = 'published';

CREATE TABLE session (
    token_hash    TEXT NOT NULL PRIMARY KEY,   -- SHA-256 of the token that only the browser holds, hexadecimal
    account_id    INTEGER NOT NULL REFERENCES account,
    created_at_s  INTEGER NOT NULL,            -- when the log-in happened
    seen_at_s     INTEGER NOT NULL,            -- last use, noted at most once a minute
    expires_at_s  INTEGER NOT NULL,            -- the end, however much it is used
    address       TEXT NOT NULL                -- from where the log-in came
) STRICT, WITHOUT ROWID;

CREATE INDEX session_by_account ON session (account_id);

CREATE TABLE setting (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

CREATE TABLE standing (
    household_id INTEGER NOT NULL,
    run_id       INTEGER NOT NULL REFERENCES run,
    month        INTEGER NOT NULL,
    risk_level   TEXT NOT NULL,               -- 'none', 'low', 'medium', 'high', 'critical', 'undetermined'
    kind         TEXT NOT NULL,               -- the pack's household kind; empty: none
    PRIMARY KEY (household_id, run_id)
) STRICT, WITHOUT ROWID;

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

CREATE TABLE variable (
    entity TEXT NOT NULL,                    -- 'household', 'person', 'flow'
    name   TEXT NOT NULL,
    type   TEXT NOT NULL,
    PRIMARY KEY (entity, name)
) STRICT, WITHOUT ROWID;

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

CREATE INDEX warning_by_household ON warning (household_id) WHERE household_id IS NOT NULL;

CREATE UNIQUE INDEX warning_by_reference ON warning (account, source, reference);

CREATE INDEX warning_open ON warning (warning_id) WHERE state IN ('unmatched', 'ambiguous');
