/* The schema as a whole: its snapshot, that every statement fits it, the plans of the scans, and
 * the dictionary's columns. */
#include "store/builder.h"
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
    struct berm_error err;

    assert_ok(store_apply_dictionary(store, &nothing, &err));
    for (int id = 0; id < STATEMENT_COUNT; id++) {
        CLEANUP(statement_closep) struct statement *statement = NULL;

        assert_ok(statement_prepare(store, (enum statement_id)id, &statement, &err));
    }
    for (int entity = 0; entity < ENTITY_COUNT; entity++) {
        CLEANUP(statement_closep) struct statement *write = NULL;
        CLEANUP(statement_closep) struct statement *read = NULL;
        struct variable_selection selection = {.dictionary = &nothing,
                                               .entity = (enum entity)entity};

        assert_ok(store_prepare_data_write(store, selection, &write, &err));
        assert_ok(store_prepare_data_read(store, selection, &read, &err));
    }
}

/* Tables and indexes as SQLite holds them. */
static const char sqlite_dump[] =
    "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY tbl_name, type DESC, name";

/* The same as PostgreSQL describes them: tables with their columns and rules, then the rest. */
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

/* The plan of a built statement must search by key and sort nothing. */
static void assert_no_sort(struct store *store,
                           void (*build)(struct buffer *, struct variable_selection),
                           struct variable_selection selection)
{
    CLEANUP(buffer_free) struct buffer sql = {0};
    CLEANUP(statement_closep) struct statement *statement = NULL;
    struct berm_error err;
    bool has_row = true;
    int steps = 0;

    buffer_append_format(&sql, "EXPLAIN QUERY PLAN ");
    build(&sql, selection);
    assert_ok(statement_prepare_text(store, buffer_text(&sql), "plan", &statement, &err));
    for (;; steps++) {
        assert_ok(statement_step(statement, &has_row, &err));
        if (!has_row)
            break;
        struct text detail = statement_text(statement, 3);
        if (!text_starts_with(detail, TEXT("SEARCH ")) &&
            !text_starts_with(detail, TEXT("CORRELATED SCALAR SUBQUERY ")))
            fail_msg("the plan has the step %.*s", TEXT_ARG(detail));
    }
    assert_true(steps > 0);
}

static void the_scans_search_by_key_and_sort_nothing(void **state)
{
    SKIP_UNLESS_SQLITE(state); /* PostgreSQL plans by the number of rows, and here there are none */
    CLEANUP(arena_freep) struct arena *arena = new_arena();
    CLEANUP(store_closep) struct store *store = store_of(state, STORE_CREATE);
    struct dictionary dictionary = dictionary_from(arena, dictionary_csv);
    struct variable_selection selection = {.dictionary = &dictionary};
    struct berm_error err;

    assert_ok(store_apply_dictionary(store, &dictionary, &err));
    selection.entity = ENTITY_HOUSEHOLD;
    assert_no_sort(store, build_household_scan, selection);
    selection.entity = ENTITY_PERSON;
    assert_no_sort(store, build_member_scan, selection);
    assert_no_sort(store, build_person_scan, selection);
    selection.entity = ENTITY_FLOW;
    assert_no_sort(store, build_flow_scan, selection);
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
