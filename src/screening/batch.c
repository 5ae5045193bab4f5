/*
 * Households as columns: one array for each variable that the policy reads, members of all rows one
 * behind the other. This is the input of every engine; the interpreter takes it row by row, a
 * kernel would take it column by column.
 */
#include "screening.h"

#include <stdlib.h>
#include <string.h>

enum {
    BATCH_TEXT_BYTES_MAX = 256 << 20,
    MEMBERS_AT_FIRST = 4 * BATCH_ROWS_MAX,
};

static void column_free(struct column *column)
{
    free(column->is_known);
    free(column->numbers);
    free(column->texts);
}

static bool type_has_text(enum variable_type type)
{
    return type == VARIABLE_TEXT || type == VARIABLE_SELECT_MULTIPLE;
}

/* Grow to capacity rows; all new rows are unknown. */
static bool column_grow(struct column *column, size_t capacity, bool has_texts)
{
    bool *is_known = realloc(column->is_known, capacity * sizeof *is_known);
    int64_t *numbers;

    if (!is_known)
        return false;
    column->is_known = is_known;
    memset(is_known + column->capacity, 0, (capacity - column->capacity) * sizeof *is_known);
    numbers = realloc(column->numbers, capacity * sizeof *numbers);
    if (!numbers)
        return false;
    column->numbers = numbers;
    if (has_texts) {
        struct text *texts = realloc(column->texts, capacity * sizeof *texts);

        if (!texts)
            return false;
        column->texts = texts;
    }
    column->capacity = capacity;
    return true;
}

static const struct variable *needed_variable(const struct screening_program *program,
                                              enum entity entity, const struct variable_need *need)
{
    return dictionary_variables(&program->pack->dictionary, entity) + need->variable;
}

static bool members_grow(struct batch *batch, size_t capacity)
{
    const struct screening_program *program = batch->program;

#define GROW(array)                                                                                \
    do {                                                                                           \
        void *grown = realloc((array), capacity * sizeof *(array));                                \
        if (!grown)                                                                                \
            return false;                                                                          \
        (array) = grown;                                                                           \
    } while (0)
    GROW(batch->member_code);
    GROW(batch->member_person_id);
    GROW(batch->member_sex);
    GROW(batch->member_relation);
    GROW(batch->member_has_birth_date);
    GROW(batch->member_birth_date);
#undef GROW
    for (size_t c = 0; c < program->person_count; c++)
        if (!column_grow(
                &batch->person[c], capacity,
                type_has_text(needed_variable(program, ENTITY_PERSON, &program->person[c])->type)))
            return false;
    batch->member_capacity = capacity;
    return true;
}

enum berm_status batch_create(const struct screening_program *program, struct batch **ret_batch,
                              struct berm_error *err)
{
    CLEANUP(batch_freep) struct batch *batch = calloc(1, sizeof *batch);
    bool is_grown = true;

    if (!batch)
        return fail_with(err, BERM_NO_MEMORY, "no memory for a batch of households");
    batch->program = program;
    batch->household = calloc(program->household_count + 1, sizeof *batch->household);
    batch->windows = calloc(program->window_count + 1, sizeof *batch->windows);
    batch->person = calloc(program->person_count + 1, sizeof *batch->person);
    TRY(arena_create(BATCH_TEXT_BYTES_MAX, &batch->arena, err));
    if (!batch->household || !batch->windows || !batch->person)
        return fail_with(err, BERM_NO_MEMORY, "no memory for a batch of households");
    for (size_t c = 0; c < program->household_count; c++)
        is_grown =
            is_grown &&
            column_grow(
                &batch->household[c], BATCH_ROWS_MAX,
                type_has_text(
                    needed_variable(program, ENTITY_HOUSEHOLD, &program->household[c])->type));
    for (size_t c = 0; c < program->window_count; c++)
        is_grown = is_grown && column_grow(&batch->windows[c], BATCH_ROWS_MAX, false);
    if (!is_grown || !members_grow(batch, MEMBERS_AT_FIRST))
        return fail_with(err, BERM_NO_MEMORY, "no memory for a batch of households");
    *ret_batch = batch;
    batch = NULL;
    return BERM_OK;
}

