/* Changed households at once: the same as a month's run would find, and on record by itself. */
#include "register_fixture.h"
#include "unit/store/fixture.h"

static const struct actor TESTER = {.name = {"tester", 6}, .via = {"test", 4}};

static month_number september(void)
{
    return month_from_civil(2020, 9);
}

/* Figures of a county of its own, and a house whose state may be unknown. */
static struct office *make_office(const struct pack_folder *folder, const char *name, int count)
{
    CLEANUP(buffer_free) struct buffer csv = {0};
    CLEANUP(buffer_free) struct buffer persons = {0};
    struct office *office;

    folder_write_changed(folder, "dictionary.csv", DICTIONARY, "select_one grade,,yes",
                         "select_one grade,,");
    folder_write_changed(folder, "parameters.csv", PARAMETERS, "range_factor",
                         "poverty_line,1102,2020-01-01,9000\nrange_factor");
    office = register_make(folder, name);
    register_import(folder, office, IMPORT_AREAS, AREAS);
    buffer_append_text(&csv, TEXT("code,area,housing_grade\n"));
    buffer_append_text(&persons, TEXT("code,household,relation\n"));
    for (int h = 1; h <= count; h++) {
        buffer_append_format(&csv, "H%d,%s,A\n", h, h % 2 ? "1101" : "1102");
        buffer_append_format(&persons, "P%d,H%d,head\n", h, h);
    }
    buffer_append_char(&csv, '\0');
    buffer_append_char(&persons, '\0');
    register_import(folder, office, IMPORT_HOUSEHOLDS, csv.bytes);
    register_import(folder, office, IMPORT_PERSONS, persons.bytes);
    return office;
}

/* As a change of facts would: for the last change, in a transaction of its own. */
static struct screen_again_result again(struct office *office, const int64_t *ids, size_t count)
{
    int64_t change_id = number_from(office->store, "SELECT max(change_id) FROM change");
    struct screen_again_result result;
    struct berm_error err;

    assert_ok(store_begin(office->store, &err));
    assert_ok(screen_again(office, &TESTER, change_id, ids, count, &result, &err));
    assert_ok(store_commit(office->store, &err));
    return result;
}

/* What holds in the month, and every household's last standing. */
static void dump(struct office *office, month_number month, struct buffer *out)
{
    CLEANUP(statement_closep) struct statement *rows = NULL;
    struct berm_error err;
    bool has_row;

    list_findings(office, month, out);
    out->length--; /* the NUL */
    assert_ok(statement_prepare(office->store, STATEMENT_STANDING_IN_RANGE, &rows, &err));
    statement_bind_int64(rows, STANDING_IN_RANGE__LOW, 1);
    statement_bind_int64(rows, STANDING_IN_RANGE__HIGH, INT64_MAX);
    assert_ok(statement_step(rows, &has_row, &err));
    while (has_row) {
        buffer_append_format(out, "%d %.*s %.*s\n", (int)statement_int64(rows, 0),
                             TEXT_ARG(statement_text(rows, 1)), TEXT_ARG(statement_text(rows, 2)));
        assert_ok(statement_step(rows, &has_row, &err));
    }
    buffer_append_char(out, '\0');
}

static int64_t journal_faults(struct office *office)
{
    struct journal_verdict verdict;
    struct berm_error err;

    assert_ok(journal_verify(
        office->store, &(struct journal_verify_options){.caller = caller_local()}, &verdict, &err));
    return verdict.faults;
}

static void before_the_first_month_there_is_nothing_to_do(void **state)
{
    const struct pack_folder *folder = *state;
    CLEANUP(office_closep) struct office *office = make_office(folder, "register.db", 2);
    struct screen_again_result result = again(office, (int64_t[]){1, 2}, 2);

    assert_false(result.has_month);
    assert_int_equal(result.run_id, 0);
    assert_int_equal(number_from(office->store, "SELECT count(*) FROM run"), 0);
}

