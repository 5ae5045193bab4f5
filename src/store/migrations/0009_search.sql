-- 0009: finding people and households: by name, pinyin, initials or code, and page by page. All of it is derived
-- from names, memberships, places and the last run; service/find/ writes it, berm migrate makes it for what is older.

-- A district is an area of a chosen level (the setting search_district_level), so that there are at most some
-- thousands of them. Lists go through them one after the other: whoever may see one township reads the rows of one
-- district, and whoever may see everything reads the first rows of the first ones. Either way nothing is sorted.
-- area, further column:
--   district_id  derived: the district that it belongs to: itself, where it lies no deeper
-- household, further columns:
--   district_id  derived: that of its area
--   risk_rank    derived: standing of the last run: 0 critical, 1 high, 2 medium, 3 low, 4 undetermined, 5 none
ALTER TABLE area ADD COLUMN district_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE household ADD COLUMN district_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE household ADD COLUMN risk_rank INTEGER NOT NULL DEFAULT 5;
CREATE INDEX area_by_district ON area (district_id);
CREATE INDEX household_by_district ON household (district_id, code);
CREATE INDEX household_by_risk ON household (risk_rank, district_id, code);

-- Derived: what is entered in person_term of a person, and where; by it the entries are found again.
CREATE TABLE person_search (
    person_id    INTEGER NOT NULL PRIMARY KEY REFERENCES person,
    household_id INTEGER NOT NULL REFERENCES household, -- where the person belongs, or last belonged
    district_id  INTEGER NOT NULL,           -- that of the household
    terms        TEXT NOT NULL               -- the person's terms by bytes, a line end behind each
) STRICT;

-- Derived: what persons are found by: whoever has a term that begins with what was typed. Terms compare by bytes.
CREATE TABLE person_term (
    district_id  INTEGER NOT NULL,
    term         TEXT NOT NULL,              -- '王小明', '小明', 'wangxiaoming', 'wxm'; folded by script/
    person_id    INTEGER NOT NULL,
    shared_bytes INTEGER NOT NULL,           -- how many first bytes the person's term before this one has too
    PRIMARY KEY (district_id, term, person_id)
) STRICT, WITHOUT ROWID;

-- A register without areas has nothing to enter; in any other, berm makes the entries when it opens it for writing.
INSERT INTO setting (name, value)
SELECT 'search_version', '1' WHERE NOT EXISTS (SELECT 1 FROM area)
ON CONFLICT (name) DO NOTHING;
