/*
 * Finding people and households. Part of the service's face; its files are in find/.
 *
 *   entries.c    what persons are found by: written with every name and membership
 *   districts.c  the parts of the register that a list goes through one after the other
 *   rebuild.c    all of it anew, for registers that are older
 */
#ifndef SERVICE_FIND_H
#define SERVICE_FIND_H

#include "service/access.h"

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

/** A person who was not there before. Households should come in the order of their areas: terms are
 * sorted in pieces before they are written. */
MUST_USE enum berm_status search_writer_add(struct search_writer *writer, int64_t person_id,
                                            int64_t household_id, struct text name,
                                            struct berm_error *err);
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

/** search_writer_refresh of one person, for a single write. */
MUST_USE enum berm_status search_refresh_person(struct store *store, int64_t person_id,
                                                struct berm_error *err);
/** search_writer_refresh_household of one household, for a single write. */
MUST_USE enum berm_status search_refresh_household(struct store *store, int64_t household_id,
                                                   struct berm_error *err);
/** After areas were added or moved. */
MUST_USE enum berm_status search_refresh_areas(struct store *store, struct berm_error *err);

/** Where a risk level stands in the order "worst first". */
int search_risk_rank(struct text risk_level);

/** Make all of it where the register is older than the search, in a transaction of its own. */
MUST_USE enum berm_status search_bring_up_to_date(struct store *store, struct berm_error *err);
/** Make all of it anew, inside a writing transaction. */
MUST_USE enum berm_status search_rebuild(struct store *store, struct berm_error *err);

#endif
