-- The import of areas, households, persons and flows.

-- name: import_any_area
SELECT 1 FROM area LIMIT 1;

-- name: import_any_household
SELECT 1 FROM household LIMIT 1;

-- name: import_any_person
SELECT 1 FROM person LIMIT 1;

-- name: import_any_flow_entry
SELECT 1 FROM flow_entry LIMIT 1;

-- name: import_area_count
SELECT count(*) FROM area;

-- name: import_area_list
SELECT area_id, parent_id, code, name, name_en, level, position_low, position_high
FROM area ORDER BY area_id;

-- name: import_area_insert
INSERT INTO area (area_id, parent_id, code, name, name_en, level, position_low, position_high, change_id)
VALUES (:area_id, :parent_id, :code, :name, :name_en, :level, :position_low, :position_high, :change_id);

-- name: import_area_update
UPDATE area SET parent_id = :parent_id, name = :name, name_en = :name_en, level = :level,
    position_low = :position_low, position_high = :position_high
WHERE area_id = :area_id;

-- name: import_area_by_code
-- As all that looks codes up: the id, its area's and district's, and that area's place where it is asked for.
SELECT area_id, area_id, district_id, position_low FROM area WHERE code = :code;

-- name: import_area_following
-- The same for many from one code on, and their codes.
-- only: postgres
SELECT area_id, area_id, district_id, position_low, code FROM area WHERE code >= :code ORDER BY code LIMIT :count;

-- name: import_area_code
SELECT code FROM area WHERE area_id = :area_id;

-- name: import_household_insert
-- No row is inserted where the code is there already, which somebody far away has asked before.
-- only: sqlite
INSERT INTO household (household_id, code, area_id, district_id, change_id)
VALUES (:household_id, :code, :area_id, :district_id, :change_id)
ON CONFLICT (code) DO NOTHING;

-- name: import_household_insert
-- only: postgres
INSERT INTO household (household_id, code, area_id, district_id, change_id)
VALUES (:household_id, :code, :area_id, :district_id, :change_id);

-- name: import_household_by_code
SELECT household_id, area_id, district_id FROM household WHERE code = :code;

-- name: import_household_place
-- The same with its place, for whoever may not write everywhere.
SELECT h.household_id, h.area_id, h.district_id, a.position_low
FROM household AS h JOIN area AS a ON a.area_id = h.area_id
WHERE h.code = :code;

-- name: import_household_ahead
-- The same for many codes, one in a line.
-- only: postgres
SELECT h.household_id, h.area_id, h.district_id, a.position_low, h.code
FROM household AS h JOIN area AS a ON a.area_id = h.area_id
WHERE h.code = ANY (string_to_array(:codes, chr(10)));

-- name: import_household_following
-- The same for many from one code on.
-- only: postgres
SELECT h.household_id, h.area_id, h.district_id, a.position_low, h.code
FROM household AS h JOIN area AS a ON a.area_id = h.area_id
WHERE h.code >= :code ORDER BY h.code LIMIT :count;

-- name: import_household_ahead_counted
-- With each household's open memberships.
-- only: postgres
SELECT h.household_id, h.area_id, h.district_id, a.position_low, h.code,
    (SELECT count(*) FROM membership AS m WHERE m.household_id = h.household_id AND m.to_date IS NULL)
FROM household AS h JOIN area AS a ON a.area_id = h.area_id
WHERE h.code = ANY (string_to_array(:codes, chr(10)));

-- name: import_household_code
SELECT code FROM household WHERE household_id = :household_id;

-- name: import_household_set_area
-- search_writer_refresh_household comes behind it.
UPDATE household SET area_id = :area_id WHERE household_id = :household_id;

-- name: import_person_insert
-- No row is inserted where the code is there already, which somebody far away has asked before.
-- only: sqlite
INSERT INTO person (person_id, code, name, sex, birth_date, change_id)
VALUES (:person_id, :code, :name, :sex, :birth_date, :change_id)
ON CONFLICT (code) DO NOTHING;

-- name: import_person_insert
-- only: postgres
INSERT INTO person (person_id, code, name, sex, birth_date, change_id)
VALUES (:person_id, :code, :name, :sex, :birth_date, :change_id);

