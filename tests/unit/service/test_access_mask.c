/* Field classes: what is hidden from whom, in facts, evidence, reasons and history. */
#include "unit/service/access_dump.h"

static void reads_have_the_class_of_their_variable(void **state)
{
    struct access_register *made = *state;
    const struct dictionary *dictionary = &made->office->pack->dictionary;
    static const struct {
        const char *name;
        enum field_class wanted;
    } CASES[] = {
        {"household.rooms", FIELD_CLASS_PUBLIC},
        {"household.housing_grade", FIELD_CLASS_INTERNAL},
        {"household.wage_income_12m", FIELD_CLASS_PERSONAL},
        {"household.medical_cost_month", FIELD_CLASS_SENSITIVE},
        {"household.size", FIELD_CLASS_INTERNAL},
        {"members[12].able_to_work", FIELD_CLASS_SENSITIVE},
        {"members.birth_date", FIELD_CLASS_PERSONAL},
        {"members[1].age", FIELD_CLASS_INTERNAL},
        {"parameter.poverty_line", FIELD_CLASS_PUBLIC},
        {"household.gone", FIELD_CLASS_SENSITIVE},
        {"what.else", FIELD_CLASS_SENSITIVE},
        {"", FIELD_CLASS_SENSITIVE},
    };

    for (size_t c = 0; c < ARRAY_COUNT(CASES); c++)
        if (field_class_of_read(dictionary, text_of(CASES[c].name)) != CASES[c].wanted)
            fail_msg("%s", CASES[c].name);
}

/* What each role sees of A-1 in its own area. */
static void each_role_sees_its_classes_everywhere_alike(void **state)
{
    struct access_register *made = *state;

    for (int role = 0; role < ROLE_COUNT; role++) {
        bool has_personal = role_holds((enum role)role, PERMISSION_FIELDS_PERSONAL);
        bool has_sensitive = role_holds((enum role)role, PERMISSION_FIELDS_SENSITIVE);
        struct caller caller =
            register_new_caller(made, role_name((enum role)role), (enum role)role, "A");
        struct dump dump = {.made = made, .caller = &caller};

        dump_lists(&dump, "");
        dump_household(&dump, "A-1");
        assert_int_equal(dump_has(&dump, "Near One"),
                         has_personal && role_holds((enum role)role, PERMISSION_HOUSEHOLD_READ));
        assert_int_equal(dump_has(&dump, "1980-01-01"), dump_has(&dump, "Near One"));
        assert_int_equal(dump_has(&dump, "near secret"),
                         has_sensitive && role_holds((enum role)role, PERMISSION_HOUSEHOLD_READ));
        if (!has_personal && dump_has(&dump, "wage_income_12m\":1200"))
            fail_msg("%s sees wages", role_name((enum role)role));
        if (!has_personal && role_holds((enum role)role, PERMISSION_FINDING_LIST)) {
            assert_true(dump_has(&dump, "\"household.wage_income_12m\":\"" HIDDEN_VALUE "\""));
            assert_true(dump_has(&dump, "\"household.housing_grade\":\"D\""));
            assert_true(dump_has(&dump, "income_below_line")); /* the reason is told */
        }
        buffer_free(&dump.out);
    }
}

static void a_scope_without_classes_hides_what_is_internal(void **state)
{
    struct access_register *made = *state;
    struct caller caller = register_new_caller(made, "li", ROLE_COUNTY, "A");
    struct household_facts facts = {0};
    struct berm_error err;

    caller.scopes = 1ull << PERMISSION_HOUSEHOLD_READ;
    assert_ok(household_read(made->office, &caller, TEXT("A-1"), made->arena, &facts, &err));
    assert_int_equal(facts.class_seen, FIELD_CLASS_PUBLIC);
    assert_false(facts.values[0].is_known);
    assert_int_equal(facts.values[1].number, 2);
    assert_int_equal(facts.flow_count, 0);
    assert_int_equal(facts.members[0].sex.length, 0);
}

