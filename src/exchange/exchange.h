/*
 * Files in and out: the import of CSV files, and exports to a file (export,
 * export_job, target); payments for banks and their answers (payment_file, payment_receive;
 * pain001, pain002, payment_csv). Import by subject: input (bytes, encoding, digest), encoding,
 * import_map (--map), import_columns (header to fields), import_cells (text to typed values),
 * import_reader (rows in batches), import_pipeline (the second thread), import_rejects (the file of
 * rejected rows), import (the whole).
 */
#ifndef EXCHANGE_EXCHANGE_H
#define EXCHANGE_EXCHANGE_H

#include "exchange/payment.h"
#include "service/service.h"

/** A row that was not taken. Texts are good during the call only. */
struct exchange_reject {
    int64_t line;       /* of the file, from 1, the header included */
    struct text column; /* its header in the file; empty: the row as a whole */
    struct text value;  /* as it stands in the file, at most 80 characters */
    struct text reason; /* one sentence with the remedy */
};

struct exchange_progress {
    int64_t rows;
    int64_t rejected;
    int64_t bytes;
    int64_t total_bytes; /* 0: not known */
    double seconds;
};

struct import_options {
    enum import_kind kind;
    const char *path;         /* "-": standard input */
    const char *file_name;    /* for the history; NULL: that of the path */
    const char *map_path;     /* NULL: the file's headers are the fields */
    const char *encoding;     /* "utf-8", "gb18030"; NULL: recognised */
    const char *rejects_path; /* NULL: none */
    bool is_dry_run;
    const struct caller *caller; /* who imports; never NULL */
    struct actor actor;
    const struct key_file *key; /* NULL: none at hand */
    void *context;              /* of the calls below, which come from the calling thread */
    /** About ten times a second, and once at the end; false stops the import. NULL is fine. */
    bool (*progress)(void *context, const struct exchange_progress *progress);
    /** Each rejected row, in the file's order. NULL is fine. */
    void (*reject)(void *context, const struct exchange_reject *reject);
    /** As in struct import_start, with the same context. NULL is fine. */
    enum berm_status (*before_commit)(void *context, const struct import_counts *counts,
                                      struct berm_error *err);
};

struct import_result {
    int64_t rows; /* read: added + changed + unchanged + rejected */
    int64_t added;
    int64_t changed;
    int64_t unchanged;
    int64_t rejected;
    int64_t entries; /* flows: amounts in the rows that were taken */
    double seconds;
    double rows_per_second;
    const char *encoding; /* "UTF-8", "GB18030" */
};

/**
 * Import a file as docs/reference/import.md says: the good rows in one transaction, each bad row to
 * options->reject and to the rejects file. With nothing but rejected rows it still succeeds.
 * Errors  BERM_INVALID_INPUT (header or map: the message lists what is wrong; not a text file),
 *         BERM_NOT_FOUND (the file; areas or households must come first), BERM_IO, BERM_BUSY,
 *         BERM_CANCELLED; after any of them the register is as it was.
 */
MUST_USE enum berm_status exchange_import(struct store *store, const struct dictionary *dictionary,
                                          const struct import_options *options,
                                          struct import_result *ret_result, struct berm_error *err);

/* ---- Exports --------------------------------------------------------------------------------- */

struct export_options {
    const struct caller *caller; /* never NULL */
    struct actor actor;
    struct export_order order;
    const char *path; /* "-": standard output */
    /** Write to path itself: what breaks off there is looked after by whoever made the place. */
    bool is_in_place;
    void *context;
    /** Behind each piece; false stops the export. NULL is fine. */
    bool (*progress)(void *context, int64_t rows);
};

/**
 * Write an export to a file that is there as a whole or not at all: it is written beside its place
 * and renamed when it is complete, readable for its owner only. The journal has an entry for the
 * beginning, and one for the end, which also says where it broke off.
 * Errors  those of export_create and export_next; BERM_IO, BERM_CANCELLED.
 */
MUST_USE enum berm_status exchange_export(struct office *office,
                                          const struct export_options *options, int64_t *ret_rows,
                                          struct berm_error *err);

/** Write bytes to a file in the same way: as a whole or not at all. "-": standard output.
 * Errors: BERM_IO, BERM_INVALID_INPUT (the path is too long). */
MUST_USE enum berm_status exchange_write_file(const char *path, const struct buffer *bytes,
                                              struct berm_error *err);

/* ---- Jobs ------------------------------------------------------------------------------------ */

/** One for each kind of job, for struct job_runner_options. */
extern job_function *const exchange_job_functions[JOB_KIND_COUNT];

#endif
