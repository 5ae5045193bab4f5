-- Visits, and what they found.

-- name: visit_insert
INSERT INTO visit (household_id, visit_id, case_id, purpose, state, due_on, worker, groups, note, planned_at,
                   planned_by, summary, change_id)
VALUES (:household_id, :visit_id, :case_id, :purpose, 'planned', :due_on, :worker, :groups, :note, :planned_at,
        :planned_by, '', :change_id);

-- name: visit_end
UPDATE visit
SET state = :state, worker = :worker, visited_on = :visited_on, ended_at = :ended_at, ended_by = :ended_by,
    summary = :summary, change_id = :change_id
WHERE household_id = :household_id AND visit_id = :visit_id AND state = 'planned';

-- name: visit_case
-- A household's visit: the case that it is for.
SELECT case_id FROM visit WHERE household_id = :household_id AND visit_id = :visit_id;

-- name: visit_by_id
-- With how much of what it found is not decided yet, and how many files it brought.
SELECT v.visit_id, v.household_id, v.case_id, v.purpose, v.state, v.due_on, v.worker, v.groups, v.note, v.planned_at,
       v.planned_by, v.visited_on, v.ended_at, v.ended_by, v.summary, h.code, a.code, a.name, a.position_low,
       (SELECT count(*) FROM visit_change AS c
        WHERE c.household_id = v.household_id AND c.visit_id = v.visit_id AND c.state = 'proposed'),
       (SELECT count(*) FROM attachment AS t
        WHERE t.household_id = v.household_id AND t.visit_id = v.visit_id)
FROM visit AS v
JOIN household AS h ON h.household_id = v.household_id
JOIN area AS a ON a.area_id = h.area_id
WHERE v.visit_id = :visit_id;

-- name: visit_list
-- The same columns, newest first, before a number; empty texts: any. Planned ones by a day: due until then.
WITH RECURSIVE visible (number, low, high) AS (
    SELECT 1, CAST(substr(:ranges, 1, 19) AS BIGINT), CAST(substr(:ranges, 20, 19) AS BIGINT)
    UNION ALL
    SELECT number + 1, CAST(substr(:ranges, number * 38 + 1, 19) AS BIGINT),
           CAST(substr(:ranges, number * 38 + 20, 19) AS BIGINT)
    FROM visible WHERE number * 38 < length(:ranges)
)
SELECT v.visit_id, v.household_id, v.case_id, v.purpose, v.state, v.due_on, v.worker, v.groups, v.note, v.planned_at,
       v.planned_by, v.visited_on, v.ended_at, v.ended_by, v.summary, h.code, a.code, a.name, a.position_low,
       (SELECT count(*) FROM visit_change AS c
        WHERE c.household_id = v.household_id AND c.visit_id = v.visit_id AND c.state = 'proposed'),
       (SELECT count(*) FROM attachment AS t
        WHERE t.household_id = v.household_id AND t.visit_id = v.visit_id)
FROM visit AS v
JOIN household AS h ON h.household_id = v.household_id
JOIN area AS a ON a.area_id = h.area_id
WHERE v.visit_id < :before
  AND (:state = '' OR v.state = :state)
  AND (:worker = '' OR v.worker = :worker)
  AND (:due_by = '' OR (v.state = 'planned' AND v.due_on <= :due_by))
  AND EXISTS (SELECT 1 FROM visible AS s WHERE a.position_low BETWEEN s.low AND s.high)
ORDER BY v.visit_id DESC
LIMIT :count;

-- name: visit_list_of_household
-- few: visits to one household
-- The same columns and filters.
SELECT v.visit_id, v.household_id, v.case_id, v.purpose, v.state, v.due_on, v.worker, v.groups, v.note, v.planned_at,
       v.planned_by, v.visited_on, v.ended_at, v.ended_by, v.summary, h.code, a.code, a.name, a.position_low,
       (SELECT count(*) FROM visit_change AS c
        WHERE c.household_id = v.household_id AND c.visit_id = v.visit_id AND c.state = 'proposed'),
       (SELECT count(*) FROM attachment AS t
        WHERE t.household_id = v.household_id AND t.visit_id = v.visit_id)
FROM visit AS v
JOIN household AS h ON h.household_id = v.household_id
JOIN area AS a ON a.area_id = h.area_id
WHERE v.household_id = :household_id
  AND v.visit_id < :before
  AND (:state = '' OR v.state = :state)
  AND (:worker = '' OR v.worker = :worker)
  AND (:due_by = '' OR (v.state = 'planned' AND v.due_on <= :due_by))
ORDER BY v.visit_id DESC
LIMIT :count;

-- name: visit_change_insert
INSERT INTO visit_change (household_id, visit_id, change_number, entity, entity_id, month, variable, before, proposed,
                          state, change_id)
VALUES (:household_id, :visit_id, :change_number, :entity, :entity_id, :month, :variable, :before, :proposed,
        :state, :change_id);

-- name: visit_change_list
-- few: what one visit found
SELECT c.change_number, c.entity, c.entity_id, c.month, c.variable, c.before, c.proposed, c.state, c.decided_at,
       c.decided_by, c.reason, coalesce(p.code, '')
FROM visit_change AS c
LEFT JOIN person AS p ON c.entity = 'person' AND p.person_id = c.entity_id
WHERE c.household_id = :household_id AND c.visit_id = :visit_id
ORDER BY c.change_number;

-- name: visit_change_decide
UPDATE visit_change
SET state = :state, decided_at = :decided_at, decided_by = :decided_by, reason = :reason, change_id = :change_id
WHERE household_id = :household_id AND visit_id = :visit_id AND change_number = :change_number
  AND state = 'proposed';
