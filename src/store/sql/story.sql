-- What happened to one household, besides its findings: what was told of it, who went there, what help was given.

-- name: story_warning_list
-- few: warnings about one household
SELECT w.received_at, w.source, w.kind, w.month
FROM warning AS w
WHERE w.household_id = :household_id
ORDER BY w.warning_id;

-- name: story_visit_list
-- few: visits to one household
SELECT visited_on, worker, purpose, summary
FROM visit
WHERE household_id = :household_id AND state = 'done'
ORDER BY visit_id;

-- name: story_measure_list
-- few: measures of one household
SELECT m.planned_at, m.planned_by, m.measure, m.due_on, m.state, m.delivered_on, m.owner, m.result, c.at, m.reason,
       m.amount_minor
FROM measure AS m JOIN change AS c ON c.change_id = m.change_id
WHERE m.household_id = :household_id
ORDER BY m.measure_id;

-- name: story_entitlement_list
-- few: what one household was given by programmes
SELECT coalesce(decided_at, proposed_at), coalesce(decided_by, proposed_by), programme, period, state, amount_minor, reason
FROM entitlement
WHERE household_id = :household_id AND state IN ('approved', 'paid', 'reconciled', 'suspended')
ORDER BY entitlement_id;
