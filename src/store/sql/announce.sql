-- What other servers on the same database are told at once. In SQLite nobody hears it: they look every so often.

-- name: announce
-- only: sqlite
SELECT '' WHERE :words = '';

-- name: announce
-- Sent when the transaction is committed. The channel is named as in postgres/listen.c.
-- only: postgres
SELECT pg_notify('berm_' || oid, :words)::text FROM pg_catalog.pg_namespace WHERE nspname = current_schema();
