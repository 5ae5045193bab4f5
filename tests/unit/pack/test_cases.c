/* Cases: facts and expectations as they are written, and every mistake at its place. */
#include "pack/pack.h"
#include "pack_folder.h"

static const char CASES[] =
    "month: 2020-09\n"
    "areas: [11, 1101, 110101]\n"
    "cases:\n"
    "  - name: A widow\n"
    "    household: {housing_grade: D, rooms: 2, needs: [fuel, food]}\n"
    "    members:\n"
    "      - {relation: head, sex: f, birth_date: 1961-03-04, able_to_work: no}\n"
    "      - {code: son, sex: other}\n"
    "    flows:\n"
    "      wage_income: {2020-08..2020-09: 250.5, 2020-01: 10}\n"
    "      transfer_income: {2020-09: {tax: 100, visit: 20}, 2020-07: }\n"
    "    parameters: {poverty_line: 4000.25}\n"
    "    expect:\n"
    "      findings:\n"
    "        - code: income_below_line\n"
    "          severity: critical\n"
    "          threshold: 4000\n"
    "          distance: 12.5\n"
    "          reads: [household.wage_income_12m, household.size]\n"
    "      undetermined:\n"
    "        - {code: unsafe_house, missing: [household.housing_grade]}\n"
    "      risk_level: high\n"
    "      household_kind: marginal\n"
    "      measures: [allowance]\n"
    "      figures: {Income per head: 3000}\n"
    "  - name: Nothing known\n"
    "    month: 2019-01\n"
    "    areas: []\n"
    "    expect: {findings: [], household_kind: '', measures: []}\n";

struct read_cases {
    const struct pack *pack;
    const struct pack_case *cases;
    size_t count;
};

static enum berm_status read_all(struct pack_folder *folder, struct read_cases *ret_read,
                                 struct berm_error *err)
{
    TRY(pack_read(folder->arena, text_of(folder->path), &ret_read->pack, err));
    return pack_read_cases(folder->arena, text_of(folder->path), ret_read->pack, &ret_read->cases,
                           &ret_read->count, err);
}

static struct field_value household_value(const struct read_cases *read, size_t position,
                                          const char *name)
{
    return read->cases[position].household_values[dictionary_position(
        &read->pack->dictionary, ENTITY_HOUSEHOLD, text_of(name))];
}

static void facts_are_read_as_import_files_are(void **state)
{
    struct pack_folder *folder = *state;
    struct berm_error err;
    struct read_cases read;
    const struct pack_case *first;

    folder_write(folder, "cases/a.yaml", CASES);
    assert_ok(read_all(folder, &read, &err));
    assert_int_equal(read.count, 2);
    first = &read.cases[0];
    assert_text(first->file, "cases/a.yaml");
    assert_int_equal(first->line, 4);
    assert_text(first->name, "A widow");
    assert_int_equal(first->month, month_from_civil(2020, 9));
    assert_int_equal(first->area_code_count, 3);
    assert_text(first->area_codes[0], "110101");
    assert_text(first->area_codes[2], "11");
    assert_text(household_value(&read, 0, "housing_grade").text, "D");
    assert_int_equal(household_value(&read, 0, "rooms").number, 2);
    assert_text(household_value(&read, 0, "needs").text, "food fuel");
    assert_false(household_value(&read, 0, "note").is_known);
    assert_true(household_value(&read, 0, "has_debt").is_known); /* empty: zero */
    assert_int_equal(household_value(&read, 0, "has_debt").number, 0);
    assert_int_equal(first->parameter_count, 1);
    assert_text(first->parameters[0].name, "poverty_line");
    assert_int_equal(first->parameters[0].value.number, 4000250000);
}

static void members_have_codes_and_what_is_missing_is_unknown(void **state)
{
    struct pack_folder *folder = *state;
    struct berm_error err;
    struct read_cases read;
    const struct case_member *members;

    folder_write(folder, "cases/a.yaml", CASES);
    assert_ok(read_all(folder, &read, &err));
    assert_int_equal(read.cases[0].member_count, 2);
    members = read.cases[0].members;
    assert_text(members[0].code, "1");
    assert_text(members[0].sex, "female");
    assert_text(members[0].relation, "head");
    assert_true(members[0].has_birth_date);
    assert_int_equal(members[0].birth_date, date_from_civil(1961, 3, 4));
    assert_true(members[0].values[0].is_known);
    assert_int_equal(members[0].values[0].number, 0);
    assert_text(members[1].code, "son");
    assert_text(members[1].sex, "other");
    assert_int_equal(members[1].relation.length, 0);
    assert_false(members[1].has_birth_date);
    assert_false(members[1].values[0].is_known);
}

