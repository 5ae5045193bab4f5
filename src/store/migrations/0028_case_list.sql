-- 0028: work lists of an area: its open cases, worst first, and what is due first.

CREATE INDEX household_case_open_by_area ON household_case (area_id, severity, coalesce(due_on, '9999-12-31'), case_id)
    WHERE ended_on IS NULL;