static void a_worse_house_is_found_at_once_and_a_better_one_cleared(void **state)
{
    const struct pack_folder *folder = *state;
    CLEANUP(office_closep) struct office *office = make_office(folder, "register.db", 3);
    const struct finding_began *began;
    struct berm_error err;
    size_t count;
    struct screen_again_result result;

    register_screen(office, september(), 1);
    result = again(office, (int64_t[]){2}, 1);
    assert_true(result.has_month);
    assert_int_equal(result.households, 1);
    assert_int_equal(result.run_id, 0); /* nothing differs: nothing is written */

    register_import(folder, office, IMPORT_HOUSEHOLDS, "code,area,housing_grade\nH2,1102,D\n");
    result = again(office, (int64_t[]){2}, 1);
    assert_int_equal(result.month, september());
    assert_int_equal(result.opened, 1);
    assert_ok(findings_began(office, 2, result.run_id, folder->arena, &began, &count, &err));
    assert_int_equal(count, 1);
    assert_text(began[0].info->code, "unsafe_house");
    assert_text(began[0].severity, "high");
    assert_text(began[0].severity_before, "");
    assert_int_equal(number_from(office->store, "SELECT max(finding_id) FROM finding"),
                     began[0].finding_id);
    assert_ok(findings_began(office, 1, result.run_id, folder->arena, &began, &count, &err));
    assert_int_equal(count, 0);

    register_import(folder, office, IMPORT_HOUSEHOLDS, "code,area,housing_grade\nH2,1102,A\n");
    result = again(office, (int64_t[]){2, 2, 2}, 3);
    assert_int_equal(result.households, 1);
    assert_int_equal(result.closed, 1);
    assert_int_equal(result.opened, 0);
    assert_int_equal(journal_faults(office), 0);
}

static void a_finding_that_becomes_certain_says_what_it_was_before(void **state)
{
    const struct pack_folder *folder = *state;
    CLEANUP(office_closep) struct office *office = make_office(folder, "register.db", 1);
    const struct finding_began *began;
    struct berm_error err;
    size_t count;
    struct screen_again_result result;

    register_import(folder, office, IMPORT_HOUSEHOLDS, "code,area,housing_grade\nH1,1101,\n");
    register_screen(office, september(), 1);
    register_import(folder, office, IMPORT_HOUSEHOLDS, "code,area,housing_grade\nH1,1101,D\n");
    result = again(office, (int64_t[]){1}, 1);
    assert_ok(findings_began(office, 1, result.run_id, folder->arena, &began, &count, &err));
    assert_int_equal(count, 1);
    assert_false(began[0].is_undetermined);
    assert_text(began[0].severity_before, "high");
    assert_int_equal(result.closed, 1);
}

static void it_is_no_month_s_run(void **state)
{
    const struct pack_folder *folder = *state;
    CLEANUP(office_closep) struct office *office = make_office(folder, "register.db", 2);
    struct berm_error err;
    month_number last;

    register_screen(office, september(), 1);
    register_import(folder, office, IMPORT_HOUSEHOLDS, "code,area,housing_grade\nH2,1102,D\n");
    assert_int_equal(again(office, (int64_t[]){2}, 1).run_id, 2);
    assert_ok(month_last_screened(office->store, &last, &err));
    assert_int_equal(last, september());
    assert_int_equal(
        number_from(office->store, "SELECT value FROM setting WHERE name = 'published_run_id'"), 1);
    assert_int_equal(
        number_from(office->store, "SELECT count(*) FROM run WHERE state = 'published'"), 1);
    assert_int_equal(number_from(office->store, "SELECT change_id FROM run WHERE state = 'again'"),
                     number_from(office->store, "SELECT max(change_id) FROM change"));
    assert_int_equal(journal_faults(office), 0);
    execute(office->store, "UPDATE run SET change_id = 1 WHERE state = 'again'");
    assert_int_equal(journal_faults(office), 1);
    /* The next month is compared with what was found in between. */
    assert_int_equal(register_screen(office, september() + 1, 1).opened, 0);
}

static void many_households_in_any_order_are_as_one(void **state)
{
    enum { COUNT = 2 * BATCH_ROWS_MAX + 77 };
    const struct pack_folder *folder = *state;
    CLEANUP(office_closep) struct office *office = make_office(folder, "register.db", COUNT);
    CLEANUP(buffer_free) struct buffer csv = {0};
    CLEANUP(buffer_free) struct buffer wanted = {0};
    CLEANUP(buffer_free) struct buffer found = {0};
    struct random random = random_from_seed(5);
    struct screen_again_result result;
    struct screen_result full;
    static int64_t ids[COUNT];
    size_t count = 0;

    register_screen(office, september(), 2);
    buffer_append_text(&csv, TEXT("code,area,housing_grade\n"));
    for (int h = 1; h <= COUNT; h++)
        if (h <= BATCH_ROWS_MAX + 3 || h % 3 == 0) {
            buffer_append_format(&csv, "H%d,%s,D\n", h, h % 2 ? "1101" : "1102");
            ids[count++] = h;
        }
    buffer_append_char(&csv, '\0');
    register_import(folder, office, IMPORT_HOUSEHOLDS, csv.bytes);
    for (size_t i = count - 1; i > 0; i--) {
        size_t other = (size_t)random_below(&random, i + 1);
        int64_t id = ids[i];

        ids[i] = ids[other];
        ids[other] = id;
    }
    result = again(office, ids, count);
    assert_int_equal(result.households, count);
    assert_int_equal(result.opened, count);
    assert_int_equal(number_from(office->store, "SELECT count(*) FROM run WHERE state = 'again'"),
                     1);
    dump(office, september(), &found);
    full = register_screen(office, september(), 1);
    assert_int_equal(full.opened + full.closed, 0);
    dump(office, september(), &wanted);
    assert_string_equal(found.bytes, wanted.bytes);
}

