-- Answers to requests that may come twice.

-- name: request_answer_find
SELECT request_hash, status, headers, body
FROM request_answer
WHERE account_id = :account_id AND key_hash = :key_hash AND at_s > :since_s;

-- name: request_answer_put
INSERT INTO request_answer (account_id, key_hash, request_hash, status, headers, body, at_s)
VALUES (:account_id, :key_hash, :request_hash, :status, :headers, :body, :at_s)
ON CONFLICT (account_id, key_hash) DO UPDATE SET
    request_hash = excluded.request_hash, status = excluded.status, headers = excluded.headers,
    body = excluded.body, at_s = excluded.at_s;

-- name: request_answer_sweep
DELETE FROM request_answer WHERE at_s <= :since_s;
