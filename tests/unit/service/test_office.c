/* An open register: its pack, its settings, what it tells of a household. */
#include "register_fixture.h"

static struct text url_of(const struct pack_folder *folder, const char *name, char out[256])
{
    snprintf(out, 256, "sqlite:%s/%s", folder->path, name);
    return text_of(out);
}

static void a_register_is_made_once(void **state)
{
    const struct pack_folder *folder = *state;
    CLEANUP(office_closep) struct office *office = register_make(folder, "register.db");
    struct office *again = NULL;
    struct berm_error err;
    char url[256];

    assert_non_null(office);
    assert_fails(
        office_create(url_of(folder, "register.db", url), text_of(folder->path), &again, &err),
        BERM_CONFLICT, "register.db");
    assert_fails(office_open(url_of(folder, "none.db", url), STORE_READ_WRITE, &again, &err),
                 BERM_NOT_FOUND, "berm init");
    assert_null(again);
}

static void a_pack_that_cannot_be_read_makes_no_register(void **state)
{
    const struct pack_folder *folder = *state;
    struct office *office = NULL;
    struct berm_error err;
    char url[256];

    assert_fails(
        office_create(url_of(folder, "register.db", url), TEXT("no-such-pack"), &office, &err),
        BERM_NOT_FOUND, "no-such-pack");
    assert_fails(office_open(url_of(folder, "register.db", url), STORE_READ_WRITE, &office, &err),
                 BERM_NOT_FOUND, "berm init");
}

static void a_folder_that_changed_changes_no_register(void **state)
{
    const struct pack_folder *folder = *state;
    struct office *office = register_make(folder, "register.db");
    struct berm_error err;
    struct text before;
    char url[256];

    assert_ok(text_copy(folder->arena, office->pack->sha256, &before, &err));
    office_close(office);
    office = NULL;
    folder_write_changed(folder, "dictionary.csv", DICTIONARY, "note,household,text",
                         "windows,household,integer,,,,,Windows\nnote,household,text");
    url_of(folder, "register.db", url);
    assert_ok(office_open(text_of(url), STORE_READ_ONLY, &office, &err));
    assert_text(office->pack->sha256, before.bytes);
    assert_null(dictionary_find(&office->pack->dictionary, ENTITY_HOUSEHOLD, TEXT("windows")));
    office_close(office);
}

static void settings_are_kept_and_ids_are_given_out_once(void **state)
{
    const struct pack_folder *folder = *state;
    CLEANUP(office_closep) struct office *office = register_make(folder, "register.db");
    struct berm_error err;
    struct text value;
    int64_t first, second;

    assert_ok(setting_read(office->store, "colour", folder->arena, &value, &err));
    assert_text(value, "");
    assert_ok(store_begin(office->store, &err));
    assert_ok(setting_write(office->store, "colour", TEXT("green"), &err));
    assert_ok(setting_write(office->store, "colour", TEXT("blue"), &err));
    assert_ok(id_take(office->store, "finding", 10, &first, &err));
    assert_ok(id_take(office->store, "finding", 1, &second, &err));
    assert_ok(store_commit(office->store, &err));
    assert_int_equal(second, first + 10);
    assert_ok(setting_read(office->store, "colour", folder->arena, &value, &err));
    assert_text(value, "blue");
}

static void rows_grow_and_keep_what_they_hold(void **state)
{
    const struct pack_folder *folder = *state;
    struct berm_error err;
    size_t capacity = 0;
    int *rows = NULL;

    for (size_t i = 0; i < 1000; i++) {
        assert_ok(rows_reserve(folder->arena, &rows, sizeof *rows, i, &capacity, &err));
        assert_int_equal(rows[i], 0);
        rows[i] = (int)i;
    }
    for (size_t i = 0; i < 1000; i++)
        assert_int_equal(rows[i], i);
}

