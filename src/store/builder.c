/*
 * The whitelisted builder: the only C file with SQL in it, because the columns come from the
 * dictionary. Nothing a user types gets here: identifiers are names that dictionary_read has let
 * pass
 * ([a-z][a-z0-9_]*), quoted all the same, and every value is a parameter.
 *
 * Parameters are written "$1", which PostgreSQL counts. To SQLite that is a name, and names are
 * numbered by first appearance: so they must first appear in their order.
 *
 * CROSS JOIN tells SQLite to keep the order of the tables as written, so that rows come out in the
 * order of the first table's key and nothing is sorted.
 */
#include "store/builder.h"
#include "store/stored_form.h"

/* How a table's row is named. */
static const struct {
    const char *table;
    const char *key;      /* as written in the list of columns */
    int key_count;        /* columns in it */
    const char *key_test; /* the row with the bound key */
} data_tables[ENTITY_COUNT] = {
    [ENTITY_HOUSEHOLD] = {"household_data", "household_id", 1, "household_id = $1"},
    [ENTITY_PERSON] = {"person_data", "person_id", 1, "person_id = $1"},
    [ENTITY_FLOW] = {"monthly_flow", "household_id, month", 2, "household_id = $1 AND month = $2"},
};

const char *data_table(enum entity entity)
{
    return data_tables[entity].table;
}

/* Texts compare by bytes, as everywhere in the schema (tools/number_sql.py). */
static const char *column_declaration(bool is_number, enum dialect dialect)
{
    if (dialect == DIALECT_SQLITE)
        return is_number ? "INTEGER" : "TEXT";
    return is_number ? "BIGINT" : "TEXT COLLATE \"C\"";
}

const char *column_type(const struct variable *variable)
{
    return column_declaration(is_stored_as_number(variable), DIALECT_SQLITE);
}

static struct text selected_name(struct variable_selection selection, size_t index)
{
    const struct variable *variables = dictionary_variables(selection.dictionary, selection.entity);
    size_t position = selection.positions == NULL ? index : (size_t)selection.positions[index];

    assert(position < selection.dictionary->count[selection.entity]);
    return variables[position].name;
}

/* positions NULL stands for all, whatever count says. */
static size_t selected_count(struct variable_selection selection)
{
    return selection.positions == NULL ? selection.dictionary->count[selection.entity]
                                       : selection.count;
}

static void append(struct buffer *sql, const char *words)
{
    buffer_append_text(sql, text_of(words));
}

static void append_parameter(struct buffer *sql, int number)
{
    buffer_append_format(sql, "$%d", number);
}

static void append_quoted(struct buffer *sql, const char *table, struct text column)
{
    append(sql, table);
    buffer_append_char(sql, '"');
    buffer_append_text(sql, column);
    buffer_append_char(sql, '"');
}

static void append_columns(struct buffer *sql, struct variable_selection selection,
                           const char *table)
{
    for (size_t i = 0; i < selected_count(selection); i++) {
        append(sql, ", ");
        if (selection.is_missing != NULL && selection.is_missing[i])
            append(sql, "NULL");
        else
            append_quoted(sql, table, selected_name(selection, i));
    }
}

void build_add_column(struct buffer *sql, struct text table, struct text column, bool is_number,
                      enum dialect dialect)
{
    append_quoted(sql, "ALTER TABLE ", table);
    append_quoted(sql, " ADD COLUMN ", column);
    append(sql, " ");
    append(sql, column_declaration(is_number, dialect));
}

void build_data_insert(struct buffer *sql, struct variable_selection selection)
{
    int key_count = data_tables[selection.entity].key_count;
    int count = (int)selected_count(selection);

    append(sql, "INSERT INTO ");
    append(sql, data_table(selection.entity));
    append(sql, " (");
    append(sql, data_tables[selection.entity].key);
    append_columns(sql, selection, "");
    append(sql, ") VALUES (");
    for (int parameter = 1; parameter <= key_count + count; parameter++) {
        append(sql, parameter == 1 ? "" : ", ");
        append_parameter(sql, parameter);
    }
    append(sql, ")");
}

