/*
 * Payments: what was approved is paid once. Part of the service's face; its files are in payment/.
 *
 * A batch is made of the approved entitlements of a programme, an area and a period. Two persons
 * sign it, neither of whom made it; then it leaves as a file for the bank (exchange/payment.h),
 * and what the bank answers of each line ends it. docs/guide/payments.md walks through it.
 *
 * Paid twice is kept out in one place: of an entitlement one payment at most lives, which is a rule
 * of the table. A file that is made again has the same bytes, identification included, so that a
 * bank knows it; and what cannot be paid any more is taken out when the batch is sent.
 *
 *   payer.c    whose money: the paying office of a programme and area
 *   prepare.c  entitlements to lines, and who is left out, and why
 *   life.c     signed, sent, cancelled
 *   lines.c    the lines of a file, with the accounts opened
 *   answer.c   what the bank says of a line;  reconcile.c: what follows from it
 *   read.c     one batch, lists, its lines
 */
#ifndef SERVICE_PAYMENT_H
#define SERVICE_PAYMENT_H

#include "service/access.h"
#include "service/secret.h"

struct office;

enum {
    PAYMENT_ID_BYTES_MAX = 35, /* ISO 20022's Max35Text: identification of messages and payments */
    PAYMENT_NAME_CHARACTERS_MAX = 140,
    PAYMENT_BIC_BYTES_MAX = 11,
};

enum batch_state {
    BATCH_DRAFT,
    BATCH_SIGNED_ONCE,
    BATCH_SIGNED,
    BATCH_SENT,
    BATCH_SETTLED, /* every line has its end */
    BATCH_CANCELLED,
    BATCH_STATE_COUNT,
};
const char *batch_state_name(enum batch_state state);
MUST_USE enum berm_status batch_state_find(struct text name, enum batch_state *ret_state,
                                           struct berm_error *err);

/* ---- Who pays -------------------------------------------------------------------------------- */

/** The office that pays a programme (empty: any that has no office of its own) in an area. */
struct payer {
    struct text programme, area; /* codes */
    struct text name, account, bic;
};
/**
 * Set it, or take it away where the name is empty: one transaction. The journal has the account
 * masked. Batches that were made keep the office that they were made with.
 * Errors  BERM_FORBIDDEN, BERM_NOT_FOUND (area), BERM_INVALID_INPUT (account, BIC, name).
 */
MUST_USE enum berm_status payer_set(struct office *office, const struct caller *caller,
                                    const struct actor *actor, const struct payer *payer,
                                    struct berm_error *err);
typedef enum berm_status payer_visitor(void *context, const struct payer *payer,
                                       struct berm_error *err);
/** Accounts are masked. */
MUST_USE enum berm_status payers_list(struct office *office, const struct caller *caller,
                                      payer_visitor *visit, void *context, struct berm_error *err);

/* ---- A batch --------------------------------------------------------------------------------- */

struct batch_order {
    struct text code; /* by which a second order is known; empty: one is given */
    struct text programme, area;
    month_number period;    /* of the entitlements */
    date_days execution_on; /* on which the bank shall pay */
};

/** An entitlement that was left out. Texts are good during the call only. */
struct left_out {
    struct text household, person; /* codes; person empty: the household's, and it has no head */
    int64_t amount_minor;
    const char *reason; /* "no_account", "no_head", "suspended", "died", "duplicate" */
    const char *remedy; /* one sentence */
};
typedef enum berm_status left_out_visitor(void *context, const struct left_out *left_out,
                                          struct berm_error *err);

struct batch_row {
    int64_t batch_id;
    struct text code, programme, area;
    month_number period;
    enum batch_state state;
    struct text message_id;
    int64_t line_count, total_minor;
    int64_t paid_count, paid_minor, returned_count, open_count; /* of a batch that was sent */
    struct text execution_on, payer_name, payer_account, payer_bic;
    struct text made_at, made_by, first_signed_at, first_signed_by, second_signed_at,
        second_signed_by, sent_at, sent_by, cancelled_at, cancelled_by, reason; /* empty: not */
};

/**
 * Make a batch: one transaction. An order whose code was used for the same before is answered with
 * the batch that it made, *ret_is_repeated, and nothing is visited.
 * Owner   ret_row in arena. The account of its payer is masked.
 * Errors  BERM_CONFLICT (the code was used for something else; nothing is to be paid: the message
 *         says why), BERM_NOT_FOUND (area, programme, no paying office), BERM_FORBIDDEN.
 */
MUST_USE enum berm_status batch_prepare(struct office *office, const struct caller *caller,
                                        const struct actor *actor, const struct batch_order *order,
                                        left_out_visitor *visit, void *context, struct arena *arena,
                                        struct batch_row *ret_row, bool *ret_is_repeated,
                                        struct berm_error *err);

/*
 * Steps of a batch, by its code: one transaction each. ret_row as above.
 * Errors  BERM_NOT_FOUND (no such batch, or not the caller's), BERM_FORBIDDEN, BERM_CONFLICT (its
 *         state; the same person).
 */

/** A signature of a person who neither made it nor signed it before. */
MUST_USE enum berm_status batch_sign(struct office *office, const struct caller *caller,
                                     const struct actor *actor, struct text code,
                                     struct arena *arena, struct batch_row *ret_row,
                                     struct berm_error *err);
/**
 * From now on it is with the bank, and its file may be made. What cannot be paid any more since it
 * was made is taken out, told by *ret_taken_out. A batch that was sent stays as it is.
 */
MUST_USE enum berm_status batch_send(struct office *office, const struct caller *caller,
                                     const struct actor *actor, struct text code,
                                     struct arena *arena, struct batch_row *ret_row,
                                     int64_t *ret_taken_out, struct berm_error *err);
