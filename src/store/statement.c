/*
 * Statements: a thin, common face on the driver's. What is added here is what both databases need
 * the same way: values in their stored form (stored_form.h), bindings that failed, and who frees.
 */
#include <stdlib.h>
#include <string.h>

#include "store/driver.h"
#include "store/stored_form.h"

/*
 * SQLite takes some ten microseconds to turn SQL into a program, longer than many of these programs
 * run. A closed statement is therefore kept, without its values, and given out again for the same
 * SQL. The number is bounded because each takes memory (4 KiB on average) on every connection.
 */
enum { IDLE_STATEMENTS_MAX = 96 };

struct statement {
    struct store *store;
    const struct store_driver *driver;
    void *handle;
    const char *name;
    struct text sql; /* of a named statement: constant; of a built one: behind this struct */
    int parameter_count;
    int column_count;
    int bad_parameter;                 /* a binding failed; told by the next step */
    char (*dates)[STORED_DATE_LENGTH]; /* for each parameter; made when first needed */
    struct statement *older;           /* while it is idle */
};

/* ---- Preparing ------------------------------------------------------------------------------- */

static void statement_free(struct statement *statement)
{
    statement->driver->finalize(statement->handle);
    free(statement->dates);
    free(statement);
}

/* Take the idle statement with this SQL out of the list; NULL where there is none. */
static struct statement *take_idle(struct statement_cache *cache, struct text sql)
{
    for (struct statement **link = &cache->newest; *link != NULL; link = &(*link)->older) {
        struct statement *statement = *link;

        if (statement->sql.length != sql.length || !text_equal(statement->sql, sql))
            continue;
        *link = statement->older;
        cache->idle_count--;
        return statement;
    }
    return NULL;
}

static void free_oldest_idle(struct statement_cache *cache)
{
    struct statement **link = &cache->newest;

    while ((*link)->older != NULL)
        link = &(*link)->older;
    statement_free(*link);
    *link = NULL;
    cache->idle_count--;
}

void statement_cache_clear(struct store *store)
{
    while (store->statements.idle_count > 0)
        free_oldest_idle(&store->statements);
}

/* What is told of a statement when it is prepared. */
struct origin {
    const char *name; /* for messages */
    bool is_constant; /* its SQL, which need not be copied then */
    enum statement_kind kind;
};

static enum berm_status prepare_new(struct store *store, struct text sql, struct origin origin,
                                    struct statement **ret_statement, struct berm_error *err)
{
    struct statement *statement =
        calloc(1, sizeof *statement + (origin.is_constant ? 0 : sql.length));

    if (statement == NULL)
        return fail_with(err, BERM_NO_MEMORY, "there is no memory left for statement %s",
                         origin.name);
    statement->store = store;
    statement->driver = store->driver;
    statement->name = origin.name;
    statement->sql = sql;
    if (!origin.is_constant) {
        statement->sql.bytes = (char *)(statement + 1);
        memcpy(statement + 1, sql.bytes, sql.length);
    }
    enum berm_status status =
        store->driver->prepare(store->connection, sql, origin.kind, &statement->handle, err);
    if (status != BERM_OK) {
        free(statement);
        return fail_within(err, status, "statement %s", origin.name);
    }
    statement->parameter_count = store->driver->parameter_count(statement->handle);
    statement->column_count = store->driver->column_count(statement->handle);
    *ret_statement = statement;
    return BERM_OK;
}

static enum berm_status prepare(struct store *store, struct text sql, struct origin origin,
                                struct statement **ret_statement, struct berm_error *err)
{
    struct statement *statement = take_idle(&store->statements, sql);

    if (statement == NULL)
        TRY(prepare_new(store, sql, origin, &statement, err));
    store->statements.open_count++;
    *ret_statement = statement;
    return BERM_OK;
}

enum berm_status statement_prepare_text(struct store *store, struct text sql, const char *name,
                                        struct statement **ret_statement, struct berm_error *err)
{
    return prepare(store, sql, (struct origin){.name = name}, ret_statement, err);
}