static void a_range_is_a_report_for_each_month(void **state)
{
    struct pack_folder *folder = *state;
    struct berm_error err;
    struct read_cases read;
    const struct case_flow *flows;

    folder_write(folder, "cases/a.yaml", CASES);
    assert_ok(read_all(folder, &read, &err));
    assert_int_equal(read.cases[0].flow_count, 5); /* an empty amount is no report */
    flows = read.cases[0].flows;
    assert_int_equal(flows[0].flow, 0);
    assert_int_equal(flows[0].month, month_from_civil(2020, 8));
    assert_int_equal(flows[0].report.amount_minor, 25050);
    assert_text(flows[0].report.source, "import");
    assert_int_equal(flows[1].month, month_from_civil(2020, 9));
    assert_int_equal(flows[2].month, month_from_civil(2020, 1));
    assert_int_equal(flows[3].flow, 1);
    assert_text(flows[3].report.source, "tax");
    assert_int_equal(flows[3].report.amount_minor, 10000);
    assert_text(flows[4].report.source, "visit");
}

static void expectations_tell_unchecked_from_none(void **state)
{
    struct pack_folder *folder = *state;
    struct berm_error err;
    struct read_cases read;
    const struct pack_case *first, *second;
    const struct case_finding *finding;

    folder_write(folder, "cases/a.yaml", CASES);
    assert_ok(read_all(folder, &read, &err));
    first = &read.cases[0];
    finding = &first->findings[0];
    assert_int_equal(first->finding_count, 1);
    assert_text(finding->code, "income_below_line");
    assert_text(finding->severity, "critical");
    assert_true(finding->has_threshold && finding->has_distance);
    assert_int_equal(feel_decimal_compare(finding->distance, feel_decimal_from_scaled(125, 1)), 0);
    assert_int_equal(finding->name_count, 2);
    assert_text(finding->names[1], "household.size");
    assert_int_equal(first->undetermined_count, 1);
    assert_text(first->undetermined[0].names[0], "household.housing_grade");
    assert_text(first->risk_level, "high");
    assert_text(first->household_kind, "marginal");
    assert_true(first->has_measures);
    assert_text(first->measures[0], "allowance");
    assert_text(first->figures[0].name, "Income per head");
    assert_text(first->figures[0].value.text, "3000");
    second = &read.cases[1];
    assert_int_equal(second->month, month_from_civil(2019, 1));
    assert_int_equal(second->area_code_count, 0);
    assert_int_equal(second->member_count, 0);
    assert_int_equal(second->flow_count, 0);
    assert_int_equal(second->finding_count, 0);
    assert_int_equal(second->risk_level.length, 0);
    assert_non_null(second->household_kind.bytes);
    assert_int_equal(second->household_kind.length, 0);
    assert_true(second->has_measures);
    assert_int_equal(second->measure_count, 0);
}

static void files_come_in_order_of_their_names(void **state)
{
    struct pack_folder *folder = *state;
    struct berm_error err;
    struct read_cases read;

    assert_ok(read_all(folder, &read, &err));
    assert_int_equal(read.count, 0);
    folder_write(folder, "cases/b.yaml", "month: 2020-01\ncases: [{name: B, expect: {}}]\n");
    folder_write(folder, "cases/a.yaml", "month: 2020-01\ncases: [{name: A, expect: {}}]\n");
    assert_ok(read_all(folder, &read, &err));
    assert_int_equal(read.count, 2);
    assert_text(read.cases[0].name, "A");
    assert_text(read.cases[1].name, "B");
    assert_null(read.cases[0].household_kind.bytes);
    assert_false(read.cases[0].has_measures);
}

/* CASES with one place changed must be refused with these words at this place. */
struct change {
    const char *from, *to, *words;
    int line, column;
};

static void check_changes(struct pack_folder *folder, const struct change *changes, size_t count)
{
    struct berm_error err;
    struct read_cases read;

    for (size_t i = 0; i < count; i++) {
        const struct change *change = &changes[i];

        folder_write_changed(folder, "cases/a.yaml", CASES, change->from, change->to);
        assert_int_not_equal(read_all(folder, &read, &err), BERM_OK);
        if (strstr(err.message, change->words) == NULL)
            fail_msg("\"%s\" is not in \"%s\"", change->words, err.message);
        assert_memory_equal(err.message, "cases/a.yaml: ", 14);
        if (err.line != change->line || err.column != change->column)
            fail_msg("%d:%d instead of %d:%d: %s", err.line, err.column, change->line,
                     change->column, err.message);
    }
}

