/* Statements: what is bound comes back, and every failure has its own status. */
#include "unit/store/fixture.h"

static const char dictionary_csv[] = "name,entity,type\n"
                                     "rooms,household,integer\n"
                                     "share,household,decimal\n"
                                     "debt,household,money\n"
                                     "poor,household,boolean\n"
                                     "built,household,date\n"
                                     "note,household,text\n"
                                     "toilet_kind,household,select_one toilet\n"
                                     "shocks,household,select_multiple toilet\n"
                                     "ill,person,boolean\n"
                                     "wage,flow,money\n"
                                     "gift,flow,money\n";
static const char choices_csv[] = "list,name\ntoilet,flush_pit\ntoilet,pit\ntoilet,none\n";

struct fixture {
    void *place;
    struct arena *arena;
    struct dictionary dictionary;
    struct store *store;
};

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    struct berm_error err;

    place_create(&fixture->place);
    assert_ok(arena_create(1 << 20, &fixture->arena, &err));
    assert_ok(dictionary_read(fixture->arena, text_of(dictionary_csv), text_of(choices_csv), 2,
                              &fixture->dictionary, &err));
    fixture->store = store_of(&fixture->place, STORE_CREATE);
    assert_ok(store_apply_dictionary(fixture->store, &fixture->dictionary, &err));
    add_two_households(fixture->store);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;

    store_close(fixture->store);
    arena_free(fixture->arena);
    place_remove(&fixture->place);
    free(fixture);
    return 0;
}

static struct variable_selection all_of(const struct fixture *fixture, enum entity entity)
{
    return (struct variable_selection){.dictionary = &fixture->dictionary, .entity = entity};
}

static struct field_value parsed(struct fixture *fixture, const struct variable *variable,
                                 const char *text)
{
    struct field_value value;
    struct berm_error err;

    assert_ok(variable_parse(&fixture->dictionary, variable, text_of(text), fixture->arena, &value,
                             &err));
    return value;
}

static void values_of_every_type_come_back(void **state)
{
    static const char *const texts[][8] = {
        {"0", "0.25", "-12.30", "no", "2001-02-03", "", "pit", "flush_pit none"},
        {"-7", "1", "0", "yes", "0001-01-01", "two words", "flush_pit", ""},
        {"", "", "", "", "", "", "", ""},
        {"9223372036854775807", "0", "5", "1", "9999-12-31", "是", "none", "none"},
    };
    struct fixture *fixture = *state;
    CLEANUP(statement_closep) struct statement *write = NULL;
    CLEANUP(statement_closep) struct statement *read = NULL;
    const struct variable *variables = dictionary_variables(&fixture->dictionary, ENTITY_HOUSEHOLD);
    struct berm_error err;

    assert_ok(
        store_prepare_data_write(fixture->store, all_of(fixture, ENTITY_HOUSEHOLD), &write, &err));
    assert_ok(
        store_prepare_data_read(fixture->store, all_of(fixture, ENTITY_HOUSEHOLD), &read, &err));
    for (size_t row = 0; row < ARRAY_COUNT(texts); row++) {
        statement_bind_int64(write, 1, 1);
        for (int i = 0; i < 8; i++)
            statement_bind_field(write, 2 + i, &variables[i],
                                 parsed(fixture, &variables[i], texts[row][i]));
        assert_ok(statement_run(write, &err));
        assert_int_equal(statement_changed_count(write), 1);

        statement_bind_int64(read, 1, 1);
        assert_ok(statement_step_to_row(read, &err));
        for (int i = 0; i < 8; i++)
            assert_true(field_value_equal(statement_field(read, i, &variables[i]),
                                          parsed(fixture, &variables[i], texts[row][i])));
        statement_reset(read);
    }
    assert_int_equal(number_from(fixture->store, "SELECT count(*) FROM household_data"), 1);
}

