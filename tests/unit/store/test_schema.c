/* The schema as a whole: its snapshot, that every statement fits it, the plans of the scans, and
 * the dictionary's columns. */
#include "store/builder.h"
#include "store/postgres/stream.h"
#include "unit/store/fixture.h"

static const char dictionary_csv[] = "name,entity,type\n"
                                     "rooms,household,integer\n"
                                     "ill,person,boolean\n"
                                     "wage,flow,money\n";

static struct dictionary dictionary_from(struct arena *arena, const char *csv)
{
    struct dictionary dictionary;
    struct berm_error err;

    assert_ok(dictionary_read(arena, text_of(csv), TEXT("list,name\nkind,a\nkind,b\n"), 2,
                              &dictionary, &err));
    return dictionary;
}

static struct arena *new_arena(void)
{
    struct berm_error err;
    struct arena *arena = NULL;

    assert_ok(arena_create(1 << 20, &arena, &err));
    return arena;
}

static void every_statement_fits_the_schema(void **state)
{
    CLEANUP(arena_freep) struct arena *arena = new_arena();
    CLEANUP(store_closep) struct store *store = store_of(state, STORE_CREATE);
    struct dictionary nothing = dictionary_from(arena, "name,entity,type\n");
    CLEANUP(statement_closep) struct statement *members = NULL;
    struct berm_error err;

    assert_ok(store_apply_dictionary(store, &nothing, &err));
    for (int id = 0; id < STATEMENT_COUNT; id++) {
        CLEANUP(statement_closep) struct statement *statement = NULL;
        const struct statement_text *text = &statement_texts[id];

        if ((is_sqlite(state) ? text->sqlite : text->postgres) == NULL)
            assert_non_null(is_sqlite(state) ? text->postgres : text->sqlite);
        else
            assert_ok(statement_prepare(store, (enum statement_id)id, &statement, &err));
    }
    for (int entity = 0; entity < ENTITY_COUNT; entity++) {
        CLEANUP(statement_closep) struct statement *insert = NULL;
        CLEANUP(statement_closep) struct statement *write = NULL;
        CLEANUP(statement_closep) struct statement *read = NULL;
        CLEANUP(statement_closep) struct statement *ahead = NULL;
        struct variable_selection selection = {.dictionary = &nothing,
                                               .entity = (enum entity)entity};

        assert_ok(store_prepare_data_insert(store, selection, &insert, &err));
        assert_ok(store_prepare_data_write(store, selection, &write, &err));
        assert_ok(store_prepare_data_read(store, selection, &read, &err));
        if (!is_sqlite(state) && entity != ENTITY_FLOW)
            assert_ok(store_prepare_data_ahead(store, selection, &ahead, &err));
    }
    assert_ok(store_prepare_member_data_read(
        store, (struct variable_selection){.dictionary = &nothing, .entity = ENTITY_PERSON},
        &members, &err));
}

/* Tables and indexes as SQLite holds them. */
static const char sqlite_dump[] =
    "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY tbl_name, type DESC, name";

/* The same as PostgreSQL describes them: tables with their columns and rules, then the rest; of a
 * policy the letter of its command ('r': SELECT). */
static const char postgres_dump[] =
    "SELECT text FROM ("
    " SELECT c.relname AS owner, 1 AS part, c.relname AS name,"
    "  'CREATE TABLE ' || c.relname || ' (' || chr(10)"
    "  || (SELECT string_agg('    ' || a.attname || ' ' || upper(format_type(a.atttypid, NULL))"
    "       || CASE WHEN l.collname = 'C' THEN ' COLLATE \"C\"' ELSE '' END"
    "       || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END"
    "       || coalesce(' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), ''),"
    "       ',' || chr(10) ORDER BY a.attnum)"
    "      FROM pg_attribute a LEFT JOIN pg_collation l ON l.oid = a.attcollation"
    "      LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum"
    "      WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)"
    "  || coalesce((SELECT string_agg(',' || chr(10) || '    ' || pg_get_constraintdef(k.oid), ''"
    "                                 ORDER BY k.contype DESC, k.conname)"
    "               FROM pg_constraint k WHERE k.conrelid = c.oid), '')"
    "  || chr(10) || ')' AS text"
    " FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'"
    " UNION ALL"
    " SELECT c.relname, 2, x.relname, pg_get_indexdef(x.oid) FROM pg_index i"
    " JOIN pg_class c ON c.oid = i.indrelid JOIN pg_class x ON x.oid = i.indexrelid"
    " WHERE c.relnamespace = 'public'::regnamespace"
    "  AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = x.oid)"
    " UNION ALL"
    " SELECT c.relname, 3, t.tgname, pg_get_triggerdef(t.oid) FROM pg_trigger t"
    " JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal"
    " UNION ALL"
    " SELECT c.relname, 4, p.polname, 'CREATE POLICY ' || p.polname || ' ON ' || c.relname || ' "
    "FOR '"
    "  || p.polcmd::text || ' TO ' || (SELECT string_agg(r::regrole::text, ', ') FROM "
    "unnest(p.polroles) r)"
    "  || ' USING ' || pg_get_expr(p.polqual, p.polrelid)"
    " FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid"
    ") AS parts ORDER BY owner COLLATE \"C\", part, name COLLATE \"C\"";

