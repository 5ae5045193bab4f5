-- What people ask for: findings, one household, counts. ":ranges" are the areas that the caller may
-- see, as service/access/scope.c writes them: 19 digits for each end of each range. They are cut up
-- once, and become a set of areas that each row is looked up in.

-- name: area_by_code
SELECT area_id, parent_id, code, name, name_en, level, position_low, position_high
FROM area
WHERE code = :code;

-- name: area_visible_list
-- The areas that a caller may see, or those of them directly below one.
WITH RECURSIVE visible (number, low, high) AS (
    SELECT 1, CAST(substr(:ranges, 1, 19) AS BIGINT), CAST(substr(:ranges, 20, 19) AS BIGINT)
    UNION ALL
    SELECT number + 1, CAST(substr(:ranges, number * 38 + 1, 19) AS BIGINT),
           CAST(substr(:ranges, number * 38 + 20, 19) AS BIGINT)
    FROM visible WHERE number * 38 < length(:ranges)
)
SELECT a.area_id, a.parent_id, a.code, a.name, a.name_en, a.level, a.position_low, a.position_high
FROM visible AS v JOIN area AS a ON a.position_low BETWEEN v.low AND v.high
WHERE a.position_low > :after
  AND (:parent = '' OR a.parent_id = (SELECT p.area_id FROM area AS p WHERE p.code = :parent))
ORDER BY a.position_low
LIMIT :count;

-- name: household_by_code
SELECT h.household_id, h.code, h.is_active, h.change_id, a.code, a.name, a.name_en, h.area_id,
       a.position_low
FROM household AS h JOIN area AS a ON a.area_id = h.area_id
WHERE h.code = :code;

-- name: finding_list
-- Behind the row with this rank, mark, household and id: a page is kept while the rest is passed over.
WITH RECURSIVE visible (number, low, high) AS (
    SELECT 1, CAST(substr(:ranges, 1, 19) AS BIGINT), CAST(substr(:ranges, 20, 19) AS BIGINT)
    UNION ALL
    SELECT number + 1, CAST(substr(:ranges, number * 38 + 1, 19) AS BIGINT),
           CAST(substr(:ranges, number * 38 + 20, 19) AS BIGINT)
    FROM visible WHERE number * 38 < length(:ranges)
)
SELECT f.finding_id, h.code, a.code, a.name, f.code, f.is_undetermined, f.severity, f.from_month,
       f.to_month, f.evidence, a.name_en, a.position_low,
       CASE f.severity WHEN 'critical' THEN 0 WHEN 'high' THEN 1 WHEN 'medium' THEN 2 ELSE 3 END
FROM finding AS f
JOIN household AS h ON h.household_id = f.household_id
JOIN area AS a ON a.area_id = h.area_id
WHERE f.from_month <= :month AND (f.to_month IS NULL OR f.to_month > :month)
  AND h.area_id IN (SELECT b.area_id FROM visible AS v JOIN area AS b ON b.position_low BETWEEN v.low AND v.high)
  AND (:code = '' OR f.code = :code)
  AND f.is_undetermined <= :with_undetermined
  AND (CASE f.severity WHEN 'critical' THEN 0 WHEN 'high' THEN 1 WHEN 'medium' THEN 2 ELSE 3 END,
       f.is_undetermined, h.code, f.finding_id)
      > (:after_rank, :after_undetermined, :after_household, :after_finding_id)
ORDER BY CASE f.severity WHEN 'critical' THEN 0 WHEN 'high' THEN 1 WHEN 'medium' THEN 2 ELSE 3 END,
         f.is_undetermined, h.code, f.finding_id
LIMIT :count;

-- name: finding_count
WITH RECURSIVE visible (number, low, high) AS (
    SELECT 1, CAST(substr(:ranges, 1, 19) AS BIGINT), CAST(substr(:ranges, 20, 19) AS BIGINT)
    UNION ALL
    SELECT number + 1, CAST(substr(:ranges, number * 38 + 1, 19) AS BIGINT),
           CAST(substr(:ranges, number * 38 + 20, 19) AS BIGINT)
    FROM visible WHERE number * 38 < length(:ranges)
)
SELECT f.code, f.is_undetermined, f.severity, count(*)
FROM finding AS f
JOIN household AS h ON h.household_id = f.household_id
WHERE f.from_month <= :month AND (f.to_month IS NULL OR f.to_month > :month)
  AND h.area_id IN (SELECT b.area_id FROM visible AS v JOIN area AS b ON b.position_low BETWEEN v.low AND v.high)
GROUP BY f.code, f.is_undetermined, f.severity
ORDER BY f.code, f.is_undetermined, f.severity;

-- name: finding_of_household
-- few: findings of one household
SELECT finding_id, code, is_undetermined, severity, from_month, to_month, evidence
FROM finding
WHERE household_id = :household_id
ORDER BY from_month, finding_id;

-- name: member_list
-- few: members of one household
-- The last column but one is where a former member lives now, as a position; NULL where nowhere else, and -1, which is
-- in nobody's areas, where the fence does not show the place.
SELECT p.person_id, p.code, p.name, p.sex, p.birth_date, m.from_date, m.to_date, m.relation,
       m.end_reason,
       (SELECT coalesce(a.position_low, -1)
        FROM membership AS o
        LEFT JOIN household AS h ON h.household_id = o.household_id
        LEFT JOIN area AS a ON a.area_id = h.area_id
        WHERE o.person_id = m.person_id AND o.to_date IS NULL AND m.to_date IS NOT NULL
          AND o.household_id <> m.household_id
        LIMIT 1),
       m.change_id
FROM membership AS m JOIN person AS p ON p.person_id = m.person_id
WHERE m.household_id = :household_id
ORDER BY m.to_date IS NOT NULL, p.person_id, m.from_date;

-- name: flow_entry_of_household
-- few: amounts of one household
-- In the order of the key, which is the dictionary's: by names it would have to be sorted.
SELECT e.month, f.name, s.code, e.amount_minor
FROM flow_entry AS e
JOIN flow AS f ON f.flow_id = e.flow_id
JOIN flow_source AS s ON s.flow_source_id = e.flow_source_id
WHERE e.household_id = :household_id AND e.month BETWEEN :first AND :last
ORDER BY e.month, e.flow_id, e.flow_source_id;

-- name: standing_at_month_in_range
-- scan
SELECT household_id, risk_level, kind
FROM standing AS s
WHERE household_id BETWEEN :low AND :high
  AND run_id = (SELECT max(run_id) FROM standing
                WHERE household_id = s.household_id AND month <= :month)
ORDER BY household_id;
