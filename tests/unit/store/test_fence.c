/* The fence of a register in PostgreSQL: every table has its rule or its reason, and a reading
 * transaction shows what was said and no more. */
#include <string.h>

#include "unit/store/fixture.h"

/* Tables that every caller's transaction may read: docs/reference/fence.md has the reasons. A table
 * that is neither here nor has a policy fails the test: whoever adds one decides. */
static const char UNFENCED[] =
    "'setting','id_counter','variable','change','area','payer','flow','flow_source','run','journal'"
    ","
    "'journal_seal','journal_unsealed','journal_end','account','role_grant','session','api_token',"
    "'login_throttle','pack_version','pack_file','pack_version_file','request_answer','job',"
    "'job_event','upload','berm_schema','move_source','move_progress','move_rule',"
    "'programme_budget'";

/* Ranges of positions, as services write them: area 1 is at 0 to 9, area 2 at 10 to 19. */
static const struct store_sight OURS = {.areas = {"00000000000000000000000000000000000009", 38},
                                        .roles = {"county", 6}};
static const struct store_sight THEIRS = {
    .areas = {"00000000000000000100000000000000000019", 38},
    .sensitive_areas = {"00000000000000000100000000000000000019", 38}};

static const struct store_sight ALL_BUT_NUMBERS = {
    .areas = {"00000000000000000009223372036854775807", 38},
    .sensitive_areas = {"00000000000000000000000000000000000009", 38}};

static struct store *make_register(void **state)
{
    struct store *store = store_of(state, STORE_CREATE);

    add_two_households(store);
    execute(
        store,
        "INSERT INTO area (area_id, code, name, level, position_low, position_high, change_id)"
        " VALUES (2, '54', 'Next', 0, 10, 19, 1);"
        "INSERT INTO household (household_id, code, area_id, change_id) VALUES (3, 'N', 2, 1);"
        "INSERT INTO person (person_id, code, name, change_id)"
        " VALUES (1, 'P1', 'A', 1), (3, 'P3', 'C', 1), (4, 'P4', 'D', 1);"
        "INSERT INTO membership (household_id, person_id, from_date, to_date, change_id) VALUES"
        " (1, 1, '2000-01-01', NULL, 1), (3, 3, '2000-01-01', NULL, 1),"
        " (1, 4, '2000-01-01', '2010-01-01', 1), (3, 4, '2010-01-01', NULL, 1);"
        "INSERT INTO person_secret (person_id, kind, id_type, key_id, sealed, lookup, change_id)"
        " VALUES (3, 'id_number', 'other', 'k', 's', 'l', 1);");
    return store;
}

static void every_table_has_a_policy_or_a_reason(void **state)
{
    SKIP_UNLESS_POSTGRES(state);
    CLEANUP(store_closep) struct store *store = store_of(state, STORE_CREATE);
    char sql[1024];

    snprintf(sql, sizeof sql,
             "SELECT count(*) FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace"
             " AND c.relkind IN ('r', 'p') AND c.relname NOT IN (%s)"
             " AND NOT (c.relrowsecurity AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid ="
             " c.oid AND p.polroles = ARRAY['berm_fenced'::regrole::oid]))",
             UNFENCED);
    assert_int_equal(number_from(store, sql), 0);
    /* Nothing that is keyed by a household or a person may be among those without. */
    snprintf(sql, sizeof sql,
             "SELECT count(*) FROM information_schema.columns WHERE table_schema = 'public'"
             " AND column_name IN ('household_id', 'person_id') AND table_name IN (%s)",
             UNFENCED);
    assert_int_equal(number_from(store, sql), 0);
    /* The role reads every table and does nothing else, and no right of its own passes the rules.
     */
    assert_int_equal(
        number_from(store, "SELECT count(*) FROM pg_class c WHERE c.relnamespace ="
                           " 'public'::regnamespace AND c.relkind = 'r' AND (NOT"
                           " has_table_privilege('berm_fenced', c.oid, 'SELECT') OR"
                           " has_table_privilege('berm_fenced', c.oid, 'INSERT, UPDATE, DELETE'))"),
        0);
    assert_int_equal(number_from(store, "SELECT count(*) FROM pg_roles WHERE rolname ="
                                        " 'berm_fenced' AND NOT rolsuper AND NOT rolbypassrls"
                                        " AND NOT rolcanlogin"),
                     1);
}

