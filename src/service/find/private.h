/* What the files of finding share. Private to service. */
#ifndef SERVICE_FIND_PRIVATE_H
#define SERVICE_FIND_PRIVATE_H

#include "service/find/filter.h"

/** Give every area its district; is_level_new: choose the districts' level anew. */
MUST_USE enum berm_status search_place_areas(struct store *store, bool is_level_new,
                                             struct berm_error *err);
/** Enter a person of whom nothing is entered. */
MUST_USE enum berm_status search_writer_enter(struct search_writer *writer, int64_t person_id,
                                              struct berm_error *err);
/** BERM_VERSION with the remedy where the register's entries are not those of this program. */
MUST_USE enum berm_status search_check_version(struct store *store, struct berm_error *err);

/* ---- cursor.c -------------------------------------------------------------------------------- */

/** The last row of a page. */
struct find_cursor {
    int64_t risk_rank, district_id, person_id;
    char key_bytes[CODE_BYTES_MAX]; /* the household's code, or the term */
    size_t key_length;
};
/** A number that tells one query from another. */
uint64_t find_query_hash(const struct household_query *query);
struct text find_cursor_write(const struct find_cursor *cursor, uint64_t query_hash,
                              char out[CURSOR_TEXT_MAX]);
/** BERM_INVALID_INPUT where it is no cursor, or one of another query. */
MUST_USE enum berm_status find_cursor_read(struct text text, uint64_t query_hash,
                                           struct find_cursor *ret_cursor, struct berm_error *err);

#endif
