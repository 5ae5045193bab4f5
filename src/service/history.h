/*
 * What was changed of a household, its members and its flows, by whom and when. Part of the
 * service's face; the file is history.c.
 */
#ifndef SERVICE_HISTORY_H
#define SERVICE_HISTORY_H

#include "service/access.h"

struct office;

/** What one change did to the household, one member or one flow. */
struct history_row {
    const char *entity;  /* "household", "person", "membership", "flow", "visit", "attachment" */
    struct text subject; /* the person's code, or month, flow and source, or the visit's or
                            attachment's number; empty: the household */
    bool is_added;       /* nothing was there before */
    /* JSON: {"field": ["before", "after"]}; null is unknown. Of what was added only a flow's
     * amount is told: the rest is what the first row that replaced it names as before. */
    struct text fields;
};
struct history_change {
    int64_t change_id;
    struct text at, actor, via;
    const struct history_row *rows;
    size_t row_count;
};
struct history_page {
    const struct history_change *changes; /* newest first */
    size_t count;
    int64_t next;         /* before of the next page; 0: there is none */
    bool shows_sensitive; /* a known sensitive value is in it: a look (look.h) */
};

/**
 * A page of a household's history: changes before one (0: from the newest on), at most limit of
 * them (0: all).
 *
 * Fields are masked as the household's values are; flows and whole changes of which nothing is left
 * are not told. Of a person who lives outside the caller's areas now no change is told, also none
 * from the time before.
 * Owner   ret_page in arena.
 * Errors  BERM_FORBIDDEN, BERM_NOT_FOUND.
 */
MUST_USE enum berm_status household_history(struct office *office, const struct caller *caller,
                                            struct text code, int64_t before, int64_t limit,
                                            struct arena *arena, struct history_page *ret_page,
                                            struct berm_error *err);

#endif