void build_data_write(struct buffer *sql, struct variable_selection selection)
{
    size_t count = selected_count(selection);

    build_data_insert(sql, selection);
    append(sql, " ON CONFLICT (");
    append(sql, data_tables[selection.entity].key);
    append(sql, count == 0 ? ") DO NOTHING" : ") DO UPDATE SET ");
    for (size_t i = 0; i < count; i++) {
        append_quoted(sql, i == 0 ? "" : ", ", selected_name(selection, i));
        append_quoted(sql, " = excluded.", selected_name(selection, i));
    }
}

void build_data_read(struct buffer *sql, struct variable_selection selection)
{
    size_t count = selected_count(selection);

    append(sql, "SELECT ");
    for (size_t i = 0; i < count; i++)
        append_quoted(sql, i == 0 ? "" : ", ", selected_name(selection, i));
    append(sql, count == 0 ? "1 FROM " : " FROM ");
    append(sql, data_table(selection.entity));
    append(sql, " WHERE ");
    append(sql, data_tables[selection.entity].key_test);
}

void build_data_ahead(struct buffer *sql, struct variable_selection selection)
{
    const char *key = data_tables[selection.entity].key;

    append(sql, "SELECT ");
    append(sql, key);
    append_columns(sql, selection, "");
    append(sql, " FROM ");
    append(sql, data_table(selection.entity));
    append(sql, " WHERE ");
    append(sql, key);
    append(sql, " = ANY (string_to_array($1, ',')::BIGINT[])");
}

void build_member_data_read(struct buffer *sql, struct variable_selection selection)
{
    append(sql, "SELECT m.person_id");
    append_columns(sql, selection, "d.");
    append(sql, " FROM membership m JOIN person_data d ON d.person_id = m.person_id"
                " WHERE m.household_id = $1");
}

void build_household_scan(struct buffer *sql, struct variable_selection selection)
{
    append(sql, "SELECT h.household_id, h.code, h.area_id");
    append_columns(sql, selection, "d.");
    append(sql, " FROM household h");
    if (selected_count(selection) > 0)
        append(sql, " LEFT JOIN household_data d ON d.household_id = h.household_id"
                    " AND d.household_id BETWEEN $1 AND $2");
    append(sql, " WHERE h.household_id BETWEEN $1 AND $2 AND h.is_active = 1"
                " ORDER BY h.household_id");
}

void build_member_scan(struct buffer *sql, struct variable_selection selection)
{
    append(sql, "SELECT m.household_id, m.person_id, p.code, p.sex, p.birth_date, m.relation");
    append_columns(sql, selection, "d.");
    append(sql, " FROM membership m CROSS JOIN person p");
    if (selected_count(selection) > 0)
        append(sql, " LEFT JOIN person_data d ON d.person_id = m.person_id");
    append(sql, " WHERE p.person_id = m.person_id AND m.household_id BETWEEN $1 AND $2"
                " AND m.from_date <= $3 AND (m.to_date IS NULL OR m.to_date > $3)"
                " ORDER BY m.household_id, m.person_id");
}

void build_person_scan(struct buffer *sql, struct variable_selection selection)
{
    append(sql, "SELECT m.household_id, m.person_id, p.code, p.name, p.sex, p.birth_date,"
                " m.relation, m.from_date, m.to_date, m.end_reason");
    append_columns(sql, selection, "d.");
    append(sql, " FROM membership m CROSS JOIN person p");
    if (selected_count(selection) > 0)
        append(sql, " LEFT JOIN person_data d ON d.person_id = m.person_id");
    append(sql, " WHERE p.person_id = m.person_id AND m.household_id BETWEEN $1 AND $2"
                " AND NOT EXISTS (SELECT 1 FROM membership o WHERE o.person_id = m.person_id"
                " AND (o.household_id <> m.household_id OR o.from_date <> m.from_date)"
                " AND (o.to_date IS NULL OR (m.to_date IS NOT NULL"
                " AND (o.from_date > m.from_date OR (o.from_date = m.from_date"
                " AND o.household_id > m.household_id)))))"
                " ORDER BY m.household_id, m.person_id");
}

void build_flow_scan(struct buffer *sql, struct variable_selection selection)
{
    append(sql, "SELECT household_id, month");
    append_columns(sql, selection, "");
    append(sql, " FROM monthly_flow"
                " WHERE household_id BETWEEN $1 AND $2 AND month BETWEEN $3 AND $4"
                " ORDER BY household_id, month");
}

