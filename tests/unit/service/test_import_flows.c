/* Flows: entries are the truth, and the months worked out of them never depend on the order. */
#include "unit/exchange/import_fixture.h"

static const char months[] = "SELECT h.code, month, wage, rent, aid FROM monthly_flow "
                             "JOIN household h USING (household_id) ORDER BY h.code, month";
static const char entries[] =
    "SELECT h.code, month, f.name, s.code, amount_minor FROM flow_entry "
    "JOIN household h USING (household_id) JOIN flow f USING (flow_id) "
    "JOIN flow_source s USING (flow_source_id) ORDER BY h.code, month, f.name, s.code";

static void the_long_and_the_wide_form_say_the_same(void **state)
{
    struct fixture *fixture = *state;

    fixture_add_households(fixture);
    fixture_expect(fixture, IMPORT_FLOWS,
                   "household,month,flow,amount,source\nH1,2020-01,wage,3893.50,visit\n"
                   "H1,2020-01,rent,-2,visit\nH1,2020-02,wage,,visit\nH2,2020-01,aid,0,office\n",
                   3, 0, 1, 0);
    assert_int_equal(fixture->result.entries, 3);
    assert_string_equal(fixture_ask(fixture, months), "H1|202001|389350|-200|-\nH2|202001|-|-|0\n");
    fixture_expect(fixture, IMPORT_FLOWS,
                   "household,month,wage,rent,aid,source\nH1,2020-01,3893.5,-2,,visit\n"
                   "H2,2020-01,,,0,office\n",
                   0, 0, 2, 0);
    assert_string_equal(fixture_ask(fixture, "SELECT max(change_id) FROM change"), "3\n");
}

static void sources_add_up_or_one_is_preferred(void **state)
{
    struct fixture *fixture = *state;

    fixture_add_households(fixture);
    fixture_expect(fixture, IMPORT_FLOWS,
                   "household,month,wage,aid,source\nH1,2020-01,10,7,visit\nH1,2020-01,5,,tax\n"
                   "H2,2020-01,,1,zzz\nH2,2020-01,,2,bbb\n",
                   4, 0, 0, 0);
    assert_string_equal(fixture_ask(fixture, months), "H1|202001|1500|-|700\nH2|202001|-|-|200\n");
    fixture_expect(fixture, IMPORT_FLOWS, "household,month,aid,source\nH1,2020-01,9,office\n", 1, 0,
                   0, 0);
    assert_string_equal(fixture_ask(fixture, months), "H1|202001|1500|-|900\nH2|202001|-|-|200\n");
}

static void a_second_report_replaces_the_first_and_is_logged(void **state)
{
    struct fixture *fixture = *state;

    fixture_add_households(fixture);
    fixture_expect(fixture, IMPORT_FLOWS, "household,month,wage,rent\nH1,2020-01,10,1\n", 1, 0, 0,
                   0);
    fixture_expect(fixture, IMPORT_FLOWS, "household,month,wage,rent\nH1,2020-01,12.5,\n", 0, 1, 0,
                   0);
    assert_string_equal(fixture_ask(fixture, months), "H1|202001|1250|100|-\n");
    assert_string_equal(
        fixture_ask(fixture, "SELECT change_id, entity, entity_id, key, fields FROM change_row"),
        "4|flow|1|202001 wage import|{\"amount\":[\"10.00\",\"12.50\"]}\n");
    assert_string_equal(fixture_ask(fixture, "SELECT flow_id, change_id FROM flow_entry"),
                        "1|4\n2|3\n");
}

