/* An export's cursor: pieces in transactions of their own, and what happens between them. */
#include "unit/service/access_fixture.h"

static struct export *ordered(struct access_register *made, const struct caller *caller,
                              const struct export_order *order)
{
    struct export *export;
    struct berm_error err;

    assert_ok(export_create(made->office, caller, order, &export, &err));
    assert_ok(export_note_begin(export, made->office, &TESTER, &err));
    return export;
}

/* What is left of an export, to its end. */
static struct text taken(struct access_register *made, struct export *export, struct buffer *out)
{
    struct berm_error err;
    bool is_last = false;

    while (!is_last)
        assert_ok(export_next(export, made->office, out, &is_last, &err));
    buffer_append_char(out, '\0');
    return (struct text){out->bytes, out->length - 1};
}

static void a_row_has_what_the_caller_sees_of_it(void **state)
{
    struct access_register *made = *state;
    struct caller worker = register_new_caller(made, "worker", ROLE_TOWNSHIP, "A1");
    struct caller analyst = register_new_caller(made, "analyst", ROLE_ANALYST, "A");
    const struct export_order order = {.kind = EXPORT_HOUSEHOLDS};
    CLEANUP(export_freep) struct export *of_worker = ordered(made, &worker, &order);
    CLEANUP(export_freep) struct export *of_analyst = ordered(made, &analyst, &order);
    CLEANUP(buffer_free) struct buffer out = {0};

    taken(made, of_worker, &out);
    assert_string_equal(out.bytes, "code,area,housing_grade,rooms,note\nA-1,A1,D,2,near secret\n");
    buffer_clear(&out);
    taken(made, of_analyst, &out);
    assert_string_equal(out.bytes, "code,area,housing_grade,rooms\nA-1,A1,D,2\nA-2,A2,A,3\n");
    assert_int_equal(export_row_count(of_analyst), 2);
}

/* 600 households with notes of 3,000 bytes: more than a piece holds. */
static void add_many(struct access_register *made)
{
    CLEANUP(buffer_free) struct buffer csv = {0};

    buffer_append_text(&csv, TEXT("code,area,note\n"));
    for (int h = 0; h < 600; h++) {
        buffer_append_format(&csv, "M-%03d,A1,", h);
        for (int i = 0; i < 3000; i++)
            buffer_append_char(&csv, 'x');
        buffer_append_char(&csv, '\n');
    }
    buffer_append_char(&csv, '\0');
    register_import(made, IMPORT_HOUSEHOLDS, csv.bytes);
}

static void a_piece_is_short_and_others_may_write_between_two(void **state)
{
    struct access_register *made = *state;
    const struct export_order order = {.kind = EXPORT_HOUSEHOLDS, .format = EXPORT_NDJSON};
    CLEANUP(export_freep) struct export *export = NULL;
    CLEANUP(office_closep) struct office *second = NULL;
    CLEANUP(buffer_free) struct buffer out = {0};
    struct berm_error err;
    bool is_last;

    add_many(made);
    assert_ok(office_open(store_url(made->office->store), STORE_READ_ONLY, &second, &err));
    export = ordered(made, caller_local(), &order);
    assert_ok(export_next(export, made->office, &out, &is_last, &err));
    assert_false(is_last);
    assert_true(out.length >= EXPORT_PIECE_BYTES && out.length < EXPORT_PIECE_BYTES + 4000);
    assert_int_equal(out.bytes[out.length - 1], '\n');
    register_import(made, IMPORT_HOUSEHOLDS, "code,area,rooms\nNEW,A1,7\nA-1,A1,9\n");
    assert_ok(export_next(export, second, &out, &is_last, &err)); /* another connection */
    taken(made, export, &out);
    assert_int_equal(export_row_count(export), 4 + 600 + 1);
    assert_non_null(
        strstr(out.bytes, "{\"code\":\"A-1\",\"area\":\"A1\",\"housing_grade\":\"D\",\"rooms\":2"));
    assert_non_null(strstr(out.bytes, "\"code\":\"NEW\""));
    assert_non_null(strstr(out.bytes, "\"code\":\"M-599\""));
}

static void an_export_ends_where_areas_move_out_of_sight(void **state)
{
    struct access_register *made = *state;
    struct caller worker = register_new_caller(made, "worker", ROLE_ANALYST, "A2");
    const struct export_order order = {.kind = EXPORT_HOUSEHOLDS};
    CLEANUP(export_freep) struct export *export = NULL;
    CLEANUP(buffer_free) struct buffer out = {0};
    struct berm_error err;
    bool is_last;

    register_grant(made, "worker", ROLE_TOWNSHIP, "A"); /* shows notes, in A2 only because of A */
    worker = register_caller(made, "worker");
    add_many(made);
    export = ordered(made, &worker, &order);
    worker = (struct caller){0}; /* the export has a copy */
    assert_ok(export_next(export, made->office, &out, &is_last, &err));
    assert_false(is_last);
    register_import(made, IMPORT_AREAS, "code,name,parent\nA2,Near west,Z\n");
    assert_fails(export_next(export, made->office, &out, &is_last, &err), BERM_CONFLICT,
                 "begin it again");
}

