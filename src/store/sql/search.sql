-- What people and households are found by: written here, read by find.sql. All of it is derived.

-- name: search_person_of_id
-- What is entered of a person.
SELECT household_id, district_id, terms FROM person_search WHERE person_id = :person_id;

-- name: search_person_insert
INSERT INTO person_search (person_id, household_id, district_id, terms)
VALUES (:person_id, :household_id, :district_id, :terms);

-- name: search_person_delete
DELETE FROM person_search WHERE person_id = :person_id;

-- name: search_term_insert
INSERT INTO person_term (district_id, term, person_id, shared_bytes)
VALUES (:district_id, :term, :person_id, :shared_bytes);

-- name: search_term_insert_eight
-- Eight terms of one district, where rows are not queued: one statement costs nearly as much as one row. None of them is there yet; it is told to
-- ignore one that is because SQLite then need not keep every page as it was before the statement.
-- only: sqlite
INSERT OR IGNORE INTO person_term (district_id, term, person_id, shared_bytes)
VALUES (:district_id, :term0, :person_id0, :shared_bytes0),
       (:district_id, :term1, :person_id1, :shared_bytes1),
       (:district_id, :term2, :person_id2, :shared_bytes2),
       (:district_id, :term3, :person_id3, :shared_bytes3),
       (:district_id, :term4, :person_id4, :shared_bytes4),
       (:district_id, :term5, :person_id5, :shared_bytes5),
       (:district_id, :term6, :person_id6, :shared_bytes6),
       (:district_id, :term7, :person_id7, :shared_bytes7);

-- name: search_term_delete
DELETE FROM person_term
WHERE district_id = :district_id AND term = :term AND person_id = :person_id;

-- name: search_district_of_household
SELECT district_id FROM household WHERE household_id = :household_id;

-- name: search_person_truth
-- A person's name and household: where they belong, or belonged last. No row: of no household.
SELECT p.name, m.household_id
FROM person AS p JOIN membership AS m ON m.person_id = p.person_id
WHERE p.person_id = :person_id
ORDER BY m.to_date IS NULL DESC, m.from_date DESC, m.household_id DESC
LIMIT 1;

-- name: search_person_list
-- Everybody, in pieces.
SELECT person_id FROM person WHERE person_id > :after ORDER BY person_id LIMIT :count;

-- name: search_household_person_list
-- few: persons of one household
SELECT DISTINCT person_id FROM membership WHERE household_id = :household_id ORDER BY person_id;

-- name: search_area_level_list
SELECT level, count(*) FROM area GROUP BY level ORDER BY level;

-- name: search_area_set_district
-- Areas of one level; those above them have theirs already.
UPDATE area
SET district_id = CASE WHEN level <= :district_level THEN area_id
    ELSE (SELECT p.district_id FROM area AS p WHERE p.area_id = area.parent_id) END
WHERE level = :level;

-- name: search_household_misplaced
-- Households that are entered in another district than their area's, in pieces.
SELECT h.household_id
FROM household AS h JOIN area AS a ON a.area_id = h.area_id
WHERE h.household_id > :after AND h.district_id <> a.district_id
ORDER BY h.household_id LIMIT :count;

-- name: search_household_set_district
UPDATE household
SET district_id = (SELECT a.district_id FROM area AS a WHERE a.area_id = household.area_id)
WHERE household_id = :household_id;

-- name: search_household_set_all_districts
UPDATE household
SET district_id = (SELECT a.district_id FROM area AS a WHERE a.area_id = household.area_id);

-- name: search_household_set_risk
UPDATE household SET risk_rank = :risk_rank WHERE household_id = :household_id;

-- name: search_household_set_all_risks
UPDATE household
SET risk_rank = coalesce((
    SELECT CASE s.risk_level WHEN 'critical' THEN 0 WHEN 'high' THEN 1 WHEN 'medium' THEN 2
        WHEN 'low' THEN 3 WHEN 'undetermined' THEN 4 ELSE 5 END
    FROM standing AS s WHERE s.household_id = household.household_id
    ORDER BY s.run_id DESC LIMIT 1), 5);

-- name: search_clear_terms
DELETE FROM person_term;

-- name: search_clear_persons
DELETE FROM person_search;

-- name: find_district_list
-- Districts from an id on that touch the positions from low to high.
SELECT area_id, position_low, position_high FROM area
WHERE area_id = district_id AND area_id >= :first AND position_low <= :high AND position_high >= :low
ORDER BY area_id LIMIT :count;

-- name: find_household_by_code
SELECT h.household_id, h.code, h.risk_rank, h.is_active, a.position_low, a.code, a.name, a.name_en
FROM household AS h JOIN area AS a ON a.area_id = h.area_id
WHERE h.district_id = :district_id AND h.code >= :first AND h.code < :end
ORDER BY h.code LIMIT :count;

-- name: find_household_by_risk
SELECT h.household_id, h.code, h.risk_rank, h.is_active, a.position_low, a.code, a.name, a.name_en
FROM household AS h JOIN area AS a ON a.area_id = h.area_id
WHERE h.risk_rank = :risk_rank AND h.district_id = :district_id AND h.code >= :first AND h.code < :end
ORDER BY h.code LIMIT :count;

-- name: find_person_by_term
SELECT h.household_id, h.code, h.risk_rank, h.is_active, a.position_low, a.code, a.name, a.name_en,
       t.term, t.person_id, p.code, p.name
FROM person_term AS t
JOIN person_search AS s ON s.person_id = t.person_id
JOIN household AS h ON h.household_id = s.household_id
JOIN area AS a ON a.area_id = h.area_id
JOIN person AS p ON p.person_id = t.person_id
WHERE t.district_id = :district_id AND (t.term, t.person_id) > (:term, :person_id) AND t.term < :end
  AND t.shared_bytes < :length
ORDER BY t.term, t.person_id LIMIT :count;

-- name: find_person_by_code
SELECT h.household_id, h.code, h.risk_rank, h.is_active, a.position_low, a.code, a.name, a.name_en,
       '', s.person_id, p.code, p.name
FROM person AS p
JOIN person_search AS s ON s.person_id = p.person_id
JOIN household AS h ON h.household_id = s.household_id
JOIN area AS a ON a.area_id = h.area_id
WHERE p.code = :code;
