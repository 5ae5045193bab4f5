-- Accounts, their roles, sessions, tokens, and what slows guessing down.

-- name: account_insert
INSERT INTO account (account_id, name, password_hash, is_active, created_at_s, password_at_s)
VALUES (:account_id, :name, :password_hash, 1, :now_s, :now_s);

-- name: account_by_name
SELECT account_id, name, password_hash, is_active, created_at_s FROM account WHERE name = :name;

-- name: account_list
SELECT account_id, name, is_active, created_at_s FROM account ORDER BY name;

-- name: account_set_password
UPDATE account SET password_hash = :password_hash, password_at_s = :now_s
WHERE account_id = :account_id;

-- name: account_set_active
UPDATE account SET is_active = :is_active WHERE account_id = :account_id;

-- name: role_grant_insert
INSERT INTO role_grant (account_id, role, area_id, granted_at_s, granted_by)
VALUES (:account_id, :role, :area_id, :now_s, :granted_by)
ON CONFLICT DO NOTHING;

-- name: role_grant_delete
DELETE FROM role_grant
WHERE account_id = :account_id AND role = :role AND coalesce(area_id, 0) = :area_id;

-- name: role_grant_count
SELECT count(*) FROM role_grant WHERE account_id = :account_id;

-- name: role_grant_of_account
-- few: grants of one account
-- A grant over the whole register has no area and no positions. The epoch is the one that these positions are of. These
-- five columns also end session_by_hash and token_by_hash.
SELECT g.role, g.area_id, a.position_low, a.position_high,
       coalesce((SELECT s.value FROM setting AS s WHERE s.name = 'area_epoch'), '0')
FROM role_grant AS g LEFT JOIN area AS a ON a.area_id = g.area_id
WHERE g.account_id = :account_id
ORDER BY a.position_low NULLS FIRST, g.role;

-- name: role_grant_list
SELECT c.name, g.role, a.code, a.name, a.position_low
FROM role_grant AS g
JOIN account AS c ON c.account_id = g.account_id
LEFT JOIN area AS a ON a.area_id = g.area_id
WHERE :name = '' OR c.name = :name
ORDER BY c.name, a.position_low NULLS FIRST, g.role;

-- name: area_position
SELECT position_low, position_high FROM area WHERE area_id = :area_id;

-- name: area_root_list
SELECT position_low FROM area WHERE parent_id IS NULL;

-- name: session_insert
INSERT INTO session (token_hash, account_id, created_at_s, seen_at_s, expires_at_s, address)
VALUES (:token_hash, :account_id, :now_s, :now_s, :expires_at_s, :address);

-- name: session_by_hash
-- few: grants of one account
-- A row for each grant, one where there is none: what is asked with each request comes in one round trip.
SELECT s.account_id, s.seen_at_s, s.expires_at_s, c.name, c.is_active,
       g.role, g.area_id, a.position_low, a.position_high,
       coalesce((SELECT e.value FROM setting AS e WHERE e.name = 'area_epoch'), '0')
FROM session AS s
JOIN account AS c ON c.account_id = s.account_id
LEFT JOIN role_grant AS g ON g.account_id = s.account_id
LEFT JOIN area AS a ON a.area_id = g.area_id
WHERE s.token_hash = :token_hash
ORDER BY a.position_low NULLS FIRST, g.role;

-- name: session_touch
-- What is over is not brought back.
UPDATE session SET seen_at_s = :now_s
WHERE token_hash = :token_hash AND expires_at_s > :now_s AND seen_at_s > :idle_since_s
  AND seen_at_s < :now_s;

-- name: session_delete
DELETE FROM session WHERE token_hash = :token_hash;

-- name: session_delete_of_account
DELETE FROM session WHERE account_id = :account_id;

-- name: session_sweep
DELETE FROM session WHERE expires_at_s <= :now_s OR seen_at_s <= :idle_since_s;

-- name: token_insert
INSERT INTO api_token (api_token_id, account_id, label, token_hash, scopes, created_at_s, expires_at_s)
VALUES (:api_token_id, :account_id, :label, :token_hash, :scopes, :now_s, :expires_at_s);

-- name: token_by_hash
-- few: grants of one account
-- As session_by_hash.
SELECT t.account_id, t.scopes, t.expires_at_s, t.revoked_at_s, c.name, c.is_active,
       g.role, g.area_id, a.position_low, a.position_high,
       coalesce((SELECT e.value FROM setting AS e WHERE e.name = 'area_epoch'), '0')
FROM api_token AS t
JOIN account AS c ON c.account_id = t.account_id
LEFT JOIN role_grant AS g ON g.account_id = t.account_id
LEFT JOIN area AS a ON a.area_id = g.area_id
WHERE t.token_hash = :token_hash
ORDER BY a.position_low NULLS FIRST, g.role;

-- name: token_revoke
UPDATE api_token SET revoked_at_s = :now_s
WHERE api_token_id = :api_token_id AND revoked_at_s IS NULL;

-- name: token_revoke_of_account
UPDATE api_token SET revoked_at_s = :now_s WHERE account_id = :account_id AND revoked_at_s IS NULL;

-- name: token_list
SELECT t.api_token_id, c.name, t.label, t.scopes, t.created_at_s, t.expires_at_s, t.revoked_at_s
FROM api_token AS t JOIN account AS c ON c.account_id = t.account_id
ORDER BY t.api_token_id;

-- name: throttle_read
SELECT failures, last_at_s, blocked_until_s FROM login_throttle
WHERE kind = :kind AND key_hash = :key_hash;

-- name: throttle_write
INSERT INTO login_throttle (kind, key_hash, failures, last_at_s, blocked_until_s)
VALUES (:kind, :key_hash, :failures, :now_s, :blocked_until_s)
ON CONFLICT (kind, key_hash) DO UPDATE
SET failures = excluded.failures, last_at_s = excluded.last_at_s,
    blocked_until_s = excluded.blocked_until_s;

-- name: throttle_delete
DELETE FROM login_throttle WHERE kind = :kind AND key_hash = :key_hash;

-- name: throttle_sweep
-- What is long past counts no more.
DELETE FROM login_throttle
WHERE last_at_s < :known_since_s OR (kind <> 'known' AND last_at_s < :failed_since_s);
