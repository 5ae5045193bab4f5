-- A household's history, by changes: what a change replaced is in change_row; what it added points to it.

-- name: history_change_list
-- The latest changes of one thing before one.
SELECT DISTINCT change_id FROM change_row
WHERE entity = :entity AND entity_id = :entity_id AND change_id < :before
ORDER BY change_id DESC
LIMIT :count;

-- name: history_flow_change_list
-- Changes that wrote reports that are there now; a household has no more of these than months and flows.
SELECT DISTINCT change_id FROM flow_entry
WHERE household_id = :household_id AND change_id < :before
ORDER BY change_id DESC
LIMIT :count;

-- name: history_change
SELECT at, actor, via FROM change WHERE change_id = :change_id;

-- name: history_row_list
-- In the order in which they were written; rows older than the journal have no number.
SELECT change_id, key, fields FROM change_row
WHERE entity = :entity AND entity_id = :entity_id AND change_id BETWEEN :low AND :high
ORDER BY change_id, coalesce(row_number, 0);

-- name: history_flow_added_list
-- Reports that no row of change_row tells of: nothing was replaced by them.
SELECT e.change_id, e.month, f.name, s.code, e.amount_minor
FROM flow_entry AS e
JOIN flow AS f ON f.flow_id = e.flow_id
JOIN flow_source AS s ON s.flow_source_id = e.flow_source_id
WHERE e.household_id = :household_id AND e.change_id BETWEEN :low AND :high
ORDER BY e.month, e.flow_id, e.flow_source_id;

-- name: person_spell_list
-- few: memberships of one person
-- A person's memberships with their places, latest first.
SELECT h.code, a.position_low, m.from_date, m.to_date, m.relation, m.end_reason
FROM membership AS m
JOIN household AS h ON h.household_id = m.household_id
JOIN area AS a ON a.area_id = h.area_id
WHERE m.person_id = :person_id
ORDER BY m.from_date DESC, h.code;
