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
SELECT p.code FROM id_lookup AS l JOIN person AS p ON p.person_id = l.person_id
WHERE l.lookup = :lookup;

-- name: id_lookup_insert
-- Refused where the number is another person's.
INSERT INTO id_lookup (lookup, person_id) VALUES (:lookup, :person_id);

-- name: id_lookup_delete
DELETE FROM id_lookup WHERE lookup = :lookup;

-- name: id_lookup_clear
DELETE FROM id_lookup;

-- name: secret_list
SELECT person_id, kind, id_type, key_id, sealed, lookup FROM person_secret ORDER BY person_id, kind;

-- name: secret_rekey
UPDATE person_secret SET key_id = :key_id, sealed = :sealed, lookup = :lookup
WHERE person_id = :person_id AND kind = :kind;