/** Before it is sent. Its entitlements wait for another batch. */
MUST_USE enum berm_status batch_cancel(struct office *office, const struct caller *caller,
                                       const struct actor *actor, struct text code,
                                       struct text reason, struct arena *arena,
                                       struct batch_row *ret_row, struct berm_error *err);

/* ---- Reading --------------------------------------------------------------------------------- */

struct batch_filter {
    struct text programme, area; /* empty: any */
    bool has_state;
    enum batch_state state;
    int64_t before_id; /* only older ones; 0: from the newest on */
    int64_t limit;     /* 0: all */
};
typedef enum berm_status batch_visitor(void *context, const struct batch_row *row,
                                       struct berm_error *err);
MUST_USE enum berm_status batches_list(struct office *office, const struct caller *caller,
                                       const struct batch_filter *filter, batch_visitor *visit,
                                       void *context, struct berm_error *err);
MUST_USE enum berm_status batch_read(struct office *office, const struct caller *caller,
                                     struct text code, struct arena *arena,
                                     struct batch_row *ret_row, struct berm_error *err);

/** A line of a batch; no account. Texts are good during the call only. */
struct payment_row {
    int64_t line_number;
    struct text end_to_end_id, household, payee; /* codes */
    int64_t amount_minor;
    struct text state, bank_status, reason_code, reason, value_on; /* as the bank told */
};
typedef enum berm_status payment_visitor(void *context, const struct payment_row *row,
                                         struct berm_error *err);
struct payment_filter {
    struct text state;    /* empty: any */
    int64_t after, limit; /* only lines with a higher number; 0: from the first, all */
};
MUST_USE enum berm_status payments_list(struct office *office, const struct caller *caller,
                                        struct text code, const struct payment_filter *filter,
                                        payment_visitor *visit, void *context,
                                        struct berm_error *err);

/* ---- The lines of a file --------------------------------------------------------------------- */

/** A payment as the bank is to make it, with the account in plain: only for the file itself. */
struct payment_line {
    int64_t line_number;
    struct text end_to_end_id, name, account;
    int64_t amount_minor;
};
typedef enum berm_status payment_line_visitor(void *context, const struct payment_line *line,
                                              struct berm_error *err);
/** Write the look at all of its accounts into the journal: a transaction of its own, before a byte
 * of the file goes out. Errors: those of batch_read; BERM_CONFLICT (it was not sent). */
MUST_USE enum berm_status payment_file_note(struct office *office, const struct caller *caller,
                                            const struct actor *actor, struct text code,
                                            struct arena *arena, struct batch_row *ret_row,
                                            struct berm_error *err);
/**
 * Up to limit lines of a batch that was sent, behind a line: one short reading. *ret_last: the
 * number of the last one; 0: there was none.
 * Errors  those of vault_open; BERM_CORRUPT (an account does not open).
 */
MUST_USE enum berm_status payment_lines_read(struct office *office, const struct caller *caller,
                                             int64_t batch_id, int64_t after, int64_t limit,
                                             payment_line_visitor *visit, void *context,
                                             int64_t *ret_last, struct berm_error *err);

/* ---- What the bank answers ------------------------------------------------------------------- */

enum payment_outcome {
    PAYMENT_IS_OPEN, /* received, being looked at, under way: no end yet */
    PAYMENT_IS_PAID,
    PAYMENT_IS_RETURNED, /* rejected, or sent back after it was paid */
};
struct payment_answer {
    struct text end_to_end_id;
    enum payment_outcome outcome;
    struct text bank_status, reason_code, reason; /* "ACSC"; "AC04"; in words */
    struct text amount, currency;                 /* as the bank tells them; empty: not */
    struct text value_on;                         /* a day; empty: not told */
};
/** What is wrong with a line; status BERM_OK: it was taken. */
struct payment_fault {
    const char *field; /* "end_to_end_id" */
    struct berm_error error;
};
struct receipt_counts {
    int64_t lines, paid, returned, noted, unchanged, refused; /* lines: the sum of the others */
    int64_t settled;                                          /* batches */
};

/** A running receipt. It holds the store's write lock until it is finished or freed. */
struct receipt;

/**
 * Begin the transaction. code: the batch whose answer this is; empty: each line's own.
 * Errors  BERM_FORBIDDEN, BERM_NOT_FOUND, BERM_BUSY.
 */
MUST_USE enum berm_status receipt_begin(struct office *office, const struct caller *caller,
                                        const struct actor *actor, struct text code,
                                        struct text file_name, struct receipt **ret_receipt,
                                        struct berm_error *err);
/** The message that the file answers. BERM_NOT_FOUND (none of ours), BERM_CONFLICT (of another
 * batch than that which was named). */
MUST_USE enum berm_status receipt_expect(struct receipt *receipt, struct text message_id,
                                         struct berm_error *err);
/** Take a line. What is wrong with it is told in ret_fault and changes nothing. */
MUST_USE enum berm_status receipt_take(struct receipt *receipt, const struct payment_answer *answer,
                                       struct payment_fault *ret_fault, struct berm_error *err);
/** The same end for all lines of the message that have none yet; end_to_end_id is not read. */
MUST_USE enum berm_status receipt_take_rest(struct receipt *receipt,
                                            const struct payment_answer *answer,
                                            struct berm_error *err);
/** Commit. Where nothing differs from what is known nothing is left behind. */
MUST_USE enum berm_status receipt_finish(struct receipt *receipt, struct text file_sha256,
                                         struct receipt_counts *ret_counts, struct berm_error *err);
void receipt_free(struct receipt *receipt); /* rolls back; NULL is fine */
void receipt_freep(struct receipt **receipt);

#endif
