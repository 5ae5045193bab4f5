/*
 * Whom a warning means. All that it says of them must agree: an id number of one person and the
 * code of another is a mistake at one of the two offices, and a guess would land on somebody's
 * record. Who lives where the sender may not send is not there.
 */
#include "service/warning/private.h"

struct matching {
    struct office *office;
    const struct warning_order *order;
    const struct area_scope *scope; /* of the sender */
    struct arena *arena;
    bool has_stranger; /* a code that it names is not there */
    bool is_ambiguous;
    int64_t person_id;
    int64_t household_id;
};

static void meet_household(struct matching *matching, int64_t household_id)
{
    if (matching->household_id != 0 && matching->household_id != household_id)
        matching->is_ambiguous = true;
    matching->household_id = household_id;
}

/* A person who was found one way or another: the columns of warning_person_by_code and _by_birth.
 * A second one, or one of another name than the warning tells, makes it ambiguous. */
static bool meet_person(struct matching *matching, struct statement *row)
{
    const struct warning_order *order = matching->order;
    int64_t person_id = statement_int64(row, 0);
    struct text name = statement_text(row, 3);

    if (!area_scope_contains(matching->scope, statement_int64(row, 2)))
        return false;
    if (matching->person_id != 0 && matching->person_id != person_id)
        matching->is_ambiguous = true;
    if (order->input.name.length > 0 && name.length > 0 && !text_equal(name, order->input.name))
        matching->is_ambiguous = true;
    if (order->has_birth_date && !statement_is_null(row, 4) &&
        statement_date(row, 4) != order->birth_date)
        matching->is_ambiguous = true;
    matching->person_id = person_id;
    meet_household(matching, statement_int64(row, 1));
    return true;
}

static enum berm_status by_household(struct matching *matching, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *find = NULL;
    struct text code = matching->order->input.household;
    bool has_row;

    if (code.length == 0)
        return BERM_OK;
    TRY(statement_prepare(matching->office->store, STATEMENT_WARNING_HOUSEHOLD_BY_CODE, &find,
                          err));
    statement_bind_text(find, WARNING_HOUSEHOLD_BY_CODE__CODE, code);
    TRY(statement_step(find, &has_row, err));
    if (has_row && area_scope_contains(matching->scope, statement_int64(find, 1)))
        meet_household(matching, statement_int64(find, 0));
    else
        matching->has_stranger = true;
    return BERM_OK;
}

static enum berm_status by_person(struct matching *matching, struct text code,
                                  struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *find = NULL;
    bool has_row;

    if (code.length == 0)
        return BERM_OK;
    TRY(statement_prepare(matching->office->store, STATEMENT_WARNING_PERSON_BY_CODE, &find, err));
    statement_bind_text(find, WARNING_PERSON_BY_CODE__CODE, code);
    TRY(statement_step(find, &has_row, err));
    if (!has_row || !meet_person(matching, find))
        matching->has_stranger = true;
    return BERM_OK;
}

/* Without the key no number can be looked up, and many a person's is not known: then the other
 * things that are said must do. */
static enum berm_status by_id_number(struct matching *matching, struct berm_error *err)
{
    CLEANUP(vault_closep) struct vault *vault = NULL;
    const struct warning_order *order = matching->order;
    const struct secret secret = {.id_type = order->input.id_type, .number = order->id_number};
    struct text code;

    if (order->id_number.length == 0 || matching->office->key == NULL)
        return BERM_OK;
    TRY(vault_open(matching->office->store, matching->office->key, false, &vault, err));
    TRY(vault_owner(vault, &secret, matching->arena, &code, err));
    return by_person(matching, code, err);
}

/* The area that the sender names, as positions; everywhere where none is named. */
static enum berm_status named_area(struct matching *matching, struct area_range *ret_range,
                                   struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *area = NULL;

    *ret_range = (struct area_range){0, INT64_MAX};
    if (matching->order->input.area.length == 0)
        return BERM_OK;
    TRY(statement_prepare(matching->office->store, STATEMENT_AREA_BY_CODE, &area, err));
    statement_bind_text(area, AREA_BY_CODE__CODE, matching->order->input.area);
    TRY(statement_step_to_row(area, err));
    *ret_range = (struct area_range){statement_int64(area, 6), statement_int64(area, 7)};
    return BERM_OK;
}

/* Names are not unique: only where nobody else of the name was born that day there. */
static enum berm_status by_name(struct matching *matching, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *list = NULL;
    const struct warning_order *order = matching->order;
    struct area_range area;
    bool has_row;

    if (matching->person_id != 0 || order->input.name.length == 0 || !order->has_birth_date)
        return BERM_OK;
    TRY(named_area(matching, &area, err));
    TRY(statement_prepare(matching->office->store, STATEMENT_WARNING_PERSON_BY_BIRTH, &list, err));
    statement_bind_date(list, WARNING_PERSON_BY_BIRTH__BIRTH_DATE, order->birth_date);
    statement_bind_text(list, WARNING_PERSON_BY_BIRTH__NAME, order->input.name);
    TRY(statement_step(list, &has_row, err));
    while (has_row) {
        int64_t position = statement_int64(list, 2);

        if (position >= area.low && position <= area.high)
            (void)meet_person(matching, list);
        TRY(statement_step(list, &has_row, err));
    }
    return BERM_OK;
}

enum berm_status warning_match_find(struct office *office, const struct warning_order *order,
                                    const struct area_scope *scope, struct arena *arena,
                                    struct warning_match *ret_match, struct berm_error *err)
{
    struct matching matching = {.office = office, .order = order, .scope = scope, .arena = arena};

    TRY(by_household(&matching, err));
    TRY(by_id_number(&matching, err));
    TRY(by_person(&matching, order->input.person, err));
    TRY(by_name(&matching, err));
    *ret_match = (struct warning_match){.state = WARNING_UNMATCHED};
    if (matching.household_id == 0)
        return BERM_OK;
    ret_match->state = WARNING_AMBIGUOUS;
    if (matching.is_ambiguous || matching.has_stranger ||
        (order->kind->needs_person && matching.person_id == 0)) /* which member? */
        return BERM_OK;
    *ret_match = (struct warning_match){.state = WARNING_MATCHED,
                                        .household_id = matching.household_id,
                                        .person_id = matching.person_id};
    return BERM_OK;
}