static int64_t households(struct store *store)
{
    return number_from(store, "SELECT count(*) FROM household");
}

/* A rule that asks whether the caller sees everything is slow for whoever does. */
static void who_sees_everything_is_asked_by_no_rule_but_that_of_numbers(void **state)
{
    SKIP_UNLESS_POSTGRES(state);
    CLEANUP(store_closep) struct store *store = store_of(state, STORE_CREATE);

    assert_int_equal(
        number_from(store, "SELECT count(*) FROM pg_policy p WHERE p.polname = 'fence'"
                           " AND pg_get_expr(p.polqual, p.polrelid) LIKE '%fence_is_open()%'"
                           " AND NOT EXISTS (SELECT FROM pg_policy e WHERE e.polrelid = p.polrelid"
                           " AND e.polroles = ARRAY['berm_everywhere'::regrole::oid]"
                           " AND pg_get_expr(e.polqual, e.polrelid) = 'true')"),
        0);
    assert_int_equal(number_from(store, "SELECT count(*) FROM pg_policy p WHERE p.polroles ="
                                        " ARRAY['berm_everywhere'::regrole::oid] AND p.polrelid IN"
                                        " (SELECT polrelid FROM pg_policy WHERE polname = 'fence'"
                                        " AND pg_get_expr(polqual, polrelid) NOT LIKE"
                                        " '%fence_is_open()%')"),
                     0);
    assert_int_equal(number_from(store, "SELECT count(*) FROM pg_roles WHERE rolname ="
                                        " 'berm_everywhere' AND NOT rolsuper AND NOT rolbypassrls"
                                        " AND NOT rolcanlogin"),
                     1);
    assert_int_equal(number_from(store,
                                 "SELECT count(*) FROM pg_class c WHERE c.relnamespace ="
                                 " 'public'::regnamespace AND c.relkind = 'r' AND"
                                 " has_table_privilege('berm_everywhere', c.oid, 'INSERT, UPDATE, "
                                 "DELETE')"),
                     0);
}

/* Statements are prepared once for each role: none may keep what it was planned with for another.
 */
static void one_statement_shows_each_caller_what_is_theirs(void **state)
{
    SKIP_UNLESS_POSTGRES(state);
    CLEANUP(store_closep) struct store *store = make_register(state);
    const struct {
        const struct store_sight *sight;
        int64_t households, numbers;
    } callers[] = {{&ALL_BUT_NUMBERS, 3, 0},
                   {&OURS, 2, 0},
                   {&THEIRS, 1, 1},
                   {&ALL_BUT_NUMBERS, 3, 0},
                   {&OURS, 2, 0}};
    struct berm_error err;

    assert_ok(store_close_fence(store, &err));
    for (size_t c = 0; c < ARRAY_COUNT(callers); c++) {
        assert_ok(store_begin_read(store, &err));
        assert_int_equal(households(store), 0);
        assert_ok(store_see(store, callers[c].sight, &err));
        assert_int_equal(households(store), callers[c].households);
        assert_int_equal(number_from(store, "SELECT count(*) FROM person_secret"),
                         callers[c].numbers);
        store_rollback(store);
    }
    assert_int_equal(households(store), 0);
}

static void nothing_is_shown_until_it_is_said(void **state)
{
    SKIP_UNLESS_POSTGRES(state);
    CLEANUP(store_closep) struct store *store = make_register(state);
    struct berm_error err;

    assert_int_equal(households(store), 3);
    assert_ok(store_close_fence(store, &err));
    assert_int_equal(households(store), 0); /* between transactions too */
    assert_ok(store_begin_read(store, &err));
    assert_int_equal(households(store), 0);
    assert_ok(store_see(store, &OURS, &err));
    assert_int_equal(households(store), 2);
    assert_int_equal(number_from(store, "SELECT count(*) FROM household_data"), 0);
    assert_ok(store_see(store, &THEIRS, &err));
    assert_int_equal(households(store), 1);
    assert_ok(store_see_everything(store, &err));
    assert_int_equal(households(store), 3);
    store_rollback(store);
    assert_int_equal(households(store), 0); /* it held for the transaction */
    assert_ok(store_begin_read(store, &err));
    assert_int_equal(households(store), 0);
    store_rollback(store);
}

