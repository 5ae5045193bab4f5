/* Facts changed by hand: what is written, what is refused, and who may do it. */
#include "unit/service/access_fixture.h"

static struct fact_call call_of(struct access_register *made, const struct caller *caller)
{
    return (struct fact_call){.caller = caller, .actor = &TESTER, .arena = made->arena};
}

static struct fact_call local_call(struct access_register *made)
{
    return call_of(made, caller_local());
}

static struct household_facts read_household(struct access_register *made, const char *code)
{
    struct household_facts facts;
    struct berm_error err;

    assert_ok(
        household_read(made->office, caller_local(), text_of(code), made->arena, &facts, &err));
    return facts;
}

static struct text value_of(struct access_register *made, const struct field_value *values,
                            enum entity entity, const char *name)
{
    const struct dictionary *dictionary = &made->office->pack->dictionary;
    int position = dictionary_position(dictionary, entity, text_of(name));
    struct text copy;
    struct berm_error err;
    char shown[TEXT_VALUE_BYTES_MAX];

    assert_true(position >= 0);
    assert_ok(
        text_copy(made->arena,
                  variable_format(dictionary, &dictionary_variables(dictionary, entity)[position],
                                  values[position], shown),
                  &copy, &err));
    return copy;
}

static const struct household_member *member_of(const struct household_facts *facts,
                                                const char *code)
{
    for (size_t m = 0; m < facts->member_count; m++)
        if (text_equal(facts->members[m].code, text_of(code)))
            return &facts->members[m];
    return NULL;
}

/* Every problem as "field code" in one text. */
static struct text problems_of(struct access_register *made, const struct fact_result *result)
{
    CLEANUP(buffer_free) struct buffer all = {0};
    struct text copy;
    struct berm_error err;

    for (size_t p = 0; p < result->problems.count; p++) {
        const struct fact_problem *problem = &result->problems.rows[p];

        buffer_append_format(&all, "%s%.*s %s", p > 0 ? ", " : "", TEXT_ARG(problem->field),
                             problem->code);
        assert_true(problem->detail.length > 20);
    }
    assert_ok(text_copy(made->arena, buffer_text(&all), &copy, &err));
    return copy;
}

/* ---- Households ------------------------------------------------------------------------------ */

static void a_household_is_added_with_a_code_of_its_own(void **state)
{
    struct access_register *made = *state;
    struct fact_call call = local_call(made);
    const struct fact_text TEXTS[] = {{TEXT("area"), TEXT("A1")}, {TEXT("rooms"), TEXT("4")}};
    struct fact_result result;
    struct household_facts facts;
    struct berm_error err;

    assert_ok(household_add(made->office, &call, TEXTS, ARRAY_COUNT(TEXTS), &result, &err));
    assert_text(result.code, "H00000005");
    facts = read_household(made, "H00000005");
    assert_text(facts.area_code, "A1");
    assert_text(value_of(made, facts.values, ENTITY_HOUSEHOLD, "rooms"), "4");
    assert_int_equal(facts.version, result.version);
    assert_int_equal(facts.version, result.change_id);
}

static void a_change_moves_the_version_and_nothing_else_does(void **state)
{
    struct access_register *made = *state;
    struct fact_call call = local_call(made);
    const struct fact_text TEXTS[] = {{TEXT("rooms"), TEXT("7")}};
    int64_t before = read_household(made, "A-1").version;
    int64_t other = read_household(made, "A-2").version;
    struct household_facts facts;
    struct history_page history;
    struct fact_result result;
    struct berm_error err;

    assert_ok(household_change(made->office, &call, TEXT("A-1"), TEXTS, 1, &result, &err));
    facts = read_household(made, "A-1");
    assert_text(value_of(made, facts.values, ENTITY_HOUSEHOLD, "rooms"), "7");
    assert_text(value_of(made, facts.values, ENTITY_HOUSEHOLD, "note"), "near secret");
    assert_true(facts.version > before);
    assert_int_equal(facts.version, result.version);
    assert_ok(household_history(made->office, caller_local(), TEXT("A-1"), 0, 1, made->arena,
                                &history, &err));
    assert_text(history.changes[0].via, "change household");
    assert_text(history.changes[0].rows[0].fields, "{\"rooms\":[2,7]}");
    assert_int_equal(read_household(made, "A-2").version, other);

    assert_ok(household_change(made->office, &call, TEXT("A-1"), TEXTS, 1, &result, &err));
    assert_int_equal(result.change_id, 0);
    assert_int_equal(result.version, facts.version);
    assert_int_equal(read_household(made, "A-1").version, facts.version);
}

