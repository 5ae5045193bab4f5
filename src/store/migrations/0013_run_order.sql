-- 0013: the months' runs are found without passing those of single changes, of which there may be millions.

CREATE INDEX run_published ON run (run_id) WHERE state = 'published';
CREATE INDEX run_published_by_month ON run (month, run_id) WHERE state = 'published';
