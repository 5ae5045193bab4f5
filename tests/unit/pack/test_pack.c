/* A pack as a whole: what comes out of a good one, and every way in which one is refused. */
#include "pack/pack.h"
#include "pack_folder.h"

static enum berm_status read_pack(struct pack_folder *folder, const struct pack **ret_pack,
                                  struct berm_error *err)
{
    return pack_read(folder->arena, text_of(folder->path), ret_pack, err);
}

static const struct feel_type *member(const struct feel_type *type, const char *name)
{
    for (size_t i = 0; i < type->member_count; i++)
        if (text_equal(type->members[i].name, text_of(name)))
            return type->members[i].type;
    return NULL;
}

static void a_good_pack_is_read_whole(void **state)
{
    struct pack_folder *folder = *state;
    struct berm_error err;
    const struct pack *pack;

    assert_ok(read_pack(folder, &pack, &err));
    assert_text(pack->name, "made-up");
    assert_text(pack->version, "1.0.0");
    assert_text(pack->currency, "CNY");
    assert_int_equal(pack->sha256.length, 0);
    assert_int_equal(pack->dictionary.money_decimals, 2);
    assert_int_equal(pack->dictionary.count[ENTITY_HOUSEHOLD], 7);
    assert_int_equal(pack->parameters.name_count, 2);
    assert_text(dmn_decision_name(pack->model, (size_t)pack->findings_decision), "Findings");
    assert_text(dmn_decision_name(pack->model, (size_t)pack->risk_level_decision), "Risk level");
    assert_text(dmn_decision_name(pack->model, (size_t)pack->line_decision), "Poverty line");
    assert_int_equal(pack->size_decision, -1);
    assert_int_equal(pack->figure_decision_count, 1);
    assert_int_equal(pack->figure_decisions[0], pack->welfare_decision);
    assert_int_equal(pack->finding_count, 2);
    assert_int_equal(pack_finding_position(pack, TEXT("unsafe_house")), 1);
    assert_int_equal(pack_finding_position(pack, TEXT("other")), -1);
    assert_text(pack_finding(pack, TEXT("unsafe_house"))->label_zh, "危房");
    assert_null(pack_finding(pack, TEXT("")));
    assert_text(pack_measure(pack, TEXT("house_repair"))->kind, "house");
    assert_null(pack_measure(pack, TEXT("house")));
    assert_text(pack_figure(pack, TEXT("Income per head"))->unit, "money");
    assert_null(pack_figure(pack, TEXT("Poverty line")));
}

static void the_inputs_have_the_types_of_the_dictionary(void **state)
{
    struct pack_folder *folder = *state;
    struct berm_error err;
    const struct pack *pack;
    const struct feel_type *household, *person, *parameter;

    assert_ok(read_pack(folder, &pack, &err));
    assert_text(pack->input_types[INPUT_HOUSEHOLD].name, "household");
    household = pack->input_types[INPUT_HOUSEHOLD].type;
    assert_int_equal(household->kind, FEEL_TYPE_CONTEXT);
    assert_int_equal(household->member_count, 3 + 7 + 3 * FLOW_WINDOW_COUNT);
    assert_int_equal(member(household, "code")->kind, FEEL_TYPE_STRING);
    assert_int_equal(member(household, "area")->kind, FEEL_TYPE_STRING);
    assert_int_equal(member(household, "size")->kind, FEEL_TYPE_NUMBER);
    assert_int_equal(member(household, "housing_grade")->kind, FEEL_TYPE_STRING);
    assert_int_equal(member(household, "rooms")->kind, FEEL_TYPE_NUMBER);
    assert_int_equal(member(household, "has_debt")->kind, FEEL_TYPE_BOOLEAN);
    assert_int_equal(member(household, "needs")->kind, FEEL_TYPE_LIST);
    assert_int_equal(member(household, "needs")->element->kind, FEEL_TYPE_STRING);
    assert_int_equal(member(household, "surveyed")->kind, FEEL_TYPE_DATE);
    assert_int_equal(member(household, "area_share")->kind, FEEL_TYPE_NUMBER);
    assert_int_equal(member(household, "wage_income_month")->kind, FEEL_TYPE_NUMBER);
    assert_non_null(member(household, "medical_cost_previous_12m"));
    assert_non_null(member(household, "transfer_income_months_reported_12m"));
    assert_null(member(household, "wage_income"));
    assert_text(pack->input_types[INPUT_MEMBERS].name, "members");
    assert_int_equal(pack->input_types[INPUT_MEMBERS].type->kind, FEEL_TYPE_LIST);
    person = pack->input_types[INPUT_MEMBERS].type->element;
    assert_int_equal(person->member_count, 6);
    assert_int_equal(member(person, "birth_date")->kind, FEEL_TYPE_DATE);
    assert_int_equal(member(person, "age")->kind, FEEL_TYPE_NUMBER);
    assert_int_equal(member(person, "able_to_work")->kind, FEEL_TYPE_BOOLEAN);
    assert_text(pack->input_types[INPUT_PARAMETER].name, "parameter");
    parameter = pack->input_types[INPUT_PARAMETER].type;
    assert_int_equal(parameter->member_count, 2);
    assert_int_equal(member(parameter, "range_factor")->kind, FEEL_TYPE_NUMBER);
    assert_text(pack->input_types[INPUT_MONTH].name, "month");
    assert_int_equal(pack->input_types[INPUT_MONTH].type->kind, FEEL_TYPE_DATE);
}

