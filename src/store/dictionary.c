/*
 * Bringing the tables up to the dictionary, and the statements whose columns come from it.
 *
 * The type with which a column was made is kept in the table "variable": in the database integer,
 * decimal and money are all whole numbers, so a dictionary that turned one into the other would
 * silently read every stored value as a million times too large or too small.
 */
#include "store/builder.h"
#include "store/driver.h"
#include "store/stored_form.h"

/* The stored text of the first row's first column; empty where there is no row. */
static enum berm_status read_text(struct statement *statement, char *out, size_t size,
                                  struct text *ret_text, struct berm_error *err)
{
    bool has_row = false;

    *ret_text = (struct text){out, 0};
    TRY(statement_step(statement, &has_row, err));
    if (has_row) {
        struct text text = statement_text(statement, 0);
        while (ret_text->length < text.length && ret_text->length < size) {
            out[ret_text->length] = text.bytes[ret_text->length];
            ret_text->length++;
        }
    }
    statement_reset(statement);
    return BERM_OK;
}

/* The statements that apply_variable runs for each variable. */
struct application {
    struct statement *column_type;
    struct statement *variable_type;
    struct statement *variable_insert;
    struct statement *flow_insert;
    struct buffer sql;
};

static void application_close(struct application *application)
{
    statement_close(application->column_type);
    statement_close(application->variable_type);
    statement_close(application->variable_insert);
    statement_close(application->flow_insert);
    buffer_free(&application->sql);
}

static enum berm_status application_open(struct store *store, struct application *application,
                                         struct berm_error *err)
{
    TRY(statement_prepare(store, STATEMENT_COLUMN_TYPE, &application->column_type, err));
    TRY(statement_prepare(store, STATEMENT_VARIABLE_TYPE, &application->variable_type, err));
    TRY(statement_prepare(store, STATEMENT_VARIABLE_INSERT, &application->variable_insert, err));
    return statement_prepare(store, STATEMENT_FLOW_INSERT, &application->flow_insert, err);
}

static enum berm_status fail_type(const struct variable *variable, struct text stored,
                                  struct berm_error *err)
{
    return fail_with(err, BERM_CONFLICT,
                     "the register holds %s variable '%.*s' as %.*s, the dictionary says %s; a "
                     "type never changes, so give the new variable another name",
                     entity_name(variable->entity), TEXT_ARG(variable->name), TEXT_ARG(stored),
                     variable_type_name(variable->type));
}

/* The type with which a variable's column was made; empty where it has none yet. */
static enum berm_status find_type(struct statement *find, const struct variable *variable,
                                  char out[VARIABLE_NAME_MAX], struct text *ret_type,
                                  struct berm_error *err)
{
    statement_bind_text(find, VARIABLE_TYPE__ENTITY, text_of(entity_name(variable->entity)));
    statement_bind_text(find, VARIABLE_TYPE__NAME, variable->name);
    return read_text(find, out, VARIABLE_NAME_MAX, ret_type, err);
}

static enum berm_status add_column(struct store *store, struct application *application,
                                   const struct variable *variable, struct berm_error *err)
{
    buffer_clear(&application->sql);
    build_add_column(&application->sql, text_of(data_table(variable->entity)), variable->name,
                     is_stored_as_number(variable), store->driver->dialect);
    buffer_append_char(&application->sql, 0);
    TRY(buffer_status(&application->sql, err));
    statement_cache_clear(store);
    return store->driver->execute(store->connection, application->sql.bytes, err);
}

static enum berm_status apply_variable(struct store *store, struct application *application,
                                       const struct variable *variable, struct berm_error *err)
{
    struct text entity = text_of(entity_name(variable->entity));
    struct text type = text_of(variable_type_name(variable->type));
    struct text column = text_of(column_type(variable));
    char stored_bytes[VARIABLE_NAME_MAX];
    struct text stored = {0};

    TRY(find_type(application->variable_type, variable, stored_bytes, &stored, err));
    if (stored.length > 0 && !text_equal(stored, type))
        return fail_type(variable, stored, err);
    if (stored.length == 0) {
        statement_bind_text(application->variable_insert, VARIABLE_INSERT__ENTITY, entity);
        statement_bind_text(application->variable_insert, VARIABLE_INSERT__NAME, variable->name);
        statement_bind_text(application->variable_insert, VARIABLE_INSERT__TYPE, type);
        TRY(statement_run(application->variable_insert, err));
    }

    statement_bind_text(application->column_type, COLUMN_TYPE__TABLE_NAME,
                        text_of(data_table(variable->entity)));
    statement_bind_text(application->column_type, COLUMN_TYPE__COLUMN_NAME, variable->name);
    TRY(read_text(application->column_type, stored_bytes, sizeof stored_bytes, &stored, err));
    if (stored.length == 0)
        TRY(add_column(store, application, variable, err));
    else if (!text_equal(stored, column))
        return fail_type(variable, stored, err);

    if (variable->entity != ENTITY_FLOW)
        return BERM_OK;
    statement_bind_text(application->flow_insert, FLOW_INSERT__NAME, variable->name);
    return statement_run(application->flow_insert, err);
}