static void an_old_version_is_refused_with_the_present_one(void **state)
{
    struct access_register *made = *state;
    struct fact_call call = local_call(made);
    const struct fact_text TEXTS[] = {{TEXT("rooms"), TEXT("7")}};
    int64_t present = read_household(made, "A-1").version;
    struct fact_result result;
    struct berm_error err;

    call.expected_version = present - 1;
    assert_fails(household_change(made->office, &call, TEXT("A-1"), TEXTS, 1, &result, &err),
                 BERM_CHANGED, "read it again");
    assert_int_equal(result.version, present);
    call.expected_version = present;
    assert_ok(household_change(made->office, &call, TEXT("A-1"), TEXTS, 1, &result, &err));
    assert_true(result.version > present);
}

static void all_problems_are_told_at_once(void **state)
{
    struct access_register *made = *state;
    struct fact_call call = local_call(made);
    const struct fact_text TEXTS[] = {
        {TEXT("rooms"), TEXT("many")},      {TEXT("roms"), TEXT("4")},
        {TEXT("housing_grade"), TEXT("Q")}, {TEXT("note"), TEXT("x")},
        {TEXT("note"), TEXT("y")},          {TEXT("code"), TEXT("N")}};
    int64_t before = read_household(made, "A-1").version;
    struct fact_result result;
    struct berm_error err;

    assert_fails(household_change(made->office, &call, TEXT("A-1"), TEXTS, ARRAY_COUNT(TEXTS),
                                  &result, &err),
                 BERM_INVALID_INPUT, "rooms: ");
    assert_text(problems_of(made, &result),
                "rooms invalid, roms unknown, housing_grade invalid, note repeated, "
                "code unknown");
    assert_non_null(strstr(result.problems.rows[1].detail.bytes, "did you mean \"rooms\"?"));
    assert_int_equal(read_household(made, "A-1").version, before);
}

/* The findings of a household that hold in the last month screened. */
struct held {
    const char *household;
    int64_t count;
};

static enum berm_status count_finding(void *context, const struct finding_row *row,
                                      struct berm_error *err)
{
    struct held *held = context;

    (void)err;
    held->count += text_equal(row->household, text_of(held->household));
    return BERM_OK;
}

static int64_t findings_of(struct access_register *made, const char *household)
{
    struct finding_filter filter = {.month = month_from_civil(2020, 12), .with_undetermined = true};
    struct held held = {household, 0};
    struct berm_error err;

    assert_ok(findings_list(made->office, caller_local(), &filter, count_finding, &held, &err));
    return held.count;
}

static void only_an_empty_household_is_archived(void **state)
{
    struct access_register *made = *state;
    struct fact_call call = local_call(made);
    const struct fact_text END[] = {{TEXT("to_date"), TEXT("2020-11-01")},
                                    {TEXT("end_reason"), TEXT("died")}};
    const struct fact_text ROOMS[] = {{TEXT("rooms"), TEXT("7")}};
    struct fact_result result;
    struct berm_error err;

    assert_fails(household_set_active(made->office, &call, TEXT("A-1"), false, &result, &err),
                 BERM_CONFLICT, "has 1 members");
    assert_ok(membership_end(made->office, &call, TEXT("PA1"), END, 2, &result, &err));
    assert_true(findings_of(made, "A-1") > 0);
    assert_ok(household_set_active(made->office, &call, TEXT("A-1"), false, &result, &err));
    assert_true(result.screened.closed > 0);
    assert_int_equal(findings_of(made, "A-1"), 0);
    assert_false(read_household(made, "A-1").is_active);
    assert_fails(household_change(made->office, &call, TEXT("A-1"), ROOMS, 1, &result, &err),
                 BERM_CONFLICT, "is archived");
    assert_ok(household_set_active(made->office, &call, TEXT("A-1"), true, &result, &err));
    assert_true(findings_of(made, "A-1") > 0);
    assert_ok(household_change(made->office, &call, TEXT("A-1"), ROOMS, 1, &result, &err));
}

