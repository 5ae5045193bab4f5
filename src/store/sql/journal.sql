-- The journal and its seals. Nothing here changes or deletes an entry.

-- name: journal_insert
INSERT INTO journal (journal_id, at, actor, via, address, action, subject, change_id, run_id, digest,
                     details, role)
VALUES (:journal_id, :at, :actor, :via, :address, :action, :subject, :change_id, :run_id, :digest,
        :details, :role);

-- name: journal_unsealed_insert
INSERT INTO journal_unsealed (journal_id) VALUES (:journal_id);

-- name: journal_walk
-- All entries, with their place in the chain, and whether they wait for one.
SELECT j.journal_id, j.at, j.actor, j.via, j.address, j.action, j.subject, j.change_id, j.run_id,
       j.digest, j.details, j.role, s.sequence, u.journal_id
FROM journal j
LEFT JOIN journal_seal s ON s.journal_id = j.journal_id
LEFT JOIN journal_unsealed u ON u.journal_id = j.journal_id
ORDER BY j.journal_id;

-- The next four are one list for people, each by an index of its own. "to" is inclusive and may be the beginning of
-- an instant, such as a day. "own": the reader's own entries only; the machine's users may have the names of accounts.

-- name: journal_oldest_first
SELECT j.journal_id, j.at, j.actor, j.via, j.address, j.action, j.subject, j.change_id, j.run_id,
       j.digest, j.details, j.role, s.sequence
FROM journal j LEFT JOIN journal_seal s ON s.journal_id = j.journal_id
WHERE j.journal_id > :after AND j.journal_id < :before
  AND (:actor = '' OR j.actor = :actor)
  AND (:subject = '' OR j.subject = :subject)
  AND (:action = '' OR j.action = :action)
  AND j.at >= :from AND (:to = '' OR substr(j.at, 1, length(:to)) <= :to)
  AND (:own = 0 OR j.via <> 'cli')
ORDER BY j.journal_id
LIMIT :count;

-- name: journal_newest_first
SELECT j.journal_id, j.at, j.actor, j.via, j.address, j.action, j.subject, j.change_id, j.run_id,
       j.digest, j.details, j.role, s.sequence
FROM journal j LEFT JOIN journal_seal s ON s.journal_id = j.journal_id
WHERE j.journal_id > :after AND j.journal_id < :before
  AND (:actor = '' OR j.actor = :actor)
  AND (:subject = '' OR j.subject = :subject)
  AND (:action = '' OR j.action = :action)
  AND j.at >= :from AND (:to = '' OR substr(j.at, 1, length(:to)) <= :to)
  AND (:own = 0 OR j.via <> 'cli')
ORDER BY j.journal_id DESC
LIMIT :count;

-- name: journal_of_actor
SELECT j.journal_id, j.at, j.actor, j.via, j.address, j.action, j.subject, j.change_id, j.run_id,
       j.digest, j.details, j.role, s.sequence
FROM journal j LEFT JOIN journal_seal s ON s.journal_id = j.journal_id
WHERE j.journal_id > :after AND j.journal_id < :before
  AND j.actor = :actor
  AND (:subject = '' OR j.subject = :subject)
  AND (:action = '' OR j.action = :action)
  AND j.at >= :from AND (:to = '' OR substr(j.at, 1, length(:to)) <= :to)
  AND (:own = 0 OR j.via <> 'cli')
ORDER BY j.journal_id DESC
LIMIT :count;

-- name: journal_of_subject
SELECT j.journal_id, j.at, j.actor, j.via, j.address, j.action, j.subject, j.change_id, j.run_id,
       j.digest, j.details, j.role, s.sequence
FROM journal j LEFT JOIN journal_seal s ON s.journal_id = j.journal_id
WHERE j.journal_id > :after AND j.journal_id < :before
  AND (:actor = '' OR j.actor = :actor)
  AND j.subject = :subject
  AND (:action = '' OR j.action = :action)
  AND j.at >= :from AND (:to = '' OR substr(j.at, 1, length(:to)) <= :to)
  AND (:own = 0 OR j.via <> 'cli')
ORDER BY j.journal_id DESC
LIMIT :count;

-- name: journal_unsealed_any
SELECT 1 FROM journal_unsealed LIMIT 1;