static void mistakes_in_facts_are_told_at_their_place(void **state)
{
    static const struct change changes[] = {
        {"rooms: 2", "room: 2", "no household variable 'room'; did you mean 'rooms'?", 5, 35},
        {"rooms: 2", "able_to_work: no", "is a variable of a person; put it with each", 5, 35},
        {"rooms: 2", "wage_income: 2", "is a variable of a flow; put it below 'flows'", 5, 35},
        {"rooms: 2", "zzzzzzzz: 2", "add it there or take it out", 5, 35},
        {"rooms: 2", "rooms: two", "'rooms': ", 5, 42},
        {"rooms: 2", "rooms: 51", "'rooms': ", 5, 42},
        {"rooms: 2", "rooms: [2]", "'rooms' must be a single value", 5, 42},
        {"housing_grade: D", "housing_grade: E", "'housing_grade': ", 5, 32},
        {"[fuel, food]", "[fuel, foot]", "'needs': ", 5, 52},
        {"relation: head", "relation: hed", "did you mean 'head'?", 7, 20},
        {"sex: f,", "sex: woman,", "'woman' is no sex", 7, 31},
        {"1961-03-04", "1961-03-40", "not a date", 7, 46},
        {"1961-03-04", "2020-10-01", "born after the month", 7, 46},
        {"code: son", "code: 1", "two members have the code '1'", 8, 9},
        {"able_to_work: no", "rooms: 1", "is a variable of a household; put it below 'household'",
         7, 58},
        {"poverty_line: 4000.25", "poverty_lines: 1", "did you mean 'poverty_line'?", 12, 18},
        {"poverty_line: 4000.25", "zzzzzzzzz: 1", "parameters.csv has no 'zzzzzzzzz'", 12, 18},
        {"poverty_line: 4000.25", "poverty_line: much", "'poverty_line': ", 12, 32},
        {"poverty_line: 4000.25", "poverty_line: 1.2345678", "'poverty_line': ", 12, 32},
        {"poverty_line: 4000.25", "poverty_line: ", "must be a number", 12, 32},
    };

    check_changes(*state, changes, ARRAY_COUNT(changes));
}

static void mistakes_in_flows_are_told_at_their_place(void **state)
{
    static const struct change changes[] = {
        {"wage_income: {", "wage_incom: {", "did you mean 'wage_income'?", 10, 7},
        {"2020-08..2020-09", "2020-09..2020-08", "ends before it begins", 10, 21},
        {"2020-08..2020-09", "2020-8..2020-09", "2020-8", 10, 21},
        {"2020-08..2020-09", "2020-08.2020-09", "2020-08", 10, 21},
        {"2020-08..2020-09", "1990-01..2020-09", "longer than 240 months", 10, 21},
        {"2020-01: 10", "2020-09: 10", "'wage_income' has 2020-09 twice", 10, 55},
        {"250.5", "250.555", "'wage_income': ", 10, 39},
        {"250.5", "-1", "'wage_income': ", 10, 39},
        {"{2020-08..2020-09: 250.5, 2020-01: 10}", "250", "needs its months", 10, 20},
        {"tax: 100", "Tax office: 100", "'Tax office' is no source", 11, 35},
    };

    check_changes(*state, changes, ARRAY_COUNT(changes));
}

static void mistakes_in_expectations_are_told_at_their_place(void **state)
{
    static const struct change changes[] = {
        {"code: income_below_line", "code: income_below_lime", "did you mean 'income_below_line'?",
         15, 17},
        {"severity: critical", "severity: grave", "'grave' is no severity", 16, 21},
        {"severity: critical", "severety: critical", "did you mean 'severity'?", 16, 11},
        {"threshold: 4000", "threshold: 4,000", "'threshold' must be a number", 17, 22},
        {"distance: 12.5", "distance: far", "'distance' must be a number", 18, 21},
        {"reads: [household.wage_income_12m, household.size]", "reads: household.size",
         "'reads' must be a list", 19, 18},
        {"missing:", "reads:", "an undetermined finding has no key 'reads'", 21, 32},
        {"risk_level: high", "risk_level: huge", "'huge' is no risk level", 22, 19},
        {"measures: [allowance]", "measures: [allowence]", "did you mean 'allowance'?", 24, 18},
        {"measures: [allowance]", "measures: allowance", "'measures' must be a list", 24, 17},
        {"figures: {Income per head", "figures: {Income per hed", "did you mean 'Income per head'?",
         25, 17},
        {"Income per head: 3000", "Income per head: lots", "must be a number", 25, 34},
        {"      undetermined:\n", "        - code: income_below_line\n      undetermined:\n",
         "stands twice in this list", 20, 11},
    };

    check_changes(*state, changes, ARRAY_COUNT(changes));
}

