-- Jobs: the queue, its events, and uploads. Only the holder of a lane's lock claims in it
-- (store_lock_take), so what is "running" while nobody holds the lock was left by the dead.

-- name: job_insert
INSERT INTO job (job_id, kind, lane, state, task, account_id, actor, via, address, scopes, grants,
                 created_at_s, attempt, phase, done, total)
VALUES (:job_id, :kind, :lane, 'queued', :task, :account_id, :actor, :via, :address, :scopes, '',
        :now_s, 0, '', 0, 0);

-- name: job_event_insert
INSERT INTO job_event (job_event_id, job_id, state, at_s)
VALUES (:job_event_id, :job_id, :state, :now_s);

-- name: job_open_count
-- Those of an account that are not at their end; account 0 is the register's own machine.
SELECT count(*) FROM job
WHERE (account_id = :account_id OR (:account_id = 0 AND account_id IS NULL))
  AND state IN ('queued', 'running');

-- name: job_by_id
SELECT j.job_id, j.kind, j.state, j.task, coalesce(j.account_id, 0), j.actor, j.created_at_s,
       j.started_at_s, j.finished_at_s, j.attempt, j.phase, j.done, j.total, j.cancelled_by,
       j.result, j.failure, j.error, j.file_name, j.file_until_s, j.grants
FROM job AS j WHERE j.job_id = :job_id;

-- name: job_list
-- Newest first, from below an id on.
SELECT j.job_id, j.kind, j.state, j.task, coalesce(j.account_id, 0), j.actor, j.created_at_s,
       j.started_at_s, j.finished_at_s, j.attempt, j.phase, j.done, j.total, j.cancelled_by,
       j.result, j.failure, j.error, j.file_name, j.file_until_s, j.grants
FROM job AS j
WHERE j.job_id < :before_id AND (:kind = '' OR j.kind = :kind) AND (:state = '' OR j.state = :state)
ORDER BY j.job_id DESC;

-- name: job_list_of_account
SELECT j.job_id, j.kind, j.state, j.task, coalesce(j.account_id, 0), j.actor, j.created_at_s,
       j.started_at_s, j.finished_at_s, j.attempt, j.phase, j.done, j.total, j.cancelled_by,
       j.result, j.failure, j.error, j.file_name, j.file_until_s, j.grants
FROM job AS j
WHERE j.account_id = :account_id AND j.job_id < :before_id AND (:kind = '' OR j.kind = :kind)
  AND (:state = '' OR j.state = :state)
ORDER BY j.job_id DESC;

-- name: job_event_list
-- Of one job: whoever writes an event has changed the job's row before it takes the event's id, so that the ids of one
-- job come in the order of commits.
SELECT job_event_id, state, at_s FROM job_event
WHERE job_id = :job_id AND job_event_id > :after_id
ORDER BY job_event_id;

-- name: job_first_queued
SELECT job_id FROM job WHERE state = 'queued' AND lane = :lane ORDER BY job_id LIMIT 1;

-- name: job_claim
UPDATE job SET state = 'running', attempt = attempt + 1, started_at_s = :now_s, phase = '', done = 0,
       total = 0
WHERE job_id = :job_id AND state = 'queued';

-- name: job_to_run
-- All that running it needs; the account may have gone off meanwhile.
SELECT j.kind, j.task, coalesce(j.account_id, 0), j.actor, j.via, j.address, j.scopes, j.attempt,
       coalesce(c.name, ''), coalesce(c.is_active, 1)
FROM job AS j LEFT JOIN account AS c ON c.account_id = j.account_id
WHERE j.job_id = :job_id;

-- name: job_set_grants
UPDATE job SET grants = :grants WHERE job_id = :job_id;

-- name: job_orphan_list
SELECT job_id, attempt, cancelled_by FROM job WHERE state = 'running' AND lane = :lane
ORDER BY job_id;

-- name: job_requeue
-- attempt_back: 1 where the attempt is not to count, because the server stopped in good order.
UPDATE job SET state = 'queued', attempt = attempt - :attempt_back, phase = '', done = 0, total = 0
WHERE job_id = :job_id AND state = 'running';

-- name: job_finish
-- Only the attempt that was claimed may finish.
UPDATE job SET state = :state, finished_at_s = :now_s, result = :result, failure = :failure,
       error = :error, cancelled_by = coalesce(:cancelled_by, cancelled_by), file_name = :file_name,
       file_until_s = :file_until_s, done = :done, total = :total
WHERE job_id = :job_id AND state = 'running' AND attempt = :attempt;

-- name: job_cancel_queued
UPDATE job SET state = 'cancelled', finished_at_s = :now_s, cancelled_by = :cancelled_by
WHERE job_id = :job_id AND state = 'queued';

-- name: job_ask_cancel
UPDATE job SET cancelled_by = :cancelled_by
WHERE job_id = :job_id AND state = 'running' AND cancelled_by IS NULL;

-- name: job_cancelled_by
SELECT cancelled_by FROM job WHERE job_id = :job_id;

-- name: job_progress
UPDATE job SET phase = :phase, done = :done, total = :total
WHERE job_id = :job_id AND state = 'running';

-- name: job_old_list
SELECT job_id FROM job
WHERE state IN ('done', 'failed', 'cancelled') AND finished_at_s < :before_s
ORDER BY job_id LIMIT 1000;

-- name: job_event_delete
DELETE FROM job_event WHERE job_id = :job_id;

-- name: job_delete
DELETE FROM job WHERE job_id = :job_id;

-- name: job_old_file_list
SELECT job_id FROM job WHERE file_until_s <= :now_s ORDER BY job_id LIMIT 1000;

-- name: job_forget_file
UPDATE job SET file_name = NULL, file_until_s = NULL WHERE job_id = :job_id;

-- name: upload_insert
INSERT INTO upload (upload_id, account_id, file_name, total_bytes, sha256, created_at_s, expires_at_s)
VALUES (:upload_id, :account_id, :file_name, :total_bytes, :sha256, :now_s, :expires_at_s);

-- name: upload_sum
-- How many an account has, and how large they will be; account 0 is the register's own machine.
SELECT count(*), CAST(coalesce(sum(total_bytes), 0) AS BIGINT) FROM upload
WHERE account_id = :account_id OR (:account_id = 0 AND account_id IS NULL);

-- name: upload_by_id
SELECT coalesce(account_id, 0), file_name, total_bytes, sha256, created_at_s, expires_at_s
FROM upload WHERE upload_id = :upload_id;

-- name: upload_delete
DELETE FROM upload WHERE upload_id = :upload_id;

-- name: upload_old_list
SELECT upload_id FROM upload WHERE expires_at_s <= :now_s ORDER BY upload_id LIMIT 1000;