static void the_digest_takes_in_all_files_that_decide(void **state)
{
    static const struct {
        const char *name, *content;
    } files[] = {{"pack.yaml", MANIFEST},    {"dictionary.csv", DICTIONARY},
                 {"choices.csv", CHOICES},   {"parameters.csv", PARAMETERS},
                 {"policy.dmn", POLICY},     {"findings.csv", FINDINGS},
                 {"measures.csv", MEASURES}, {"figures.csv", FIGURES}};
    struct pack_folder *folder = *state;
    struct berm_error err;
    const struct pack *pack;
    const char *rest;

    folder_write(folder, "README.md", "not in the digest");
    assert_ok(read_pack(folder, &pack, &err));
    rest = pack->digest_input.bytes;
    for (size_t i = 0; i < ARRAY_COUNT(files); i++) {
        CLEANUP(buffer_free) struct buffer part = {0};

        buffer_append_format(&part, "%s %zu\n%s\n", files[i].name, strlen(files[i].content),
                             files[i].content);
        assert_memory_equal(rest, part.bytes, part.length);
        rest += part.length;
    }
    assert_ptr_equal(rest, pack->digest_input.bytes + pack->digest_input.length);
}

static void parameters_measures_and_figures_may_be_missing(void **state)
{
    struct pack_folder *folder = *state;
    struct berm_error err;
    const struct pack *pack;

    folder_remove(folder, "figures.csv");
    assert_ok(read_pack(folder, &pack, &err));
    assert_int_equal(pack->figure_count, 0);
    folder_remove(folder, "measures.csv");
    assert_fails(read_pack(folder, &pack, &err), BERM_INVALID_INPUT,
                 "measures are recommended, but measures.csv lists none");
    assert_int_equal(err.line, 12);
    folder_write_changed(folder, "pack.yaml", MANIFEST, "  measures: Recommended measures\n", "");
    assert_ok(read_pack(folder, &pack, &err));
    assert_int_equal(pack->measures_decision, -1);
    folder_remove(folder, "parameters.csv");
    assert_fails(read_pack(folder, &pack, &err), BERM_INVALID_INPUT,
                 "policy.dmn: a rule reads parameter.poverty_line, but parameters.csv lists none");
    folder_write_changed(folder, "policy.dmn", POLICY, "parameter.poverty_line", "4000");
    assert_ok(read_pack(folder, &pack, &err));
    assert_int_equal(pack->input_types[INPUT_PARAMETER].type->member_count, 0);
}

static void a_file_that_must_be_there_is_named(void **state)
{
    static const char *const names[] = {"findings.csv", "policy.dmn", "choices.csv",
                                        "dictionary.csv", "pack.yaml"};
    struct pack_folder *folder = *state;
    struct berm_error err;
    const struct pack *pack;

    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        folder_remove(folder, names[i]);
        assert_fails(read_pack(folder, &pack, &err), BERM_NOT_FOUND, names[i]);
        assert_non_null(strstr(err.message, folder->path));
    }
}

static void a_policy_outside_the_folder_is_refused(void **state)
{
    struct pack_folder *folder = *state;
    struct berm_error err;
    const struct pack *pack;

    folder_write_changed(folder, "pack.yaml", MANIFEST,
                         "currency:", "policy: ../../../../etc/passwd\ncurrency:");
    assert_fails(read_pack(folder, &pack, &err), BERM_INVALID_INPUT, "is no file inside the pack");
}

/* One file changed at one place, and what is said. */
struct change {
    const char *file, *content, *from, *to, *words;
    int line, column; /* 0: not checked */
};

