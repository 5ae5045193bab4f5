/*
 * The dictionary's columns of a household or person. A new row says something about every variable
 * for which empty means zero; a row that is there already is compared field by field and only
 * written where something differs.
 */
#include "service/import/private.h"

enum { DATA_ROWS_BYTES_MAX = 1 << 20, AHEAD_BYTES_MAX = 8 << 20 };

static bool has_column(const struct import_columns *columns, int position)
{
    for (size_t i = 0; i < columns->variable_count; i++)
        if (columns->variables[i] == position)
            return true;
    return false;
}

static enum berm_status choose_columns(struct data_rows *data, size_t variable_count,
                                       struct berm_error *err)
{
    for (size_t i = 0; i < data->columns->variable_count; i++)
        data->new_positions[data->new_count++] = data->columns->variables[i];
    for (size_t i = 0; i < variable_count; i++) {
        const struct variable *variable = &data->variables[i];

        if (has_column(data->columns, (int)i))
            continue;
        if (variable->is_required && data->missing == NULL)
            data->missing = variable;
        if (variable->is_required || !variable->is_empty_zero)
            continue;
        TRY(variable_parse(data->dictionary, variable, TEXT(""), data->arena,
                           &data->zeros[data->new_count], err));
        data->new_positions[data->new_count++] = (int)i;
    }
    return BERM_OK;
}

/* On a register without any such rows, a missing column would reject every row: say it once. */
static enum berm_status check_missing(struct import *import, const struct data_rows *data,
                                      enum entity entity, struct berm_error *err)
{
    bool has_any = false;

    if (data->missing == NULL)
        return BERM_OK;
    TRY(import_has_row(import->store,
                       entity == ENTITY_HOUSEHOLD ? STATEMENT_IMPORT_ANY_HOUSEHOLD
                                                  : STATEMENT_IMPORT_ANY_PERSON,
                       &has_any, err));
    if (has_any)
        return BERM_OK;
    return fail_with(err, BERM_INVALID_INPUT,
                     "the file has no column for %.*s, which every new %s needs; add the column",
                     TEXT_ARG(data->missing->name), entity_name(entity));
}

enum berm_status data_rows_open(struct import *import, enum entity entity, struct data_rows *data,
                                struct berm_error *err)
{
    size_t variable_count = import->dictionary->count[entity];
    struct variable_selection selection = {.dictionary = import->dictionary, .entity = entity};

    data->dictionary = import->dictionary;
    data->variables = dictionary_variables(import->dictionary, entity);
    data->columns = import->columns;
    TRY(arena_create(DATA_ROWS_BYTES_MAX, &data->arena, err));
    TRY(arena_new(data->arena, variable_count + 1, sizeof *data->new_positions,
                  &data->new_positions, err));
    TRY(arena_new(data->arena, variable_count + 1, sizeof *data->zeros, &data->zeros, err));
    TRY(choose_columns(data, variable_count, err));
    TRY(check_missing(import, data, entity, err));
    selection.positions = data->new_positions;
    selection.count = data->new_count;
    TRY(store_prepare_data_insert(import->store, selection, &data->write_new, err));
    selection.count = data->columns->variable_count; /* these stand first */
    TRY(store_prepare_data_read(import->store, selection, &data->read, err));
    if (import_asks_ahead(import) && selection.count > 0) {
        TRY(arena_create(AHEAD_BYTES_MAX, &data->ahead_arena, err));
        TRY(store_prepare_data_ahead(import->store, selection, &data->read_ahead, err));
    }
    return store_prepare_data_write(import->store, selection, &data->write_changed, err);
}

void data_rows_close(struct data_rows *data)
{
    statement_closep(&data->write_new);
    statement_closep(&data->read);
    statement_closep(&data->write_changed);
    statement_closep(&data->read_ahead);
    map_freep(&data->places);
    arena_freep(&data->ahead_arena);
    arena_freep(&data->arena);
}

enum berm_status data_rows_add(struct data_rows *data, int64_t id, const struct field_value *values,
                               struct berm_error *err)
{
    size_t file_count = data->columns->variable_count;

    statement_bind_int64(data->write_new, 1, id);
    for (size_t i = 0; i < data->new_count; i++) {
        const struct variable *variable = &data->variables[data->new_positions[i]];

        statement_bind_field(data->write_new, (int)i + 2, variable,
                             i < file_count ? values[i] : data->zeros[i]);
    }
    return statement_queue(data->write_new, err);
}