static void an_unknown_number_is_not_zero(void **state)
{
    struct fixture *fixture = *state;
    CLEANUP(statement_closep) struct statement *read = NULL;
    struct berm_error err;

    execute(fixture->store, "INSERT INTO household_data (household_id, rooms, note)"
                            " VALUES (1, 0, ''), (2, NULL, NULL)");
    assert_ok(
        store_prepare_data_read(fixture->store, all_of(fixture, ENTITY_HOUSEHOLD), &read, &err));
    const struct variable *variables = dictionary_variables(&fixture->dictionary, ENTITY_HOUSEHOLD);
    statement_bind_int64(read, 1, 1);
    assert_ok(statement_step_to_row(read, &err));
    assert_true(statement_field(read, 0, &variables[0]).is_known);
    assert_true(statement_field(read, 5, &variables[5]).is_known); /* an empty text is a text */
    assert_false(statement_is_null(read, 5));
    statement_reset(read);
    statement_bind_int64(read, 1, 2);
    assert_ok(statement_step_to_row(read, &err));
    assert_false(statement_field(read, 0, &variables[0]).is_known);
    assert_false(statement_field(read, 5, &variables[5]).is_known);
    assert_true(statement_is_null(read, 0));
}

static void equal_choices_have_equal_pointers_and_lost_ones_no_position(void **state)
{
    struct fixture *fixture = *state;
    CLEANUP(statement_closep) struct statement *read = NULL;
    const struct variable *kind =
        dictionary_find(&fixture->dictionary, ENTITY_HOUSEHOLD, TEXT("toilet_kind"));
    struct berm_error err;

    execute(fixture->store, "INSERT INTO household_data (household_id, toilet_kind)"
                            " VALUES (1, 'pit'), (2, 'bucket')");
    assert_ok(
        store_prepare_data_read(fixture->store, all_of(fixture, ENTITY_HOUSEHOLD), &read, &err));
    statement_bind_int64(read, 1, 1);
    assert_ok(statement_step_to_row(read, &err));
    struct field_value value = statement_field(read, 6, kind);
    assert_int_equal(value.number, 1);
    assert_ptr_equal(value.text.bytes, kind->list->choices[1].name.bytes);
    statement_reset(read);
    statement_bind_int64(read, 1, 2);
    assert_ok(statement_step_to_row(read, &err));
    value = statement_field(read, 6, kind);
    assert_true(value.is_known);
    assert_int_equal(value.number, -1);
    assert_text(value.text, "bucket");
}

static void months_are_stored_as_people_write_them(void **state)
{
    struct fixture *fixture = *state;
    CLEANUP(statement_closep) struct statement *write = NULL;
    CLEANUP(statement_closep) struct statement *scan = NULL;
    struct berm_error err;
    bool has_row = false;

    assert_ok(store_prepare_data_write(fixture->store, all_of(fixture, ENTITY_FLOW), &write, &err));
    assert_ok(store_prepare_flow_scan(fixture->store, all_of(fixture, ENTITY_FLOW), &scan, &err));
    for (int month = 12; month >= 1; month--) {
        statement_bind_int64(write, 1, 2 - month % 2);
        statement_bind_month(write, 2, month_from_civil(2020, month));
        statement_bind_int64(write, 3, month * 100);
        statement_bind_null(write, 4);
        assert_ok(statement_run(write, &err));
    }
    assert_int_equal(number_from(fixture->store, "SELECT max(month) FROM monthly_flow"), 202012);
    statement_bind_int64(scan, 1, 1);
    statement_bind_int64(scan, 2, 2);
    statement_bind_month(scan, 3, month_from_civil(2020, 2));
    statement_bind_month(scan, 4, month_from_civil(2020, 5));
    static const int households[] = {1, 1, 2, 2};
    static const int months[] = {3, 5, 2, 4};
    for (int i = 0; i < 4; i++) {
        assert_ok(statement_step(scan, &has_row, &err));
        assert_true(has_row);
        assert_int_equal(statement_int64(scan, 0), households[i]);
        assert_int_equal(statement_month(scan, 1), month_from_civil(2020, months[i]));
        assert_int_equal(statement_int64(scan, 2), months[i] * 100);
        assert_true(statement_is_null(scan, 3));
    }
    assert_ok(statement_step(scan, &has_row, &err));
    assert_false(has_row);
}