static void the_same_report_twice_in_a_file_is_rejected(void **state)
{
    struct fixture *fixture = *state;
    const char *csv = "household,month,flow,amount\nH1,2020-01,wage,1\nH2,2020-01,wage,2\n"
                      "H1,2020-01,wage,3\nH1,2020-01,rent,4\nH1,2020-01,rent,4\n";

    fixture_add_households(fixture);
    for (int round = 0; round < 2; round++) {
        fixture_expect(fixture, IMPORT_FLOWS, csv, round == 0 ? 3 : 0, 0, round == 0 ? 0 : 3, 2);
        fixture_expect_reject(fixture, 0, 4, "flow", "wage of the household \"H1\" in 2020-01");
        fixture_expect_reject(fixture, 1, 6, "flow", "stands already in an earlier row");
    }
    assert_string_equal(fixture_ask(fixture, "SELECT max(change_id) FROM change"), "3\n");
    fixture_expect(fixture, IMPORT_FLOWS,
                   "household,month,wage,aid\nH3,2020-01,1,2\nH3,2020-01,,2\nH3,2020-02,,2\n", 2, 0,
                   0, 1);
    fixture_expect_reject(fixture, 0, 3, "aid", "stands already");
}

static void changed_and_then_repeated_is_rejected(void **state)
{
    struct fixture *fixture = *state;

    fixture_add_households(fixture);
    fixture_expect(fixture, IMPORT_FLOWS, "household,month,wage\nH1,2020-01,1\n", 1, 0, 0, 0);
    fixture_expect(fixture, IMPORT_FLOWS,
                   "household,month,wage\nH1,2020-01,2\nH2,2020-01,5\nH1,2020-01,1\n", 1, 1, 0, 1);
    assert_string_equal(fixture_ask(fixture, months), "H1|202001|200|-|-\nH2|202001|500|-|-\n");
}

static void a_register_takes_so_many_sources(void **state)
{
    struct fixture *fixture = *state;
    struct buffer csv = {0};

    fixture_add_households(fixture);
    buffer_append_format(&csv, "household,month,wage,source\n");
    for (int i = 0; i < 201; i++)
        buffer_append_format(&csv, "H1,2020-01,1,s%d\n", i);
    buffer_append_char(&csv, 0);
    fixture_expect(fixture, IMPORT_FLOWS, csv.bytes, 200, 0, 0, 1);
    fixture_expect_reject(fixture, 0, 202, "source", "use fewer");
    buffer_free(&csv);
    assert_string_equal(fixture_ask(fixture, months), "H1|202001|20000|-|-\n");
}

/* ---- Any order, any split into files --------------------------------------------------------- */

enum { REPORTS = 300 };

struct report {
    int household;
    int month;
    int flow;
    int source;
    int amount;
};

static void make_reports(struct random *random, struct report *reports)
{
    for (int i = 0; i < REPORTS; i++) {
        bool is_new = false;

        while (!is_new) {
            reports[i] = (struct report){(int)random_below(random, 3), (int)random_below(random, 6),
                                         (int)random_below(random, 3), (int)random_below(random, 8),
                                         (int)random_below(random, 5)};
            is_new = true;
            for (int k = 0; k < i && is_new; k++)
                is_new = reports[k].household != reports[i].household ||
                         reports[k].month != reports[i].month ||
                         reports[k].flow != reports[i].flow ||
                         reports[k].source != reports[i].source;
        }
    }
}

static void import_reports(struct fixture *fixture, const struct report *reports, int count)
{
    static const char *const flows[] = {"wage", "rent", "aid"};
    static const char *const sources[] = {"office", "visit", "a", "b", "c", "d", "e", "f"};
    struct buffer csv = {0};

    buffer_append_format(&csv, "household,month,flow,amount,source\n");
    for (int i = 0; i < count; i++)
        buffer_append_format(&csv, "H%d,2020-%02d,%s,%d,%s\n", reports[i].household + 1,
                             reports[i].month + 1, flows[reports[i].flow], reports[i].amount,
                             sources[reports[i].source]);
    buffer_append_char(&csv, 0);
    if (count > 0)
        fixture_expect(fixture, IMPORT_FLOWS, csv.bytes, count, 0, 0, 0);
    buffer_free(&csv);
}

