/* What the files of visit/ share. Private to service. */
#ifndef SERVICE_VISIT_PRIVATE_H
#define SERVICE_VISIT_PRIVATE_H

#include "service/facts/edit.h"

/* ---- read.c ---------------------------------------------------------------------------------- */

/** A visit as it lies there, nothing hidden. */
struct visit_record {
    struct visit_row row;
    enum field_class class_seen; /* by the caller, of what lies there */
};
/**
 * Inside a transaction: a visit where the caller holds the permission.
 * Owner   texts in arena.
 * Errors  BERM_NOT_FOUND, BERM_FORBIDDEN.
 */
MUST_USE enum berm_status visit_find(struct office *office, const struct caller *caller,
                                     enum permission permission, int64_t visit_id,
                                     struct arena *arena, struct visit_record *ret_record,
                                     struct berm_error *err);
/** Hide what is above the caller's class. */
void visit_mask(struct visit_record *record);
/** BERM_CONFLICT where it is done or cancelled. */
MUST_USE enum berm_status visit_check_planned(const struct visit_record *record,
                                              struct berm_error *err);

/* ---- plan.c ---------------------------------------------------------------------------------- */

/** A text of people: trimmed, UTF-8, of at most VISIT_TEXT_BYTES_MAX. what: "summary". */
MUST_USE enum berm_status visit_read_text(struct text given, const char *what, bool is_required,
                                          struct text *ret_text, struct berm_error *err);

/** The next of several groups with commas between; *rest is what follows. */
struct text visit_next_group(struct text *rest);

/** One member of a change's row: {"state": ["planned", "done"], ...}; empty texts: null. */
struct visit_note {
    const char *key;
    struct text before, after;
};
/** The change's row about the visit itself; no values of the household in it. */
MUST_USE enum berm_status visit_log(struct change *change, const struct visit_row *row,
                                    const struct visit_note *notes, size_t count,
                                    struct berm_error *err);
/** The visit's end, done or cancelled: its row. */
struct visit_end {
    enum visit_state state;
    struct text person; /* who records it */
    struct text worker, visited_on, summary;
};
MUST_USE enum berm_status visit_write_end(struct change *change, const struct visit_row *row,
                                          const struct visit_end *end, struct berm_error *err);

/* ---- present.c ------------------------------------------------------------------------------- */

/** What a visit speaks of: a value of the household, of a present member, or a month's flow. */
struct visit_subject {
    enum entity entity;
    int64_t entity_id;
    month_number month; /* flows */
    const struct variable *variable;
};
/**
 * The value as the register has it now, as text; empty: unknown, or nothing reported by visits.
 * facts: of the household, by household_read_in.
 * Owner   in arena.
 */
MUST_USE enum berm_status visit_present(const struct dictionary *dictionary,
                                        const struct household_facts *facts,
                                        const struct visit_subject *subject, struct arena *arena,
                                        struct text *ret_text, struct berm_error *err);
/** A member who belongs to the household now and is the caller's to see; NULL: none. */
const struct household_member *visit_member(const struct household_facts *facts, struct text code);
/**
 * What a visit found, beside what the register has now; facts as above, so that what is above the
 * caller's class is hidden.
 * Owner   *ret_findings in arena. *ret_shows_sensitive: a known sensitive value is left in them.
 */
MUST_USE enum berm_status visit_findings(struct office *office, const struct visit_row *row,
                                         const struct household_facts *facts, struct arena *arena,
                                         struct visit_finding **ret_findings, size_t *ret_count,
                                         bool *ret_shows_sensitive, struct berm_error *err);

#endif
