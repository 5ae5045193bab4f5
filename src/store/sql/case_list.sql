-- Work lists of open cases, worst first, and the account of problems. A list is walked through one
-- severity after the other, each in the order of an index: what is due first, then what has no clock.
-- ":ranges" as in reading.sql. What has no due day stands as due on the last day that there is.

-- name: case_list_open
-- In large parts of a register: in the order of the list, passing over what lies elsewhere.
WITH RECURSIVE visible (number, low, high) AS (
    SELECT 1, CAST(substr(:ranges, 1, 19) AS BIGINT), CAST(substr(:ranges, 20, 19) AS BIGINT)
    UNION ALL
    SELECT number + 1, CAST(substr(:ranges, number * 38 + 1, 19) AS BIGINT),
           CAST(substr(:ranges, number * 38 + 20, 19) AS BIGINT)
    FROM visible WHERE number * 38 < length(:ranges)
)
SELECT c.case_id, h.code, a.code, a.name, a.name_en, c.state, c.stage, c.kind, c.severity, c.entered_on,
       c.due_on, c.due_action, c.worker, c.step_count, c.household_id
FROM household_case AS c
JOIN household AS h ON h.household_id = c.household_id
JOIN area AS a ON a.area_id = c.area_id
WHERE c.ended_on IS NULL AND c.severity = :severity
  AND (coalesce(c.due_on, '9999-12-31'), c.case_id) > (:after_due, :after_case) AND coalesce(c.due_on, '9999-12-31') <= :due_by
  AND (:is_everything = 1
       OR c.area_id IN (SELECT b.area_id FROM visible AS v
                        JOIN area AS b ON b.position_low BETWEEN v.low AND v.high))
  AND (:state = '' OR c.state = :state)
  AND (:stage = '' OR c.stage = :stage) AND (:kind = '' OR c.kind = :kind)
  AND (:source = '' OR EXISTS (SELECT 1 FROM lead AS l
                               WHERE l.household_id = c.household_id AND l.case_id = c.case_id
                                 AND l.source = :source))
ORDER BY coalesce(c.due_on, '9999-12-31'), c.case_id
LIMIT :count;

-- name: case_list_of_state
WITH RECURSIVE visible (number, low, high) AS (
    SELECT 1, CAST(substr(:ranges, 1, 19) AS BIGINT), CAST(substr(:ranges, 20, 19) AS BIGINT)
    UNION ALL
    SELECT number + 1, CAST(substr(:ranges, number * 38 + 1, 19) AS BIGINT),
           CAST(substr(:ranges, number * 38 + 20, 19) AS BIGINT)
    FROM visible WHERE number * 38 < length(:ranges)
)
SELECT c.case_id, h.code, a.code, a.name, a.name_en, c.state, c.stage, c.kind, c.severity, c.entered_on,
       c.due_on, c.due_action, c.worker, c.step_count, c.household_id
FROM household_case AS c
JOIN household AS h ON h.household_id = c.household_id
JOIN area AS a ON a.area_id = c.area_id
WHERE c.ended_on IS NULL AND c.severity = :severity AND c.state = :state
  AND (coalesce(c.due_on, '9999-12-31'), c.case_id) > (:after_due, :after_case) AND coalesce(c.due_on, '9999-12-31') <= :due_by
  AND (:is_everything = 1
       OR c.area_id IN (SELECT b.area_id FROM visible AS v
                        JOIN area AS b ON b.position_low BETWEEN v.low AND v.high))
  AND (:stage = '' OR c.stage = :stage) AND (:kind = '' OR c.kind = :kind)
  AND (:source = '' OR EXISTS (SELECT 1 FROM lead AS l
                               WHERE l.household_id = c.household_id AND l.case_id = c.case_id
                                 AND l.source = :source))
ORDER BY coalesce(c.due_on, '9999-12-31'), c.case_id
LIMIT :count;

-- name: case_list_of_worker
WITH RECURSIVE visible (number, low, high) AS (
    SELECT 1, CAST(substr(:ranges, 1, 19) AS BIGINT), CAST(substr(:ranges, 20, 19) AS BIGINT)
    UNION ALL
    SELECT number + 1, CAST(substr(:ranges, number * 38 + 1, 19) AS BIGINT),
           CAST(substr(:ranges, number * 38 + 20, 19) AS BIGINT)
    FROM visible WHERE number * 38 < length(:ranges)
)
SELECT c.case_id, h.code, a.code, a.name, a.name_en, c.state, c.stage, c.kind, c.severity, c.entered_on,
       c.due_on, c.due_action, c.worker, c.step_count, c.household_id
