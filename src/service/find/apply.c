/*
 * A filter at work: who may use it where, and whether one household meets it. Conditions are tested
 * household by household and not written into each list's statement: lists walk through indexes of
 * their own, and keep them whatever is asked.
 */
#include "service/find/filter.h"

enum berm_status find_sight_read(struct store *store, const struct caller *caller,
                                 struct arena *arena, struct find_sight *ret_sight,
                                 struct berm_error *err)
{
    struct find_sight sight = {.has_findings = caller_holds(caller, PERMISSION_FINDING_LIST)};

    if (sight.has_findings)
        TRY(caller_scope(store, caller, PERMISSION_FINDING_LIST, (struct text){0}, arena,
                         &sight.finding_scope, err));
    TRY(field_sight_read(store, caller, arena, &sight.fields, err));
    *ret_sight = sight;
    return BERM_OK;
}

bool find_sight_covers_findings(const struct find_sight *sight, const struct area_scope *scope)
{
    return sight->has_findings && area_scope_covers(&sight->finding_scope, scope);
}

enum berm_status find_filter_check(const struct find_filter *filter, const struct find_sight *sight,
                                   const struct area_scope *scope, struct berm_error *err)
{
    bool sees_findings = find_sight_covers_findings(sight, scope);

    for (size_t f = 0; f < filter->count; f++) {
        const struct household_test *test = &filter->tests[f];
        enum field_class class =
            test->subject == TEST_OF_VARIABLE ? test->variable->field_class : FIELD_CLASS_PUBLIC;
        bool is_seen = test->subject == TEST_OF_VARIABLE || sees_findings;

        if (class != FIELD_CLASS_PUBLIC)
            is_seen = sight->fields.has_scope[class] &&
                      area_scope_covers(&sight->fields.scopes[class], scope);
        if (!is_seen)
            return fail_with(err, BERM_FORBIDDEN,
                             "filter %zu is on what this account does not see in all of these "
                             "areas; say a smaller area, or leave the filter out",
                             f + 1);
    }
    return BERM_OK;
}

static void bind_values(const struct find_filter *filter, struct statement *test)
{
    int parameter = 2; /* 1 is the household */

    for (size_t f = 0; f < filter->count; f++)
        for (size_t v = 0; v < filter->tests[f].value_count; v++) {
            const struct field_value *value = &filter->values[f][v];

            if (filter->tests[f].subject == TEST_OF_VARIABLE)
                statement_bind_field(test, parameter++, filter->tests[f].variable, *value);
            else if (filter->tests[f].subject == TEST_OF_RISK)
                statement_bind_int64(test, parameter++, value->number);
            else
                statement_bind_text(test, parameter++, value->text);
        }
}

enum berm_status find_filter_prepare(const struct find_filter *filter, struct store *store,
                                     struct statement **ret_test, struct berm_error *err)
{
    *ret_test = NULL;
    if (filter->count == 0)
        return BERM_OK;
    TRY(store_prepare_household_test(store, filter->tests, filter->count, ret_test, err));
    bind_values(filter, *ret_test);
    return BERM_OK;
}

enum berm_status find_filter_passes(struct statement *test, int64_t household_id, bool *ret_passes,
                                    struct berm_error *err)
{
    *ret_passes = true;
    if (test == NULL)
        return BERM_OK;
    statement_bind_int64(test, 1, household_id);
    TRY(statement_step(test, ret_passes, err));
    statement_reset(test);
    return BERM_OK;
}