static void months_do_not_depend_on_the_order_or_the_files(void **state)
{
    struct fixture *fixture = *state;
    struct report reports[REPORTS];
    static char wanted_months[8192], wanted_entries[65536];
    struct random random = random_from_seed(20200915);

    make_reports(&random, reports);
    for (int round = 0; round < 12; round++) {
        int done = 0;

        store_close(fixture->store);
        fixture_create_register(fixture);
        fixture_add_households(fixture);
        for (int i = REPORTS - 1; i > 0 && round > 0; i--) {
            int other = (int)random_below(&random, (uint32_t)i + 1);
            struct report report = reports[i];

            reports[i] = reports[other];
            reports[other] = report;
        }
        while (done < REPORTS) {
            int count = round < 2 ? REPORTS : 1 + (int)random_below(&random, REPORTS);

            if (count > REPORTS - done)
                count = REPORTS - done;
            import_reports(fixture, reports + done, count);
            done += count;
        }
        if (round == 0) {
            strcpy(wanted_months, fixture_ask(fixture, months));
            strcpy(wanted_entries, fixture_ask(fixture, entries));
        }
        assert_string_equal(fixture_ask(fixture, months), wanted_months);
        assert_string_equal(fixture_ask(fixture, entries), wanted_entries);
    }
}

/* ---- Many households ------------------------------------------------------------------------- */

enum { MANY_HOUSEHOLDS = 6000 };

static void add_many_households(struct fixture *fixture)
{
    struct buffer csv = {0};

    fixture_add_areas(fixture);
    buffer_append_format(&csv, "code,area,rooms\n");
    for (int i = 0; i < MANY_HOUSEHOLDS; i++)
        buffer_append_format(&csv, "N%04d,D%d,1\n", i, 1 + i % 2);
    buffer_append_char(&csv, 0);
    fixture_expect(fixture, IMPORT_HOUSEHOLDS, csv.bytes, MANY_HOUSEHOLDS, 0, 0, 0);
    buffer_free(&csv);
}

/* A household's wage is its number, by which it is seen that it came to the right one. */
static void import_wages(struct fixture *fixture, int month, int first, int step)
{
    static const char wrong[] = "SELECT count(*) FROM monthly_flow JOIN household"
                                " USING (household_id) WHERE wage <> 100 *"
                                " CAST(substr(code, 2) AS INTEGER)";
    char sql[96];
    char wanted[16];
    int count = 0;
    struct buffer csv = {0};

    buffer_append_format(&csv, "household,month,wage\n");
    for (int i = first; i >= 0 && i < MANY_HOUSEHOLDS; i += step, count++)
        buffer_append_format(&csv, "N%04d,2020-%02d,%d\nN%04dx,2020-%02d,1\n", i, month, i, i,
                             month);
    buffer_append_char(&csv, 0);
    fixture_expect(fixture, IMPORT_FLOWS, csv.bytes, count, 0, 0, count);
    buffer_free(&csv);
    snprintf(sql, sizeof sql, "SELECT count(*) FROM monthly_flow WHERE month = 2020%02d", month);
    snprintf(wanted, sizeof wanted, "%d\n", count);
    assert_string_equal(fixture_ask(fixture, sql), wanted);
    assert_string_equal(fixture_ask(fixture, wrong), "0\n");
}

static void households_are_found_whatever_order_a_file_has(void **state)
{
    struct fixture *fixture = *state;

    add_many_households(fixture);
    import_wages(fixture, 1, 0, 1);                     /* all, and as many that are not there */
    import_wages(fixture, 2, 5, 7);                     /* few of those that there are */
    import_wages(fixture, 3, MANY_HOUSEHOLDS - 1, -1);  /* backwards */
    import_wages(fixture, 4, MANY_HOUSEHOLDS - 100, 1); /* to the end */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(the_long_and_the_wide_form_say_the_same),
        FIXTURE_TEST(sources_add_up_or_one_is_preferred),
        FIXTURE_TEST(a_second_report_replaces_the_first_and_is_logged),
        FIXTURE_TEST(the_same_report_twice_in_a_file_is_rejected),
        FIXTURE_TEST(changed_and_then_repeated_is_rejected),
        FIXTURE_TEST(a_register_takes_so_many_sources),
        FIXTURE_TEST(months_do_not_depend_on_the_order_or_the_files),
        FIXTURE_TEST(households_are_found_whatever_order_a_file_has),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
