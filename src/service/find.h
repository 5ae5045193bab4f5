/*
 * Finding people and households. Part of the service's face; its files are in find/.
 *
 *   entries.c    what persons are found by: written with every name and membership
 *   districts.c  the parts of the register that a list goes through one after the other
 *   rebuild.c    all of it anew, for registers that are older
 *   filter.c     conditions as people write them;  apply.c: who may use them, and who meets them
 *   cursor.c     where a page ended
 *   households.c lists of households, and of whom a search finds
 */
#ifndef SERVICE_FIND_H
#define SERVICE_FIND_H

#include "service/access.h"

struct office;

/* ---- Keeping it up to date -------------------------------------------------------------------
 *
 * Whoever writes a name, a membership or the area of a household says so here, in the same
 * transaction. Nothing of this is a fact: it is derived, and not journalled. */

/** Enters persons in bulk. One thread's; must not outlive the store. */
struct search_writer;

MUST_USE enum berm_status search_writer_create(struct store *store,
                                               struct search_writer **ret_writer,
                                               struct berm_error *err);
void search_writer_free(struct search_writer *writer);
void search_writer_freep(struct search_writer **writer);

/** A person who was not there before, in a household of this district. Households should come in
 * the order of their areas: terms are sorted in pieces before they are written. */
MUST_USE enum berm_status search_writer_add(struct search_writer *writer, int64_t person_id,
                                            int64_t household_id, int64_t district_id,
                                            struct text name, struct berm_error *err);
/** A person whose name or memberships were written just now, also a new one: what is entered
 * becomes what the tables say. */
MUST_USE enum berm_status search_writer_refresh(struct search_writer *writer, int64_t person_id,
                                                struct berm_error *err);
/** A household that moved to another area: itself and everybody in it. */
MUST_USE enum berm_status search_writer_refresh_household(struct search_writer *writer,
                                                          int64_t household_id,
                                                          struct berm_error *err);
/** Write what is held back; before the transaction commits. */
MUST_USE enum berm_status search_writer_flush(struct search_writer *writer, struct berm_error *err);

/** After areas were added or moved. */
MUST_USE enum berm_status search_refresh_areas(struct store *store, struct berm_error *err);

/** Where a risk level stands in the order "worst first". */
int search_risk_rank(struct text risk_level);

/** Make all of it where the register is older than the search, in a transaction of its own. */
MUST_USE enum berm_status search_bring_up_to_date(struct store *store, struct berm_error *err);
/** Make all of it anew, inside a writing transaction. */
MUST_USE enum berm_status search_rebuild(struct store *store, struct berm_error *err);

/* ---- Lists ----------------------------------------------------------------------------------- */

enum {
    FIND_LIMIT_DEFAULT = 50,
    FIND_LIMIT_MAX = 200,
    FIND_FILTERS_MAX = 8,
    FIND_FILTER_BYTES_MAX = 500,
    FIND_LIST_MAX = 50, /* values behind "in" */
    CURSOR_TEXT_MAX = 256,
};

struct household_query {
    struct text area; /* code; empty: all areas of the caller */
    /* A name or its beginning, in characters, pinyin or initials; or, with a digit in it, the code
     * of a person, an id number, or the beginning of a household's code. Empty: all households. */
    struct text search;
    /* What search is an id number of: resident_id, passport or other. Empty: a name or a code, and
     * a resident id too, unless it would be written down on its way. */
    struct text id_type;
    bool is_written_down; /* the search is part of a URL, say: an id number in it is refused */
    bool is_of_persons;   /* a row for each person that is found, none for a household */
    const struct text *filters; /* "rooms>=2", "kind in a,b", "roof is unknown": all must hold */
    size_t filter_count;
    bool is_worst_first; /* by the risk of the last run; else by code. A search has its own order */
    int64_t limit;       /* 0: FIND_LIMIT_DEFAULT */
    struct text cursor;  /* where the page before ended; empty: the first page */
};

struct household_row {
    struct text code, area, area_name, area_name_en;
    struct text risk_level; /* of the last run; empty: its findings are not for the caller */
    bool is_active;
    struct text person, person_name; /* whom the search found; else empty */
    bool shows_sensitive; /* a filter on a sensitive variable tells of it: a look (look.h) */
};
typedef enum berm_status household_visitor(void *context, const struct household_row *row,
                                           struct berm_error *err);

/**
 * A page of households, district by district; inside a district by code, or worst first. A search
 * by name gives one row for each person. Archived households are found by their code and persons
 * only. An id number finds its person where the caller sees sensitive fields of the household; who
 * sees them nowhere may not ask. A page may hold fewer rows than the limit, even none, and still
 * have a next one: the work for one page is bounded, however rare what is looked for.
 * Owner   *ret_next is a slice of next; empty: there is no more.
 * Errors  BERM_FORBIDDEN (a filter on what the caller does not see in all of the areas; names,
 *         where they are not for the caller anywhere), BERM_INVALID_INPUT (a filter, a cursor, an
 *         id number; there is no key for it), BERM_NOT_FOUND (area), BERM_VERSION (run berm
 * migrate); the visitor's.
 */
MUST_USE enum berm_status households_find(struct office *office, const struct caller *caller,
                                          const struct household_query *query,
                                          household_visitor *visit, void *context,
                                          char next[CURSOR_TEXT_MAX], struct text *ret_next,
                                          struct berm_error *err);

#endif
