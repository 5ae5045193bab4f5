-- 0005: households that a change touched are screened again at once.

-- run, further state and column:
--   state 'again'  the households that one change touched, for the month of the last published run; there is one only
--                  where something opened, closed or changed. It is no month's run: whoever asks for those asks for
--                  'published'
--   change_id      of state 'again': the change that made it necessary; NULL in a month's run
ALTER TABLE run ADD COLUMN change_id INTEGER REFERENCES change;
