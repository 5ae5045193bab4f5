-- 0003: official id numbers and bank accounts of persons, encrypted with a key that lies outside the database.

-- One row for each number of a person. Nothing here can be read, or guessed by hashing all possible numbers, without
-- the key file.
CREATE TABLE person_secret (
    person_id INTEGER NOT NULL REFERENCES person,
    kind      TEXT NOT NULL,                 -- 'id_number', 'bank_account'
    id_type   TEXT NOT NULL,                 -- id numbers: 'resident_id', 'passport', 'other'; bank accounts: ''
    key_id    TEXT NOT NULL,                 -- which of the key file's protecting keys
    sealed    TEXT NOT NULL,                 -- hexadecimal: nonce (24 bytes), XChaCha20-Poly1305 ciphertext and tag
    lookup    TEXT NOT NULL,                 -- hexadecimal: keyed BLAKE2b of kind, type and normalised number
    change_id INTEGER NOT NULL REFERENCES change, -- the change that wrote it last
    PRIMARY KEY (person_id, kind)
) STRICT, WITHOUT ROWID;
-- An id number belongs to one person; an account may be shared.
CREATE UNIQUE INDEX person_secret_by_id_number ON person_secret (lookup) WHERE kind = 'id_number';
CREATE INDEX person_secret_by_bank_account ON person_secret (lookup) WHERE kind = 'bank_account';
