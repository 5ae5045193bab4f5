/* Persons as they stand in the register, read one by one or, where the store is far away, for many
 * rows at once. Private to service. */
#ifndef SERVICE_IMPORT_STANDING_H
#define SERVICE_IMPORT_STANDING_H

#include "service/import/membership.h"

struct standing_person {
    int64_t person_id; /* 0: none */
    struct text name;
    struct text sex;
    struct import_date birth_date;
    struct spell *spells;
    size_t spell_count;
};

struct standing_persons {
    struct statement *find;
    struct statement *spell_list;
    struct arena *arena; /* what was read of the last one that was found */

    /* A distant store's, of the rows at hand; NULL where it is near, and for a row by hand. */
    struct statement *persons_ahead;
    struct statement *spells_ahead;
    struct arena *ahead_arena;
    struct map *places; /* code -> place in ahead */
    struct standing_person *ahead;
    size_t count;
    size_t capacity;
    struct spell *spells; /* of all of them, one person's behind the other's */
    size_t spell_count;
    size_t spell_capacity;
};

MUST_USE enum berm_status standing_open(struct import *import, struct standing_persons *standing,
                                        struct berm_error *err);
void standing_close(struct standing_persons *standing);
/**
 * Read persons of the rows that come next, in two journeys; what was read for rows before is
 * forgotten. Nobody may write of them before standing_find, which gives each once.
 * Shape   ids: with commas between.
 */
MUST_USE enum berm_status standing_ask_ahead(struct standing_persons *standing, struct text ids,
                                             struct berm_error *err);
/**
 * The person with a code; person_id is 0 where there is none.
 * Owner   standing: good until the next call.
 */
MUST_USE enum berm_status standing_find(struct standing_persons *standing, struct text code,
                                        struct standing_person *ret_person, struct berm_error *err);

#endif
