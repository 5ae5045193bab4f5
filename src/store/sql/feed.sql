-- What is new in a log since one looked last: below the oldest transaction that still runs, so that nothing can appear
-- behind the reader. A cursor is the last row's transaction and id.

-- name: feed_of_changes
-- only: sqlite
SELECT change_id, 0, 0 FROM change
WHERE :after_transaction >= 0 AND change_id > :after_id
ORDER BY change_id LIMIT :count;

-- name: feed_of_changes
-- only: postgres
SELECT change_id, 0::bigint, transaction_id FROM change
WHERE (transaction_id, change_id) > (:after_transaction, :after_id)
  AND transaction_id < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
ORDER BY transaction_id, change_id LIMIT :count;

-- name: feed_of_job_events
-- only: sqlite
SELECT job_event_id, job_id, 0 FROM job_event
WHERE :after_transaction >= 0 AND job_event_id > :after_id
ORDER BY job_event_id LIMIT :count;

-- name: feed_of_job_events
-- only: postgres
SELECT job_event_id, job_id, transaction_id FROM job_event
WHERE (transaction_id, job_event_id) > (:after_transaction, :after_id)
  AND transaction_id < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
ORDER BY transaction_id, job_event_id LIMIT :count;

-- name: feed_end_of_changes
-- only: sqlite
SELECT 0, coalesce(max(change_id), 0) FROM change;

-- name: feed_end_of_changes
-- only: postgres
SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1, 9223372036854775807;

-- name: feed_end_of_job_events
-- only: sqlite
SELECT 0, coalesce(max(job_event_id), 0) FROM job_event;

-- name: feed_end_of_job_events
-- only: postgres
SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1, 9223372036854775807;

-- name: feed_is_ahead
-- Whether rows name transactions that this server has not begun yet: they came with a dump of another one.
-- only: sqlite
SELECT 0;

-- name: feed_is_ahead
-- only: postgres
SELECT (greatest((SELECT max(transaction_id) FROM change), (SELECT max(transaction_id) FROM job_event))
        >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint)::int;

-- name: feed_forget_changes
-- only: sqlite
SELECT 0;

-- name: feed_forget_changes
-- only: postgres
UPDATE change SET transaction_id = 0 WHERE transaction_id > 0;

-- name: feed_forget_job_events
-- only: sqlite
SELECT 0;

-- name: feed_forget_job_events
-- only: postgres
UPDATE job_event SET transaction_id = 0 WHERE transaction_id > 0;
