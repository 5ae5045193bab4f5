-- Facts that are changed by hand, and the versions by which two who do so do not overwrite each
-- other.

-- name: household_version
-- The latest change of a household, its members, their memberships and its flows. Of somebody who
-- moved on to another household only the move counts, which their membership here points to.
SELECT max(change_id) FROM (
    SELECT change_id FROM household WHERE household_id = :household_id
    UNION ALL
    SELECT max(change_id) FROM change_row WHERE entity = 'household' AND entity_id = :household_id
    UNION ALL
    SELECT max(change_id) FROM change_row WHERE entity = 'flow' AND entity_id = :household_id
    UNION ALL
    SELECT max(change_id) FROM membership WHERE household_id = :household_id
    UNION ALL
    SELECT max(change_id) FROM flow_entry WHERE household_id = :household_id
    UNION ALL
    SELECT max(r.change_id)
    FROM membership AS m
    JOIN change_row AS r ON r.entity = 'person' AND r.entity_id = m.person_id
    WHERE m.household_id = :household_id
      AND (m.to_date IS NULL
           OR NOT EXISTS (SELECT 1 FROM membership AS o
                          WHERE o.person_id = m.person_id AND o.household_id <> m.household_id
                            AND o.from_date >= m.to_date))
) AS touched;

-- name: person_place
-- Where a person belongs: the open membership, else the last one. It is chosen before the household is looked up: one that
-- the fence does not show must not leave an earlier one as the person's place.
SELECT a.position_low, p.person_id, h.household_id, h.code
FROM person AS p
JOIN household AS h
    ON h.household_id = (SELECT m.household_id FROM membership AS m
                         WHERE m.person_id = p.person_id
                         ORDER BY CASE WHEN m.to_date IS NULL THEN 0 ELSE 1 END, m.from_date DESC
                         LIMIT 1)
JOIN area AS a ON a.area_id = h.area_id
WHERE p.code = :code;

-- name: household_set_active
UPDATE household SET is_active = :is_active WHERE household_id = :household_id;