static void changes_hide_what_values_hide(void **state)
{
    struct access_register *made = *state;
    struct caller viewer = register_new_caller(made, "li", ROLE_VIEWER, "A");
    struct history_page history = {0};
    struct berm_error err;

    register_import(made, IMPORT_HOUSEHOLDS, "code,area,rooms,note\nA-1,A1,9,other secret\n");
    assert_ok(
        household_history(made->office, &viewer, TEXT("A-1"), 0, 1, made->arena, &history, &err));
    assert_int_equal(history.count, 1);
    assert_text(history.changes[0].rows[0].fields,
                "{\"rooms\":[2,9],\"note\":\"" HIDDEN_VALUE "\"}");
}

static void what_is_no_evidence_is_hidden_as_a_whole(void **state)
{
    struct access_register *made = *state;
    struct caller viewer = register_new_caller(made, "li", ROLE_VIEWER, "A");
    struct dump dump = {.made = made, .caller = &viewer};
    CLEANUP(statement_closep) struct statement *insert = NULL;
    struct berm_error err;

    assert_ok(store_begin(made->office->store, &err));
    assert_ok(statement_prepare(made->office->store, STATEMENT_FINDING_INSERT, &insert, &err));
    statement_bind_int64(insert, FINDING_INSERT__FINDING_ID, 900);
    statement_bind_int64(insert, FINDING_INSERT__HOUSEHOLD_ID, 1);
    statement_bind_text(insert, FINDING_INSERT__CODE, TEXT("unsafe_house"));
    statement_bind_int64(insert, FINDING_INSERT__IS_UNDETERMINED, 0);
    statement_bind_text(insert, FINDING_INSERT__SEVERITY, TEXT("high"));
    statement_bind_month(insert, FINDING_INSERT__FROM_MONTH, month_from_civil(2020, 12));
    statement_bind_int64(insert, FINDING_INSERT__RUN_ID, 1);
    statement_bind_text(insert, FINDING_INSERT__EVIDENCE,
                        TEXT("{\"rules\":[{\"note\":\"spilt\",\"reads\":{\"a\":1}"));
    assert_ok(statement_run(insert, &err));
    assert_ok(store_commit(made->office->store, &err));
    dump_lists(&dump, "");
    assert_true(dump_has(&dump, "|\"" HIDDEN_VALUE "\"|"));
    assert_false(dump_has(&dump, "spilt"));
    buffer_free(&dump.out);
}

/* The names of what is missing once were those of the run, which was over by then. */
static void reasons_outlive_the_run_that_found_them(void **state)
{
    struct access_register *made = *state;
    struct caller viewer = register_new_caller(made, "li", ROLE_VIEWER, "A");
    struct household_reasons reasons;
    struct berm_error err;

    register_import(made, IMPORT_HOUSEHOLDS, "code,area,housing_grade\nA-9,A1,A\n");
    register_import(made, IMPORT_PERSONS,
                    "code,household,sex,birth_date,relation,able_to_work,from_date\n"
                    "PA9,A-9,female,1980-01-01,head,yes,2010-01-01\n");
    assert_ok(household_explain(made->office, &viewer, TEXT("A-9"), month_from_civil(2020, 12),
                                made->arena, &reasons, &err));
    assert_int_equal(reasons.explanation.finding_count, 1);
    assert_true(reasons.explanation.findings[0].is_undetermined);
    assert_int_equal(reasons.explanation.findings[0].missing_count, 1);
    assert_text(reasons.explanation.findings[0].missing[0], "household.wage_income_12m");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        REGISTER_TEST(reads_have_the_class_of_their_variable),
        REGISTER_TEST(each_role_sees_its_classes_everywhere_alike),
        REGISTER_TEST(a_scope_without_classes_hides_what_is_internal),
        REGISTER_TEST(changes_hide_what_values_hide),
        REGISTER_TEST(what_is_no_evidence_is_hidden_as_a_whole),
        REGISTER_TEST(reasons_outlive_the_run_that_found_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
