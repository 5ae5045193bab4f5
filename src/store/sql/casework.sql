-- Cases: one row each, their steps, proofs and leads, and what was dismissed. Work lists are in case_list.sql.

-- name: case_of_household
-- The open one, else the one that ended last.
SELECT case_id, area_id, state, stage, kind, severity, entered_on, due_on, due_action, worker, step_count, step_by,
       monitored_on, ended_on
FROM household_case
WHERE household_id = :household_id
ORDER BY CASE WHEN ended_on IS NULL THEN 0 ELSE 1 END, case_id DESC
LIMIT 1;

-- name: case_insert
INSERT INTO household_case (household_id, case_id, area_id, state, stage, kind, severity, entered_on, due_on, due_action,
                            worker, step_count, step_by, opened_at, opened_by, monitored_on, ended_on, change_id)
SELECT household_id, :case_id, area_id, :state, :stage, '', :severity, :entered_on, :due_on, :due_action, '', 0, '',
       :opened_at, :opened_by, NULL, NULL, :change_id
FROM household WHERE household_id = :household_id;

-- name: case_update
UPDATE household_case
SET state = :state, stage = :stage, kind = :kind, severity = :severity, entered_on = :entered_on, due_on = :due_on,
    due_action = :due_action, worker = :worker, step_count = :step_count, step_by = :step_by,
    monitored_on = :monitored_on, ended_on = :ended_on, change_id = :change_id
WHERE household_id = :household_id AND case_id = :case_id;

-- name: case_move_area
-- The household moved: its cases lie where it does.
UPDATE household_case SET area_id = :area_id WHERE household_id = :household_id;

-- name: case_state_list
-- Where open cases are, and how many: the most in one first.
SELECT state, stage, count(*)
FROM household_case
WHERE ended_on IS NULL
GROUP BY state, stage
ORDER BY count(*) DESC, state;

-- name: case_step_insert
INSERT INTO case_step (household_id, case_id, step_number, at, on_day, actor, role, action, from_state, from_stage,
                       to_state, to_stage, reason, change_id)
VALUES (:household_id, :case_id, :step_number, :at, :on_day, :actor, :role, :action, :from_state, :from_stage,
        :to_state, :to_stage, :reason, :change_id);

-- name: case_step_since
-- Newest first.
SELECT step_number, action, from_state, from_stage, to_state, to_stage, on_day
FROM case_step
WHERE household_id = :household_id AND case_id = :case_id
ORDER BY step_number DESC;

-- name: case_proof_insert
INSERT INTO case_proof (household_id, case_id, proof_number, kind, step_number, stage, on_day, given_at, given_by, note,
                        visit_id, attachment_id, settled_at, settled_by, settlement, change_id)
SELECT :household_id, :case_id, coalesce(max(proof_number), 0) + 1, :kind, :step_number, :stage, :on_day, :given_at,
       :given_by, :note, :visit_id, :attachment_id, NULL, NULL, NULL, :change_id
FROM case_proof WHERE household_id = :household_id AND case_id = :case_id;

-- name: case_proof_list
SELECT proof_number, kind, step_number, stage, on_day, given_at, given_by, note, visit_id, attachment_id, settled_at,
       settled_by, settlement
FROM case_proof
WHERE household_id = :household_id AND case_id = :case_id
ORDER BY proof_number;

-- name: case_proof_settle
UPDATE case_proof
SET settled_at = :settled_at, settled_by = :settled_by, settlement = :settlement, change_id = :change_id
WHERE household_id = :household_id AND case_id = :case_id AND proof_number = :proof_number;

-- name: case_run_list
-- The months of published runs that began after the household was entered, newest first.
SELECT DISTINCT r.month
FROM run AS r
WHERE r.state = 'published'
  AND r.started_at >= (SELECT c.at FROM household AS h JOIN change AS c ON c.change_id = h.change_id
                       WHERE h.household_id = :household_id)
ORDER BY r.month DESC
LIMIT :count;

-- name: case_measures
-- Findings for certain that nothing was planned for, measures of the case, and those of them that are not at their end.
SELECT (SELECT count(*) FROM finding AS f
        WHERE f.household_id = :household_id AND f.closing_run_id IS NULL AND f.is_undetermined = 0
          AND NOT EXISTS (SELECT 1 FROM measure AS p
                          WHERE p.household_id = f.household_id AND p.finding_code = f.code
                            AND p.state <> 'cancelled')),
       count(*), coalesce(sum(CASE WHEN m.state IN ('planned', 'under_way') THEN 1 ELSE 0 END), 0)
FROM measure AS m
WHERE m.household_id = :household_id AND m.case_id = :case_id AND m.state <> 'cancelled';

-- name: case_kind
-- By the last run that told.
SELECT kind FROM standing WHERE household_id = :household_id ORDER BY run_id DESC LIMIT 1;

-- name: lead_insert
INSERT INTO lead (household_id, lead_id, case_id, source, source_id, code, severity, month, note, received_at,
                  received_by, change_id)
VALUES (:household_id, :lead_id, :case_id, :source, :source_id, :code, :severity, :month, :note, :received_at,
        :received_by, :change_id);

-- name: case_intake_dismissed
-- What a run opened that a person dismissed before: whether it is worse now is told from the evidence.
SELECT f.household_id, f.finding_id, f.code, f.severity, f.is_undetermined, f.evidence, d.severity,
       d.is_undetermined, d.distance_millionths
FROM case_dismissal AS d
JOIN finding AS f ON f.household_id = d.household_id AND f.code = d.code
WHERE d.household_id BETWEEN :low AND :high AND f.opening_run_id = :run_id;

-- name: case_dismissal_in_range
-- few: dismissals of a chunk of households
-- Spells that a dismissal keeps from being leads, where a distance can tell that they are worse.
SELECT household_id, held_finding_id, severity, distance_millionths
FROM case_dismissal
WHERE household_id BETWEEN :low AND :high AND held_finding_id IS NOT NULL
  AND is_undetermined = 0 AND distance_millionths IS NOT NULL
ORDER BY household_id, code;

-- name: case_open_spells
-- Those that become leads.
SELECT finding_id, code, severity, is_undetermined, evidence FROM finding
WHERE household_id = :household_id AND closing_run_id IS NULL
  AND (is_undetermined = 0 OR severity IN ('high', 'critical'))
ORDER BY finding_id;

-- name: case_dismissal_hold
-- It is no worse: this spell does not become a lead.
UPDATE case_dismissal SET held_finding_id = :finding_id
WHERE household_id = :household_id AND code = :code;

-- name: case_dismissal_end
-- It is worse: the decision was about something else.
DELETE FROM case_dismissal WHERE household_id = :household_id AND code = :code;

-- name: case_dismissal_set
INSERT INTO case_dismissal (household_id, code, severity, is_undetermined, distance_millionths, case_id, on_day,
                            held_finding_id, change_id)
VALUES (:household_id, :code, :severity, :is_undetermined, :distance_millionths, :case_id, :on_day, :finding_id, :change_id)
ON CONFLICT (household_id, code) DO UPDATE
SET severity = excluded.severity, is_undetermined = excluded.is_undetermined, distance_millionths = excluded.distance_millionths, case_id = excluded.case_id,
    on_day = excluded.on_day, held_finding_id = excluded.held_finding_id, change_id = excluded.change_id;

-- name: case_intake_count
-- How many spells of a run become leads at most, and how many households of them have no case yet.
SELECT count(*), count(DISTINCT CASE WHEN c.case_id IS NULL THEN f.household_id END)
FROM finding AS f
LEFT JOIN household_case AS c ON c.household_id = f.household_id AND c.ended_on IS NULL
WHERE f.opening_run_id = :run_id AND f.household_id BETWEEN :low AND :high
  AND (f.is_undetermined = 0 OR f.severity IN ('high', 'critical'))
  AND NOT EXISTS (SELECT 1 FROM case_dismissal AS d
                  WHERE d.household_id = f.household_id AND d.code = f.code
                    AND d.held_finding_id = f.finding_id);

-- name: case_intake_cases
INSERT INTO household_case (household_id, case_id, area_id, state, stage, kind, severity, entered_on, due_on, due_action,
                            worker, step_count, step_by, opened_at, opened_by, monitored_on, ended_on, change_id)
SELECT e.household_id, :first_case_id - 1 + row_number() OVER (ORDER BY e.household_id), h.area_id, :state, :stage, '',
       e.severity, :entered_on, :due_on, :due_action, '', 0, '', :at, :person, NULL, NULL, :change_id
FROM (SELECT f.household_id, max(CASE f.severity WHEN 'low' THEN 2 WHEN 'medium' THEN 3 WHEN 'high' THEN 4 ELSE 5 END) AS severity
      FROM finding AS f
      LEFT JOIN household_case AS c ON c.household_id = f.household_id AND c.ended_on IS NULL
      WHERE f.opening_run_id = :run_id AND f.household_id BETWEEN :low AND :high
        AND (f.is_undetermined = 0 OR f.severity IN ('high', 'critical'))
        AND NOT EXISTS (SELECT 1 FROM case_dismissal AS d
                        WHERE d.household_id = f.household_id AND d.code = f.code
                          AND d.held_finding_id = f.finding_id)
        AND c.case_id IS NULL
      GROUP BY f.household_id) AS e
JOIN household AS h ON h.household_id = e.household_id;

-- name: case_intake_leads
-- One for each spell, unless a screening told the case the same already, and no less grave.
INSERT INTO lead (household_id, lead_id, case_id, source, source_id, code, severity, month, note, received_at,
                  received_by, change_id)
SELECT f.household_id, :first_lead_id - 1 + row_number() OVER (ORDER BY f.household_id, f.finding_id), c.case_id,
       'screening', :run_id, f.code, CASE f.severity WHEN 'low' THEN 2 WHEN 'medium' THEN 3 WHEN 'high' THEN 4 ELSE 5 END, f.from_month, '', :at, :person, :change_id
FROM finding AS f
JOIN household_case AS c ON c.household_id = f.household_id AND c.ended_on IS NULL
WHERE f.opening_run_id = :run_id AND f.household_id BETWEEN :low AND :high
  AND (f.is_undetermined = 0 OR f.severity IN ('high', 'critical'))
  AND NOT EXISTS (SELECT 1 FROM case_dismissal AS d
                  WHERE d.household_id = f.household_id AND d.code = f.code
                    AND d.held_finding_id = f.finding_id)
  AND NOT EXISTS (SELECT 1 FROM lead AS l
                  WHERE l.household_id = f.household_id AND l.case_id = c.case_id
                    AND l.source IN ('screening', 'warning') AND l.code = f.code
                    AND l.severity >= CASE f.severity WHEN 'low' THEN 2 WHEN 'medium' THEN 3 WHEN 'high' THEN 4 ELSE 5 END);

-- name: lead_set_source
-- What a change's screening opened came by something else than a month's run.
UPDATE lead SET source = :source, source_id = :source_id
WHERE household_id = :household_id AND change_id = :change_id AND source = 'screening';

-- name: case_intake_severity
-- A case is as grave as the worst of its leads.
UPDATE household_case
SET severity = (SELECT max(l.severity) FROM lead AS l
                WHERE l.household_id = household_case.household_id AND l.case_id = household_case.case_id)
WHERE ended_on IS NULL AND household_id BETWEEN :low AND :high
  AND severity < (SELECT max(l.severity) FROM lead AS l
                  WHERE l.household_id = household_case.household_id AND l.case_id = household_case.case_id);