static void mistakes_in_the_file_are_told_at_their_place(void **state)
{
    static const struct change changes[] = {
        {"month: 2020-09", "month: 2020-13", "2020-13", 1, 8},
        {"month: 2020-09\n", "", "the case has no month", 3, 5},
        {"month: 2020-09", "mouth: 2020-09", "did you mean 'month'?", 1, 1},
        {"1101, 110101", "1101, 1101", "'1101' stands twice in 'areas'", 2, 19},
        {"cases:\n", "case:\n", "a file of cases has no key 'case'; did you mean 'cases'?", 3, 1},
        {"- name: A widow", "- nome: A widow", "did you mean 'name'?", 4, 5},
        {"- name: A widow\n    household", "- household", "'name' is missing", 4, 5},
        {"name: Nothing known", "name: A widow", "the case on line 4 is called 'A widow' already",
         26, 5},
        {"    expect: {findings: [], household_kind: '', measures: []}\n", "",
         "the case expects nothing", 26, 5},
        {"household: {housing_grade: D, rooms: 2", "household: {rooms: 1, rooms: 2",
         "'rooms' stands here and on line 5 already", 5, 27},
    };

    check_changes(*state, changes, ARRAY_COUNT(changes));
}

static void an_expectation_needs_its_decision(void **state)
{
    struct pack_folder *folder = *state;
    struct berm_error err;
    struct read_cases read;

    folder_write_changed(folder, "pack.yaml", MANIFEST, "  household_kind: Household kind\n", "");
    folder_write(folder, "cases/a.yaml", CASES);
    assert_fails(read_all(folder, &read, &err), BERM_INVALID_INPUT,
                 "pack.yaml names no decision for 'household_kind'");
    assert_int_equal(err.line, 23);
}

static void an_arena_that_is_too_small_is_told(void **state)
{
    struct pack_folder *folder = *state;
    struct berm_error err;
    const struct pack *pack;
    enum berm_status status = BERM_NO_MEMORY;

    folder_write(folder, "cases/a.yaml", CASES);
    assert_ok(pack_read(folder->arena, text_of(folder->path), &pack, &err));
    for (size_t cap_bytes = 256; status == BERM_NO_MEMORY; cap_bytes += 256) {
        CLEANUP(arena_freep) struct arena *arena = NULL;
        const struct pack_case *cases;
        size_t count;

        assert_true(cap_bytes < 4 << 20);
        assert_ok(arena_create(cap_bytes, &arena, &err));
        status = pack_read_cases(arena, text_of(folder->path), pack, &cases, &count, &err);
    }
    if (status != BERM_OK)
        fail_msg("%s", err.message);
}

static void cases_of_the_program_are_good_ones(void **state)
{
    struct pack_folder *folder = *state;
    struct berm_error err;

    for (size_t i = 0; i < pack_embedded_count(); i++) {
        const struct pack *pack;
        const struct pack_case *cases;
        size_t count;

        assert_ok(pack_read(folder->arena, pack_embedded_name(i), &pack, &err));
        assert_ok(
            pack_read_cases(folder->arena, pack_embedded_name(i), pack, &cases, &count, &err));
        assert_true(count > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PACK_TEST(facts_are_read_as_import_files_are),
        PACK_TEST(members_have_codes_and_what_is_missing_is_unknown),
        PACK_TEST(a_range_is_a_report_for_each_month),
        PACK_TEST(expectations_tell_unchecked_from_none),
        PACK_TEST(files_come_in_order_of_their_names),
        PACK_TEST(mistakes_in_facts_are_told_at_their_place),
        PACK_TEST(mistakes_in_flows_are_told_at_their_place),
        PACK_TEST(mistakes_in_expectations_are_told_at_their_place),
        PACK_TEST(mistakes_in_the_file_are_told_at_their_place),
        PACK_TEST(an_expectation_needs_its_decision),
        PACK_TEST(an_arena_that_is_too_small_is_told),
        PACK_TEST(cases_of_the_program_are_good_ones),
    };

    return cmocka_run_group_tests_name("pack/cases", tests, NULL, NULL);
}
