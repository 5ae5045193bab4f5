-- What the doctor looks at.

-- name: doctor_integrity
-- 'ok', or what is wrong with the file.
-- only: sqlite
SELECT integrity_check FROM pragma_integrity_check;

-- name: doctor_foreign_key
-- Rows that refer to something that is not there, by table.
-- only: sqlite
SELECT "table", "parent", count(*) FROM pragma_foreign_key_check GROUP BY 1, 2 ORDER BY 1, 2;

-- name: doctor_contents
-- How much there is.
SELECT (SELECT count(*) FROM area), (SELECT count(*) FROM household), (SELECT count(*) FROM person),
       (SELECT count(*) FROM flow_entry), (SELECT count(*) FROM finding),
       (SELECT count(*) FROM change), (SELECT count(*) FROM run);

-- name: doctor_entry_list
-- Every report, by household and month.
SELECT household_id, month, flow_id, flow_source_id, amount_minor FROM flow_entry
ORDER BY household_id, month;