/* ---- Persons --------------------------------------------------------------------------------- */

static void a_person_is_added_and_corrected(void **state)
{
    struct access_register *made = *state;
    struct fact_call call = local_call(made);
    const struct fact_text ADD[] = {{TEXT("household"), TEXT("A-1")},
                                    {TEXT("name"), TEXT("Near Child")},
                                    {TEXT("birth_date"), TEXT("2012-05-06")},
                                    {TEXT("from_date"), TEXT("2012-05-06")}};
    const struct fact_text CHANGE[] = {{TEXT("birth_date"), TEXT("2012-06-06")},
                                       {TEXT("able_to_work"), TEXT("no")},
                                       {TEXT("relation"), TEXT("child")}};
    const struct household_member *member;
    struct household_facts facts;
    struct fact_result result;
    struct berm_error err;

    assert_ok(person_add(made->office, &call, ADD, ARRAY_COUNT(ADD), &result, &err));
    assert_text(result.code, "P00000005");
    assert_ok(person_change(made->office, &call, result.code, CHANGE, ARRAY_COUNT(CHANGE), &result,
                            &err));
    facts = read_household(made, "A-1");
    assert_int_equal(facts.version, result.version);
    member = member_of(&facts, "P00000005");
    assert_non_null(member);
    assert_text(member->birth_date, "2012-06-06");
    assert_text(member->from_date, "2012-05-06");
    assert_text(member->relation, "child");
    assert_text(value_of(made, member->values, ENTITY_PERSON, "able_to_work"), "no");
}

static void a_move_ends_one_membership_and_begins_another(void **state)
{
    struct access_register *made = *state;
    struct fact_call call = local_call(made);
    const struct fact_text MOVE[] = {{TEXT("household"), TEXT("A-2")},
                                     {TEXT("from_date"), TEXT("2020-10-01")},
                                     {TEXT("relation"), TEXT("child")}};
    const struct fact_text NAME[] = {{TEXT("name"), TEXT("Near Other")}};
    struct household_facts left, entered;
    struct fact_result result;
    struct berm_error err;

    assert_ok(
        membership_move(made->office, &call, TEXT("PA1"), MOVE, ARRAY_COUNT(MOVE), &result, &err));
    left = read_household(made, "A-1");
    entered = read_household(made, "A-2");
    assert_int_equal(left.version, result.change_id);
    assert_int_equal(entered.version, result.change_id);
    assert_text(member_of(&left, "PA1")->to_date, "2020-10-01");
    assert_text(member_of(&left, "PA1")->end_reason, "left");
    assert_text(member_of(&entered, "PA1")->from_date, "2020-10-01");

    assert_ok(person_change(made->office, &call, TEXT("PA1"), NAME, 1, &result, &err));
    assert_int_equal(read_household(made, "A-2").version, result.change_id);
    assert_int_equal(read_household(made, "A-1").version, left.version); /* it is not told here */
}

static void nobody_is_moved_over_a_border(void **state)
{
    struct access_register *made = *state;
    struct caller near = register_new_caller(made, "near", ROLE_TOWNSHIP, "A");
    struct fact_call call = call_of(made, &near);
    const struct fact_text OUT[] = {{TEXT("household"), TEXT("Z-1")}};
    const struct fact_text IN[] = {{TEXT("household"), TEXT("A-1")}};
    const struct fact_text ADD[] = {{TEXT("household"), TEXT("A-1")}, {TEXT("code"), TEXT("PZ1")}};
    struct fact_result result;
    struct berm_error err;

    assert_fails(membership_move(made->office, &call, TEXT("PA1"), OUT, 1, &result, &err),
                 BERM_INVALID_INPUT, "no household with the code Z-1");
    assert_fails(membership_move(made->office, &call, TEXT("PZ1"), IN, 1, &result, &err),
                 BERM_NOT_FOUND, "no person with the code PZ1");
    assert_fails(person_add(made->office, &call, ADD, 2, &result, &err), BERM_INVALID_INPUT,
                 "cannot be given to a new person");
}