static void check_changes(struct pack_folder *folder, const struct change *changes, size_t count)
{
    struct berm_error err;
    const struct pack *pack;

    for (size_t i = 0; i < count; i++) {
        const struct change *change = &changes[i];

        folder_write_changed(folder, change->file, change->content, change->from, change->to);
        assert_fails(read_pack(folder, &pack, &err), BERM_INVALID_INPUT, change->words);
        assert_memory_equal(err.message, change->file, strlen(change->file));
        if (change->line > 0)
            assert_int_equal(err.line, change->line);
        if (change->column > 0)
            assert_int_equal(err.column, change->column);
        folder_write(folder, change->file, change->content);
    }
}

static void decisions_that_are_not_there_get_a_suggestion(void **state)
{
    static const struct change changes[] = {
        {"pack.yaml", MANIFEST, "findings: Findings", "findings: Finding",
         "the policy has no decision 'Finding'; did you mean 'Findings'?", 9, 13},
        {"pack.yaml", MANIFEST, "risk_level: Risk level", "risk_level: Risk levels",
         "did you mean 'Risk level'?", 10, 15},
        {"pack.yaml", MANIFEST, "- Income per head", "- Zzzzzzzzzzz",
         "the policy has no decision 'Zzzzzzzzzzz'; add it", 14, 5},
        {"pack.yaml", MANIFEST, "line: Poverty line", "line: Powerty line",
         "did you mean 'Poverty line'?", 17, 9},
        {"figures.csv", FIGURES, "Income per head,", "Income per heads,",
         "did you mean 'Income per head'?", 2, 1},
    };

    check_changes(*state, changes, ARRAY_COUNT(changes));
}

static void the_findings_decision_must_be_a_table_with_code_and_severity(void **state)
{
    static const struct change changes[] = {
        {"pack.yaml", MANIFEST, "findings: Findings", "findings: Poverty line",
         "'Poverty line' is no decision table", 9, 13},
    };
    struct pack_folder *folder = *state;
    struct berm_error err;
    const struct pack *pack;

    check_changes(folder, changes, ARRAY_COUNT(changes));
    folder_write_changed(folder, "policy.dmn", POLICY, "output name=\"severity\"",
                         "output name=\"serverity\"");
    assert_fails(read_pack(folder, &pack, &err), BERM_INVALID_INPUT,
                 "pack.yaml: the findings table 'Findings' has no output 'severity'");
    assert_int_equal(err.line, 9);
}

static void what_the_findings_table_gives_is_checked_when_the_pack_is_read(void **state)
{
    static const struct change changes[] = {
        {"policy.dmn", POLICY, "\"unsafe_house\"", "\"unsafe_hause\"",
         "row 2 of 'Findings' gives the code 'unsafe_hause', which findings.csv does not list; did "
         "you mean 'unsafe_house'?",
         0, 0},
        {"policy.dmn", POLICY, "\"income_below_line\"", "\"something\"",
         "row 1 of 'Findings' gives the code 'something', which findings.csv does not list; add it",
         0, 0},
        {"policy.dmn", POLICY, "\"income_below_line\"", "12", "gives no text as its code", 0, 0},
        {"policy.dmn", POLICY, "\"critical\"", "\"severe\"",
         "row 1 of 'Findings' gives no severity", 0, 0},
    };
    struct pack_folder *folder = *state;
    struct berm_error err;
    const struct pack *pack;

    check_changes(folder, changes, ARRAY_COUNT(changes));
    folder_write_changed(folder, "policy.dmn", POLICY, "  <decision id=\"income\"",
                         "  <inputData id=\"x\" name=\"parameters\"><variable name=\"parameters\"/>"
                         "</inputData>\n  <decision id=\"income\"");
    assert_fails(read_pack(folder, &pack, &err), BERM_INVALID_INPUT,
                 "there is no input data 'parameters'; did you mean 'parameter'?");
}

static void a_code_that_depends_on_the_household_is_let_through(void **state)
{
    struct pack_folder *folder = *state;
    struct berm_error err;
    const struct pack *pack;

    folder_write_changed(folder, "policy.dmn", POLICY, "\"unsafe_house\"",
                         "\"house_\" + household.housing_grade");
    assert_ok(read_pack(folder, &pack, &err));
}

static void the_policy_is_read_strictly(void **state)
{
    static const struct change changes[] = {
        {"policy.dmn", POLICY, "household.wage_income_12m", "household.wage_incom_12m",
         "wage_incom_12m", 0, 0},
        {"policy.dmn", POLICY, "parameter.poverty_line", "parameter.powerty_line", "powerty_line",
         0, 0},
        {"policy.dmn", POLICY, "</definitions>", "", "", 0, 0},
    };

    check_changes(*state, changes, ARRAY_COUNT(changes));
}