/* ---- Random changes -------------------------------------------------------------------------- */

enum { RANDOM_HOUSEHOLDS = 30, RANDOM_STEPS = 25 };

/* Some houses change their state or place; some wages are told. Gives the ids of those changed. */
static size_t change_facts(const struct pack_folder *folder, struct office *const offices[2],
                           month_number month, struct random *random, int64_t *ids)
{
    static const char *const GRADES[] = {"A", "D", ""};
    CLEANUP(buffer_free) struct buffer houses = {0};
    CLEANUP(buffer_free) struct buffer wages = {0};
    char month_text[MONTH_TEXT_MAX];
    size_t count = 0;

    month_format(month - (month_number)random_below(random, 14), month_text);
    buffer_append_text(&houses, TEXT("code,area,housing_grade\n"));
    buffer_append_text(&wages, TEXT("household,month,wage_income\n"));
    for (int h = 1; h <= RANDOM_HOUSEHOLDS; h++) {
        bool has_house = random_below(random, 5) == 0;
        bool has_wage = random_below(random, 5) == 0;

        if (has_house)
            buffer_append_format(&houses, "H%d,%s,%s\n", h,
                                 random_below(random, 2) ? "1101" : "1102",
                                 GRADES[random_below(random, 3)]);
        if (has_wage)
            buffer_append_format(&wages, "H%d,%s,%d\n", h, month_text,
                                 (int)random_below(random, 9000));
        if (has_house || has_wage)
            ids[count++] = h;
    }
    buffer_append_char(&houses, '\0');
    buffer_append_char(&wages, '\0');
    for (int o = 0; o < 2; o++) {
        register_import(folder, offices[o], IMPORT_HOUSEHOLDS, houses.bytes);
        register_import(folder, offices[o], IMPORT_FLOWS, wages.bytes);
    }
    return count;
}

static void run_random_changes(const struct pack_folder *folder, uint64_t seed)
{
    CLEANUP(office_closep) struct office *at_once = NULL;
    CLEANUP(office_closep) struct office *in_full = NULL;
    struct random random = random_from_seed(seed);
    month_number month = september();
    int64_t ids[RANDOM_HOUSEHOLDS];
    struct screen_result full;
    char name[40];

    snprintf(name, sizeof name, "once-%llu.db", (unsigned long long)seed);
    at_once = make_office(folder, name, RANDOM_HOUSEHOLDS);
    snprintf(name, sizeof name, "full-%llu.db", (unsigned long long)seed);
    in_full = make_office(folder, name, RANDOM_HOUSEHOLDS);
    for (int step = 0; step < RANDOM_STEPS; step++) {
        CLEANUP(buffer_free) struct buffer found = {0};
        CLEANUP(buffer_free) struct buffer wanted = {0};
        size_t count;

        if (step % 6 == 0) { /* a new month, for both */
            month += step > 0;
            register_screen(at_once, month, 1);
            register_screen(in_full, month, 1);
        }
        count =
            change_facts(folder, (struct office *const[2]){at_once, in_full}, month, &random, ids);
        again(at_once, ids, count);
        register_screen(in_full, month, 2);
        dump(at_once, month, &found);
        dump(in_full, month, &wanted);
        if (strcmp(found.bytes, wanted.bytes) != 0)
            fail_msg("seed %llu, step %d: at once\n%s\nin full\n%s", (unsigned long long)seed, step,
                     found.bytes, wanted.bytes);
    }
    full = register_screen(at_once, month, 1);
    assert_int_equal(full.opened + full.closed, 0);
    assert_int_equal(journal_faults(at_once), 0);
    assert_true(number_from(at_once->store, "SELECT count(*) FROM finding") > RANDOM_HOUSEHOLDS);
    assert_true(number_from(at_once->store, "SELECT count(*) FROM run WHERE state = 'again'") > 5);
}

static void at_once_and_in_full_come_to_the_same(void **state)
{
    static const uint64_t SEEDS[] = {3, 20200901, 4711};

    for (size_t s = 0; s < ARRAY_COUNT(SEEDS); s++)
        run_random_changes(*state, SEEDS[s]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PACK_TEST(before_the_first_month_there_is_nothing_to_do),
        PACK_TEST(a_worse_house_is_found_at_once_and_a_better_one_cleared),
        PACK_TEST(a_finding_that_becomes_certain_says_what_it_was_before),
        PACK_TEST(it_is_no_month_s_run),
        PACK_TEST(many_households_in_any_order_are_as_one),
        PACK_TEST(at_once_and_in_full_come_to_the_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