static void a_membership_cannot_end_before_it_began(void **state)
{
    struct access_register *made = *state;
    struct fact_call call = local_call(made);
    const struct fact_text END[] = {{TEXT("to_date"), TEXT("2009-01-01")},
                                    {TEXT("end_reason"), TEXT("left")}};
    const struct fact_text REASON[] = {{TEXT("end_reason"), TEXT("left")}};
    struct fact_result result;
    struct berm_error err;

    assert_fails(membership_end(made->office, &call, TEXT("PA1"), END, 2, &result, &err),
                 BERM_INVALID_INPUT, "before 2010-01-01");
    assert_text(problems_of(made, &result), "to_date refused");
    assert_fails(membership_end(made->office, &call, TEXT("PA1"), REASON, 1, &result, &err),
                 BERM_INVALID_INPUT, "to_date is missing");
}

/* ---- Flows ----------------------------------------------------------------------------------- */

/* The month's amount as the screening sees it. */
static int64_t monthly_wage(struct access_register *made, const char *code, month_number month)
{
    CLEANUP(statement_closep) struct statement *scan = NULL;
    const struct dictionary *dictionary = &made->office->pack->dictionary;
    int wage = dictionary_position(dictionary, ENTITY_FLOW, TEXT("wage_income"));
    struct variable_selection selection = {
        .dictionary = dictionary, .entity = ENTITY_FLOW, .positions = &wage, .count = 1};
    int64_t id = read_household(made, code).household_id;
    int64_t amount = -1;
    struct berm_error err;
    bool has_row;

    assert_ok(store_prepare_flow_scan(made->office->store, selection, &scan, &err));
    statement_bind_int64(scan, 1, id);
    statement_bind_int64(scan, 2, id);
    statement_bind_month(scan, 3, month);
    statement_bind_month(scan, 4, month);
    assert_ok(statement_step(scan, &has_row, &err));
    if (has_row && !statement_has_int64(scan, 2, &amount))
        amount = -1;
    return amount;
}

static void flows_are_laid_over_those_there_and_taken_back(void **state)
{
    struct access_register *made = *state;
    struct fact_call call = local_call(made);
    month_number november = month_from_civil(2020, 11), december = november + 1;
    const struct fact_flow SET[] = {
        {TEXT("2020-12"), TEXT("wage_income"), TEXT(""), TEXT("30")},
        {TEXT("2020-11"), TEXT("wage_income"), TEXT("import"), TEXT("40")},
        {TEXT("2020-12"), TEXT("wage_income"), TEXT("tax_office"), TEXT("7.50")}};
    const struct fact_flow BACK[] = {
        {TEXT("2020-12"), TEXT("wage_income"), TEXT("visit"), TEXT("")},
        {TEXT("2020-11"), TEXT("wage_income"), TEXT("import"), TEXT(" ")}};
    struct fact_result result;
    struct berm_error err;

    assert_ok(household_set_flows(made->office, &call, TEXT("A-1"), SET, 3, &result, &err));
    assert_int_equal(monthly_wage(made, "A-1", november), 4000);
    assert_int_equal(monthly_wage(made, "A-1", december), 10000 + 3000 + 750);
    assert_int_equal(read_household(made, "A-1").version, result.change_id);
    assert_ok(household_set_flows(made->office, &call, TEXT("A-1"), BACK, 2, &result, &err));
    assert_int_equal(monthly_wage(made, "A-1", november), -1);
    assert_int_equal(monthly_wage(made, "A-1", december), 10000 + 750);
    assert_int_equal(read_household(made, "A-1").version, result.change_id);
    assert_ok(household_set_flows(made->office, &call, TEXT("A-1"), BACK, 2, &result, &err));
    assert_int_equal(result.change_id, 0);
}

