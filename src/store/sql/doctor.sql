-- What the doctor looks at.

-- name: doctor_integrity
-- 'ok', or what is wrong with the file.
-- only: sqlite
SELECT integrity_check FROM pragma_integrity_check;

-- name: doctor_integrity
-- The server guards its pages by itself; what it can leave behind is an index that is not whole.
-- only: postgres
SELECT coalesce((SELECT 'the index ' || c.relname || ' is not valid; run REINDEX'
                 FROM pg_catalog.pg_index AS i JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid
                 WHERE c.relnamespace = current_schema()::regnamespace
                   AND NOT (i.indisvalid AND i.indisready)
                 ORDER BY c.relname LIMIT 1), 'ok');

-- name: doctor_foreign_key
-- Rows that refer to something that is not there, by table.
-- only: sqlite
SELECT "table", "parent", count(*) FROM pragma_foreign_key_check GROUP BY 1, 2 ORDER BY 1, 2;

-- name: doctor_foreign_key
-- The server refuses such rows, where nobody took the rule away or left it unchecked.
-- only: postgres
SELECT conrelid::regclass::text, confrelid::regclass::text, count(*)
FROM pg_catalog.pg_constraint
WHERE connamespace = current_schema()::regnamespace AND contype = 'f' AND NOT convalidated
GROUP BY 1, 2 ORDER BY 1, 2;

-- name: doctor_fence
-- What lets a caller's reading pass the rules for rows, and whether that is a fault; a file has none.
-- only: sqlite
SELECT 'none', 0 WHERE 0;

-- name: doctor_fence
-- A role that bypasses the rules, or counts as the tables' owner, is held by none of them. A superuser is held back by
-- the roles by which it reads for a caller, and by nothing else.
-- only: postgres
SELECT 'the role ' || rolname || ' is a superuser or bypasses rules; run ALTER ROLE ' || rolname
       || ' NOSUPERUSER NOBYPASSRLS', 1
FROM pg_catalog.pg_roles WHERE rolname IN ('berm_fenced', 'berm_everywhere') AND (rolsuper OR rolbypassrls)
UNION ALL
SELECT 'the role ' || f.rolname || ' is a member of ' || o.rolname || ', which owns tables of the register; revoke that', 1
FROM pg_catalog.pg_roles AS f, pg_catalog.pg_roles AS o
WHERE f.rolname IN ('berm_fenced', 'berm_everywhere') AND NOT f.rolsuper AND pg_has_role(f.oid, o.oid, 'USAGE')
  AND o.oid IN (SELECT relowner FROM pg_catalog.pg_class
                WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r')
UNION ALL
SELECT 'the role berm_fenced is a member of berm_everywhere and so shows every row; run REVOKE berm_everywhere FROM '
       || 'berm_fenced', 1
FROM pg_catalog.pg_roles WHERE rolname = 'berm_fenced' AND NOT rolsuper AND pg_has_role(oid, 'berm_everywhere', 'USAGE')
UNION ALL
SELECT 'the rules of the table ' || c.relname || ' are switched off; run ALTER TABLE ' || c.relname
       || ' ENABLE ROW LEVEL SECURITY', 1
FROM pg_catalog.pg_class AS c
WHERE c.relnamespace = current_schema()::regnamespace AND NOT c.relrowsecurity
  AND EXISTS (SELECT 1 FROM pg_catalog.pg_policy AS p WHERE p.polrelid = c.oid)
UNION ALL
SELECT 'the database''s user ' || rolname || ' is a superuser, whom nothing in the server holds back; let an ordinary user own '
       || 'the database and its tables', 0
FROM pg_catalog.pg_roles WHERE rolname = session_user AND rolsuper;

-- name: doctor_contents
-- How much there is.
SELECT (SELECT count(*) FROM area), (SELECT count(*) FROM household), (SELECT count(*) FROM person),
       (SELECT count(*) FROM flow_entry), (SELECT count(*) FROM finding),
       (SELECT count(*) FROM change), (SELECT count(*) FROM run);

-- name: doctor_id_lookup
-- Id numbers that nobody would find, and hashes that belong to no number.
SELECT (SELECT count(*) FROM person_secret AS s
        WHERE s.kind = 'id_number'
          AND NOT EXISTS (SELECT 1 FROM id_lookup AS l
                          WHERE l.lookup = s.lookup AND l.person_id = s.person_id)),
       (SELECT count(*) FROM id_lookup AS l
        WHERE NOT EXISTS (SELECT 1 FROM person_secret AS s
                          WHERE s.person_id = l.person_id AND s.kind = 'id_number'
                            AND s.lookup = l.lookup));

-- name: doctor_entry_list
-- Every report, by household and month.
SELECT household_id, month, flow_id, flow_source_id, amount_minor FROM flow_entry
ORDER BY household_id, month;