enum berm_status store_check_dictionary(struct store *store, const struct dictionary *dictionary,
                                        struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *find = NULL;
    char stored_bytes[VARIABLE_NAME_MAX];
    struct text stored;

    TRY(statement_prepare(store, STATEMENT_VARIABLE_TYPE, &find, err));
    for (size_t i = 0; i < dictionary->variable_count; i++) {
        const struct variable *variable = &dictionary->variables[i];

        TRY(find_type(find, variable, stored_bytes, &stored, err));
        if (stored.length > 0 && !text_equal(stored, text_of(variable_type_name(variable->type))))
            return fail_type(variable, stored, err);
    }
    return BERM_OK;
}

enum berm_status store_has_variable(struct store *store, const struct variable *variable,
                                    bool *ret_has, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *find = NULL;
    char stored_bytes[VARIABLE_NAME_MAX];
    struct text stored;

    TRY(statement_prepare(store, STATEMENT_VARIABLE_TYPE, &find, err));
    TRY(find_type(find, variable, stored_bytes, &stored, err));
    *ret_has = stored.length > 0;
    return BERM_OK;
}

static enum berm_status apply_all(struct store *store, const struct dictionary *dictionary,
                                  struct berm_error *err)
{
    CLEANUP(application_close) struct application application = {0};

    TRY(application_open(store, &application, err));
    for (size_t i = 0; i < dictionary->variable_count; i++)
        TRY(apply_variable(store, &application, &dictionary->variables[i], err));
    return BERM_OK;
}

enum berm_status store_apply_dictionary(struct store *store, const struct dictionary *dictionary,
                                        struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;

    if (store_is_in_transaction(store))
        return apply_all(store, dictionary, err);
    TRY(store_begin(store, err));
    transaction = store;
    TRY(apply_all(store, dictionary, err));
    TRY(store_commit(store, err));
    transaction = NULL;
    return BERM_OK;
}

/* ---- Built statements ------------------------------------------------------------------------ */

typedef void build_function(struct buffer *sql, struct variable_selection selection);

static enum berm_status prepare_built(struct store *store, build_function *build,
                                      struct variable_selection selection, const char *name,
                                      struct statement **ret_statement, struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer sql = {0};

    build(&sql, selection);
    TRY(buffer_status(&sql, err));
    return statement_prepare_text(store, buffer_text(&sql), name, ret_statement, err);
}

static enum berm_status prepare_scan(struct store *store, build_function *build,
                                     struct variable_selection selection, const char *name,
                                     struct statement **ret_statement, struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer sql = {0};

    build(&sql, selection);
    TRY(buffer_status(&sql, err));
    return statement_prepare_scan(store, buffer_text(&sql), name, ret_statement, err);
}

enum berm_status store_prepare_data_write(struct store *store, struct variable_selection selection,
                                          struct statement **ret_statement, struct berm_error *err)
{
    return prepare_built(store, build_data_write, selection, "data_write", ret_statement, err);
}

enum berm_status store_prepare_data_insert(struct store *store, struct variable_selection selection,
                                           struct statement **ret_statement, struct berm_error *err)
{
    return prepare_built(store, build_data_insert, selection, "data_insert", ret_statement, err);
}

enum berm_status store_prepare_data_read(struct store *store, struct variable_selection selection,
                                         struct statement **ret_statement, struct berm_error *err)
{
    return prepare_built(store, build_data_read, selection, "data_read", ret_statement, err);
}

enum berm_status store_prepare_data_ahead(struct store *store, struct variable_selection selection,
                                          struct statement **ret_statement, struct berm_error *err)
{
    assert(store_is_distant(store) && selection.entity != ENTITY_FLOW);
    return prepare_built(store, build_data_ahead, selection, "data_ahead", ret_statement, err);
}

enum berm_status store_prepare_member_data_read(struct store *store,
                                                struct variable_selection selection,
                                                struct statement **ret_statement,
                                                struct berm_error *err)
{
    return prepare_built(store, build_member_data_read, selection, "member_data_read",
                         ret_statement, err);
}

enum berm_status store_prepare_household_scan(struct store *store,
                                              struct variable_selection selection,
                                              struct statement **ret_statement,
                                              struct berm_error *err)
{
    return prepare_scan(store, build_household_scan, selection, "household_scan", ret_statement,
                        err);
}

enum berm_status store_prepare_member_scan(struct store *store, struct variable_selection selection,
                                           struct statement **ret_statement, struct berm_error *err)
{
    return prepare_scan(store, build_member_scan, selection, "member_scan", ret_statement, err);
}

enum berm_status store_prepare_person_scan(struct store *store, struct variable_selection selection,
                                           struct statement **ret_statement, struct berm_error *err)
{
    return prepare_scan(store, build_person_scan, selection, "person_scan", ret_statement, err);
}

enum berm_status store_prepare_flow_scan(struct store *store, struct variable_selection selection,
                                         struct statement **ret_statement, struct berm_error *err)
{
    return prepare_scan(store, build_flow_scan, selection, "flow_scan", ret_statement, err);
}

enum berm_status store_prepare_household_test(struct store *store,
                                              const struct household_test *tests, size_t count,
                                              struct statement **ret_statement,
                                              struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer sql = {0};

    build_household_test(&sql, tests, count);
    TRY(buffer_status(&sql, err));
    return statement_prepare_text(store, buffer_text(&sql), "household_test", ret_statement, err);
}