void batch_free(struct batch *batch)
{
    if (!batch)
        return;
    for (size_t c = 0; batch->household && c < batch->program->household_count; c++)
        column_free(&batch->household[c]);
    for (size_t c = 0; batch->windows && c < batch->program->window_count; c++)
        column_free(&batch->windows[c]);
    for (size_t c = 0; batch->person && c < batch->program->person_count; c++)
        column_free(&batch->person[c]);
    free(batch->household);
    free(batch->windows);
    free(batch->person);
    free(batch->member_code);
    free(batch->member_person_id);
    free(batch->member_sex);
    free(batch->member_relation);
    free(batch->member_has_birth_date);
    free(batch->member_birth_date);
    arena_free(batch->arena);
    free(batch);
}

void batch_freep(struct batch **batch)
{
    batch_free(*batch);
}

void batch_clear(struct batch *batch)
{
    batch->row_count = 0;
    batch->member_first[0] = 0;
    arena_reset(batch->arena);
}

enum berm_status batch_add_household(struct batch *batch, int64_t household_id, struct text code,
                                     struct text area_code, int place,
                                     const struct parameter_set *parameters, struct berm_error *err)
{
    size_t row = batch->row_count;

    if (row == BATCH_ROWS_MAX)
        return fail_with(err, BERM_LIMIT, "a batch holds at most %d households", BATCH_ROWS_MAX);
    batch->household_id[row] = household_id;
    TRY(text_copy(batch->arena, code, &batch->code[row], err));
    batch->area_code[row] = area_code;
    batch->place[row] = place;
    batch->parameters[row] = parameters;
    for (size_t c = 0; c < batch->program->household_count; c++)
        batch->household[c].is_known[row] = false;
    for (size_t c = 0; c < batch->program->window_count; c++)
        batch->windows[c].is_known[row] = false;
    batch->row_count = row + 1;
    batch->member_first[row + 1] = batch->member_first[row];
    return BERM_OK;
}

enum berm_status batch_add_member(struct batch *batch, struct text code, struct text sex,
                                  struct text relation, bool has_birth_date, date_days birth_date,
                                  size_t *ret_member, struct berm_error *err)
{
    size_t row = batch->row_count - 1;
    size_t member = batch->member_first[batch->row_count];

    assert(batch->row_count > 0);
    if (member - batch->member_first[row] == HOUSEHOLD_MEMBERS_MAX)
        return fail_with(
            err, BERM_LIMIT,
            "household %.*s has more than %d members; split it or correct the memberships",
            TEXT_ARG(batch->code[row]), HOUSEHOLD_MEMBERS_MAX);
    if (member == batch->member_capacity && !members_grow(batch, 2 * batch->member_capacity))
        return fail_with(err, BERM_NO_MEMORY, "no memory for the members of a batch");
    TRY(text_copy(batch->arena, code, &batch->member_code[member], err));
    batch->member_person_id[member] = 0;
    batch->member_sex[member] = sex;
    batch->member_relation[member] = relation;
    batch->member_has_birth_date[member] = has_birth_date;
    batch->member_birth_date[member] = birth_date;
    for (size_t c = 0; c < batch->program->person_count; c++)
        batch->person[c].is_known[member] = false;
    batch->member_first[row + 1] = member + 1;
    *ret_member = member;
    return BERM_OK;
}

enum berm_status column_set(struct column *column, size_t row, struct field_value value,
                            struct arena *arena, struct berm_error *err)
{
    column->is_known[row] = value.is_known;
    column->numbers[row] = value.number;
    if (column->texts && value.is_known)
        TRY(text_copy(arena, value.text, &column->texts[row], err));
    return BERM_OK;
}

void batch_set_flows(struct batch *batch, size_t row, const struct flow_months *flows)
{
    const struct screening_program *program = batch->program;
    const struct variable *variables =
        dictionary_variables(&program->pack->dictionary, ENTITY_FLOW);

    for (size_t c = 0; c < program->window_count; c++) {
        const struct window_need *need = &program->windows[c];
        struct field_value value;
        size_t f = 0;

        while (program->flows[f] != need->flow)
            f++;
        value = flow_window_value(&variables[need->flow], &flows[f], need->window);
        batch->windows[c].is_known[row] = value.is_known;
        batch->windows[c].numbers[row] = value.number;
    }
}