static void all_that_is_held_of_a_household_is_told(void **state)
{
    enum { CHANGES = 150 };
    const struct pack_folder *folder = *state;
    CLEANUP(office_closep) struct office *office = register_make(folder, "register.db");
    struct household_facts facts;
    struct history_page history;
    struct berm_error err;
    char csv[128];

    register_import(folder, office, IMPORT_AREAS, AREAS);
    for (int i = 0; i <= CHANGES; i++) {
        snprintf(csv, sizeof csv, "code,area,housing_grade,rooms\nH1,1101,A,%d\n", i % 50);
        register_import(folder, office, IMPORT_HOUSEHOLDS, csv);
    }
    register_import(folder, office, IMPORT_PERSONS,
                    "code,household,relation,from_date\nP1,H1,head,\nP2,H1,child,2011-05-06\n");
    assert_ok(household_read(office, caller_local(), TEXT("H1"), folder->arena, &facts, &err));
    assert_text(facts.area_name_en, "First");
    assert_int_equal(facts.member_count, 2);
    assert_text(facts.members[0].from_date, ""); /* nobody knows since when */
    assert_text(facts.members[1].from_date, "2011-05-06");
    assert_ok(
        household_history(office, caller_local(), TEXT("H1"), 0, 0, folder->arena, &history, &err));
    assert_int_equal(history.count, CHANGES + 2); /* none is left out, nor what was added */
    assert_int_equal(history.next, 0);
    assert_true(
        facts
            .values[dictionary_position(&office->pack->dictionary, ENTITY_HOUSEHOLD, TEXT("rooms"))]
            .is_known);
    assert_fails(household_read(office, caller_local(), TEXT("H2"), folder->arena, &facts, &err),
                 BERM_NOT_FOUND, "no household with the code H2");
}

static void why_is_told_with_the_spells_on_record(void **state)
{
    const struct pack_folder *folder = *state;
    CLEANUP(office_closep) struct office *office = register_make(folder, "register.db");
    month_number month = month_from_civil(2020, 9);
    struct household_reasons reasons;
    struct berm_error err;

    register_import(folder, office, IMPORT_AREAS, AREAS);
    register_import(folder, office, IMPORT_HOUSEHOLDS, "code,area,housing_grade\nH1,1101,D\n");
    register_screen(office, month, 1);
    register_import(folder, office, IMPORT_HOUSEHOLDS, "code,area,housing_grade\nH1,1101,A\n");
    register_screen(office, month + 1, 1);
    assert_ok(household_explain(office, caller_local(), TEXT("H1"), month + 1, folder->arena,
                                &reasons, &err));
    assert_int_equal(reasons.explanation.finding_count, 1); /* nobody knows what it earns */
    assert_true(reasons.explanation.findings[0].is_undetermined);
    assert_int_equal(reasons.history_count, 2);
    for (size_t h = 0; h < 2; h++) {
        const struct finding_row *row = &reasons.history[h];

        assert_int_equal(row->from_month, month);
        assert_int_equal(row->has_ended, text_equal(row->code, TEXT("unsafe_house")));
        if (row->has_ended)
            assert_int_equal(row->to_month, month + 1);
        assert_true(text_starts_with(row->evidence, TEXT("{\"month\":\"2020-09\"")));
    }
    assert_fails(
        household_explain(office, caller_local(), TEXT("H9"), month, folder->arena, &reasons, &err),
        BERM_NOT_FOUND, "no household with the code H9");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PACK_TEST(a_register_is_made_once),
        PACK_TEST(a_pack_that_cannot_be_read_makes_no_register),
        PACK_TEST(a_folder_that_changed_changes_no_register),
        PACK_TEST(settings_are_kept_and_ids_are_given_out_once),
        PACK_TEST(rows_grow_and_keep_what_they_hold),
        PACK_TEST(all_that_is_held_of_a_household_is_told),
        PACK_TEST(why_is_told_with_the_spells_on_record),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