static void flows_that_are_wrong_are_all_told(void **state)
{
    struct access_register *made = *state;
    struct fact_call call = local_call(made);
    const struct fact_flow WRONG[] = {
        {TEXT("2020-13"), TEXT("wage_income"), TEXT(""), TEXT("1")},
        {TEXT("2020-12"), TEXT("wages"), TEXT(""), TEXT("1")},
        {TEXT("2020-12"), TEXT("wage_income"), TEXT("Tax!"), TEXT("x")}};
    const struct fact_flow TWICE[] = {{TEXT("2020-12"), TEXT("wage_income"), TEXT(""), TEXT("1")},
                                      {TEXT("2020-12"), TEXT("medical_cost"), TEXT(""), TEXT("1")},
                                      {TEXT("2020-12"), TEXT("wage_income"), TEXT(""), TEXT("2")}};
    struct fact_result result;
    struct berm_error err;

    assert_fails(household_set_flows(made->office, &call, TEXT("A-1"), WRONG, 3, &result, &err),
                 BERM_INVALID_INPUT, "month: ");
    assert_text(problems_of(made, &result),
                "month invalid, flow invalid, source invalid, amount invalid");
    assert_int_equal(result.problems.rows[3].entry, 2);
    assert_fails(household_set_flows(made->office, &call, TEXT("A-1"), TWICE, 3, &result, &err),
                 BERM_INVALID_INPUT, "entry 1");
    assert_int_equal(result.problems.rows[0].entry, 2);
}

/* ---- Access ---------------------------------------------------------------------------------- */

static void what_lies_elsewhere_is_not_there(void **state)
{
    struct access_register *made = *state;
    struct caller near = register_new_caller(made, "near", ROLE_TOWNSHIP, "A");
    struct fact_call call = call_of(made, &near);
    const struct fact_text TEXTS[] = {{TEXT("rooms"), TEXT("7")}};
    const struct fact_text MOVE[] = {{TEXT("area"), TEXT("Z1")}};
    const struct fact_text NOWHERE[] = {{TEXT("area"), TEXT("Q1")}};
    struct fact_result result;
    struct berm_error err;

    assert_fails(household_change(made->office, &call, TEXT("Z-1"), TEXTS, 1, &result, &err),
                 BERM_NOT_FOUND, "no household with the code Z-1");
    assert_fails(household_change(made->office, &call, TEXT("A-1"), MOVE, 1, &result, &err),
                 BERM_INVALID_INPUT, "no area has the code \"Z1\"");
    assert_fails(household_change(made->office, &call, TEXT("A-1"), NOWHERE, 1, &result, &err),
                 BERM_INVALID_INPUT, "no area has the code \"Q1\"");
    assert_text(read_household(made, "A-1").area_code, "A1");
}

static void values_that_are_hidden_cannot_be_written(void **state)
{
    struct access_register *made = *state;
    struct caller near = register_new_caller(made, "near", ROLE_TOWNSHIP, "A");
    struct fact_call call = call_of(made, &near);
    const struct fact_text TEXTS[] = {{TEXT("rooms"), TEXT("7")}, {TEXT("note"), TEXT("mine")}};
    const struct fact_flow FLOWS[] = {{TEXT("2020-11"), TEXT("medical_cost"), TEXT(""), TEXT("5")}};
    struct fact_result result;
    struct berm_error err;

    near.scopes &= ~(UINT64_C(1) << PERMISSION_FIELDS_SENSITIVE);
    assert_fails(household_change(made->office, &call, TEXT("A-1"), TEXTS, 2, &result, &err),
                 BERM_INVALID_INPUT, "note: ");
    assert_text(problems_of(made, &result), "note not_allowed");
    assert_fails(household_set_flows(made->office, &call, TEXT("A-1"), FLOWS, 1, &result, &err),
                 BERM_INVALID_INPUT, "flow: ");
    assert_text(problems_of(made, &result), "flow not_allowed");
    assert_int_equal(result.problems.rows[0].entry, 0);
    assert_ok(household_change(made->office, &call, TEXT("A-1"), TEXTS, 1, &result, &err));
}

