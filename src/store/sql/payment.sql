-- Payments: paying offices, batches, their lines, and what banks answer.

-- name: payer_put
INSERT INTO payer (programme, area_id, name, account, bic, change_id)
VALUES (:programme, :area_id, :name, :account, :bic, :change_id)
ON CONFLICT (programme, area_id) DO UPDATE
SET name = excluded.name, account = excluded.account, bic = excluded.bic, change_id = excluded.change_id;

-- name: payer_remove
DELETE FROM payer WHERE programme = :programme AND area_id = :area_id;

-- name: payer_get
SELECT name, account, bic FROM payer WHERE programme = :programme AND area_id = :area_id;

-- name: payer_nearest
-- Of the offices of an area and those above it: one that pays this programme, the nearest first.
SELECT y.name, y.account, y.bic
FROM area AS a
JOIN area AS o ON o.position_low <= a.position_low AND o.position_high >= a.position_high
JOIN payer AS y ON y.area_id = o.area_id AND y.programme IN (:programme, '')
WHERE a.area_id = :area_id
ORDER BY y.programme DESC, o.level DESC
LIMIT 1;

-- name: payer_list
SELECT y.programme, a.code, y.name, y.account, y.bic, a.position_low
FROM payer AS y JOIN area AS a ON a.area_id = y.area_id
ORDER BY y.programme, a.position_low;

-- name: payment_candidates
-- What is approved of a programme and period, or suspended, and lives in no payment: with whom it would go to, and their
-- account. A person without an account of their own is paid through the head of the household. Last: whether the one it
-- is for, or the one it would go to, has died.
SELECT c.household_id, c.entitlement_id, c.amount_minor, c.state, c.code, coalesce(p.code, ''), c.payee_id,
       coalesce(s.key_id, ''), coalesce(s.sealed, ''),
       CASE WHEN EXISTS (SELECT 1 FROM membership AS d
                         WHERE d.person_id IN (c.payee_id, c.person_id) AND d.end_reason = 'died') THEN 1 ELSE 0 END
FROM (SELECT e.household_id, e.entitlement_id, e.person_id, e.amount_minor, e.state, h.code,
             CASE WHEN EXISTS (SELECT 1 FROM person_secret AS o
                               WHERE o.person_id = e.person_id AND o.kind = 'bank_account')
                  THEN e.person_id
                  ELSE (SELECT min(m.person_id) FROM membership AS m
                        WHERE m.household_id = e.household_id AND m.relation = 'head' AND m.to_date IS NULL)
                  END AS payee_id
      FROM entitlement AS e
      JOIN household AS h ON h.household_id = e.household_id
      JOIN area AS a ON a.area_id = h.area_id
      WHERE e.programme = :programme AND e.period = :period AND e.state IN ('approved', 'suspended')
        AND a.position_low BETWEEN :low AND :high
        AND NOT EXISTS (SELECT 1 FROM payment AS x
                        WHERE x.household_id = e.household_id AND x.entitlement_id = e.entitlement_id
                          AND x.state NOT IN ('returned', 'cancelled'))) AS c
LEFT JOIN person AS p ON p.person_id = c.payee_id
LEFT JOIN person_secret AS s ON s.person_id = c.payee_id AND s.kind = 'bank_account'
ORDER BY c.household_id, c.entitlement_id;

-- name: payment_unpaid_count
-- Why nothing can be paid: how much of a programme and period there is in each state.
SELECT e.state, count(*)
FROM entitlement AS e
JOIN household AS h ON h.household_id = e.household_id
JOIN area AS a ON a.area_id = h.area_id
WHERE e.programme = :programme AND e.period = :period AND a.position_low BETWEEN :low AND :high
GROUP BY e.state ORDER BY e.state;

-- name: batch_insert
INSERT INTO payment_batch (batch_id, code, programme, area_id, period, state, message_id, line_count, total_minor,
                           execution_on, payer_name, payer_account, payer_bic, made_at, made_by, change_id)
VALUES (:batch_id, :code, :programme, :area_id, :period, 'draft', :message_id, 0, 0, :execution_on, :payer_name,
        :payer_account, :payer_bic, :made_at, :made_by, :change_id);

-- name: batch_sum
-- What the lines are that were not taken out.
UPDATE payment_batch
SET line_count = (SELECT count(*) FROM payment AS p
                  WHERE p.batch_id = payment_batch.batch_id AND p.state <> 'cancelled'),
    total_minor = (SELECT CAST(coalesce(sum(p.amount_minor), 0) AS BIGINT) FROM payment AS p
                   WHERE p.batch_id = payment_batch.batch_id AND p.state <> 'cancelled')