enum berm_status statement_prepare_scan(struct store *store, struct text sql, const char *name,
                                        struct statement **ret_statement, struct berm_error *err)
{
    struct origin origin = {.name = name, .kind = STATEMENT_SCAN};

    return prepare(store, sql, origin, ret_statement, err);
}

enum berm_status statement_prepare(struct store *store, enum statement_id id,
                                   struct statement **ret_statement, struct berm_error *err)
{
    const struct statement_text *text = NULL;
    const char *sql = NULL;

    assert((unsigned)id < STATEMENT_COUNT);
    text = &statement_texts[id];
    sql = store->driver->dialect == DIALECT_SQLITE ? text->sqlite : text->postgres;
    if (sql == NULL)
        return fail_with(err, BERM_UNSUPPORTED, "statement %s is not there for %s", text->name,
                         store->url.bytes);
    struct origin origin = {.name = text->name,
                            .is_constant = true,
                            .kind = text->is_scan  ? STATEMENT_SCAN
                                    : text->is_few ? STATEMENT_FEW
                                                   : STATEMENT_PLAIN};
    return prepare(store, text_of(sql), origin, ret_statement, err);
}

void statement_close(struct statement *statement)
{
    struct statement_cache *cache = NULL;

    if (statement == NULL)
        return;
    cache = &statement->store->statements;
    cache->open_count--;
    statement->driver->clear(statement->handle);
    statement->bad_parameter = 0;
    if (cache->idle_count == IDLE_STATEMENTS_MAX)
        free_oldest_idle(cache);
    statement->older = cache->newest;
    cache->newest = statement;
    cache->idle_count++;
}

void statement_closep(struct statement **statement)
{
    statement_close(*statement);
    *statement = NULL;
}

/* ---- Binding --------------------------------------------------------------------------------- */

void statement_bind_int64(struct statement *statement, int parameter, int64_t value)
{
    if (!statement->driver->bind_int64(statement->handle, parameter, value))
        statement->bad_parameter = parameter;
}

void statement_bind_text(struct statement *statement, int parameter, struct text value)
{
    if (!statement->driver->bind_text(statement->handle, parameter, value))
        statement->bad_parameter = parameter;
}

void statement_bind_bytes(struct statement *statement, int parameter, struct text value)
{
    if (!statement->driver->bind_bytes(statement->handle, parameter, value))
        statement->bad_parameter = parameter;
}

void statement_bind_null(struct statement *statement, int parameter)
{
    if (!statement->driver->bind_null(statement->handle, parameter))
        statement->bad_parameter = parameter;
}

void statement_bind_id(struct statement *statement, int parameter, int64_t id)
{
    if (id == 0)
        statement_bind_null(statement, parameter);
    else
        statement_bind_int64(statement, parameter, id);
}

void statement_bind_text_or_null(struct statement *statement, int parameter, struct text value)
{
    if (value.length == 0)
        statement_bind_null(statement, parameter);
    else
        statement_bind_text(statement, parameter, value);
}

static void write_digits(char *out, int count, int number)
{
    for (int i = count - 1; i >= 0; i--) {
        out[i] = (char)('0' + number % 10);
        number /= 10;
    }
}

void statement_bind_date(struct statement *statement, int parameter, date_days value)
{
    char *stored = NULL;
    int year = 0;
    int month = 0;
    int day = 0;

    assert(parameter >= 1 && parameter <= statement->parameter_count);
    if (statement->dates == NULL)
        statement->dates = calloc((size_t)statement->parameter_count, sizeof *statement->dates);
    if (statement->dates == NULL) {
        statement->bad_parameter = parameter;
        return;
    }
    stored = statement->dates[parameter - 1];
    date_to_civil(value, &year, &month, &day);
    assert(year >= 1 && year <= 9999);
    write_digits(stored, 4, year);
    stored[4] = '-';
    write_digits(stored + 5, 2, month);
    stored[7] = '-';
    write_digits(stored + 8, 2, day);
    statement_bind_text(statement, parameter, (struct text){stored, STORED_DATE_LENGTH});
}