static void a_selection_leaves_the_other_columns_alone(void **state)
{
    static const int rooms_only[] = {0};
    struct fixture *fixture = *state;
    struct variable_selection selection = all_of(fixture, ENTITY_HOUSEHOLD);
    CLEANUP(statement_closep) struct statement *write = NULL;
    CLEANUP(statement_closep) struct statement *nothing = NULL;
    struct berm_error err;

    execute(fixture->store, "INSERT INTO household_data (household_id, rooms, debt)"
                            " VALUES (1, 3, 700)");
    selection.positions = rooms_only;
    selection.count = 1;
    assert_ok(store_prepare_data_write(fixture->store, selection, &write, &err));
    statement_bind_int64(write, 1, 1);
    statement_bind_int64(write, 2, 4);
    assert_ok(statement_run(write, &err));
    assert_int_equal(number_from(fixture->store, "SELECT rooms + debt FROM household_data"), 704);

    selection.count = 0;
    assert_ok(store_prepare_data_write(fixture->store, selection, &nothing, &err));
    for (int id = 1; id <= 2; id++) {
        statement_bind_int64(nothing, 1, id);
        assert_ok(statement_run(nothing, &err));
    }
    assert_int_equal(number_from(fixture->store, "SELECT count(*) FROM household_data"), 2);
    assert_int_equal(
        number_from(fixture->store, "SELECT CAST(sum(rooms) AS BIGINT) FROM household_data"), 4);
}

static void households_are_scanned_with_and_without_data(void **state)
{
    struct fixture *fixture = *state;
    CLEANUP(statement_closep) struct statement *scan = NULL;
    struct berm_error err;
    bool has_row = false;

    execute(fixture->store, "INSERT INTO household (household_id, code, area_id, is_active,"
                            " change_id) VALUES (3, 'H3', 1, 0, 1), (4, 'H4', 1, 1, 1);"
                            "INSERT INTO household_data (household_id, rooms) VALUES (1, 5)");
    assert_ok(store_prepare_household_scan(fixture->store, all_of(fixture, ENTITY_HOUSEHOLD), &scan,
                                           &err));
    statement_bind_int64(scan, 1, 1);
    statement_bind_int64(scan, 2, 3);
    assert_ok(statement_step_to_row(scan, &err));
    assert_int_equal(statement_int64(scan, 0), 1);
    assert_text(statement_text(scan, 1), "H1");
    assert_int_equal(statement_int64(scan, 2), 1);
    assert_int_equal(statement_int64(scan, 3), 5);
    assert_ok(statement_step_to_row(scan, &err)); /* no data yet: unknown, but there */
    assert_int_equal(statement_int64(scan, 0), 2);
    assert_true(statement_is_null(scan, 3));
    assert_ok(statement_step(scan, &has_row, &err)); /* 3 is archived, 4 is behind the range */
    assert_false(has_row);
}

static void members_are_those_of_the_day(void **state)
{
    struct fixture *fixture = *state;
    CLEANUP(statement_closep) struct statement *scan = NULL;
    const struct variable *ill = dictionary_variables(&fixture->dictionary, ENTITY_PERSON);
    struct berm_error err;
    bool has_row = false;

    execute(
        fixture->store,
        "INSERT INTO person (person_id, code, sex, birth_date, change_id) VALUES"
        " (1, 'P1', 'female', '1980-05-06', 1), (2, 'P2', NULL, NULL, 1),"
        " (3, 'P3', 'male', '2020-06-01', 1), (4, 'P4', 'male', NULL, 1);"
        "INSERT INTO person_data (person_id, ill) VALUES (1, 1);"
        "INSERT INTO membership (household_id, person_id, from_date, to_date, relation,"
        " change_id) VALUES (2, 1, '0001-01-01', NULL, 'head', 1),"
        " (1, 2, '0001-01-01', '2020-06-01', 'child', 1), (2, 2, '2020-06-01', NULL, 'spouse', 1),"
        " (1, 3, '2020-06-02', NULL, 'child', 1), (1, 4, '2000-01-01', '2020-06-02', NULL, 1)");
    assert_ok(
        store_prepare_member_scan(fixture->store, all_of(fixture, ENTITY_PERSON), &scan, &err));
    statement_bind_int64(scan, 1, 1);
    statement_bind_int64(scan, 2, 2);
    statement_bind_date(scan, 3, date_from_civil(2020, 6, 1));
    static const int expected[][2] = {{1, 4}, {2, 1}, {2, 2}};
    for (size_t i = 0; i < ARRAY_COUNT(expected); i++) {
        assert_ok(statement_step_to_row(scan, &err));
        assert_int_equal(statement_int64(scan, 0), expected[i][0]);
        assert_int_equal(statement_int64(scan, 1), expected[i][1]);
        if (i != 1)
            continue;
        assert_text(statement_text(scan, 2), "P1");
        assert_text(statement_text(scan, 3), "female");
        assert_int_equal(statement_date(scan, 4), date_from_civil(1980, 5, 6));
        assert_text(statement_text(scan, 5), "head");
        assert_int_equal(statement_field(scan, 6, ill).number, 1);
    }
    assert_ok(statement_step(scan, &has_row, &err));
    assert_false(has_row);
}

