-- 0015: a department's references are its own: another account's are no repetition, and tell nothing of them.

DROP INDEX warning_by_reference;
CREATE UNIQUE INDEX warning_by_reference ON warning (account, source, reference);