static void dump_schema(struct store *store, const char *query, struct buffer *out)
{
    CLEANUP(statement_closep) struct statement *statement = NULL;
    struct berm_error err;
    bool has_row = true;

    buffer_append_format(out, "-- The schema after all migrations; BERM_UPDATE_SNAPSHOT=1 "
                              "rewrites it.\n");
    assert_ok(statement_prepare_text(store, text_of(query), "dump", &statement, &err));
    for (;;) {
        assert_ok(statement_step(statement, &has_row, &err));
        if (!has_row)
            break;
        buffer_append_format(out, "\n%.*s;\n", TEXT_ARG(statement_text(statement, 0)));
    }
    assert_ok(buffer_status(out, &err));
}

static void the_schema_is_the_one_of_the_snapshot(void **state)
{
    CLEANUP(store_closep) struct store *store = store_of(state, STORE_CREATE);
    CLEANUP(buffer_free) struct buffer fresh = {0};
    CLEANUP(buffer_free) struct buffer committed = {0};
    const char *root = getenv("BERM_SOURCE_ROOT");
    char path[512];
    struct berm_error err;

    snprintf(path, sizeof path, "%s/tests/unit/store/schema.%s.sql", root ? root : ".",
             is_sqlite(state) ? "sqlite" : "postgres");
    dump_schema(store, is_sqlite(state) ? sqlite_dump : postgres_dump, &fresh);
    if (getenv("BERM_UPDATE_SNAPSHOT") != NULL) {
        FILE *file = fopen(path, "wb");

        assert_non_null(file);
        assert_int_equal(fwrite(fresh.bytes, 1, fresh.length, file), fresh.length);
        assert_int_equal(fclose(file), 0);
    }
    assert_ok(file_read(path, 1 << 20, &committed, &err));
    if (!text_equal(buffer_text(&fresh), buffer_text(&committed)))
        fail_msg("the schema differs from %s; if that is meant, run this test with "
                 "BERM_UPDATE_SNAPSHOT=1 and look at the difference",
                 path);
}

/* ---- Plans of the scans ---------------------------------------------------------------------- */

/* EXPLAIN takes no parameters. */
static void append_with_values(struct buffer *sql, const struct buffer *built, bool has_day)
{
    const char *const values[] = {"1000", "1999", has_day ? "'2020-09-30'" : "201810", "202009"};

    for (size_t i = 0; i < built->length; i++) {
        if (built->bytes[i] == '$')
            buffer_append_text(sql, text_of(values[built->bytes[++i] - '1']));
        else
            buffer_append_char(sql, built->bytes[i]);
    }
}

static bool is_step_of_sqlite_allowed(struct text step)
{
    return text_starts_with(step, TEXT("SEARCH ")) ||
           text_starts_with(step, TEXT("CORRELATED SCALAR SUBQUERY "));
}

/* Only nodes are looked at (the outermost is the test's own): their conditions and filters stand on
 * lines of their own. */
static bool is_step_of_postgres_allowed(struct text step)
{
    char line[512];

    snprintf(line, sizeof line, "%.*s", TEXT_ARG(step));
    if (strstr(line, "(cost=") == NULL || strstr(line, "Subquery Scan") != NULL)
        return true;
    return strstr(line, "Sort") == NULL && strstr(line, "Hash") == NULL &&
           (strstr(line, "Scan") == NULL || strstr(line, "Index ") != NULL ||
            strstr(line, "Bitmap ") != NULL ||
            strstr(line, "Seq Scan on flow") != NULL); /* names of flows and sources: a few */
}