FROM household_case AS c
JOIN household AS h ON h.household_id = c.household_id
JOIN area AS a ON a.area_id = c.area_id
WHERE c.ended_on IS NULL AND c.severity = :severity AND c.worker = :worker
  AND (coalesce(c.due_on, '9999-12-31'), c.case_id) > (:after_due, :after_case) AND coalesce(c.due_on, '9999-12-31') <= :due_by
  AND (:is_everything = 1
       OR c.area_id IN (SELECT b.area_id FROM visible AS v
                        JOIN area AS b ON b.position_low BETWEEN v.low AND v.high))
  AND (:state = '' OR c.state = :state)
  AND (:stage = '' OR c.stage = :stage) AND (:kind = '' OR c.kind = :kind)
  AND (:source = '' OR EXISTS (SELECT 1 FROM lead AS l
                               WHERE l.household_id = c.household_id AND l.case_id = c.case_id
                                 AND l.source = :source))
ORDER BY coalesce(c.due_on, '9999-12-31'), c.case_id
LIMIT :count;

-- name: case_list_in_areas
-- In some hundred areas: all that they have of the severity, sorted. SQLite is told the index: its statistics make it
-- prefer a Bloom filter over all cases, which takes longer than these areas do.
-- only: sqlite
WITH RECURSIVE visible (number, low, high) AS (
    SELECT 1, CAST(substr(:ranges, 1, 19) AS BIGINT), CAST(substr(:ranges, 20, 19) AS BIGINT)
    UNION ALL
    SELECT number + 1, CAST(substr(:ranges, number * 38 + 1, 19) AS BIGINT),
           CAST(substr(:ranges, number * 38 + 20, 19) AS BIGINT)
    FROM visible WHERE number * 38 < length(:ranges)
)
SELECT c.case_id, h.code, a.code, a.name, a.name_en, c.state, c.stage, c.kind, c.severity, c.entered_on,
       c.due_on, c.due_action, c.worker, c.step_count, c.household_id
FROM household_case AS c INDEXED BY household_case_open_by_area
JOIN area AS a ON a.area_id = c.area_id
JOIN household AS h ON h.household_id = c.household_id
WHERE c.area_id IN (SELECT b.area_id FROM visible AS v
                    JOIN area AS b ON b.position_low BETWEEN v.low AND v.high)
  AND c.ended_on IS NULL AND c.severity = :severity
  AND (coalesce(c.due_on, '9999-12-31'), c.case_id) > (:after_due, :after_case) AND coalesce(c.due_on, '9999-12-31') <= :due_by
  AND (:state = '' OR c.state = :state)
  AND (:stage = '' OR c.stage = :stage) AND (:kind = '' OR c.kind = :kind)
  AND (:source = '' OR EXISTS (SELECT 1 FROM lead AS l
                               WHERE l.household_id = c.household_id AND l.case_id = c.case_id
                                 AND l.source = :source))
ORDER BY coalesce(c.due_on, '9999-12-31'), c.case_id
LIMIT :count;

-- name: case_list_in_areas
-- From each area no more than the list holds: else the server would walk through all cases in the list's order.
-- only: postgres
WITH RECURSIVE visible (number, low, high) AS (
    SELECT 1, CAST(substr(:ranges, 1, 19) AS BIGINT), CAST(substr(:ranges, 20, 19) AS BIGINT)
    UNION ALL
    SELECT number + 1, CAST(substr(:ranges, number * 38 + 1, 19) AS BIGINT),
           CAST(substr(:ranges, number * 38 + 20, 19) AS BIGINT)
    FROM visible WHERE number * 38 < length(:ranges)
), place AS MATERIALIZED (
    SELECT a.area_id, a.code, a.name, a.name_en
    FROM visible AS v JOIN area AS a ON a.position_low BETWEEN v.low AND v.high
)
SELECT c.case_id, h.code, c.area_code, c.area_name, c.area_name_en, c.state, c.stage, c.kind, c.severity,
       c.entered_on, c.due_on, c.due_action, c.worker, c.step_count, c.household_id
FROM (
    SELECT a.code AS area_code, a.name AS area_name, a.name_en AS area_name_en, p.*
    FROM place AS a
    CROSS JOIN LATERAL (
        SELECT * FROM household_case AS o
        WHERE o.area_id = a.area_id AND o.ended_on IS NULL AND o.severity = :severity
          AND (coalesce(o.due_on, '9999-12-31'), o.case_id) > (:after_due, :after_case) AND coalesce(o.due_on, '9999-12-31') <= :due_by
          AND (:state = '' OR o.state = :state)
          AND (:stage = '' OR o.stage = :stage) AND (:kind = '' OR o.kind = :kind)
          AND (:source = '' OR EXISTS (SELECT 1 FROM lead AS l
                                       WHERE l.household_id = o.household_id AND l.case_id = o.case_id
                                         AND l.source = :source))
        ORDER BY coalesce(o.due_on, '9999-12-31'), o.case_id
        LIMIT :count
    ) AS p
    ORDER BY coalesce(p.due_on, '9999-12-31'), p.case_id
    LIMIT :count
) AS c
JOIN household AS h ON h.household_id = c.household_id
ORDER BY coalesce(c.due_on, '9999-12-31'), c.case_id;