WHERE batch_id = :batch_id;

-- name: payment_insert
INSERT INTO payment (household_id, payment_id, batch_id, line_number, entitlement_id, payee_person_id, amount_minor,
                     end_to_end_id, state, bank_status, reason_code, reason, value_on, change_id)
VALUES (:household_id, :payment_id, :batch_id, :line_number, :entitlement_id, :payee_person_id, :amount_minor,
        :end_to_end_id, 'prepared', '', '', '', NULL, :change_id);

-- name: payment_account_insert
INSERT INTO payment_account (household_id, payment_id, person_id, key_id, sealed)
VALUES (:household_id, :payment_id, :person_id, :key_id, :sealed);

-- name: batch_by_code
SELECT b.batch_id, b.code, b.programme, a.code, b.period, b.state, b.message_id, b.line_count, b.total_minor,
       b.execution_on, b.payer_name, b.payer_account, b.payer_bic, b.made_at, b.made_by, b.first_signed_at,
       b.first_signed_by, b.second_signed_at, b.second_signed_by, b.sent_at, b.sent_by, b.cancelled_at,
       b.cancelled_by, b.reason, a.position_low
FROM payment_batch AS b JOIN area AS a ON a.area_id = b.area_id
WHERE b.code = :code;

-- name: batch_by_message
SELECT code FROM payment_batch WHERE message_id = :message_id;

-- name: batch_list
-- Newest first, before an id.
WITH RECURSIVE visible (number, low, high) AS (
    SELECT 1, CAST(substr(:ranges, 1, 19) AS BIGINT), CAST(substr(:ranges, 20, 19) AS BIGINT)
    UNION ALL
    SELECT number + 1, CAST(substr(:ranges, number * 38 + 1, 19) AS BIGINT),
           CAST(substr(:ranges, number * 38 + 20, 19) AS BIGINT)
    FROM visible WHERE number * 38 < length(:ranges)
)
SELECT b.batch_id, b.code, b.programme, a.code, b.period, b.state, b.message_id, b.line_count, b.total_minor,
       b.execution_on, b.payer_name, b.payer_account, b.payer_bic, b.made_at, b.made_by, b.first_signed_at,
       b.first_signed_by, b.second_signed_at, b.second_signed_by, b.sent_at, b.sent_by, b.cancelled_at,
       b.cancelled_by, b.reason, a.position_low
FROM payment_batch AS b JOIN area AS a ON a.area_id = b.area_id
WHERE b.batch_id < :before
  AND (:state = '' OR b.state = :state)
  AND (:programme = '' OR b.programme = :programme)
  AND EXISTS (SELECT 1 FROM visible AS v WHERE a.position_low BETWEEN v.low AND v.high)
ORDER BY b.batch_id DESC
LIMIT :count;

-- name: batch_ends
-- How many lines of a batch have which state, and what they are worth.
SELECT state, count(*), CAST(coalesce(sum(amount_minor), 0) AS BIGINT)
FROM payment WHERE batch_id = :batch_id GROUP BY state;

-- name: batch_sign_first
UPDATE payment_batch
SET state = 'signed_once', first_signed_at = :at, first_signed_by = :by, change_id = :change_id
WHERE batch_id = :batch_id;

-- name: batch_sign_second
UPDATE payment_batch
SET state = 'signed', second_signed_at = :at, second_signed_by = :by, change_id = :change_id
WHERE batch_id = :batch_id;

-- name: batch_set_sent
UPDATE payment_batch SET state = 'sent', sent_at = :at, sent_by = :by, change_id = :change_id
WHERE batch_id = :batch_id;

-- name: batch_set_state
UPDATE payment_batch SET state = :state, change_id = :change_id WHERE batch_id = :batch_id;

-- name: batch_set_cancelled
UPDATE payment_batch
SET state = 'cancelled', cancelled_at = :at, cancelled_by = :by, reason = :reason, change_id = :change_id
WHERE batch_id = :batch_id;

-- name: batch_take_out
-- Lines that cannot be paid any more: the entitlement is approved no longer, or the payee has died.
UPDATE payment
SET state = 'cancelled', reason_code = 'not_payable', change_id = :change_id
WHERE batch_id = :batch_id AND state = 'prepared'
  AND (NOT EXISTS (SELECT 1 FROM entitlement AS e
                   WHERE e.household_id = payment.household_id AND e.entitlement_id = payment.entitlement_id
                     AND e.state = 'approved')
       OR EXISTS (SELECT 1 FROM membership AS d
                  WHERE d.person_id = payment.payee_person_id AND d.end_reason = 'died'));

-- name: batch_send_lines
UPDATE payment SET state = 'sent', change_id = :change_id WHERE batch_id = :batch_id AND state = 'prepared';