/* The plan of a built statement must search by key and sort nothing. */
static void assert_sql_sorts_nothing(struct store *store, const struct buffer *built, bool has_day)
{
    bool is_sqlite = store->driver->dialect == DIALECT_SQLITE;
    CLEANUP(buffer_free) struct buffer sql = {0};
    CLEANUP(statement_closep) struct statement *statement = NULL;
    struct berm_error err;
    bool has_row = true;
    int steps = 0;

    buffer_append_format(&sql, is_sqlite ? "EXPLAIN QUERY PLAN " : "EXPLAIN SELECT * FROM (");
    append_with_values(&sql, built, has_day);
    buffer_append_format(&sql, is_sqlite ? "" : ") AS scan"); /* no cursor is for EXPLAIN */
    assert_ok(statement_prepare_text(store, buffer_text(&sql), "plan", &statement, &err));
    for (;; steps++) {
        struct text step;

        assert_ok(statement_step(statement, &has_row, &err));
        if (!has_row)
            break;
        step = statement_text(statement, is_sqlite ? 3 : 0);
        if (is_sqlite ? !is_step_of_sqlite_allowed(step) : !is_step_of_postgres_allowed(step))
            fail_msg("the plan has the step %.*s", TEXT_ARG(step));
    }
    assert_true(steps > 0);
}

static void assert_no_sort(struct store *store,
                           void (*build)(struct buffer *, struct variable_selection),
                           struct variable_selection selection)
{
    CLEANUP(buffer_free) struct buffer built = {0};

    build(&built, selection);
    assert_sql_sorts_nothing(store, &built, selection.entity == ENTITY_PERSON);
}

/* Those of the named statements that are marked as scans. */
static void assert_no_named_scan_sorts(struct store *store)
{
    int scan_count = 0;

    for (int id = 0; id < STATEMENT_COUNT; id++) {
        CLEANUP(buffer_free) struct buffer sql = {0};

        if (!statement_texts[id].is_scan)
            continue;
        buffer_append_text(&sql, text_of(statement_texts[id].postgres));
        assert_sql_sorts_nothing(store, &sql, false);
        scan_count++;
    }
    assert_true(scan_count > 0);
}

static void assert_no_scan_sorts(struct store *store, const struct dictionary *dictionary)
{
    struct variable_selection selection = {.dictionary = dictionary};
    struct berm_error err;

    assert_ok(store_begin_read(store, &err));
    if (store->driver->dialect == DIALECT_POSTGRES)
        execute(store, STREAM_PLANNING);
    if (store->driver->dialect == DIALECT_POSTGRES)
        assert_no_named_scan_sorts(store);
    selection.entity = ENTITY_HOUSEHOLD;
    assert_no_sort(store, build_household_scan, selection);
    selection.entity = ENTITY_PERSON;
    assert_no_sort(store, build_member_scan, selection);
    assert_no_sort(store, build_person_scan, selection);
    selection.entity = ENTITY_FLOW;
    assert_no_sort(store, build_flow_scan, selection);
    store_rollback(store);
}

/* 20,000 households of two people with a month of flows. */
static void fill(struct store *store)
{
    static const char *const fillings[] = {
        "INSERT INTO household (household_id, code, area_id, change_id)"
        " WITH RECURSIVE n (i) AS (SELECT 3 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
        " SELECT i, 'H' || i, 1, 1 FROM n",
        "INSERT INTO household_data (household_id, rooms) SELECT household_id, 1 FROM household",
        "INSERT INTO person (person_id, code, change_id)"
        " SELECT household_id, 'A' || household_id, 1 FROM household"
        " UNION ALL SELECT household_id + 20000, 'B' || household_id, 1 FROM household",
        "INSERT INTO person_data (person_id, ill) SELECT person_id, 0 FROM person",
        "INSERT INTO membership (household_id, person_id, from_date, change_id)"
        " SELECT 1 + person_id % 20000, person_id, '2001-01-01', 1 FROM person",
        "INSERT INTO monthly_flow (household_id, month, wage)"
        " SELECT household_id, 202009, 1 FROM household",
    };

    add_two_households(store);
    for (size_t i = 0; i < ARRAY_COUNT(fillings); i++)
        execute(store, fillings[i]);
}

static void the_scans_search_by_key_and_sort_nothing(void **state)
{
    CLEANUP(arena_freep) struct arena *arena = new_arena();
    CLEANUP(store_closep) struct store *store = store_of(state, STORE_CREATE);
    struct dictionary dictionary = dictionary_from(arena, dictionary_csv);
    struct berm_error err;

    assert_ok(store_apply_dictionary(store, &dictionary, &err));
    assert_no_scan_sorts(store, &dictionary);
    if (is_sqlite(state)) /* its order of tables is the one that is written */
        return;
    fill(store);
    assert_no_scan_sorts(store, &dictionary); /* without statistics */
    execute(store, "SET lock_timeout = 0");   /* the server's own ANALYZE may be at it */
    execute(store, "ANALYZE household, household_data, person, person_data, membership,"
                   " monthly_flow");
    assert_no_scan_sorts(store, &dictionary);
}

