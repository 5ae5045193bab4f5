-- Ids are given out inside the writing transaction and never used again.

-- name: id_take
-- Take a run of ids; the row is the first of them.
INSERT INTO id_counter (name, next_id) VALUES (:name, 1 + :count)
ON CONFLICT (name) DO UPDATE SET next_id = id_counter.next_id + :count
RETURNING next_id - :count;
