/* Scans that are read as they arrive, and what becomes of them when the connection is wanted. */
#ifndef STORE_POSTGRES_STREAM_H
#define STORE_POSTGRES_STREAM_H

#include "store/postgres/statement.h"

/** Fewer households are few rows: the prepared statement has them sooner. So many that their rows
 * might have to be put aside are read through a cursor. */
enum { STREAM_IDS_MIN = 64, STREAM_IDS_MAX = 65536 };

/** What comes before a scan, so that it is planned in the order of its first table's key. */
#define STREAM_PLANNING "SET LOCAL enable_sort = off"

/** Whether a scan, as it is bound now, is of so few households that it runs as it was prepared. */
bool postgres_is_narrow_scan(const struct postgres_statement *statement);

/** Whether a scan, as it is bound now, is read by COPY. */
bool postgres_wants_stream(const struct postgres_statement *statement);
enum berm_status postgres_stream_start(struct postgres_statement *statement,
                                       struct berm_error *err);
enum berm_status postgres_stream_next(struct postgres_statement *statement, bool *ret_has_row,
                                      struct berm_error *err);
/** What was not read is let go. */
void postgres_stream_close(struct postgres_statement *statement);
void postgres_stream_free(struct postgres_statement *statement);

#endif
