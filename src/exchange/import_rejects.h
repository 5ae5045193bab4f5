/* The file of rejected rows. Private to exchange. */
#ifndef EXCHANGE_IMPORT_REJECTS_H
#define EXCHANGE_IMPORT_REJECTS_H

#include "exchange/import_reader.h"

struct rejects_file;

/** Make the file with its header line. Errors: BERM_INVALID_INPUT (it is the imported file),
 * BERM_IO. */
MUST_USE enum berm_status rejects_open(const char *path, const struct import_reader *reader,
                                       struct rejects_file **ret_file, struct berm_error *err);
MUST_USE enum berm_status rejects_write(struct rejects_file *file, const struct row_record *record,
                                        struct text column, struct text reason,
                                        struct berm_error *err);
/** Write what is left. */
MUST_USE enum berm_status rejects_finish(struct rejects_file *file, struct berm_error *err);
void rejects_free(struct rejects_file *file);
void rejects_freep(struct rejects_file **file);

#endif
