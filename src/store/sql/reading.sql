-- What people ask for: findings, one household, counts.

-- name: area_by_code
SELECT area_id, parent_id, code, name, name_en, level, position_low, position_high
FROM area
WHERE code = :code;

-- name: household_by_code
SELECT h.household_id, h.code, h.is_active, h.change_id, a.code, a.name, a.name_en, h.area_id
FROM household AS h JOIN area AS a ON a.area_id = h.area_id
WHERE h.code = :code;

-- name: finding_list
SELECT f.finding_id, h.code, a.code, a.name, f.code, f.is_undetermined, f.severity, f.from_month,
       f.to_month, f.evidence, a.name_en
FROM finding AS f
JOIN household AS h ON h.household_id = f.household_id
JOIN area AS a ON a.area_id = h.area_id
WHERE f.from_month <= :month AND (f.to_month IS NULL OR f.to_month > :month)
  AND a.position_low BETWEEN :low AND :high
  AND (:code = '' OR f.code = :code)
  AND f.is_undetermined <= :with_undetermined
ORDER BY CASE f.severity WHEN 'critical' THEN 0 WHEN 'high' THEN 1 WHEN 'medium' THEN 2 ELSE 3 END,
         f.is_undetermined, h.code, f.code
LIMIT :count;

-- name: finding_count
SELECT f.code, f.is_undetermined, f.severity, count(*)
FROM finding AS f
JOIN household AS h ON h.household_id = f.household_id
JOIN area AS a ON a.area_id = h.area_id
WHERE f.from_month <= :month AND (f.to_month IS NULL OR f.to_month > :month)
  AND a.position_low BETWEEN :low AND :high
GROUP BY f.code, f.is_undetermined, f.severity
ORDER BY f.code, f.is_undetermined, f.severity;

-- name: finding_of_household
SELECT finding_id, code, is_undetermined, severity, from_month, to_month, evidence
FROM finding
WHERE household_id = :household_id
ORDER BY from_month, finding_id;

-- name: standing_of_household
SELECT run_id, month, risk_level, kind
FROM standing
WHERE household_id = :household_id
ORDER BY run_id;

-- name: member_list
SELECT p.person_id, p.code, p.name, p.sex, p.birth_date, m.from_date, m.to_date, m.relation,
       m.end_reason
FROM membership AS m JOIN person AS p ON p.person_id = m.person_id
WHERE m.household_id = :household_id
ORDER BY m.to_date IS NOT NULL, p.person_id, m.from_date;

-- name: flow_entry_of_household
SELECT e.month, f.name, s.code, e.amount_minor
FROM flow_entry AS e
JOIN flow AS f ON f.flow_id = e.flow_id
JOIN flow_source AS s ON s.flow_source_id = e.flow_source_id
WHERE e.household_id = :household_id AND e.month BETWEEN :first AND :last
ORDER BY e.month, f.name, s.code;

-- name: standing_at_month_in_range
SELECT household_id, risk_level, kind
FROM standing AS s
WHERE household_id BETWEEN :low AND :high
  AND run_id = (SELECT max(run_id) FROM standing
                WHERE household_id = s.household_id AND month <= :month)
ORDER BY household_id;
