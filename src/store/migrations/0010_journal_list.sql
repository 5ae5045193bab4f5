-- 0010: whom an entry is by and what it is about, looked up newest first: who looked at this household, what did this person do.
CREATE INDEX journal_by_actor ON journal (actor, journal_id);
CREATE INDEX journal_by_subject ON journal (subject, journal_id);