static void a_parameter_that_is_not_there_is_told_at_the_next_step(void **state)
{
    struct fixture *fixture = *state;
    CLEANUP(statement_closep) struct statement *statement = NULL;
    struct berm_error err;
    bool has_row = false;

    assert_ok(statement_prepare(fixture->store, STATEMENT_SETTING_GET, &statement, &err));
    statement_bind_int64(statement, 9, 1);
    assert_fails(statement_step(statement, &has_row, &err), BERM_INTERNAL, "setting_get");
    statement_bind_text(statement, SETTING_GET__NAME, TEXT("pack"));
    assert_fails(statement_step_to_row(statement, &err), BERM_NOT_FOUND, "setting_get");
}

static void what_is_there_already_is_a_conflict_and_the_statement_goes_on(void **state)
{
    struct fixture *fixture = *state;
    CLEANUP(statement_closep) struct statement *statement = NULL;
    struct berm_error err;

    assert_ok(statement_prepare(fixture->store, STATEMENT_VARIABLE_INSERT, &statement, &err));
    statement_bind_text(statement, VARIABLE_INSERT__ENTITY, TEXT("household"));
    statement_bind_text(statement, VARIABLE_INSERT__NAME, TEXT("rooms"));
    statement_bind_text(statement, VARIABLE_INSERT__TYPE, TEXT("money"));
    assert_fails(statement_run(statement, &err), BERM_CONFLICT, "already");
    statement_bind_text(statement, VARIABLE_INSERT__NAME, TEXT("new"));
    assert_ok(statement_run(statement, &err));
}

static void a_reference_to_nothing_is_a_conflict(void **state)
{
    struct fixture *fixture = *state;
    struct berm_error err;

    assert_fails(fixture->store->driver->execute(
                     fixture->store->connection,
                     "INSERT INTO household_data (household_id) VALUES (77)", &err),
                 BERM_CONFLICT, "not in the register");
}

static void ids_are_given_out_in_runs_and_once(void **state)
{
    struct fixture *fixture = *state;
    CLEANUP(statement_closep) struct statement *take = NULL;
    struct berm_error err;

    assert_ok(statement_prepare(fixture->store, STATEMENT_ID_TAKE, &take, &err));
    static const int first[] = {1, 11, 21};
    for (size_t i = 0; i < ARRAY_COUNT(first); i++) {
        statement_bind_text(take, ID_TAKE__NAME, TEXT("household"));
        statement_bind_int64(take, ID_TAKE__COUNT, 10);
        assert_ok(statement_step_to_row(take, &err));
        assert_int_equal(statement_int64(take, 0), first[i]);
        statement_reset(take);
    }
}

static void put_piece(struct fixture *fixture, int64_t number, struct text bytes, bool is_queued)
{
    CLEANUP(statement_closep) struct statement *insert = NULL;
    struct berm_error err;

    assert_ok(statement_prepare(fixture->store, STATEMENT_ATTACHMENT_PIECE_INSERT, &insert, &err));
    statement_bind_int64(insert, ATTACHMENT_PIECE_INSERT__HOUSEHOLD_ID, 1);
    statement_bind_text(insert, ATTACHMENT_PIECE_INSERT__SHA256, TEXT("s"));
    statement_bind_int64(insert, ATTACHMENT_PIECE_INSERT__PIECE_NUMBER, number);
    statement_bind_bytes(insert, ATTACHMENT_PIECE_INSERT__BYTES, bytes);
    assert_ok(is_queued ? statement_queue(insert, &err) : statement_run(insert, &err));
}

