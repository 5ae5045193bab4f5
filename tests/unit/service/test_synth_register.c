/* Made-up registers in the register: what is stored, and that the files say the same. */
#include "lib/unit.h"

#include "exchange/exchange.h"
#include "unit/pack/pack_folder.h"

static struct synth_options options_of(int64_t count, int year, int month)
{
    return (struct synth_options){
        .household_count = count, .seed = 42, .last_month = month_from_civil(year, month)};
}

static struct office *new_office(const struct pack_folder *folder, const char *name,
                                 const char *pack)
{
    struct office *office = NULL;
    struct berm_error err;
    char url[256];

    snprintf(url, sizeof url, "sqlite:%s/%s", folder->path, name);
    assert_ok(office_create(text_of(url), text_of(pack), &office, &err));
    return office;
}

static struct import_result import_file(struct office *office, const struct pack_folder *folder,
                                        enum import_kind kind)
{
    struct import_options options = {
        .kind = kind, .caller = caller_local(), .actor.name = TEXT("tester")};
    struct import_result result;
    struct berm_error err;
    char path[256];

    snprintf(path, sizeof path, "%s/csv/%s.csv", folder->path, import_kind_name(kind));
    options.path = path;
    assert_ok(exchange_import(office->store, &office->pack->dictionary, &options, &result, &err));
    assert_int_equal(result.rejected, 0);
    return result;
}

static void check_files(struct pack_folder *folder, const char *pack, int year, int month)
{
    CLEANUP(office_closep) struct office *office = new_office(folder, "synth.db", pack);
    CLEANUP(office_closep) struct office *imported = new_office(folder, "imported.db", pack);
    struct synth_options options = options_of(700, year, month);
    struct synth_result stored, written;
    struct berm_error err;
    char path[256];
    bool has_flows = office->pack->dictionary.count[ENTITY_FLOW] > 0;

    snprintf(path, sizeof path, "%s/csv", folder->path);
    assert_ok(synth_register(office, &options, &stored, &err));
    assert_ok(synth_write_csv(office->pack, &options, text_of(path), &written, &err));
    assert_int_equal(stored.areas, written.areas);
    assert_int_equal(stored.households, written.households);
    assert_int_equal(stored.persons, written.persons);
    assert_int_equal(stored.flow_entries, written.flow_entries);
    for (int kind = 0; kind < IMPORT_KIND_COUNT; kind++) {
        struct import_result again, fresh;

        if (kind == IMPORT_FLOWS && !has_flows)
            continue;
        again = import_file(office, folder, (enum import_kind)kind);
        fresh = import_file(imported, folder, (enum import_kind)kind);
        assert_int_equal(again.rows, again.unchanged); /* the files say what the register says */
        assert_int_equal(fresh.rows, fresh.added);
        if (kind == IMPORT_FLOWS)
            assert_int_equal(fresh.entries, stored.flow_entries);
    }
}

static void files_import_to_exactly_the_same_register(void **state)
{
    check_files(*state, "rural-cn", 2020, 9);
}

static void so_do_those_of_a_pack_without_flows(void **state)
{
    check_files(*state, "pakistan-pslm", 2016, 6);
}

static void a_register_with_something_in_it_is_left_alone(void **state)
{
    struct pack_folder *folder = *state;
    CLEANUP(office_closep) struct office *office = new_office(folder, "full.db", "rural-cn");
    struct synth_options options = options_of(20, 2020, 9);
    struct synth_result result;
    struct berm_error err;

    assert_ok(synth_register(office, &options, &result, &err));
    assert_int_equal(result.households, 20);
    assert_fails(synth_register(office, &options, &result, &err), BERM_CONFLICT, "not empty");
}

struct seen_progress {
    int64_t done;
    int64_t total;
};

static bool see_progress(void *context, int64_t done, int64_t total)
{
    struct seen_progress *seen = context;

    assert_true(done >= seen->done && done <= total);
    *seen = (struct seen_progress){done, total};
    return true;
}

static void progress_goes_up_to_all(void **state)
{
    struct pack_folder *folder = *state;
    CLEANUP(office_closep) struct office *office = new_office(folder, "progress.db", "rural-cn");
    struct seen_progress seen = {0};
    struct synth_options options = options_of(1000, 2020, 9);
    struct synth_result result;
    struct berm_error err;

    options.progress = see_progress;
    options.progress_context = &seen;
    assert_ok(synth_register(office, &options, &result, &err));
    assert_int_equal(seen.done, 1000);
    assert_int_equal(seen.total, 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FOLDER_TEST(files_import_to_exactly_the_same_register),
        FOLDER_TEST(so_do_those_of_a_pack_without_flows),
        FOLDER_TEST(a_register_with_something_in_it_is_left_alone),
        FOLDER_TEST(progress_goes_up_to_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