-- name: import_person_ahead
-- Which of many codes, one in a line, are there, in the columns of import_household_ahead.
-- only: postgres
SELECT person_id, 0, 0, 0, code FROM person WHERE code = ANY (string_to_array(:codes, chr(10)));

-- name: import_person_by_code
SELECT person_id, name, sex, birth_date FROM person WHERE code = :code;

-- name: import_person_standing_ahead
-- The same for many, by their ids, and their codes.
-- few: persons of the rows at hand
-- only: postgres
SELECT person_id, name, sex, birth_date, code
FROM person WHERE person_id = ANY (string_to_array(:persons, ',')::BIGINT[]) ORDER BY person_id;

-- name: import_person_update
UPDATE person SET name = :name, sex = :sex, birth_date = :birth_date WHERE person_id = :person_id;

-- name: import_spell_list
-- A person's memberships, oldest first.
SELECT household_id, from_date, to_date, relation, end_reason
FROM membership WHERE person_id = :person_id ORDER BY from_date, household_id;

-- name: import_spell_ahead
-- The same for many, and whose each is.
-- few: memberships of the rows at hand
-- only: postgres
SELECT household_id, from_date, to_date, relation, end_reason, person_id
FROM membership WHERE person_id = ANY (string_to_array(:persons, ',')::BIGINT[])
ORDER BY person_id, from_date, household_id;

-- name: import_spell_insert
INSERT INTO membership (household_id, person_id, from_date, to_date, relation, end_reason, change_id)
VALUES (:household_id, :person_id, :from_date, :to_date, :relation, :end_reason, :change_id);

-- name: import_spell_update
UPDATE membership
SET from_date = :new_from_date, to_date = :to_date, relation = :relation, end_reason = :end_reason,
    change_id = :change_id
WHERE household_id = :household_id AND person_id = :person_id AND from_date = :from_date;

-- name: import_member_count
SELECT count(*) FROM membership WHERE household_id = :household_id AND to_date IS NULL;

-- name: import_flow_list
SELECT flow_id, name FROM flow;

-- name: import_flow_source_list
SELECT flow_source_id, code FROM flow_source;

-- name: import_flow_source_insert
INSERT INTO flow_source (flow_source_id, code) VALUES (:flow_source_id, :code);

-- name: import_entry_list
SELECT flow_id, flow_source_id, amount_minor, change_id
FROM flow_entry WHERE household_id = :household_id AND month = :month
ORDER BY flow_id, flow_source_id;

-- name: import_entry_ahead
-- The same for many households and months, and whether each has its amounts of the month. A group of which nothing is
-- there gives no row. Months come as counted from the year 0 and lie in the tables as 202009 does.
-- only: postgres
WITH g (household_id, month) AS (
    SELECT a.household_id, a.month / 12 * 100 + a.month % 12 + 1
    FROM unnest(string_to_array(:households, ',')::BIGINT[], string_to_array(:months, ',')::BIGINT[])
        AS a (household_id, month))
SELECT g.household_id, g.month, m.month IS NOT NULL, e.flow_id, e.flow_source_id, e.amount_minor, e.change_id
FROM g
LEFT JOIN monthly_flow AS m ON m.household_id = g.household_id AND m.month = g.month
LEFT JOIN flow_entry AS e ON e.household_id = g.household_id AND e.month = g.month
WHERE m.month IS NOT NULL OR e.month IS NOT NULL
ORDER BY g.household_id, g.month, e.flow_id DESC, e.flow_source_id DESC;

-- name: import_entry_insert
INSERT INTO flow_entry (household_id, month, flow_id, flow_source_id, amount_minor, change_id)
VALUES (:household_id, :month, :flow_id, :flow_source_id, :amount_minor, :change_id);

-- name: import_entry_update
UPDATE flow_entry SET amount_minor = :amount_minor, change_id = :change_id
WHERE household_id = :household_id AND month = :month AND flow_id = :flow_id
    AND flow_source_id = :flow_source_id;

-- name: import_entry_delete
DELETE FROM flow_entry
WHERE household_id = :household_id AND month = :month AND flow_id = :flow_id
    AND flow_source_id = :flow_source_id;
