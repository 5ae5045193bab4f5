/* Whether the register can be cut by household: which tables have the household in their key, which
 * rules of uniqueness need other households, and whether docs/operations/scale.md tells of them. */
#include "unit/store/fixture.h"

/* What the page gives the reasons of. */
static const char *const KEYED_OTHERWISE[] = {"entitlement_claim", "grievance", "person_search",
                                              "warning"};
static const char *const UNIQUE_OVER_ALL[] = {"household.code"};

static const char sqlite_tables[] =
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name";
static const char postgres_tables[] =
    "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename";

/* Tables that have a household_id which is no part of their primary key. */
static const char sqlite_keyed_otherwise[] =
    "SELECT t.name FROM sqlite_schema AS t JOIN pragma_table_info(t.name) AS c"
    " WHERE t.type = 'table' AND c.name = 'household_id' AND c.pk = 0 ORDER BY t.name";
static const char postgres_keyed_otherwise[] =
    "SELECT c.relname FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid"
    " WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'"
    "  AND a.attname = 'household_id' AND NOT EXISTS (SELECT 1 FROM pg_index AS i"
    "   WHERE i.indrelid = c.oid AND i.indisprimary AND a.attnum = ANY (i.indkey))"
    " ORDER BY c.relname";

/* Columns of unique indexes without the household, of tables that have it in their key. */
static const char sqlite_unique_over_all[] =
    "SELECT t.name || '.' || group_concat(c.name) FROM sqlite_schema AS t"
    " JOIN pragma_table_info(t.name) AS k JOIN pragma_index_list(t.name) AS i"
    " JOIN pragma_index_info(i.name) AS c"
    " WHERE t.type = 'table' AND k.name = 'household_id' AND k.pk > 0 AND i.\"unique\" = 1"
    " GROUP BY t.name, i.name HAVING sum(c.name = 'household_id') = 0 ORDER BY 1";
static const char postgres_unique_over_all[] =
    "SELECT t.relname || '.' || string_agg(a.attname, ',' ORDER BY a.attnum) FROM pg_index AS i"
    " JOIN pg_class AS t ON t.oid = i.indrelid"
    " JOIN pg_attribute AS a ON a.attrelid = t.oid AND a.attnum = ANY (i.indkey)"
    " WHERE t.relnamespace = current_schema()::regnamespace AND i.indisunique"
    "  AND EXISTS (SELECT 1 FROM pg_index AS p JOIN pg_attribute AS h ON h.attrelid = p.indrelid"
    "   AND h.attnum = ANY (p.indkey) WHERE p.indrelid = t.oid AND p.indisprimary"
    "    AND h.attname = 'household_id')"
    " GROUP BY t.relname, i.indexrelid HAVING NOT bool_or(a.attname = 'household_id') ORDER BY 1";

static struct statement *prepare(struct store *store, const char *sql)
{
    struct statement *statement = NULL;
    struct berm_error err;

    assert_ok(statement_prepare_text(store, text_of(sql), "catalogue", &statement, &err));
    return statement;
}

static void assert_rows(struct store *store, const char *sql, const char *const *wanted,
                        size_t count)
{
    CLEANUP(statement_closep) struct statement *rows = prepare(store, sql);
    struct berm_error err;
    bool has_row;

    for (size_t i = 0; i < count; i++) {
        assert_ok(statement_step_to_row(rows, &err));
        assert_text(statement_text(rows, 0), wanted[i]);
    }
    assert_ok(statement_step(rows, &has_row, &err));
    if (has_row)
        fail_msg("%.*s is one more; give it the household's key, or its reason in "
                 "docs/operations/scale.md and a line here",
                 TEXT_ARG(statement_text(rows, 0)));
}

static void the_household_is_in_the_key_of_what_belongs_to_one(void **state)
{
    CLEANUP(store_closep) struct store *store = store_of(state, STORE_CREATE);

    assert_rows(store, is_sqlite(state) ? sqlite_keyed_otherwise : postgres_keyed_otherwise,
                KEYED_OTHERWISE, ARRAY_COUNT(KEYED_OTHERWISE));
}

static void no_other_rule_needs_all_households(void **state)
{
    CLEANUP(store_closep) struct store *store = store_of(state, STORE_CREATE);

    assert_rows(store, is_sqlite(state) ? sqlite_unique_over_all : postgres_unique_over_all,
                UNIQUE_OVER_ALL, ARRAY_COUNT(UNIQUE_OVER_ALL));
}

/* In quotes, as the page writes names. */
static void assert_told(const struct buffer *page, struct text name)
{
    char quoted[80];

    snprintf(quoted, sizeof quoted, "`%.*s`", TEXT_ARG(name));
    if (strstr(page->bytes, quoted) == NULL)
        fail_msg("docs/operations/scale.md does not say where %s goes", quoted);
}

static void every_table_has_its_place_in_the_plan(void **state)
{
    CLEANUP(store_closep) struct store *store = store_of(state, STORE_CREATE);
    CLEANUP(statement_closep) struct statement *tables = NULL;
    CLEANUP(buffer_free) struct buffer page = {0};
    const char *root = getenv("BERM_SOURCE_ROOT");
    struct berm_error err;
    bool has_row;
    char path[512];

    snprintf(path, sizeof path, "%s/docs/operations/scale.md", root ? root : ".");
    assert_ok(file_read(path, 1 << 20, &page, &err));
    buffer_append_char(&page, 0);
    assert_ok(buffer_status(&page, &err));
    tables = prepare(store, is_sqlite(state) ? sqlite_tables : postgres_tables);
    assert_ok(statement_step(tables, &has_row, &err));
    while (has_row) {
        assert_told(&page, statement_text(tables, 0));
        assert_ok(statement_step(tables, &has_row, &err));
    }
    for (size_t i = 0; i < ARRAY_COUNT(UNIQUE_OVER_ALL); i++)
        assert_told(&page, text_of(UNIQUE_OVER_ALL[i]));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, place_create, place_remove)
    const struct CMUnitTest tests[] = {
        TEST(the_household_is_in_the_key_of_what_belongs_to_one),
        TEST(no_other_rule_needs_all_households),
        TEST(every_table_has_its_place_in_the_plan),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
