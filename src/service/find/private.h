/* What the files of finding share. Private to service. */
#ifndef SERVICE_FIND_PRIVATE_H
#define SERVICE_FIND_PRIVATE_H

#include "service/service.h"

/** Give every area its district; is_level_new: choose the districts' level anew. */
MUST_USE enum berm_status search_place_areas(struct store *store, bool is_level_new,
                                             struct berm_error *err);
/** Enter a person of whom nothing is entered. */
MUST_USE enum berm_status search_writer_enter(struct search_writer *writer, int64_t person_id,
                                              struct berm_error *err);
/** BERM_VERSION with the remedy where the register's entries are not those of this program. */
MUST_USE enum berm_status search_check_version(struct store *store, struct berm_error *err);

#endif