/* ---- Rows that are there --------------------------------------------------------------------- */

bool data_list_id(struct buffer *ids, int64_t id)
{
    if (id == 0)
        return false;
    if (ids->length > 0)
        buffer_append_char(ids, ',');
    buffer_append_int64(ids, id);
    return true;
}

static struct text key_of(const int64_t *id)
{
    return (struct text){(const char *)id, sizeof *id};
}

static const struct variable *file_variable(const struct data_rows *data, size_t column)
{
    return &data->variables[data->columns->variables[column]];
}

/* The row that read_ahead stands on; its texts are copied. */
static enum berm_status keep_row(struct data_rows *data, size_t place, struct berm_error *err)
{
    size_t column_count = data->columns->variable_count;
    struct field_value *values = data->values + place * column_count;
    int64_t id = statement_int64(data->read_ahead, 0);

    for (size_t i = 0; i < column_count; i++) {
        values[i] = statement_field(data->read_ahead, (int)i + 1, file_variable(data, i));
        if (values[i].text.length > 0)
            TRY(text_copy(data->ahead_arena, values[i].text, &values[i].text, err));
    }
    return map_put(data->places, key_of(&id), (int64_t)place, err);
}

static enum berm_status keep_rows(struct data_rows *data, size_t count, struct berm_error *err)
{
    bool has_row;

    TRY(arena_new(data->ahead_arena, count * data->columns->variable_count, sizeof *data->values,
                  &data->values, err));
    TRY(statement_step(data->read_ahead, &has_row, err));
    for (size_t place = 0; has_row && place < count; place++) {
        TRY(keep_row(data, place, err));
        TRY(statement_step(data->read_ahead, &has_row, err));
    }
    return BERM_OK;
}

/* Where they take too much memory, those behind are read one by one. */
enum berm_status data_rows_ask_ahead(struct data_rows *data, struct text ids, size_t count,
                                     struct berm_error *err)
{
    enum berm_status status;

    if (data->read_ahead == NULL)
        return BERM_OK;
    map_freep(&data->places);
    arena_reset(data->ahead_arena);
    if (count == 0)
        return BERM_OK;
    TRY(map_create(0, &data->places, err));
    statement_bind_text(data->read_ahead, 1, ids);
    status = keep_rows(data, count, err);
    statement_reset(data->read_ahead);
    return status == BERM_NO_MEMORY || status == BERM_LIMIT ? BERM_OK : status;
}

/* What a row said before, as far as it was read ahead; NULL: it was not. */
static const struct field_value *find_kept(const struct data_rows *data, int64_t id)
{
    int64_t place;

    if (data->places == NULL || !map_get(data->places, key_of(&id), &place))
        return NULL;
    return data->values + (size_t)place * data->columns->variable_count;
}

enum berm_status data_rows_compare(struct data_rows *data, struct import *import, int64_t id,
                                   const struct field_value *values, bool *ret_differs,
                                   struct berm_error *err)
{
    const struct field_value *kept = find_kept(data, id);
    bool has_row = false;
    bool differs = false;

    if (data->columns->variable_count == 0) {
        *ret_differs = false;
        return BERM_OK;
    }
    if (kept == NULL) {
        statement_bind_int64(data->read, 1, id);
        TRY(statement_step(data->read, &has_row, err));
    }
    for (size_t i = 0; i < data->columns->variable_count; i++) {
        const struct variable *variable = file_variable(data, i);
        struct field_value before = {0};

        if (kept != NULL)
            before = kept[i];
        else if (has_row)
            before = statement_field(data->read, (int)i, variable);
        if (field_value_equal(before, values[i]))
            continue;
        differs = true;
        import_log_value(import, variable, before, values[i]);
    }
    statement_reset(data->read);
    *ret_differs = differs;
    return BERM_OK;
}

enum berm_status data_rows_change(struct data_rows *data, int64_t id,
                                  const struct field_value *values, struct berm_error *err)
{
    statement_bind_int64(data->write_changed, 1, id);
    for (size_t i = 0; i < data->columns->variable_count; i++)
        statement_bind_field(data->write_changed, (int)i + 2,
                             &data->variables[data->columns->variables[i]], values[i]);
    return statement_queue(data->write_changed, err);
}