-- name: journal_unsealed
-- What waits: all of it, or one entry. One that has a seal was put back by somebody, and gets no second one.
SELECT j.journal_id, j.at, j.actor, j.via, j.address, j.action, j.subject, j.change_id, j.run_id,
       j.digest, j.details, j.role
FROM journal_unsealed u JOIN journal j ON j.journal_id = u.journal_id
WHERE (:only_id = 0 OR u.journal_id = :only_id)
  AND NOT EXISTS (SELECT 1 FROM journal_seal s WHERE s.journal_id = u.journal_id)
ORDER BY u.journal_id;

-- name: journal_unsealed_clear
DELETE FROM journal_unsealed
WHERE EXISTS (SELECT 1 FROM journal_seal s WHERE s.journal_id = journal_unsealed.journal_id);

-- name: journal_unsealed_lost
-- Entries that wait for their seal and are not there.
SELECT u.journal_id FROM journal_unsealed u
WHERE NOT EXISTS (SELECT 1 FROM journal j WHERE j.journal_id = u.journal_id)
ORDER BY u.journal_id;

-- name: journal_end
SELECT sequence, gapless_id FROM journal_end;

-- name: journal_end_lock
-- One seals at a time: others wait here until that transaction is over.
-- only: sqlite
SELECT sequence FROM journal_end;

-- name: journal_end_lock
-- only: postgres
SELECT sequence FROM journal_end FOR UPDATE;

-- name: journal_end_set
UPDATE journal_end SET sequence = :sequence;

-- name: journal_seal_insert
INSERT INTO journal_seal (sequence, journal_id, hash, key_id, signature)
VALUES (:sequence, :journal_id, :hash, :key_id, :signature);

-- name: journal_seal_last
SELECT sequence, hash FROM journal_seal ORDER BY sequence DESC LIMIT 1;

-- name: journal_seal_at
SELECT hash FROM journal_seal WHERE sequence = :sequence;

-- name: journal_chain
-- Seals in their order, each with its entry where that is still there.
SELECT j.journal_id, j.at, j.actor, j.via, j.address, j.action, j.subject, j.change_id, j.run_id,
       j.digest, j.details, j.role, s.sequence, s.journal_id, s.hash, s.key_id, s.signature
FROM journal_seal s LEFT JOIN journal j ON j.journal_id = s.journal_id
ORDER BY s.sequence;

-- name: journal_first_rotation
-- The sealed entry by which the signing key was changed for the first time.
SELECT j.details FROM journal j JOIN journal_seal s ON s.journal_id = j.journal_id
WHERE j.action = :action ORDER BY j.journal_id LIMIT 1;

-- name: journal_change_head
SELECT at, actor, via, file_name, file_sha256, added, changed FROM change WHERE change_id = :change_id;

-- name: journal_change_rows
SELECT row_number, entity, entity_id, key, salt, digest, fields
FROM change_row WHERE change_id = :change_id AND row_number IS NOT NULL ORDER BY row_number;

-- name: journal_run_head
SELECT month, state, pack, pack_version, pack_sha256, started_at, finished_at, households, opened,
       closed, unchanged, change_id
FROM run WHERE run_id = :run_id;

-- name: journal_erasure
-- Whether somebody erased the fields of a change's rows about one thing.
SELECT 1 FROM journal WHERE action = 'erase' AND change_id = :change_id AND subject = :subject;

-- name: journal_change_without_entry
-- Changes that nobody journalled, and entries that two of them share.
SELECT change_id FROM change c
WHERE change_id > :older
  AND (SELECT count(*) FROM journal j
       WHERE j.change_id = c.change_id AND j.action NOT IN ('begin', 'erase')) <> 1
ORDER BY change_id;

-- name: journal_run_without_entry
SELECT run_id FROM run r
WHERE run_id > :older
  AND (SELECT count(*) FROM journal j WHERE j.run_id = r.run_id AND j.action <> 'begin') <> 1
ORDER BY run_id;

-- name: journal_change_row_outside
-- Rows of journalled changes that stand outside their digest.
SELECT change_id, count(*) FROM change_row
WHERE change_id > :older AND row_number IS NULL
GROUP BY change_id ORDER BY change_id;
