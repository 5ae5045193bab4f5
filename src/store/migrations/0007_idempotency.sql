-- 0007: what was answered to requests that may come twice.

-- A request that changed something, and its answer, kept for a day: a client that heard no answer asks again with the
-- same key and gets it, and nothing is done a second time. Written in the transaction of what the request did.
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
