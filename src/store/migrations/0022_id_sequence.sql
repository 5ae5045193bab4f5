-- 0022: in PostgreSQL ids come from sequences. A row of id_counter is held until the transaction that took an id from
-- it ends, so that of several servers one would write and all others wait, or be undone. A sequence gives each its own
-- at once; what a transaction took and did not keep leaves a gap. What is told in the order of its ids, job_event,
-- stays with the counter. SQLite has one writer at a time and needs none of this.

-- only: postgres
DO $$
DECLARE kind TEXT;
BEGIN
    FOREACH kind IN ARRAY ARRAY['account', 'api_token', 'area', 'change', 'finding', 'household', 'job', 'journal',
                                'pack_version', 'person', 'run', 'upload', 'warning'] LOOP
        EXECUTE format('CREATE SEQUENCE %I START %s', 'id_' || kind,
                       coalesce((SELECT next_id FROM id_counter WHERE name = kind), 1));
        DELETE FROM id_counter WHERE name = kind;
    END LOOP;
END $$;
-- both:
