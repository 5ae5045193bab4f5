-- Programmes: budgets, entitlements, letters.

-- name: budget_read
SELECT amount_minor, reserved_minor, spent_minor
FROM programme_budget
WHERE programme = :programme AND area_id = :area_id AND year = :year;

-- name: budget_insert
INSERT INTO programme_budget (programme, area_id, year, amount_minor, reserved_minor, spent_minor, change_id)
VALUES (:programme, :area_id, :year, :amount_minor, 0, 0, :change_id);

-- name: budget_set_amount
UPDATE programme_budget SET amount_minor = :amount_minor, change_id = :change_id
WHERE programme = :programme AND area_id = :area_id AND year = :year;

-- name: budget_list
WITH RECURSIVE visible (number, low, high) AS (
    SELECT 1, CAST(substr(:ranges, 1, 19) AS BIGINT), CAST(substr(:ranges, 20, 19) AS BIGINT)
    UNION ALL
    SELECT number + 1, CAST(substr(:ranges, number * 38 + 1, 19) AS BIGINT),
           CAST(substr(:ranges, number * 38 + 20, 19) AS BIGINT)
    FROM visible WHERE number * 38 < length(:ranges)
)
SELECT p.programme, a.code, a.name, p.year, p.amount_minor, p.reserved_minor, p.spent_minor
FROM programme_budget AS p JOIN area AS a ON a.area_id = p.area_id
WHERE p.area_id IN (SELECT b.area_id FROM visible AS v JOIN area AS b ON b.position_low BETWEEN v.low AND v.high)
  AND (:programme = '' OR p.programme = :programme) AND (:year = 0 OR p.year = :year)
ORDER BY p.programme, a.position_low, p.year;

-- name: budget_nearest
-- The nearest one at or above an area.
SELECT b.area_id, u.code, b.amount_minor, b.reserved_minor, b.spent_minor
FROM area AS a
JOIN area AS u ON u.position_low <= a.position_low AND u.position_high >= a.position_low
JOIN programme_budget AS b ON b.area_id = u.area_id AND b.programme = :programme AND b.year = :year
WHERE a.area_id = :area_id
ORDER BY u.position_low DESC, u.level DESC
LIMIT 1;

-- name: budget_move
-- Move money between what is free, reserved and spent; the table refuses more than its amount.
UPDATE programme_budget
SET reserved_minor = reserved_minor + :reserved_minor, spent_minor = spent_minor + :spent_minor
WHERE programme = :programme AND area_id = :area_id AND year = :year;

-- name: entitlement_by_id
-- few: one entitlement
SELECT e.household_id, e.entitlement_id, e.person_id, h.code, p.code, a.code, a.position_low, a.area_id,
       e.programme, e.period, e.amount_minor, e.state, e.risk_level, e.missing, e.proposed_at, e.proposed_by,
       e.decided_at, e.decided_by, e.approved_by, e.reason, e.measure_id, e.payment_id, e.budget_area_id,
       e.budget_year
FROM entitlement AS e
JOIN household AS h ON h.household_id = e.household_id
JOIN area AS a ON a.area_id = h.area_id
LEFT JOIN person AS p ON p.person_id = e.person_id
WHERE e.entitlement_id = :entitlement_id;

-- name: entitlement_list
-- Newest first, before an id.
WITH RECURSIVE visible (number, low, high) AS (
    SELECT 1, CAST(substr(:ranges, 1, 19) AS BIGINT), CAST(substr(:ranges, 20, 19) AS BIGINT)
    UNION ALL
    SELECT number + 1, CAST(substr(:ranges, number * 38 + 1, 19) AS BIGINT),
           CAST(substr(:ranges, number * 38 + 20, 19) AS BIGINT)
    FROM visible WHERE number * 38 < length(:ranges)
)
SELECT e.household_id, e.entitlement_id, e.person_id, h.code, p.code, a.code, a.position_low, a.area_id,
       e.programme, e.period, e.amount_minor, e.state, e.risk_level, e.missing, e.proposed_at, e.proposed_by,
       e.decided_at, e.decided_by, e.approved_by, e.reason, e.measure_id, e.payment_id, e.budget_area_id,
       e.budget_year
FROM entitlement AS e
JOIN household AS h ON h.household_id = e.household_id
JOIN area AS a ON a.area_id = h.area_id
LEFT JOIN person AS p ON p.person_id = e.person_id
WHERE e.entitlement_id < :before
  AND h.area_id IN (SELECT b.area_id FROM visible AS v JOIN area AS b ON b.position_low BETWEEN v.low AND v.high)
  AND (:programme = '' OR e.programme = :programme)
  AND (:period = 0 OR e.period = :period)
  AND (:state = '' OR e.state = :state)
ORDER BY e.entitlement_id DESC
LIMIT :count;

-- name: entitlement_of_household
-- few: entitlements of one household
SELECT e.household_id, e.entitlement_id, e.person_id, h.code, p.code, a.code, a.position_low, a.area_id,
       e.programme, e.period, e.amount_minor, e.state, e.risk_level, e.missing, e.proposed_at, e.proposed_by,
       e.decided_at, e.decided_by, e.approved_by, e.reason, e.measure_id, e.payment_id, e.budget_area_id,
       e.budget_year
FROM entitlement AS e
JOIN household AS h ON h.household_id = e.household_id
JOIN area AS a ON a.area_id = h.area_id
LEFT JOIN person AS p ON p.person_id = e.person_id
WHERE e.household_id = :household_id AND e.entitlement_id < :before
  AND (:programme = '' OR e.programme = :programme)
  AND (:period = 0 OR e.period = :period)
  AND (:state = '' OR e.state = :state)
ORDER BY e.entitlement_id DESC
LIMIT :count;

-- name: entitlement_insert
INSERT INTO entitlement (household_id, entitlement_id, programme, person_id, period, amount_minor, state,
                         risk_level, missing, measure_id, proposed_at, proposed_by, reason, change_id)
VALUES (:household_id, :entitlement_id, :programme, :person_id, :period, :amount_minor, :state, :risk_level,
        :missing, :measure_id, :proposed_at, :proposed_by, '', :change_id);

-- name: entitlement_revise
-- A draft that is proposed again.
UPDATE entitlement
SET amount_minor = :amount_minor, state = :state, risk_level = :risk_level, missing = :missing,
    proposed_at = :proposed_at, proposed_by = :proposed_by, change_id = :change_id
WHERE household_id = :household_id AND entitlement_id = :entitlement_id;

-- name: entitlement_decide
UPDATE entitlement
SET state = :state, budget_area_id = :budget_area_id, budget_year = :budget_year, decided_at = :decided_at,
    decided_by = :decided_by, approved_by = :approved_by, reason = :reason, change_id = :change_id
WHERE household_id = :household_id AND entitlement_id = :entitlement_id;

-- name: entitlement_settle
-- What a payment does to it; nothing where its state is another.
UPDATE entitlement SET state = :state, payment_id = :payment_id, change_id = :change_id
WHERE household_id = :household_id AND entitlement_id = :entitlement_id AND state = :state_before;

-- name: entitlement_budget
SELECT programme, budget_area_id, budget_year, amount_minor, state
FROM entitlement
WHERE household_id = :household_id AND entitlement_id = :entitlement_id;

-- name: claim_find
SELECT household_id, entitlement_id FROM entitlement_claim
WHERE programme = :programme AND subject = :subject AND period = :period;

-- name: claim_insert
INSERT INTO entitlement_claim (programme, subject, period, household_id, entitlement_id)
VALUES (:programme, :subject, :period, :household_id, :entitlement_id);

-- name: claim_take_over
UPDATE entitlement_claim SET household_id = :household_id, entitlement_id = :entitlement_id
WHERE programme = :programme AND subject = :subject AND period = :period;

-- name: claim_list
-- Whose a period is: the ids of its households or persons.
SELECT CAST(substr(subject, 2) AS BIGINT)
FROM entitlement_claim
WHERE programme = :programme AND period = :period;

-- name: entitlement_suspended_list
-- Whose help a person holds back, whatever the period.
SELECT household_id, person_id FROM entitlement
WHERE programme = :programme AND state = 'suspended';

-- name: entitlement_approve_pending
-- Of each budget so many as it reaches for, the worst first; what the approver proposed is left to another. The nearest
-- budget is looked up for each row, which takes a moment: a join of rows with places would be planned by statistics that
-- do not know a period yet that was proposed a minute ago, for one row, and be walked for all of them.
WITH RECURSIVE visible (number, low, high) AS (
    SELECT 1, CAST(substr(:ranges, 1, 19) AS BIGINT), CAST(substr(:ranges, 20, 19) AS BIGINT)
    UNION ALL
    SELECT number + 1, CAST(substr(:ranges, number * 38 + 1, 19) AS BIGINT),
           CAST(substr(:ranges, number * 38 + 20, 19) AS BIGINT)
    FROM visible WHERE number * 38 < length(:ranges)
),
budget AS MATERIALIZED (
    SELECT b.area_id, u.position_low, u.position_high, u.level
    FROM programme_budget AS b JOIN area AS u ON u.area_id = b.area_id
    WHERE b.programme = :programme AND b.year = :year
),
pending AS MATERIALIZED (
    SELECT e.household_id, e.entitlement_id, e.amount_minor,
           CASE (SELECT s.risk_level FROM standing AS s WHERE s.household_id = e.household_id
                 ORDER BY s.run_id DESC LIMIT 1)
               WHEN 'critical' THEN 4 WHEN 'high' THEN 3 WHEN 'medium' THEN 2 WHEN 'low' THEN 1 ELSE 0 END AS risk_rank,
           (SELECT g.area_id FROM budget AS g
            WHERE g.position_low <= a.position_low AND g.position_high >= a.position_low
            ORDER BY g.position_low DESC, g.level DESC LIMIT 1) AS budget_area_id
    FROM entitlement AS e
    JOIN household AS h ON h.household_id = e.household_id
    JOIN area AS a ON a.area_id = h.area_id
    WHERE e.programme = :programme AND e.period = :period AND e.state = 'pending'
      AND h.area_id IN (SELECT b.area_id FROM visible AS v JOIN area AS b ON b.position_low BETWEEN v.low AND v.high)
      AND e.proposed_by <> :person
),
ranked AS (
    SELECT p.household_id, p.entitlement_id, p.budget_area_id,
           sum(p.amount_minor) OVER (PARTITION BY p.budget_area_id
                                     ORDER BY p.risk_rank DESC, p.household_id, p.entitlement_id
                                     ROWS UNBOUNDED PRECEDING) AS running_minor
    FROM pending AS p
    WHERE p.budget_area_id IS NOT NULL
)
UPDATE entitlement
SET state = 'approved', budget_area_id = r.budget_area_id, budget_year = :year, decided_at = :decided_at,
    decided_by = :person, approved_by = :person, reason = '', change_id = :change_id
FROM ranked AS r
JOIN programme_budget AS g ON g.programme = :programme AND g.area_id = r.budget_area_id AND g.year = :year
WHERE entitlement.household_id = r.household_id AND entitlement.entitlement_id = r.entitlement_id
  AND r.running_minor <= g.amount_minor - g.reserved_minor - g.spent_minor;

-- name: budget_reserve_approved
-- What the change approved is reserved.
UPDATE programme_budget
SET reserved_minor = reserved_minor + r.amount_minor
FROM (SELECT e.budget_area_id, CAST(sum(e.amount_minor) AS BIGINT) AS amount_minor
      FROM entitlement AS e
      WHERE e.programme = :programme AND e.period = :period AND e.change_id = :change_id
      GROUP BY e.budget_area_id) AS r
WHERE programme_budget.programme = :programme AND programme_budget.area_id = r.budget_area_id
  AND programme_budget.year = :year;

-- name: entitlement_approved_list
SELECT e.household_id, e.entitlement_id, h.code, p.code, e.amount_minor
FROM entitlement AS e
JOIN household AS h ON h.household_id = e.household_id
LEFT JOIN person AS p ON p.person_id = e.person_id
WHERE e.programme = :programme AND e.period = :period AND e.change_id = :change_id
ORDER BY e.household_id, e.entitlement_id;

-- name: entitlement_left_list
-- Those that are still pending, the worst first, with why.
WITH RECURSIVE visible (number, low, high) AS (
    SELECT 1, CAST(substr(:ranges, 1, 19) AS BIGINT), CAST(substr(:ranges, 20, 19) AS BIGINT)
    UNION ALL
    SELECT number + 1, CAST(substr(:ranges, number * 38 + 1, 19) AS BIGINT),
           CAST(substr(:ranges, number * 38 + 20, 19) AS BIGINT)
    FROM visible WHERE number * 38 < length(:ranges)
),
budget AS MATERIALIZED (
    SELECT b.area_id, u.position_low, u.position_high, u.level
    FROM programme_budget AS b JOIN area AS u ON u.area_id = b.area_id
    WHERE b.programme = :programme AND b.year = :year
),
pending AS MATERIALIZED (
    SELECT e.household_id, e.entitlement_id, e.person_id, e.amount_minor, e.proposed_by, h.code,
           CASE (SELECT s.risk_level FROM standing AS s WHERE s.household_id = e.household_id
                 ORDER BY s.run_id DESC LIMIT 1)
               WHEN 'critical' THEN 4 WHEN 'high' THEN 3 WHEN 'medium' THEN 2 WHEN 'low' THEN 1 ELSE 0 END AS risk_rank,
           (SELECT g.area_id FROM budget AS g
            WHERE g.position_low <= a.position_low AND g.position_high >= a.position_low
            ORDER BY g.position_low DESC, g.level DESC LIMIT 1) AS budget_area_id
    FROM entitlement AS e
    JOIN household AS h ON h.household_id = e.household_id
    JOIN area AS a ON a.area_id = h.area_id
    WHERE e.programme = :programme AND e.period = :period AND e.state = 'pending'
      AND h.area_id IN (SELECT b.area_id FROM visible AS v JOIN area AS b ON b.position_low BETWEEN v.low AND v.high)
)
SELECT p.household_id, p.entitlement_id, p.code, n.code, p.amount_minor,
       CASE WHEN p.proposed_by = :person THEN 'own' WHEN p.budget_area_id IS NULL THEN 'no_budget'
            ELSE 'budget_short' END
FROM pending AS p
LEFT JOIN person AS n ON n.person_id = p.person_id
ORDER BY p.risk_rank DESC, p.household_id, p.entitlement_id;

-- name: assess_household_list
-- The active households of the areas that a caller may see, with the risk of the last run.
WITH RECURSIVE visible (number, low, high) AS (
    SELECT 1, CAST(substr(:ranges, 1, 19) AS BIGINT), CAST(substr(:ranges, 20, 19) AS BIGINT)
    UNION ALL
    SELECT number + 1, CAST(substr(:ranges, number * 38 + 1, 19) AS BIGINT),
           CAST(substr(:ranges, number * 38 + 20, 19) AS BIGINT)
    FROM visible WHERE number * 38 < length(:ranges)
)
SELECT h.household_id,
       (SELECT s.risk_level FROM standing AS s WHERE s.household_id = h.household_id ORDER BY s.run_id DESC LIMIT 1)
FROM household AS h
WHERE h.is_active = 1
  AND h.area_id IN (SELECT b.area_id FROM visible AS v JOIN area AS b ON b.position_low BETWEEN v.low AND v.high)
ORDER BY h.household_id
LIMIT :count;

-- name: assess_risk
SELECT risk_level FROM standing WHERE household_id = :household_id ORDER BY run_id DESC LIMIT 1;

-- name: letter_insert
INSERT INTO letter (household_id, letter_id, kind, entitlement_id, reason, made_at, made_by, change_id)
VALUES (:household_id, :letter_id, :kind, :entitlement_id, :reason, :made_at, :made_by, :change_id);
