/*
 * What happened to a household, told with why it is at risk: warnings, visits, measures and what
 * programmes gave. Part of the service's face; the file is story.c.
 */
#ifndef SERVICE_STORY_H
#define SERVICE_STORY_H

#include "service/access.h"

struct office;
struct household_facts; /* service.h */

enum story_kind {
    STORY_WARNING,
    STORY_VISIT,
    STORY_MEASURE_PLANNED,
    STORY_MEASURE_DELIVERED,
    STORY_MEASURE_CANCELLED,
    STORY_ENTITLEMENT,
    STORY_KIND_COUNT,
};
const char *story_kind_name(enum story_kind kind); /* "measure_planned" */

/** One thing that happened. Texts that are above the caller's class are HIDDEN_VALUE. */
struct story_event {
    enum story_kind kind;
    struct text day;  /* of instants, the day in UTC */
    struct text by;   /* account; empty: not said */
    struct text code; /* the warning's kind, the visit's purpose, measure, programme */
    struct text label_en, label_zh; /* empty: the pack has no words for it */
    struct text state;              /* of an entitlement */
    struct text due_on;             /* of a measure that is planned */
    struct text words;              /* what was found, what it did, why */
    bool has_amount;
    int64_t amount_minor;
    month_number month; /* the warning's, the entitlement's first; 0: none */
};

/**
 * Inside the caller's snapshot: the events of a household that was found there, oldest first.
 * Owner   in arena. *ret_shows_sensitive: a sensitive warning's kind is told.
 */
MUST_USE enum berm_status story_read(struct office *office, const struct caller *caller,
                                     const struct household_facts *facts, struct arena *arena,
                                     const struct story_event **ret_events, size_t *ret_count,
                                     bool *ret_shows_sensitive, struct berm_error *err);

#endif
