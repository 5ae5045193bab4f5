-- Ids are given out inside the writing transaction and never used again. In PostgreSQL each kind has a sequence id_KIND
-- (but job_event, whose ids are in the order of commits), which several servers draw from at the same time.

-- name: id_take
-- Take ids: the first, and how many others lie among them: 0 where they are a run.
-- only: sqlite
INSERT INTO id_counter (name, next_id) VALUES (:name, 1 + :count)
ON CONFLICT (name) DO UPDATE SET next_id = id_counter.next_id + :count
RETURNING next_id - :count, 0;

-- name: id_take
-- only: postgres
SELECT min(id), max(id) - min(id) + 1 - :count
FROM (SELECT nextval(sequence) AS id
      FROM (SELECT ('id_' || :name)::regclass AS sequence) s, generate_series(1, :count)) taken;

-- name: id_take_in_order
-- Take one id that is above all that were committed before: its row is held until the transaction ends.
INSERT INTO id_counter (name, next_id) VALUES (:name, 2)
ON CONFLICT (name) DO UPDATE SET next_id = id_counter.next_id + 1
RETURNING next_id - 1;

-- name: id_next
-- The id that comes next while nobody else writes.
-- only: sqlite
SELECT coalesce((SELECT next_id FROM id_counter WHERE name = :name), 1);

-- name: id_next
-- only: postgres
SELECT coalesce(pg_sequence_last_value(seqrelid) + 1, seqstart)
FROM pg_catalog.pg_sequence WHERE seqrelid = ('id_' || :name)::regclass;

-- name: id_skip
-- Take as many ids, which nobody else did meanwhile.
-- only: sqlite
INSERT INTO id_counter (name, next_id) VALUES (:name, 1 + :count)
ON CONFLICT (name) DO UPDATE SET next_id = id_counter.next_id + :count
RETURNING next_id;

-- name: id_skip
-- only: postgres
SELECT setval(seqrelid, coalesce(pg_sequence_last_value(seqrelid), seqstart - 1) + :count)
FROM pg_catalog.pg_sequence WHERE seqrelid = ('id_' || :name)::regclass;
