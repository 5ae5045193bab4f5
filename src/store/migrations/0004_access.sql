-- 0004: who may use the register: accounts, the roles they are granted, sessions, API tokens, and
-- the state that slows down guessing. Instants are whole seconds since 1970-01-01 in UTC (_s), because
-- they are compared and added to. No password and no token is stored, only hashes of them.

-- One row for each person or program that may log in. Accounts are switched off, never removed, so that the history keeps their names.
CREATE TABLE account (
    account_id    INTEGER NOT NULL PRIMARY KEY,
    name          TEXT NOT NULL UNIQUE,        -- what is typed to log in; small letters
    password_hash TEXT NOT NULL,               -- Argon2id with its salt and cost, as libsodium writes it
    is_active     INTEGER NOT NULL DEFAULT 1,  -- 0: may not log in, and its sessions and tokens are void
    created_at_s  INTEGER NOT NULL,            -- when the account was made
    password_at_s INTEGER NOT NULL             -- when the password was last set
) STRICT;

-- A role held in an area and everything below it. Area ids are kept, not positions: a move of areas takes its grants along.
CREATE TABLE role_grant (
    account_id    INTEGER NOT NULL REFERENCES account,
    role          TEXT NOT NULL,               -- 'viewer', 'field_worker', ...: src/service/access/roles.def
    area_id       INTEGER REFERENCES area,     -- NULL: the whole register, also areas that come later
    granted_at_s  INTEGER NOT NULL,            -- when
    granted_by    TEXT NOT NULL                -- who granted it: an account, or the user of the operating system
) STRICT;
CREATE UNIQUE INDEX role_grant_once ON role_grant (account_id, role, coalesce(area_id, 0));

-- A log-in by name and password, until it is left, unused for too long, or too old.
CREATE TABLE session (
    token_hash    TEXT NOT NULL PRIMARY KEY,   -- SHA-256 of the token that only the browser holds, hexadecimal
    account_id    INTEGER NOT NULL REFERENCES account,
    created_at_s  INTEGER NOT NULL,            -- when the log-in happened
    seen_at_s     INTEGER NOT NULL,            -- last use, noted at most once a minute
    expires_at_s  INTEGER NOT NULL,            -- the end, however much it is used
    address       TEXT NOT NULL                -- from where the log-in came
) STRICT, WITHOUT ROWID;
CREATE INDEX session_by_account ON session (account_id);

-- A key for programs. It may do what its account may, and of that only its scopes.
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

-- Failed log-ins, to slow guessing down; and where log-ins succeeded, so that guessing elsewhere locks nobody out.
CREATE TABLE login_throttle (
    kind          TEXT NOT NULL,               -- 'pair' (account and address), 'account', 'address'; 'known': the pair logged in
    key_hash      TEXT NOT NULL,               -- SHA-256 of the account's name, the address or both, hexadecimal
    failures      INTEGER NOT NULL,            -- since the last pause in guessing
    last_at_s     INTEGER NOT NULL,            -- the last failure; 'known': the last success
    blocked_until_s INTEGER NOT NULL,          -- no password is looked at before
    PRIMARY KEY (kind, key_hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX login_throttle_by_time ON login_throttle (last_at_s);
