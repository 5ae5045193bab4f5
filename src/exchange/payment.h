/*
 * Batches of payments as files for the bank, and the bank's answers. Part of the face of exchange.
 */
#ifndef EXCHANGE_PAYMENT_H
#define EXCHANGE_PAYMENT_H

#include "service/service.h"

enum payment_format { PAYMENT_PAIN001, PAYMENT_CSV };
/** "pain.001", "csv". BERM_INVALID_INPUT. */
MUST_USE enum berm_status payment_format_find(struct text name, enum payment_format *ret_format,
                                              struct berm_error *err);

/** A file in pieces: each is read in a short transaction, by whatever office asks for it. */
struct payment_file;

/**
 * Begin the file of a batch that was sent; the journal has the look at its accounts, committed.
 * Owner   the caller is copied.
 * Errors  those of payment_file_note.
 */
MUST_USE enum berm_status payment_file_open(struct office *office, const struct caller *caller,
                                            const struct actor *actor, struct text code,
                                            enum payment_format format,
                                            struct payment_file **ret_file, struct berm_error *err);
void payment_file_free(struct payment_file *file); /* NULL is fine */
void payment_file_freep(struct payment_file **file);
const struct batch_row *payment_file_batch(const struct payment_file *file);
/**
 * Append the next piece. Errors: BERM_CONFLICT (lines are missing that the head counts: some lie
 * where the caller may not look), those of payment_lines_read.
 */
MUST_USE enum berm_status payment_file_next(struct payment_file *file, struct office *office,
                                            struct buffer *out, bool *ret_is_last,
                                            struct berm_error *err);

/** Write a file that is there as a whole or not at all; path "-": standard output. */
MUST_USE enum berm_status payment_file_write(struct office *office, const struct caller *caller,
                                             const struct actor *actor, struct text code,
                                             enum payment_format format, const char *path,
                                             struct berm_error *err);

/** A line of an answer that was not taken. Texts are good during the call only. */
struct payment_refusal {
    int64_t line; /* of the file */
    const char *field;
    struct text value; /* end-to-end id, or what cannot be read; masked where it may be a number */
    const char *reason;
};
struct payment_receiving {
    const struct caller *caller;
    struct actor actor;
    struct text batch; /* code; empty: as the file says */
    struct text file_name;
    void *context;
    void (*refuse)(void *context, const struct payment_refusal *refusal); /* NULL is fine */
};
/**
 * Take a bank's answer, pain.002 or CSV, which is told by its first byte: one transaction, with the
 * good lines of it. The source is read once.
 * Errors  BERM_INVALID_INPUT (neither of the two; not well-formed), those of receipt_begin and
 *         receipt_expect; after any of them nothing was taken.
 */
MUST_USE enum berm_status payment_receive(struct office *office,
                                          const struct payment_receiving *receiving,
                                          struct csv_source source,
                                          struct receipt_counts *ret_counts,
                                          struct berm_error *err);

#endif