static void a_person_comes_with_all_their_places_but_not_with_the_households(void **state)
{
    SKIP_UNLESS_POSTGRES(state);
    CLEANUP(store_closep) struct store *store = make_register(state);
    struct berm_error err;

    assert_ok(store_see(store, &OURS, &err));
    assert_ok(store_begin_read(store, &err));
    assert_int_equal(number_from(store, "SELECT count(*) FROM person"), 2);
    assert_int_equal(number_from(store, "SELECT count(*) FROM membership WHERE person_id = 4"), 2);
    assert_int_equal(number_from(store, "SELECT count(*) FROM membership WHERE person_id = 3"), 0);
    assert_int_equal(number_from(store, "SELECT count(*) FROM household WHERE household_id = 3"),
                     0);
    assert_int_equal(number_from(store, "SELECT count(*) FROM person_secret"), 0);
    assert_ok(store_see(store, &THEIRS, &err));
    assert_int_equal(number_from(store, "SELECT count(*) FROM person_secret"), 1);
    assert_int_equal(number_from(store, "SELECT count(*) FROM person WHERE person_id = 1"), 0);
    store_rollback(store);
}

/* Photographs are shown where sensitive values are, which may be fewer areas; visits to whoever
 * sees the household. */
static void files_are_shown_where_sensitive_values_are(void **state)
{
    SKIP_UNLESS_POSTGRES(state);
    CLEANUP(store_closep) struct store *store = make_register(state);
    static const char files[] = "SELECT count(*) FROM attachment_file";
    static const char pieces[] = "SELECT count(*) FROM attachment_piece";
    struct berm_error err;

    execute(store,
            "INSERT INTO attachment_file (household_id, sha256, media_type, byte_count,"
            " change_id) VALUES (1, 's', 'image/png', 1, 1), (3, 's', 'image/png', 1, 1);"
            "INSERT INTO attachment_piece VALUES (1, 's', 0, 'a'), (3, 's', 0, 'a');"
            "INSERT INTO visit (household_id, visit_id, purpose, state, worker, groups, note,"
            " planned_at, planned_by, summary, change_id) VALUES"
            " (1, 1, 'shock', 'planned', '', '', '', '', '', '', 1),"
            " (3, 2, 'shock', 'planned', '', '', '', '', '', '', 1);");
    assert_ok(store_close_fence(store, &err));
    assert_ok(store_begin_read(store, &err));
    assert_ok(store_see(store, &OURS, &err)); /* no sensitive areas */
    assert_int_equal(number_from(store, files), 0);
    assert_int_equal(number_from(store, pieces), 0);
    assert_int_equal(number_from(store, "SELECT max(visit_id) FROM visit"), 1);
    assert_ok(store_see(store, &THEIRS, &err));
    assert_int_equal(number_from(store, files), 1);
    assert_int_equal(number_from(store, "SELECT household_id FROM attachment_piece"), 3);
    assert_ok(store_see_everything(store, &err));
    assert_int_equal(number_from(store, pieces), 2);
    store_rollback(store);
}

/* The rows that were found visible last must not stay so when something else is said. */
static void what_was_seen_before_is_not_seen_by_the_next(void **state)
{
    SKIP_UNLESS_POSTGRES(state);
    CLEANUP(store_closep) struct store *store = make_register(state);
    static const char flows[] = "SELECT count(*) FROM flow_entry WHERE household_id = 3";
    static const char person[] = "SELECT count(*) FROM person WHERE person_id = 3";
    struct berm_error err;

    execute(store, "INSERT INTO flow_entry VALUES (3, 24000, 1, 1, 5, 1), (3, 24001, 1, 1, 5, 1)");
    assert_ok(store_close_fence(store, &err));
    assert_ok(store_begin_read(store, &err));
    assert_ok(store_see(store, &THEIRS, &err));
    assert_int_equal(number_from(store, flows), 2);
    assert_int_equal(number_from(store, person), 1);
    assert_ok(store_see(store, &OURS, &err));
    assert_int_equal(number_from(store, flows), 0);
    assert_int_equal(number_from(store, person), 0);
    store_rollback(store);
    assert_int_equal(number_from(store, flows), 0);
}