static void an_export_ends_where_its_caller_loses_a_role_or_the_account(void **state)
{
    struct access_register *made = *state;
    struct caller worker = register_new_caller(made, "worker", ROLE_TOWNSHIP, "A1");
    const struct export_order order = {.kind = EXPORT_HOUSEHOLDS};
    CLEANUP(export_freep) struct export *first = NULL;
    CLEANUP(export_freep) struct export *second = NULL;
    CLEANUP(buffer_free) struct buffer out = {0};
    struct store *store = made->office->store;
    struct berm_error err;
    bool is_last;

    register_grant(made, "worker", ROLE_TOWNSHIP, "A2");
    worker = register_caller(made, "worker");
    add_many(made);
    first = ordered(made, &worker, &order);
    assert_ok(export_next(first, made->office, &out, &is_last, &err));
    assert_false(is_last);
    assert_ok(account_revoke(store, caller_local(), &TESTER, TEXT("worker"), ROLE_TOWNSHIP,
                             TEXT("A2"), &err));
    assert_fails(export_next(first, made->office, &out, &is_last, &err), BERM_CONFLICT,
                 "the roles of worker changed");
    worker = register_caller(made, "worker");
    second = ordered(made, &worker, &order);
    assert_ok(account_set_active(store, caller_local(), &TESTER, TEXT("worker"), false, &err));
    assert_fails(export_next(second, made->office, &out, &is_last, &err), BERM_FORBIDDEN,
                 "switched off");
}

static void a_column_asked_for_twice_is_refused(void **state)
{
    struct access_register *made = *state;
    const struct text columns[] = {TEXT("code"), TEXT("rooms"), TEXT("code")};
    const struct export_order order = {
        .kind = EXPORT_HOUSEHOLDS, .columns = columns, .column_count = 3};
    struct export *export;
    struct berm_error err;

    assert_fails(export_create(made->office, caller_local(), &order, &export, &err),
                 BERM_INVALID_INPUT, "code is asked for twice");
}

static void flows_of_classes_that_are_not_seen_are_left_out(void **state)
{
    struct access_register *made = *state;
    struct caller analyst = register_new_caller(made, "analyst", ROLE_ANALYST, "A");
    struct caller worker = register_new_caller(made, "worker", ROLE_TOWNSHIP, "A2");
    const struct text medical = TEXT("medical_cost");
    struct export_order order = {.kind = EXPORT_FLOWS};
    CLEANUP(export_freep) struct export *none = ordered(made, &analyst, &order);
    CLEANUP(export_freep) struct export *some = NULL;
    CLEANUP(buffer_free) struct buffer out = {0};
    struct export *refused;
    struct berm_error err;

    taken(made, none, &out);
    assert_string_equal(out.bytes, "household,month,flow,source,amount\n");
    order.columns = &medical;
    order.column_count = 1;
    assert_fails(export_create(made->office, &analyst, &order, &refused, &err), BERM_FORBIDDEN,
                 "medical_cost is sensitive");
    order.first_month = order.last_month = month_from_civil(2020, 3);
    some = ordered(made, &worker, &order);
    buffer_clear(&out);
    taken(made, some, &out);
    assert_string_equal(out.bytes, "household,month,flow,source,amount\n"
                                   "A-2,2020-03,medical_cost,import,77.00\n");
}

static void a_scope_covers_what_lies_in_one_of_its_ranges(void **state)
{
    struct access_register *made = *state;
    struct area_range wide[] = {{10, 19}, {40, 49}};
    struct area_range inside[] = {{10, 10}, {12, 19}, {41, 42}};
    struct area_range beside[] = {{12, 19}, {39, 42}};
    struct area_scope outer, first, second;
    struct berm_error err;

    assert_ok(area_scope_make(wide, 2, made->arena, &outer, &err));
    assert_ok(area_scope_make(inside, 3, made->arena, &first, &err));
    assert_ok(area_scope_make(beside, 2, made->arena, &second, &err));
    assert_true(area_scope_covers(&outer, &outer));
    assert_true(area_scope_covers(&outer, &first));
    assert_false(area_scope_covers(&outer, &second));
    assert_false(area_scope_covers(&first, &outer));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        REGISTER_TEST(a_row_has_what_the_caller_sees_of_it),
        REGISTER_TEST(a_piece_is_short_and_others_may_write_between_two),
        REGISTER_TEST(an_export_ends_where_areas_move_out_of_sight),
        REGISTER_TEST(an_export_ends_where_its_caller_loses_a_role_or_the_account),
        REGISTER_TEST(a_column_asked_for_twice_is_refused),
        REGISTER_TEST(flows_of_classes_that_are_not_seen_are_left_out),
        REGISTER_TEST(a_scope_covers_what_lies_in_one_of_its_ranges),
    };

    return cmocka_run_group_tests_name("service/export", tests, NULL, NULL);
}