/* One comparison; the values that it binds follow one another from *parameter on. */
static void append_comparison(struct buffer *sql, enum test_operator operator, size_t value_count,
                              int *parameter)
{
    static const char *const WORDS[] = {
        [TEST_EQUAL] = " = ",    [TEST_NOT_EQUAL] = " <> ",   [TEST_LESS] = " < ",
        [TEST_AT_MOST] = " <= ", [TEST_MORE] = " > ",         [TEST_AT_LEAST] = " >= ",
        [TEST_IN] = " IN (",     [TEST_UNKNOWN] = " IS NULL", [TEST_KNOWN] = " IS NOT NULL",
    };

    append(sql, WORDS[operator]);
    for (size_t v = 0; v < value_count; v++) {
        append(sql, v == 0 ? "" : ", ");
        append_parameter(sql, (*parameter)++);
    }
    append(sql, operator== TEST_IN ? ")" : "");
}

void build_household_test(struct buffer *sql, const struct household_test *tests, size_t count)
{
    int parameter = 2;

    append(sql, "SELECT 1 FROM household h LEFT JOIN household_data d"
                " ON d.household_id = h.household_id WHERE h.household_id = $1");
    for (size_t t = 0; t < count; t++) {
        const struct household_test *test = &tests[t];

        switch (test->subject) {
        case TEST_OF_VARIABLE:
            append_quoted(sql, " AND d.", test->variable->name);
            append_comparison(sql, test->operator, test->value_count, &parameter);
            break;
        case TEST_OF_RISK:
            append(sql, " AND h.risk_rank");
            append_comparison(sql, test->operator, test->value_count, &parameter);
            break;
        case TEST_OF_KIND:
            append(sql, " AND (SELECT s.kind FROM standing s WHERE s.household_id = h.household_id"
                        " ORDER BY s.run_id DESC LIMIT 1)");
            append_comparison(sql, test->operator, test->value_count, &parameter);
            break;
        case TEST_OF_FINDING:
            append(sql, test->operator== TEST_NOT_EQUAL ? " AND NOT EXISTS" : " AND EXISTS");
            append(sql, " (SELECT 1 FROM finding f WHERE f.household_id = h.household_id"
                        " AND f.closing_run_id IS NULL AND f.code");
            append_comparison(sql, test->operator== TEST_NOT_EQUAL ? TEST_EQUAL : test->operator,
                              test->value_count, &parameter);
            append(sql, ")");
            break;
        }
    }
}

/* ---- Whole tables ---------------------------------------------------------------------------- */

void build_table_insert(struct buffer *sql, const struct store_table *table)
{
    append_quoted(sql, "INSERT INTO ", table->name);
    for (size_t c = 0; c < table->column_count; c++)
        append_quoted(sql, c == 0 ? " (" : ", ", table->columns[c].name);
    append(sql, ") VALUES (");
    for (size_t c = 0; c < table->column_count; c++) {
        append(sql, c == 0 ? "" : ", ");
        append_parameter(sql, (int)c + 1);
    }
    append(sql, ")");
}

/* The column at a place in the key; NULL behind its end. */
static const struct store_column *key_column(const struct store_table *table, int64_t position)
{
    for (size_t c = 0; c < table->column_count; c++)
        if (table->columns[c].key_position == position)
            return &table->columns[c];
    return NULL;
}

/* NULL sorts first in one database and last in the other; no column of a key is NULL. */
void build_table_scan(struct buffer *sql, const struct store_table *table)
{
    const struct store_column *column = NULL;

    for (size_t c = 0; c < table->column_count; c++)
        append_quoted(sql, c == 0 ? "SELECT " : ", ", table->columns[c].name);
    append_quoted(sql, " FROM ", table->name);
    append(sql, " ORDER BY ");
    for (int64_t k = 1; (column = key_column(table, k)) != NULL; k++)
        append_quoted(sql, k == 1 ? "" : ", ", column->name);
    if (key_column(table, 1) != NULL)
        return;
    for (size_t c = 0; c < table->column_count; c++) {
        append_quoted(sql, c == 0 ? "" : ", ", table->columns[c].name);
        append(sql, " NULLS FIRST");
    }
}

void build_table_count(struct buffer *sql, const struct store_table *table)
{
    append_quoted(sql, "SELECT count(*) FROM ", table->name);
}

void build_table_delete(struct buffer *sql, const struct store_table *table)
{
    append_quoted(sql, "DELETE FROM ", table->name);
}