static void assert_piece(struct fixture *fixture, int64_t number, struct text wanted)
{
    CLEANUP(statement_closep) struct statement *get = NULL;
    struct berm_error err;
    struct text bytes;

    assert_ok(statement_prepare(fixture->store, STATEMENT_ATTACHMENT_PIECE_GET, &get, &err));
    statement_bind_int64(get, ATTACHMENT_PIECE_GET__HOUSEHOLD_ID, 1);
    statement_bind_text(get, ATTACHMENT_PIECE_GET__SHA256, TEXT("s"));
    statement_bind_int64(get, ATTACHMENT_PIECE_GET__PIECE_NUMBER, number);
    assert_ok(statement_step_to_row(get, &err));
    bytes = statement_bytes(get, 0);
    assert_non_null(bytes.bytes); /* no bytes are not NULL */
    assert_int_equal(bytes.length, wanted.length);
    assert_memory_equal(bytes.bytes, wanted.bytes, wanted.length);
}

static void bytes_of_every_value_come_back(void **state)
{
    struct fixture *fixture = *state;
    struct berm_error err;
    char every[256];

    for (int i = 0; i < 256; i++)
        every[i] = (char)i;
    execute(fixture->store, "INSERT INTO attachment_file (household_id, sha256, media_type,"
                            " byte_count, change_id) VALUES (1, 's', 'image/png', 1, 1)");
    assert_ok(store_begin(fixture->store, &err));
    put_piece(fixture, 0, (struct text){every, sizeof every}, false);
    put_piece(fixture, 1, TEXT(""), false);
    for (int64_t number = 2; number < 40; number++) /* more than go in one by one */
        put_piece(fixture, number, (struct text){every, sizeof every - (size_t)number}, true);
    assert_ok(store_commit(fixture->store, &err));
    assert_piece(fixture, 0, (struct text){every, sizeof every});
    assert_piece(fixture, 1, TEXT(""));
    for (int64_t number = 2; number < 40; number++)
        assert_piece(fixture, number, (struct text){every, sizeof every - (size_t)number});
}

static void text_is_not_bound_as_bytes_to_a_column_of_text(void **state)
{
    struct fixture *fixture = *state;
    CLEANUP(statement_closep) struct statement *insert = NULL;
    struct berm_error err;

    assert_ok(statement_prepare(fixture->store, STATEMENT_ATTACHMENT_PIECE_INSERT, &insert, &err));
    statement_bind_int64(insert, ATTACHMENT_PIECE_INSERT__HOUSEHOLD_ID, 1);
    statement_bind_bytes(insert, ATTACHMENT_PIECE_INSERT__SHA256, TEXT("s"));
    statement_bind_int64(insert, ATTACHMENT_PIECE_INSERT__PIECE_NUMBER, 0);
    statement_bind_text(insert, ATTACHMENT_PIECE_INSERT__BYTES, TEXT("b"));
    assert_int_not_equal(statement_run(insert, &err), BERM_OK);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(values_of_every_type_come_back),
        TEST(an_unknown_number_is_not_zero),
        TEST(equal_choices_have_equal_pointers_and_lost_ones_no_position),
        TEST(months_are_stored_as_people_write_them),
        TEST(a_selection_leaves_the_other_columns_alone),
        TEST(households_are_scanned_with_and_without_data),
        TEST(members_are_those_of_the_day),
        TEST(a_parameter_that_is_not_there_is_told_at_the_next_step),
        TEST(what_is_there_already_is_a_conflict_and_the_statement_goes_on),
        TEST(a_reference_to_nothing_is_a_conflict),
        TEST(ids_are_given_out_in_runs_and_once),
        TEST(bytes_of_every_value_come_back),
        TEST(text_is_not_bound_as_bytes_to_a_column_of_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
