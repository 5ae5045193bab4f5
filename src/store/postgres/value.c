/*
 * Values of a statement in PostgreSQL's binary form: numbers in the order of the network and in as
 * many bytes as their type has, texts as they are. These run for every value of every row.
 */
#include "store/postgres/statement.h"

#include <endian.h>
#include <string.h>

#include "store/stored_form.h"

int postgres_parameter_count(void *handle)
{
    const struct postgres_statement *statement = handle;

    return statement->parameter_count;
}

int postgres_column_count(void *handle)
{
    const struct postgres_statement *statement = handle;

    return statement->column_count;
}

static int64_t number_of(const char *bytes, Oid type)
{
    uint64_t eight = 0;
    uint32_t four = 0;
    uint16_t two = 0;

    switch (type) {
    case OID_INT8:
        memcpy(&eight, bytes, sizeof eight);
        return (int64_t)be64toh(eight);
    case OID_INT4:
        memcpy(&four, bytes, sizeof four);
        return (int32_t)be32toh(four);
    case OID_INT2:
        memcpy(&two, bytes, sizeof two);
        return (int16_t)be16toh(two);
    default:
        assert(type == OID_BOOL);
        return bytes[0] != 0;
    }
}

/* ---- Binding --------------------------------------------------------------------------------- */

static bool bind(struct postgres_statement *statement, int parameter, const char *bytes,
                 size_t length, bool is_misfit)
{
    if (parameter < 1 || parameter > statement->parameter_count || length > INT32_MAX)
        return false;
    statement->values[parameter - 1] = bytes;
    statement->lengths[parameter - 1] = (int)length;
    statement->parameters[parameter - 1].is_misfit = is_misfit;
    return true;
}

bool postgres_bind_int64(void *handle, int parameter, int64_t value)
{
    struct postgres_statement *statement = handle;
    struct bound_parameter *target = NULL;
    size_t length = 0;

    if (parameter < 1 || parameter > statement->parameter_count)
        return false;
    target = &statement->parameters[parameter - 1];
    switch (target->type) {
    case OID_INT8: {
        uint64_t stored = htobe64((uint64_t)value);

        length = sizeof stored;
        memcpy(target->number, &stored, length);
        return bind(statement, parameter, target->number, length, false);
    }
    case OID_INT4: {
        uint32_t stored = htobe32((uint32_t)value);

        length = sizeof stored;
        memcpy(target->number, &stored, length);
        return bind(statement, parameter, target->number, length,
                    value < INT32_MIN || value > INT32_MAX);
    }
    default:
        return bind(statement, parameter, target->number, 0, true);
    }
}

static bool is_text_type(Oid type)
{
    return type == OID_TEXT || type == OID_VARCHAR || type == OID_NAME;
}

/* libpq takes a NULL pointer for the value NULL; an empty text is a value. */
static bool bind_slice(struct postgres_statement *statement, int parameter, struct text value,
                       bool is_misfit)
{
    return bind(statement, parameter, value.bytes == NULL ? "" : value.bytes, value.length,
                is_misfit);
}

bool postgres_bind_text(void *handle, int parameter, struct text value)
{
    struct postgres_statement *statement = handle;

    if (parameter < 1 || parameter > statement->parameter_count)
        return false;
    return bind_slice(statement, parameter, value,
                      !is_text_type(statement->parameters[parameter - 1].type));
}

bool postgres_bind_bytes(void *handle, int parameter, struct text value)
{
    struct postgres_statement *statement = handle;

    if (parameter < 1 || parameter > statement->parameter_count)
        return false;
    return bind_slice(statement, parameter, value,
                      statement->parameters[parameter - 1].type != OID_BYTEA);
}

int64_t postgres_bound_number(const struct postgres_statement *statement, int parameter)
{
    const char *bytes = statement->values[parameter - 1];

    return bytes == NULL ? 0 : number_of(bytes, statement->parameters[parameter - 1].type);
}

bool postgres_bind_null(void *handle, int parameter)
{
    return bind(handle, parameter, NULL, 0, false);
}

void postgres_clear(void *handle)
{
    struct postgres_statement *statement = handle;

    postgres_reset(statement);
    for (int p = 1; p <= statement->parameter_count; p++)
        (void)bind(statement, p, NULL, 0, false);
}

/* ---- Reading --------------------------------------------------------------------------------- */

/* Bytes are NULL only for NULL. */
static struct text value_of(const struct postgres_statement *statement, int column)
{
    if (statement->stream.is_open)
        return statement->stream.values[column];
    if (PQgetisnull(statement->rows, statement->row, column))
        return (struct text){0};
    return (struct text){PQgetvalue(statement->rows, statement->row, column),
                         (size_t)PQgetlength(statement->rows, statement->row, column)};
}

bool postgres_column_is_null(void *handle, int column)
{
    return value_of(handle, column).bytes == NULL;
}

int64_t postgres_column_int64(void *handle, int column)
{
    const struct postgres_statement *statement = handle;
    struct text value = value_of(statement, column);

    return value.bytes == NULL ? 0 : number_of(value.bytes, statement->column_types[column]);
}

struct text postgres_column_text(void *handle, int column)
{
    const struct postgres_statement *statement = handle;
    struct text value = value_of(statement, column);

    assert(value.bytes == NULL || is_text_type(statement->column_types[column]));
    return value;
}

struct text postgres_column_bytes(void *handle, int column)
{
    const struct postgres_statement *statement = handle;
    struct text value = value_of(statement, column);

    assert(value.bytes == NULL || statement->column_types[column] == OID_BYTEA);
    return value;
}

struct field_value postgres_column_field(void *handle, int column, const struct variable *variable)
{
    struct field_value value = {0};

    if (!is_stored_as_number(variable)) {
        struct text text = postgres_column_text(handle, column);

        return text.bytes == NULL ? value : stored_text_read(variable, text);
    }
    const struct postgres_statement *statement = handle;
    struct text stored = value_of(statement, column);

    value.is_known = stored.bytes != NULL;
    if (value.is_known)
        value.number = number_of(stored.bytes, statement->column_types[column]);
    return value;
}