-- name: case_area_count
-- How many areas there are to look through, up to a number of them.
WITH RECURSIVE visible (number, low, high) AS (
    SELECT 1, CAST(substr(:ranges, 1, 19) AS BIGINT), CAST(substr(:ranges, 20, 19) AS BIGINT)
    UNION ALL
    SELECT number + 1, CAST(substr(:ranges, number * 38 + 1, 19) AS BIGINT),
           CAST(substr(:ranges, number * 38 + 20, 19) AS BIGINT)
    FROM visible WHERE number * 38 < length(:ranges)
)
SELECT count(*)
FROM (SELECT 1 FROM visible AS v JOIN area AS a ON a.position_low BETWEEN v.low AND v.high LIMIT :count) AS found;

-- name: case_count_list
-- What a list with the same filter would hold.
WITH RECURSIVE visible (number, low, high) AS (
    SELECT 1, CAST(substr(:ranges, 1, 19) AS BIGINT), CAST(substr(:ranges, 20, 19) AS BIGINT)
    UNION ALL
    SELECT number + 1, CAST(substr(:ranges, number * 38 + 1, 19) AS BIGINT),
           CAST(substr(:ranges, number * 38 + 20, 19) AS BIGINT)
    FROM visible WHERE number * 38 < length(:ranges)
)
SELECT c.state, c.stage, c.severity, count(*), sum(CASE WHEN c.due_on < :today THEN 1 ELSE 0 END)
FROM household_case AS c
WHERE c.ended_on IS NULL AND coalesce(c.due_on, '9999-12-31') <= :due_by
  AND (:is_everything = 1
       OR c.area_id IN (SELECT b.area_id FROM visible AS v
                        JOIN area AS b ON b.position_low BETWEEN v.low AND v.high))
  AND (:worker = '' OR c.worker = :worker)
  AND (:state = '' OR c.state = :state)
  AND (:stage = '' OR c.stage = :stage) AND (:kind = '' OR c.kind = :kind)
  AND (:is_unassigned = 0 OR c.worker = '')
  AND (:source = '' OR EXISTS (SELECT 1 FROM lead AS l
                               WHERE l.household_id = c.household_id AND l.case_id = c.case_id
                                 AND l.source = :source))
GROUP BY c.state, c.stage, c.severity
ORDER BY c.state, c.stage, c.severity DESC;

-- name: account_move_list
-- How many cases went from one stage to another, by where their households are now: before a day, and from it on to
-- another.
WITH RECURSIVE visible (number, low, high) AS (
    SELECT 1, CAST(substr(:ranges, 1, 19) AS BIGINT), CAST(substr(:ranges, 20, 19) AS BIGINT)
    UNION ALL
    SELECT number + 1, CAST(substr(:ranges, number * 38 + 1, 19) AS BIGINT),
           CAST(substr(:ranges, number * 38 + 20, 19) AS BIGINT)
    FROM visible WHERE number * 38 < length(:ranges)
)
SELECT c.area_id, s.from_stage, s.to_stage, s.on_day >= :from_day, count(*)
FROM visible AS v
JOIN area AS a ON a.position_low BETWEEN v.low AND v.high
JOIN household_case AS c ON c.area_id = a.area_id
JOIN case_step AS s ON s.household_id = c.household_id AND s.case_id = c.case_id
WHERE s.from_stage <> s.to_stage AND s.on_day <= :to_day
GROUP BY c.area_id, s.from_stage, s.to_stage, s.on_day >= :from_day
ORDER BY c.area_id;

-- name: account_month_list
-- The same of an area as a whole, by month: the first seven characters of a day.
WITH RECURSIVE visible (number, low, high) AS (
    SELECT 1, CAST(substr(:ranges, 1, 19) AS BIGINT), CAST(substr(:ranges, 20, 19) AS BIGINT)
    UNION ALL
    SELECT number + 1, CAST(substr(:ranges, number * 38 + 1, 19) AS BIGINT),
           CAST(substr(:ranges, number * 38 + 20, 19) AS BIGINT)
    FROM visible WHERE number * 38 < length(:ranges)
)
SELECT substr(s.on_day, 1, 7), s.from_stage, s.to_stage, count(*)
FROM visible AS v
JOIN area AS a ON a.position_low BETWEEN v.low AND v.high
JOIN household_case AS c ON c.area_id = a.area_id
JOIN case_step AS s ON s.household_id = c.household_id AND s.case_id = c.case_id
WHERE s.from_stage <> s.to_stage AND s.on_day <= :to_day
GROUP BY substr(s.on_day, 1, 7), s.from_stage, s.to_stage
ORDER BY substr(s.on_day, 1, 7);

-- name: case_opening
SELECT opened_at, opened_by FROM household_case
WHERE household_id = :household_id AND case_id = :case_id;

-- name: case_lead_list
-- few: leads of one household
SELECT lead_id, severity, case_id, source, code, note, received_at, received_by
FROM lead
WHERE household_id = :household_id
ORDER BY lead_id;

-- name: case_step_list
-- few: steps of one case
SELECT step_number, on_day, actor, role, action, from_state, to_state, reason
FROM case_step
WHERE household_id = :household_id AND case_id = :case_id
ORDER BY step_number;
