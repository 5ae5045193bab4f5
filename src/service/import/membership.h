/* What a row says about a person's membership. Private to service; no input or output. */
#ifndef SERVICE_IMPORT_MEMBERSHIP_H
#define SERVICE_IMPORT_MEMBERSHIP_H

#include "service/import/private.h"

enum { PERSON_SPELLS_MAX = 200 }; /* of one person: more is a fault of the file */

/** One membership: [from, to). */
struct spell {
    int64_t household_id;
    date_days from;
    struct import_date to; /* unknown: it is open */
    struct text relation;
    struct text end_reason;
};

/** What is to be done to a person's memberships. */
struct spell_plan {
    const struct spell *replaced; /* this one becomes `after`; NULL: `after` is added */
    const struct spell *closed;   /* this one ends on `after.from`; NULL: none */
    struct spell after;
};

/** from_date where nobody said since when. */
date_days spell_from_unknown(void);

/**
 * Decide what a row does to the memberships that there are.
 * Shape   spells: by from date. household_id: the row's household.
 * A row that cannot be is rejected in row->row, with its sentence in arena.
 */
MUST_USE enum berm_status spell_plan_make(const struct import_columns *columns,
                                          struct import_person *row, int64_t household_id,
                                          const struct spell *spells, size_t count,
                                          struct arena *arena, struct spell_plan *ret_plan,
                                          struct berm_error *err);

#endif