void statement_bind_month(struct statement *statement, int parameter, month_number value)
{
    statement_bind_int64(statement, parameter, stored_month(value));
}

void statement_bind_field(struct statement *statement, int parameter,
                          const struct variable *variable, struct field_value value)
{
    if (!value.is_known) {
        statement_bind_null(statement, parameter);
        return;
    }
    if (is_stored_as_number(variable))
        statement_bind_int64(statement, parameter, value.number);
    else if (variable->type == VARIABLE_DATE)
        statement_bind_date(statement, parameter, (date_days)value.number);
    else
        statement_bind_text(statement, parameter, value.text);
}

/* ---- Running --------------------------------------------------------------------------------- */

static enum berm_status fail_binding(struct statement *statement, struct berm_error *err)
{
    int parameter = statement->bad_parameter;

    statement->bad_parameter = 0;
    if (parameter < 1 || parameter > statement->parameter_count)
        return fail_with(err, BERM_INTERNAL, "statement %s has %d parameters, none is number %d",
                         statement->name, statement->parameter_count, parameter);
    return fail_with(err, BERM_NO_MEMORY, "parameter %d of statement %s could not be bound",
                     parameter, statement->name);
}

void statement_start(struct statement *statement)
{
    if (statement->driver->start != NULL && statement->bad_parameter == 0)
        statement->driver->start(statement->handle);
}

enum berm_status statement_step(struct statement *statement, bool *ret_has_row,
                                struct berm_error *err)
{
    if (statement->bad_parameter != 0)
        return fail_binding(statement, err);
    return statement->driver->step(statement->store->connection, statement->handle, ret_has_row,
                                   err);
}

enum berm_status statement_run(struct statement *statement, struct berm_error *err)
{
    bool has_row = false;

    TRY(statement_step(statement, &has_row, err));
    assert(!has_row);
    statement->driver->reset(statement->handle);
    return BERM_OK;
}

enum berm_status statement_queue(struct statement *statement, struct berm_error *err)
{
    if (statement->driver->queue == NULL)
        return statement_run(statement, err);
    if (statement->bad_parameter != 0)
        return fail_binding(statement, err);
    return statement->driver->queue(statement->handle, err);
}

enum berm_status statement_step_to_row(struct statement *statement, struct berm_error *err)
{
    bool has_row = false;

    TRY(statement_step(statement, &has_row, err));
    if (has_row)
        return BERM_OK;
    statement->driver->reset(statement->handle);
    return fail_with(err, BERM_NOT_FOUND, "statement %s found no row", statement->name);
}

void statement_reset(struct statement *statement)
{
    statement->driver->reset(statement->handle);
}

int64_t statement_changed_count(const struct statement *statement)
{
    return statement->driver->changed_count(statement->store->connection);
}

/* ---- Reading --------------------------------------------------------------------------------- */

bool statement_is_null(struct statement *statement, int column)
{
    return statement->driver->is_null(statement->handle, column);
}

int64_t statement_int64(struct statement *statement, int column)
{
    return statement->driver->int64(statement->handle, column);
}

/* Most numbers are not 0, and what is not 0 is not NULL: one call to the driver then, not two. */
bool statement_has_int64(struct statement *statement, int column, int64_t *ret_value)
{
    *ret_value = statement_int64(statement, column);
    return *ret_value != 0 || !statement_is_null(statement, column);
}

struct text statement_text(struct statement *statement, int column)
{
    return statement->driver->text(statement->handle, column);
}

struct text statement_bytes(struct statement *statement, int column)
{
    return statement->driver->bytes(statement->handle, column);
}

date_days statement_date(struct statement *statement, int column)
{
    date_days date = 0;

    if (!stored_date_read(statement_text(statement, column), &date))
        return 0;
    return date;
}

month_number statement_month(struct statement *statement, int column)
{
    return stored_month_read(statement_int64(statement, column));
}

struct field_value statement_field(struct statement *statement, int column,
                                   const struct variable *variable)
{
    return statement->driver->field(statement->handle, column, variable);
}
