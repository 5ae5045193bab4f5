-- 0017: in PostgreSQL, the transaction that wrote a row of the logs that others follow. Ids are given out before a
-- transaction ends, so that one with lower ids may be seen after one with higher ids; who reads "behind the last id"
-- would never see it. In SQLite writers take turns, and ids are enough.

-- only: postgres
--   transaction_id  as pg_current_xact_id tells it; 0: older than this column, or than the restoring of a dump
ALTER TABLE change ADD COLUMN transaction_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE change ALTER COLUMN transaction_id SET DEFAULT pg_current_xact_id()::text::bigint;
CREATE INDEX change_by_transaction ON change (transaction_id, change_id);
ALTER TABLE job_event ADD COLUMN transaction_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE job_event ALTER COLUMN transaction_id SET DEFAULT pg_current_xact_id()::text::bigint;
CREATE INDEX job_event_by_transaction ON job_event (transaction_id, job_event_id);
-- both:
