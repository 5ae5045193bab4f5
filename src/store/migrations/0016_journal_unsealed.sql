-- 0016: which entries wait for their seal, and where the chain ends, in tables of their own. Where several write at
-- once, an entry may be seen after those with higher ids, and an id that was taken and not used leaves a gap: neither
-- the last sealed id nor the next free one tells any more what is missing. docs/decisions/0005-journal-seal.md

-- An entry's id from the transaction that wrote the entry to the one that seals it. It refers to nothing: a row whose
-- entry is gone tells that somebody removed the entry.
CREATE TABLE journal_unsealed (
    journal_id INTEGER NOT NULL PRIMARY KEY
) STRICT;

-- One row, held by whoever seals.
CREATE TABLE journal_end (
    journal_end_id INTEGER NOT NULL PRIMARY KEY CHECK (journal_end_id = 1),
    sequence       INTEGER NOT NULL, -- of the last seal; 0: nothing is sealed yet
    gapless_id     INTEGER NOT NULL  -- up to this entry the ids leave no gap: writers took turns when they were given
) STRICT;

INSERT INTO journal_end (journal_end_id, sequence, gapless_id)
SELECT 1, coalesce((SELECT max(sequence) FROM journal_seal), 0),
       coalesce((SELECT next_id - 1 FROM id_counter WHERE name = 'journal'), 0);

-- What has no seal and does not belong here, because it was not written by the program, stays outside.
INSERT INTO journal_unsealed (journal_id)
SELECT journal_id FROM journal
WHERE journal_id > coalesce((SELECT max(journal_id) FROM journal_seal), 0)
  AND journal_id < (SELECT next_id FROM id_counter WHERE name = 'journal');