static void tables_are_checked_row_by_row(void **state)
{
    static const struct change changes[] = {
        {"findings.csv", FINDINGS, "unsafe_house,Unsafe", "income_below_line,Unsafe",
         "'income_below_line' stands on line 2 already", 3, 1},
        {"findings.csv", FINDINGS, "unsafe_house,Unsafe house", "unsafe_house,",
         "'label_en' is empty", 3, 2},
        {"findings.csv", FINDINGS, "unsafe_house,", "\" unsafe\",", "blank", 3, 1},
        {"findings.csv", FINDINGS, "clear_en", "clear_em", "did you mean 'clear_en'?", 1, 4},
        {"measures.csv", MEASURES, "allowance,cash", "allowance,cesh",
         "'cesh' is no kind of measure; did you mean 'cash'?", 2, 2},
        {"measures.csv", MEASURES, "allowance,cash", "allowance,qqqqqqqq", "take one of cash", 2,
         2},
        {"figures.csv", FIGURES, "Income per head,Income", "Income per head,A,\nIncome per head,I",
         "stands on line 2 already", 3, 1},
    };

    check_changes(*state, changes, ARRAY_COUNT(changes));
}

static void relations_need_a_head(void **state)
{
    static const struct change changes[] = {
        {"choices.csv", CHOICES, "relation,head,Head\n", "", "lacks the choice 'head'", 0, 0},
    };
    struct pack_folder *folder = *state;
    struct berm_error err;
    const struct pack *pack;

    check_changes(folder, changes, ARRAY_COUNT(changes));
    folder_write(folder, "choices.csv",
                 "list,name,label_en\ngrade,A,Good\ngrade,D,Bad\nneed,food,Food\n");
    assert_fails(read_pack(folder, &pack, &err), BERM_INVALID_INPUT,
                 "choices.csv: the list 'relation' is missing");
}

static void mistakes_in_the_dictionary_come_with_line_and_file(void **state)
{
    static const struct change changes[] = {
        {"dictionary.csv", DICTIONARY, "rooms,household,integer", "rooms,household,integre",
         "integre", 3, 0},
        {"parameters.csv", PARAMETERS, "4500.5", "a lot", "a lot", 3, 0},
    };

    check_changes(*state, changes, ARRAY_COUNT(changes));
}

static void packs_of_the_program_are_good_ones(void **state)
{
    struct pack_folder *folder = *state;
    struct berm_error err;

    for (size_t i = 0; i < pack_embedded_count(); i++) {
        const struct pack *pack;

        assert_ok(pack_read(folder->arena, pack_embedded_name(i), &pack, &err));
        assert_true(text_equal(pack->name, pack_embedded_name(i)));
        assert_true(pack->finding_count > 0);
        for (size_t j = 0; j < pack->figure_decision_count; j++)
            assert_non_null(pack_figure(
                pack, dmn_decision_name(pack->model, (size_t)pack->figure_decisions[j])));
    }
}

static void an_arena_that_is_too_small_is_told(void **state)
{
    struct pack_folder *folder = *state;
    struct berm_error err;
    enum berm_status status = BERM_NO_MEMORY;

    for (size_t cap_bytes = 1024; status == BERM_NO_MEMORY; cap_bytes += 1024) {
        CLEANUP(arena_freep) struct arena *arena = NULL;
        const struct pack *pack;

        assert_true(cap_bytes < 16 << 20);
        assert_ok(arena_create(cap_bytes, &arena, &err));
        status = pack_read(arena, text_of(folder->path), &pack, &err);
    }
    if (status != BERM_OK)
        fail_msg("%s", err.message);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PACK_TEST(a_good_pack_is_read_whole),
        PACK_TEST(the_inputs_have_the_types_of_the_dictionary),
        PACK_TEST(the_digest_takes_in_all_files_that_decide),
        PACK_TEST(parameters_measures_and_figures_may_be_missing),
        PACK_TEST(a_file_that_must_be_there_is_named),
        PACK_TEST(a_policy_outside_the_folder_is_refused),
        PACK_TEST(decisions_that_are_not_there_get_a_suggestion),
        PACK_TEST(the_findings_decision_must_be_a_table_with_code_and_severity),
        PACK_TEST(what_the_findings_table_gives_is_checked_when_the_pack_is_read),
        PACK_TEST(a_code_that_depends_on_the_household_is_let_through),
        PACK_TEST(the_policy_is_read_strictly),
        PACK_TEST(tables_are_checked_row_by_row),
        PACK_TEST(relations_need_a_head),
        PACK_TEST(mistakes_in_the_dictionary_come_with_line_and_file),
        PACK_TEST(packs_of_the_program_are_good_ones),
        PACK_TEST(an_arena_that_is_too_small_is_told),
    };

    return cmocka_run_group_tests_name("pack/pack", tests, NULL, NULL);
}
