-- Grievances and appeals.

-- name: grievance_insert
INSERT INTO grievance (grievance_id, received_at, received_by, kind, about, channel, area_id, household_id,
                       complainant, contact, details, state, owner, due_on, outcome, answer, remedy, level,
                       step_count, change_id)
VALUES (:grievance_id, :received_at, :received_by, :kind, :about, :channel, :area_id, :household_id,
        :complainant, :contact, :details, :state, '', :due_on, '', '', 'none', 1, 1, :change_id);

-- name: grievance_update
-- Whatever a step may change.
UPDATE grievance
SET state = :state, owner = :owner, due_on = :due_on, outcome = :outcome, answer = :answer, remedy = :remedy,
    level = :level, step_count = :step_number, change_id = :change_id
WHERE grievance_id = :grievance_id;

-- name: grievance_step_insert
INSERT INTO grievance_step (grievance_id, step_number, at, actor, action, from_state, to_state, owner, note, change_id)
VALUES (:grievance_id, :step_number, :at, :actor, :action, :from_state, :to_state, :owner, :note, :change_id);

-- name: grievance_steps
SELECT at, actor, action, from_state, to_state, owner, note
FROM grievance_step WHERE grievance_id = :grievance_id ORDER BY step_number;

-- name: grievance_by_id
SELECT g.grievance_id, g.received_at, g.received_by, g.kind, g.about, g.channel, g.state, g.complainant, g.contact,
       g.details, g.owner, g.due_on, g.outcome, g.answer, g.remedy, g.level, g.step_count, g.household_id, h.code,
       a.code, a.position_low
FROM grievance AS g
LEFT JOIN household AS h ON h.household_id = g.household_id
JOIN area AS a ON a.area_id = coalesce(h.area_id, g.area_id)
WHERE g.grievance_id = :grievance_id;

-- name: grievance_list
-- Newest first, before an id.
WITH RECURSIVE visible (number, low, high) AS (
    SELECT 1, CAST(substr(:ranges, 1, 19) AS BIGINT), CAST(substr(:ranges, 20, 19) AS BIGINT)
    UNION ALL
    SELECT number + 1, CAST(substr(:ranges, number * 38 + 1, 19) AS BIGINT),
           CAST(substr(:ranges, number * 38 + 20, 19) AS BIGINT)
    FROM visible WHERE number * 38 < length(:ranges)
)
SELECT g.grievance_id, g.received_at, g.received_by, g.kind, g.about, g.channel, g.state, g.complainant, g.contact,
       g.details, g.owner, g.due_on, g.outcome, g.answer, g.remedy, g.level, g.step_count, g.household_id, h.code,
       a.code, a.position_low
FROM grievance AS g
LEFT JOIN household AS h ON h.household_id = g.household_id
JOIN area AS a ON a.area_id = coalesce(h.area_id, g.area_id)
WHERE g.grievance_id < :before
  AND (:state = '' OR g.state = :state)
  AND (:owner = '' OR g.owner = :owner)
  AND (:household = '' OR h.code = :household)
  AND (:due_before = '' OR g.due_on < :due_before)
  AND a.area_id IN (SELECT b.area_id FROM visible AS v
                    JOIN area AS b ON b.position_low BETWEEN v.low AND v.high)
ORDER BY g.grievance_id DESC
LIMIT :count;

-- name: grievance_part
-- A part that the account had in what the grievance is about: what, and when.
SELECT 'answered it before' AS part, substr(at, 1, 10) AS on_day
FROM grievance_step
WHERE grievance_id = :grievance_id AND action = 'resolve' AND owner = :account
UNION ALL
SELECT 'step "' || action || '" of the case', on_day
FROM case_step WHERE household_id = :household_id AND actor = :account
UNION ALL
SELECT 'looks after the case', entered_on
FROM household_case WHERE household_id = :household_id AND worker = :account
UNION ALL
SELECT 'visited', coalesce(visited_on, substr(planned_at, 1, 10))
FROM visit WHERE household_id = :household_id AND worker = :account
UNION ALL
SELECT 'saw to the measure ' || measure, due_on
FROM measure WHERE household_id = :household_id AND owner = :account
UNION ALL
SELECT 'decided about ' || programme, substr(coalesce(decided_at, proposed_at), 1, 10)
FROM entitlement
WHERE household_id = :household_id AND (proposed_by = :account OR decided_by = :account OR approved_by = :account)
LIMIT 1;
