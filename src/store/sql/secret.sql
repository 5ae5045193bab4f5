-- Encrypted numbers of persons.

-- name: secret_put
INSERT INTO person_secret (person_id, kind, id_type, key_id, sealed, lookup, change_id)
VALUES (:person_id, :kind, :id_type, :key_id, :sealed, :lookup, :change_id)
ON CONFLICT (person_id, kind) DO UPDATE
SET id_type = excluded.id_type, key_id = excluded.key_id, sealed = excluded.sealed,
    lookup = excluded.lookup, change_id = excluded.change_id;

-- name: secret_get
SELECT id_type, key_id, sealed, lookup FROM person_secret WHERE person_id = :person_id AND kind = :kind;

-- name: secret_remove
DELETE FROM person_secret WHERE person_id = :person_id AND kind = :kind;

-- name: secret_owner
-- The code of the person whose id number it is.
SELECT p.code FROM person_secret s JOIN person p ON p.person_id = s.person_id
WHERE s.kind = 'id_number' AND s.lookup = :lookup;

-- name: secret_list
SELECT person_id, kind, id_type, key_id, sealed, lookup FROM person_secret ORDER BY person_id, kind;

-- name: secret_rekey
UPDATE person_secret SET key_id = :key_id, sealed = :sealed, lookup = :lookup
WHERE person_id = :person_id AND kind = :kind;
