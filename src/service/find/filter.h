/*
 * Conditions on households, for whatever goes through households: lists and exports. Private to
 * service.
 */
#ifndef SERVICE_FIND_FILTER_H
#define SERVICE_FIND_FILTER_H

#include "service/service.h"

/* ---- filter.c -------------------------------------------------------------------------------- */

struct find_filter {
    struct household_test tests[FIND_FILTERS_MAX];      /* point into the pack's dictionary */
    const struct field_value *values[FIND_FILTERS_MAX]; /* value_count of each */
    size_t count;
};

/** Read conditions. Owner: arena. Errors: BERM_INVALID_INPUT with the condition and the remedy. */
MUST_USE enum berm_status find_filter_read(const struct pack *pack, const struct text *conditions,
                                           size_t count, struct arena *arena,
                                           struct find_filter *ret_filter, struct berm_error *err);

/* ---- apply.c --------------------------------------------------------------------------------- */

/** Where the caller sees what, in the present transaction. */
struct find_sight {
    struct area_scope finding_scope;
    bool has_findings; /* else finding_scope is empty */
    struct field_sight fields;
};
MUST_USE enum berm_status find_sight_read(struct store *store, const struct caller *caller,
                                          struct arena *arena, struct find_sight *ret_sight,
                                          struct berm_error *err);
/** Whether the caller sees risk and findings in all areas of a scope. */
bool find_sight_covers_findings(const struct find_sight *sight, const struct area_scope *scope);
/**
 * Whether the caller may filter households of these areas so. What is filtered by a value tells the
 * value: it must be the caller's in all of them.
 * Errors  BERM_FORBIDDEN.
 */
MUST_USE enum berm_status find_filter_check(const struct find_filter *filter,
                                            const struct find_sight *sight,
                                            const struct area_scope *scope, struct berm_error *err);

/** Prepare the filter's test with its values bound; no statement where there is no condition. */
MUST_USE enum berm_status find_filter_prepare(const struct find_filter *filter, struct store *store,
                                              struct statement **ret_test, struct berm_error *err);
/** test: of find_filter_prepare; NULL lets every household pass. */
MUST_USE enum berm_status find_filter_passes(struct statement *test, int64_t household_id,
                                             bool *ret_passes, struct berm_error *err);

#endif