static void writing_is_not_fenced_and_its_answers_are(void **state)
{
    SKIP_UNLESS_POSTGRES(state);
    CLEANUP(store_closep) struct store *store = make_register(state);
    struct berm_error err;

    assert_ok(store_batch_begin(store, &err));
    assert_ok(store_piece_begin(store, &err));
    assert_ok(store_see(store, &OURS, &err));
    assert_ok(store_begin(store, &err));
    assert_int_equal(households(store), 3); /* a code is unique everywhere */
    assert_ok(store_commit(store, &err));
    assert_ok(store_begin_read(store, &err));
    assert_int_equal(households(store), 2);
    assert_ok(store_commit(store, &err)); /* as its rollback would */
    assert_ok(store_begin(store, &err));
    assert_int_equal(households(store), 3);
    execute(store, "UPDATE household SET code = 'NN' WHERE household_id = 3");
    assert_ok(store_commit(store, &err));
    assert_ok(store_piece_keep(store, &err));
    assert_ok(store_piece_begin(store, &err)); /* the next caller's: nothing was said of it */
    assert_ok(store_begin_read(store, &err));
    assert_int_equal(households(store), 3);
    store_rollback(store);
    assert_ok(store_piece_keep(store, &err));
    assert_ok(store_batch_commit(store, &err));
    assert_int_equal(number_from(store, "SELECT count(*) FROM household WHERE code = 'NN'"), 1);
}

static void a_server_store_still_writes(void **state)
{
    SKIP_UNLESS_POSTGRES(state);
    CLEANUP(store_closep) struct store *store = make_register(state);
    struct berm_error err;

    assert_ok(store_close_fence(store, &err));
    assert_ok(store_begin(store, &err));
    assert_int_equal(households(store), 3);
    execute(store, "UPDATE household SET is_active = 0 WHERE household_id = 3");
    assert_ok(store_commit(store, &err));
    assert_int_equal(households(store), 0);
}

/* A wish to stop a job does so, past whoever holds the lock of writers. */
static void what_is_written_between_transactions_is_not_fenced(void **state)
{
    SKIP_UNLESS_POSTGRES(state);
    CLEANUP(store_closep) struct store *store = make_register(state);
    CLEANUP(statement_closep) struct statement *write = NULL;
    struct berm_error err;

    assert_ok(store_close_fence(store, &err));
    assert_ok(statement_prepare_text(
        store, TEXT("UPDATE household SET is_active = 0 WHERE household_id = $1"), "test", &write,
        &err));
    for (int64_t id = 1; id <= 2; id++) {
        statement_bind_int64(write, 1, id);
        assert_ok(statement_run(write, &err));
        assert_int_equal(statement_changed_count(write), 1);
        assert_int_equal(households(store), 0); /* reading still is */
    }
}

static void what_is_no_range_is_refused(void **state)
{
    SKIP_UNLESS_POSTGRES(state);
    CLEANUP(store_closep) struct store *store = make_register(state);
    struct store_sight sight = {.areas = TEXT("(,)}'; RESET ROLE; --")};
    struct berm_error err;

    assert_ok(store_begin_read(store, &err));
    assert_int_equal(store_see(store, &sight, &err), BERM_INTERNAL);
    sight.areas = TEXT("00000000000000000090000000000000000001"); /* the wrong way round */
    assert_int_equal(store_see(store, &sight, &err), BERM_INTERNAL);
    store_rollback(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_table_has_a_policy_or_a_reason, place_create,
                                        place_remove),
        cmocka_unit_test_setup_teardown(who_sees_everything_is_asked_by_no_rule_but_that_of_numbers,
                                        place_create, place_remove),
        cmocka_unit_test_setup_teardown(one_statement_shows_each_caller_what_is_theirs,
                                        place_create, place_remove),
        cmocka_unit_test_setup_teardown(what_is_written_between_transactions_is_not_fenced,
                                        place_create, place_remove),
        cmocka_unit_test_setup_teardown(nothing_is_shown_until_it_is_said, place_create,
                                        place_remove),
        cmocka_unit_test_setup_teardown(
            a_person_comes_with_all_their_places_but_not_with_the_households, place_create,
            place_remove),
        cmocka_unit_test_setup_teardown(files_are_shown_where_sensitive_values_are, place_create,
                                        place_remove),
        cmocka_unit_test_setup_teardown(what_was_seen_before_is_not_seen_by_the_next, place_create,
                                        place_remove),
        cmocka_unit_test_setup_teardown(writing_is_not_fenced_and_its_answers_are, place_create,
                                        place_remove),
        cmocka_unit_test_setup_teardown(a_server_store_still_writes, place_create, place_remove),
        cmocka_unit_test_setup_teardown(what_is_no_range_is_refused, place_create, place_remove),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