-- name: batch_pay_entitlements
UPDATE entitlement
SET state = 'paid', change_id = :change_id,
    payment_id = (SELECT p.payment_id FROM payment AS p
                  WHERE p.household_id = entitlement.household_id AND p.entitlement_id = entitlement.entitlement_id
                    AND p.state = 'sent')
WHERE (household_id, entitlement_id) IN (SELECT p.household_id, p.entitlement_id FROM payment AS p
                                         WHERE p.batch_id = :batch_id AND p.state = 'sent');

-- name: batch_budget_sums
-- Out of which budgets a batch is paid, and how much of each.
SELECT e.budget_area_id, e.budget_year, CAST(sum(p.amount_minor) AS BIGINT)
FROM payment AS p
JOIN entitlement AS e ON e.household_id = p.household_id AND e.entitlement_id = p.entitlement_id
WHERE p.batch_id = :batch_id AND p.state = 'sent' AND e.budget_area_id IS NOT NULL
GROUP BY e.budget_area_id, e.budget_year
ORDER BY e.budget_area_id, e.budget_year;

-- name: batch_cancel_lines
UPDATE payment SET state = 'cancelled', reason_code = 'batch_cancelled', change_id = :change_id
WHERE batch_id = :batch_id AND state = 'prepared';

-- name: payment_lines
-- A page of a file's lines.
SELECT p.line_number, p.end_to_end_id, n.name, p.amount_minor, c.person_id, c.key_id, c.sealed
FROM payment AS p
JOIN person AS n ON n.person_id = p.payee_person_id
JOIN payment_account AS c ON c.household_id = p.household_id AND c.payment_id = p.payment_id
WHERE p.batch_id = :batch_id AND p.line_number > :after AND p.state <> 'cancelled'
ORDER BY p.line_number
LIMIT :count;

-- name: payment_list
SELECT p.line_number, p.end_to_end_id, h.code, n.code, p.amount_minor, p.state, p.bank_status, p.reason_code, p.reason,
       p.value_on
FROM payment AS p
JOIN household AS h ON h.household_id = p.household_id
JOIN person AS n ON n.person_id = p.payee_person_id
WHERE p.batch_id = :batch_id AND p.line_number > :after AND (:state = '' OR p.state = :state)
ORDER BY p.line_number
LIMIT :count;

-- name: payment_by_id
SELECT p.batch_id, p.end_to_end_id, p.state, p.amount_minor, p.entitlement_id, p.bank_status, p.reason_code, h.code,
       e.period, e.budget_area_id, e.budget_year
FROM payment AS p
JOIN household AS h ON h.household_id = p.household_id
JOIN entitlement AS e ON e.household_id = p.household_id AND e.entitlement_id = p.entitlement_id
WHERE p.household_id = :household_id AND p.payment_id = :payment_id;

-- name: payment_open_page
-- The end_to_end_ids of a batch that have no end yet, behind a line.
SELECT line_number, end_to_end_id FROM payment
WHERE batch_id = :batch_id AND line_number > :after AND state = 'sent'
ORDER BY line_number
LIMIT :count;

-- name: payment_answer
UPDATE payment
SET state = :state, bank_status = :bank_status, reason_code = :reason_code, reason = :reason, value_on = :value_on,
    change_id = :change_id
WHERE household_id = :household_id AND payment_id = :payment_id;

-- name: payment_reconcile
-- The bank says that it was paid.
UPDATE entitlement SET state = 'reconciled', change_id = :change_id
WHERE household_id = :household_id AND entitlement_id = :entitlement_id;

-- name: payment_reopen
-- The money came back: the entitlement may be paid anew.
UPDATE entitlement SET state = 'approved', payment_id = NULL, change_id = :change_id
WHERE household_id = :household_id AND entitlement_id = :entitlement_id;

-- name: payment_spend
-- What was reserved in a budget is spent; a negative amount takes it back.
UPDATE programme_budget
SET reserved_minor = reserved_minor - :amount_minor, spent_minor = spent_minor + :amount_minor
WHERE programme = :programme AND area_id = :area_id AND year = :year;

-- name: payment_paid_sum
-- What was paid to a household of a programme: for a month, where it is given monthly, else in it.
SELECT CAST(coalesce(sum(p.amount_minor), 0) AS BIGINT)
FROM payment AS p
JOIN payment_batch AS b ON b.batch_id = p.batch_id
WHERE p.household_id = :household_id AND p.state = 'paid' AND b.programme = :programme
  AND CASE WHEN :is_monthly = 1 THEN b.period = :month ELSE substr(b.execution_on, 1, 7) = :month_text END;