static void who_only_looks_may_not_write(void **state)
{
    struct access_register *made = *state;
    struct caller viewer = register_new_caller(made, "viewer", ROLE_VIEWER, "A");
    struct fact_call call = call_of(made, &viewer);
    const struct fact_text TEXTS[] = {{TEXT("rooms"), TEXT("7")}};
    struct fact_result result;
    struct berm_error err;

    assert_fails(household_change(made->office, &call, TEXT("A-1"), TEXTS, 1, &result, &err),
                 BERM_FORBIDDEN, "household_write");
}

/* ---- Screened at once ------------------------------------------------------------------------ */

static int64_t open_count(struct access_register *made, int64_t household_id)
{
    CLEANUP(statement_closep) struct statement *open = NULL;
    struct berm_error err;
    int64_t count = 0;
    bool has_row;

    assert_ok(statement_prepare(made->office->store, STATEMENT_FINDING_OPEN_IN_RANGE, &open, &err));
    statement_bind_int64(open, FINDING_OPEN_IN_RANGE__LOW, household_id);
    statement_bind_int64(open, FINDING_OPEN_IN_RANGE__HIGH, household_id);
    assert_ok(statement_step(open, &has_row, &err));
    for (; has_row; count++)
        assert_ok(statement_step(open, &has_row, &err));
    return count;
}

/* A month's run afterwards must find nothing that the acts did not find already. */
static void every_act_is_screened_at_once(void **state)
{
    struct access_register *made = *state;
    struct fact_call call = local_call(made);
    const struct fact_text GOOD[] = {{TEXT("housing_grade"), TEXT("A")}};
    const struct fact_text BAD[] = {{TEXT("housing_grade"), TEXT("D")}};
    const struct fact_text NEW[] = {{TEXT("area"), TEXT("A1")}, {TEXT("housing_grade"), TEXT("D")}};
    const struct fact_text MOVE[] = {{TEXT("household"), TEXT("A-2")},
                                     {TEXT("from_date"), TEXT("2020-09-01")}};
    const struct fact_flow FLOW = {
        .month = TEXT("2020-11"), .flow = TEXT("wage_income"), .amount = TEXT("90000")};
    struct screen_options options = {.thread_count = 1};
    struct screen_result full;
    struct fact_result result;
    struct berm_error err;
    int64_t household_id = read_household(made, "A-2").household_id, before;

    assert_ok(month_last_screened(made->office->store, &options.month, &err));
    assert_ok(household_change(made->office, &call, TEXT("A-2"), GOOD, 1, &result, &err));
    before = open_count(made, household_id);
    assert_ok(household_change(made->office, &call, TEXT("A-2"), BAD, 1, &result, &err));
    assert_int_equal(open_count(made, household_id), before + 1);
    assert_ok(household_add(made->office, &call, NEW, ARRAY_COUNT(NEW), &result, &err));
    assert_true(open_count(made, read_household(made, result.code.bytes).household_id) > 0);
    assert_ok(
        membership_move(made->office, &call, TEXT("PA1"), MOVE, ARRAY_COUNT(MOVE), &result, &err));
    assert_ok(household_set_flows(made->office, &call, TEXT("A-2"), &FLOW, 1, &result, &err));
    assert_ok(screen_month(made->office, caller_local(), &options, &full, &err));
    assert_int_equal(full.opened + full.closed, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        REGISTER_TEST(a_household_is_added_with_a_code_of_its_own),
        REGISTER_TEST(a_change_moves_the_version_and_nothing_else_does),
        REGISTER_TEST(an_old_version_is_refused_with_the_present_one),
        REGISTER_TEST(all_problems_are_told_at_once),
        REGISTER_TEST(only_an_empty_household_is_archived),
        REGISTER_TEST(a_person_is_added_and_corrected),
        REGISTER_TEST(a_move_ends_one_membership_and_begins_another),
        REGISTER_TEST(nobody_is_moved_over_a_border),
        REGISTER_TEST(a_membership_cannot_end_before_it_began),
        REGISTER_TEST(flows_are_laid_over_those_there_and_taken_back),
        REGISTER_TEST(flows_that_are_wrong_are_all_told),
        REGISTER_TEST(what_lies_elsewhere_is_not_there),
        REGISTER_TEST(values_that_are_hidden_cannot_be_written),
        REGISTER_TEST(who_only_looks_may_not_write),
        REGISTER_TEST(every_act_is_screened_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
