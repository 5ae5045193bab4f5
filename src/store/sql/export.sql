-- What exports read: a page of households in the caller's areas, and what belongs to a range of them.
-- All go by household_id, so that a page begins where the one before it ended.

-- name: export_household_page
WITH RECURSIVE visible (number, low, high) AS (
    SELECT 1, CAST(substr(:ranges, 1, 19) AS BIGINT), CAST(substr(:ranges, 20, 19) AS BIGINT)
    UNION ALL
    SELECT number + 1, CAST(substr(:ranges, number * 38 + 1, 19) AS BIGINT),
           CAST(substr(:ranges, number * 38 + 20, 19) AS BIGINT)
    FROM visible WHERE number * 38 < length(:ranges)
)
SELECT h.household_id, h.code, a.code, a.position_low
FROM household AS h CROSS JOIN area AS a
WHERE a.area_id = h.area_id AND h.household_id > :after AND h.is_active >= :only_active
  AND h.area_id IN (SELECT b.area_id FROM visible AS v JOIN area AS b ON b.position_low BETWEEN v.low AND v.high)
ORDER BY h.household_id
LIMIT :count;

-- name: export_flow_in_range
-- scan
SELECT e.household_id, e.month, f.name, s.code, e.amount_minor
FROM flow_entry AS e CROSS JOIN flow AS f CROSS JOIN flow_source AS s
WHERE f.flow_id = e.flow_id AND s.flow_source_id = e.flow_source_id
  AND e.household_id BETWEEN :low AND :high AND e.month BETWEEN :first AND :last
ORDER BY e.household_id, e.month, e.flow_id, e.flow_source_id;

-- name: export_finding_in_range
-- Spells that hold in one of the months from first to last.
SELECT f.household_id, f.code, f.is_undetermined, f.severity, f.from_month, f.to_month, f.evidence
FROM finding AS f
WHERE f.household_id BETWEEN :low AND :high
  AND f.from_month <= :last AND (f.to_month IS NULL OR f.to_month > :first)
  AND (:code = '' OR f.code = :code) AND f.is_undetermined <= :with_undetermined
ORDER BY f.household_id, f.finding_id;

-- name: export_area_page
WITH RECURSIVE visible (number, low, high) AS (
    SELECT 1, CAST(substr(:ranges, 1, 19) AS BIGINT), CAST(substr(:ranges, 20, 19) AS BIGINT)
    UNION ALL
    SELECT number + 1, CAST(substr(:ranges, number * 38 + 1, 19) AS BIGINT),
           CAST(substr(:ranges, number * 38 + 20, 19) AS BIGINT)
    FROM visible WHERE number * 38 < length(:ranges)
)
SELECT a.area_id, a.code, a.name, a.name_en, p.code, p.position_low
FROM area AS a LEFT JOIN area AS p ON p.area_id = a.parent_id
WHERE a.area_id > :after
  AND EXISTS (SELECT 1 FROM visible AS v WHERE a.position_low BETWEEN v.low AND v.high)
ORDER BY a.area_id
LIMIT :count;
