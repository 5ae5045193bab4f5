/* The form of a visit: the variables of its groups that the caller may see, for what cannot be seen
 * cannot be asked either, with the values as they are now. */
#include "service/visit/private.h"

static bool is_asked(const struct visit_row *row, const struct variable *variable)
{
    struct text rest = row->groups;

    while (rest.length > 0)
        if (text_equal(visit_next_group(&rest), variable->group))
            return true;
    return row->groups.length == 0;
}

static enum berm_status choose_variables(const struct dictionary *dictionary, enum entity entity,
                                         enum field_class seen, struct arena *arena,
                                         struct visit_form *form, struct berm_error *err)
{
    const struct variable *variables = dictionary_variables(dictionary, entity);
    const struct variable **chosen;
    size_t count = 0;

    TRY(arena_new(arena, dictionary->count[entity] + 1, sizeof *chosen, &chosen, err));
    for (size_t v = 0; v < dictionary->count[entity]; v++)
        if (variables[v].field_class <= seen && is_asked(&form->row, &variables[v]))
            chosen[count++] = &variables[v];
    form->variables[entity] = chosen;
    form->variable_count[entity] = count;
    return BERM_OK;
}

enum berm_status visit_form_read(struct office *office, const struct caller *caller,
                                 int64_t visit_id, struct arena *arena, struct visit_form *ret_form,
                                 struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *snapshot = NULL;
    struct household_facts *facts;
    struct visit_form form = {0};
    struct visit_record record;
    date_days today;

    TRY(arena_new(arena, 1, sizeof *facts, &facts, err));
    TRY(store_begin_read(office->store, err));
    snapshot = office->store;
    TRY(visit_find(office, caller, PERMISSION_HOUSEHOLD_READ, visit_id, arena, &record, err));
    visit_mask(&record);
    form.row = record.row;
    TRY(office_today(office, &today, err));
    form.month = month_of_date(today) - 1;
    TRY(household_read_in(office, caller, PERMISSION_HOUSEHOLD_READ, record.row.household, arena,
                          facts, err));
    form.facts = facts;
    for (int entity = 0; entity < ENTITY_COUNT; entity++)
        TRY(choose_variables(&office->pack->dictionary, (enum entity)entity, facts->class_seen,
                             arena, &form, err));
    *ret_form = form;
    return BERM_OK;
}