static void a_dictionary_that_grows_adds_columns_and_keeps_values(void **state)
{
    CLEANUP(arena_freep) struct arena *arena = new_arena();
    CLEANUP(store_closep) struct store *store = store_of(state, STORE_CREATE);
    struct dictionary small = dictionary_from(arena, dictionary_csv);
    struct dictionary large =
        dictionary_from(arena, "name,entity,type\nroof,household,select_one kind\n"
                               "wage,flow,money\ngift,flow,money\nborn,person,date\n");
    struct berm_error err;

    assert_ok(store_apply_dictionary(store, &small, &err));
    assert_ok(store_apply_dictionary(store, &small, &err));
    add_two_households(store);
    execute(store, "INSERT INTO household_data (household_id, rooms) VALUES (1, 3)");
    assert_ok(store_begin(store, &err)); /* inside the caller's transaction too */
    assert_ok(store_apply_dictionary(store, &large, &err));
    assert_ok(store_commit(store, &err));
    assert_int_equal(number_from(store, "SELECT rooms FROM household_data WHERE roof IS NULL"), 3);
    assert_int_equal(number_from(store, "SELECT count(*) FROM flow"), 2);
    assert_int_equal(number_from(store, "SELECT flow_id FROM flow WHERE name = 'gift'"), 2);
    assert_int_equal(number_from(store, "SELECT count(*) FROM variable"), 6);
    assert_int_equal(column_count(store, "person_data", ""), 3);
}

static void a_variable_never_changes_its_type(void **state)
{
    CLEANUP(arena_freep) struct arena *arena = new_arena();
    CLEANUP(store_closep) struct store *store = store_of(state, STORE_CREATE);
    struct dictionary dictionary = dictionary_from(arena, dictionary_csv);
    struct dictionary as_text =
        dictionary_from(arena, "name,entity,type\nnew,household,date\nrooms,household,text\n");
    struct dictionary as_money =
        dictionary_from(arena, "name,entity,type\nrooms,household,money\n");
    struct berm_error err;

    assert_ok(store_apply_dictionary(store, &dictionary, &err));
    assert_fails(store_apply_dictionary(store, &as_text, &err), BERM_CONFLICT, "'rooms'");
    /* the same column in SQL, but a hundred times the value */
    assert_fails(store_apply_dictionary(store, &as_money, &err), BERM_CONFLICT, "as integer");
    /* nothing of a refused dictionary stays */
    assert_int_equal(column_count(store, "household_data", ""), 2);
    execute(store, "DELETE FROM variable");
    assert_fails(store_apply_dictionary(store, &as_text, &err), BERM_CONFLICT, "as INTEGER");
}

static void names_that_are_words_of_sql_are_columns_all_the_same(void **state)
{
    CLEANUP(arena_freep) struct arena *arena = new_arena();
    CLEANUP(store_closep) struct store *store = store_of(state, STORE_CREATE);
    CLEANUP(statement_closep) struct statement *write = NULL;
    CLEANUP(statement_closep) struct statement *scan = NULL;
    struct dictionary dictionary =
        dictionary_from(arena, "name,entity,type\nselect,household,integer\n"
                               "group,household,text\nrowid,household,integer\n");
    struct variable_selection all = {.dictionary = &dictionary, .entity = ENTITY_HOUSEHOLD};
    struct berm_error err;

    assert_ok(store_apply_dictionary(store, &dictionary, &err));
    add_two_households(store);
    assert_ok(store_prepare_data_write(store, all, &write, &err));
    statement_bind_int64(write, 1, 2);
    statement_bind_int64(write, 2, 5);
    statement_bind_text(write, 3, TEXT("x"));
    statement_bind_int64(write, 4, 7);
    assert_ok(statement_run(write, &err));
    assert_ok(store_prepare_household_scan(store, all, &scan, &err));
    statement_bind_int64(scan, 1, 2);
    statement_bind_int64(scan, 2, 2);
    assert_ok(statement_step_to_row(scan, &err));
    assert_int_equal(statement_int64(scan, 3), 5);
    assert_text(statement_text(scan, 4), "x");
    assert_int_equal(statement_int64(scan, 5), 7);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, place_create, place_remove)
    const struct CMUnitTest tests[] = {
        TEST(every_statement_fits_the_schema),
        TEST(the_schema_is_the_one_of_the_snapshot),
        TEST(the_scans_search_by_key_and_sort_nothing),
        TEST(a_dictionary_that_grows_adds_columns_and_keeps_values),
        TEST(a_variable_never_changes_its_type),
        TEST(names_that_are_words_of_sql_are_columns_all_the_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
