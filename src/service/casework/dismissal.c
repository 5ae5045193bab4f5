/* What was dismissed, and when it counts as something new. The distance is read from the evidence
 * that was stored when the spell opened. */
#include "service/casework/dismissal.h"

#include "service/casework/private.h"
#include "json/json.h"

enum { MILLIONTH_PLACES = 6, PERCENT = 100 };

static enum berm_status take_distance(const struct json_node *condition, struct arena *arena,
                                      struct dismissal *dismissal, struct berm_error *err)
{
    const struct json_node *node = node_member(condition, "distance");
    struct feel_decimal distance;
    int64_t millionths;
    struct text digits;

    if (node == NULL || node_kind(node) == NODE_NULL)
        return BERM_OK;
    TRY(node_scalar(node, arena, &digits, err));
    if (!feel_decimal_parse(digits, &distance) ||
        !feel_decimal_to_scaled(distance, MILLIONTH_PLACES, &millionths))
        return BERM_OK; /* too large or too fine to be compared: its severity alone tells */
    if (!dismissal->has_distance || millionths > dismissal->distance_millionths)
        dismissal->distance_millionths = millionths;
    dismissal->has_distance = true;
    return BERM_OK;
}

static enum berm_status take_rules(const struct json_node *rules, struct arena *arena,
                                   struct dismissal *dismissal, struct berm_error *err)
{
    for (size_t r = 0; r < node_count(rules); r++) {
        const struct json_node *conditions = node_member(node_item(rules, r), "conditions");

        for (size_t c = 0; conditions != NULL && c < node_count(conditions); c++)
            TRY(take_distance(node_item(conditions, c), arena, dismissal, err));
    }
    return BERM_OK;
}

enum berm_status dismissal_of_finding(enum severity severity, bool is_undetermined,
                                      struct text evidence, struct dismissal *ret_dismissal,
                                      struct berm_error *err)
{
    CLEANUP(json_tree_freep) struct json_tree *tree = NULL;
    CLEANUP(arena_freep) struct arena *arena = NULL;
    struct dismissal dismissal = {.severity = severity, .is_undetermined = is_undetermined};
    const struct json_node *rules;

    TRY(json_tree_parse(evidence, &tree, err));
    TRY(arena_create((size_t)1 << 20, &arena, err));
    rules = node_member(json_tree_root(tree), "rules");
    if (rules != NULL)
        TRY(take_rules(rules, arena, &dismissal, err));
    *ret_dismissal = dismissal;
    return BERM_OK;
}

enum berm_status dismissal_read(struct statement *row, int column, struct dismissal *ret_dismissal,
                                struct berm_error *err)
{
    enum severity severity = SEVERITY_NONE;

    (void)severity_find(statement_text(row, column), &severity);
    return dismissal_of_finding(severity, statement_int64(row, column + 1) != 0,
                                statement_text(row, column + 2), ret_dismissal, err);
}

bool dismissal_is_worse(const struct dismissal *then, const struct dismissal *now,
                        const struct pack *pack)
{
    if (then->is_undetermined != now->is_undetermined)
        return then->is_undetermined;
    if (now->severity != then->severity || !now->has_distance || !then->has_distance)
        return now->severity > then->severity;
    return (__int128)now->distance_millionths * PERCENT >
           (__int128)then->distance_millionths * (PERCENT + pack->reopen_percent);
}

/* ---- By a step ------------------------------------------------------------------------------- */

struct open_spell {
    int64_t finding_id;
    struct text code;
    struct dismissal dismissal;
};

static enum berm_status read_open_spells(struct store *store, int64_t household_id,
                                         struct arena *arena, struct open_spell **ret_spells,
                                         size_t *ret_count, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *list = NULL;
    struct open_spell *spells = NULL;
    size_t count = 0, capacity = 0;
    bool has_row;

    TRY(statement_prepare(store, STATEMENT_CASE_OPEN_SPELLS, &list, err));
    statement_bind_int64(list, CASE_OPEN_SPELLS__HOUSEHOLD_ID, household_id);
    TRY(statement_step(list, &has_row, err));
    for (; has_row; count++) {
        TRY(rows_reserve(arena, &spells, sizeof *spells, count, &capacity, err));
        spells[count].finding_id = statement_int64(list, 0);
        TRY(text_copy(arena, statement_text(list, 1), &spells[count].code, err));
        TRY(dismissal_read(list, 2, &spells[count].dismissal, err));
        TRY(statement_step(list, &has_row, err));
    }
    *ret_spells = spells;
    *ret_count = count;
    return BERM_OK;
}

enum berm_status case_dismiss(struct office *office, const struct case_record *record,
                              int64_t change_id, struct berm_error *err)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    CLEANUP(statement_closep) struct statement *set = NULL;
    struct open_spell *spells;
    size_t count;

    TRY(arena_create((size_t)16 << 20, &arena, err));
    TRY(read_open_spells(office->store, record->household_id, arena, &spells, &count, err));
    TRY(statement_prepare(office->store, STATEMENT_CASE_DISMISSAL_SET, &set, err));
    for (size_t s = 0; s < count; s++) {
        const struct dismissal *dismissal = &spells[s].dismissal;

        statement_bind_int64(set, CASE_DISMISSAL_SET__HOUSEHOLD_ID, record->household_id);
        statement_bind_text(set, CASE_DISMISSAL_SET__CODE, spells[s].code);
        statement_bind_int64(set, CASE_DISMISSAL_SET__SEVERITY, dismissal->severity);
        statement_bind_int64(set, CASE_DISMISSAL_SET__IS_UNDETERMINED, dismissal->is_undetermined);
        if (dismissal->has_distance)
            statement_bind_int64(set, CASE_DISMISSAL_SET__DISTANCE_MILLIONTHS,
                                 dismissal->distance_millionths);
        else
            statement_bind_null(set, CASE_DISMISSAL_SET__DISTANCE_MILLIONTHS);
        statement_bind_int64(set, CASE_DISMISSAL_SET__CASE_ID, record->case_id);
        statement_bind_date(set, CASE_DISMISSAL_SET__ON_DAY, record->entered_on);
        statement_bind_int64(set, CASE_DISMISSAL_SET__FINDING_ID, spells[s].finding_id);
        statement_bind_int64(set, CASE_DISMISSAL_SET__CHANGE_ID, change_id);
        TRY(statement_run(set, err));
    }
    return BERM_OK;
}
