/* Policies by themselves: a pack's cases, checks, and one model's decisions. */
#include "service/service.h"
#include "unit/pack/pack_folder.h"

struct reported {
    struct buffer lines;
    int count;
};

static void note_line(void *context, const char *severity, const char *line)
{
    struct reported *reported = context;

    assert_string_equal(severity, "error");
    buffer_append_format(&reported->lines, "%s\n", line);
    reported->count++;
}

static void reported_free(struct reported *reported)
{
    buffer_free(&reported->lines);
}

static const char *text_so_far(struct reported *reported)
{
    buffer_append_char(&reported->lines, '\0');
    return reported->lines.bytes;
}

static const char CASES[] =
    "month: 2020-09\nareas: [11]\ncases:\n"
    "  - name: told rightly\n"
    "    household: {housing_grade: D}\n"
    "    members: [{relation: head}]\n"
    "    flows: {wage_income: {2019-10..2020-09: 100}}\n"
    "    expect:\n"
    "      findings:\n"
    "        - {code: income_below_line, severity: critical, threshold: 4500.5, distance: 3300.5,\n"
    "           reads: [household.size]}\n"
    "        - {code: unsafe_house}\n"
    "      risk_level: high\n"
    "      household_kind: marginal\n"
    "      measures: [allowance]\n"
    "      figures: {Income per head: 1200}\n"
    "  - name: told wrongly\n"
    "    household: {housing_grade: D}\n"
    "    members: [{relation: head}]\n"
    "    expect:\n"
    "      findings: [{code: income_below_line}]\n"
    "      undetermined: [{code: income_below_line, missing: [household.rooms]}]\n"
    "      risk_level: low\n"
    "      household_kind:\n"
    "      measures: [house_repair]\n"
    "      figures: {Income per head: 7}\n";

static void a_case_that_fails_tells_what_was_expected_and_what_came(void **state)
{
    static const char *const WORDS[] = {
        "cases.yaml line 17: told wrongly",
        "finding income_below_line: expected it, got it is not there",
        "finding unsafe_house: expected none, got it",
        "missing value household.rooms: expected named, got not named",
        "missing value household.wage_income_12m: expected not named, got named",
        "risk level: expected low, got high",
        "household kind: expected none, got marginal",
        "measure allowance: expected none, got it",
        "measure house_repair: expected it, got it is not there",
        "figure Income per head: expected as in the case, got another value",
        "Berm's reason for unsafe_house:",
    };
    const struct pack_folder *folder = *state;
    CLEANUP(reported_free) struct reported reported = {0};
    int64_t passed, failed;
    struct berm_error err;

    folder_write(folder, "cases/cases.yaml", CASES);
    assert_ok(policy_test(text_of(folder->path), note_line, &reported, &passed, &failed, &err));
    assert_int_equal(passed, 1);
    assert_int_equal(failed, 1);
    assert_int_equal(reported.count, 1);
    text_so_far(&reported);
    for (size_t w = 0; w < ARRAY_COUNT(WORDS); w++)
        if (!strstr(reported.lines.bytes, WORDS[w]))
            fail_msg("no \"%s\" in:\n%s", WORDS[w], reported.lines.bytes);
}

static void a_case_that_cannot_run_is_named(void **state)
{
    const struct pack_folder *folder = *state;
    CLEANUP(reported_free) struct reported reported = {0};
    int64_t passed, failed;
    struct berm_error err;

    folder_write(folder, "cases/cases.yaml", CASES);
    folder_write_changed(folder, "policy.dmn", POLICY, "<text>\"critical\"</text>",
                         "<text>if household.size = 1 then \"dire\" else \"low\"</text>");
    assert_fails(policy_test(text_of(folder->path), note_line, &reported, &passed, &failed, &err),
                 BERM_INVALID_INPUT, "cases.yaml line 4: told rightly");
}

static void a_models_decisions_are_evaluated_over_given_inputs(void **state)
{
    static const char MODEL[] =
        "<definitions xmlns=\"https://www.omg.org/spec/DMN/20230324/MODEL/\" id=\"m\" name=\"m\" "
        "namespace=\"urn:m\"><inputData id=\"a\" name=\"age\"><variable name=\"age\"/></inputData>"
        "<decision id=\"d\" name=\"Grown up\"><variable name=\"Grown up\"/>"
        "<informationRequirement><requiredInput href=\"#a\"/></informationRequirement>"
        "<literalExpression><text>age >= 18</text></literalExpression></decision></definitions>";
    const struct text good[] = {TEXT(" age = 9 + 9")};
    const struct text unknown[] = {TEXT("aeg=17")};
    const struct text broken[] = {TEXT("age")};
    const struct text wrong[] = {TEXT("age=1 +")};
    const struct pack_folder *folder = *state;
    CLEANUP(buffer_free) struct buffer out = {0};
    struct json_writer json = {.out = &out};
    struct berm_error err;
    char path[256];

    folder_write(folder, "model.dmn", MODEL);
    snprintf(path, sizeof path, "%s/model.dmn", folder->path);
    assert_ok(policy_eval(text_of(path), TEXT(""), good, 1, &json, &err));
    assert_text(buffer_text(&out), "{\"Grown up\":true}");
    assert_fails(policy_eval(text_of(path), TEXT(""), unknown, 1, &json, &err), BERM_INVALID_INPUT,
                 "no input named aeg");
    assert_fails(policy_eval(text_of(path), TEXT(""), broken, 1, &json, &err), BERM_INVALID_INPUT,
                 "write it as name=expression");
    assert_fails(policy_eval(text_of(path), TEXT(""), wrong, 1, &json, &err), BERM_INVALID_INPUT,
                 "--input age");
    assert_fails(policy_eval(text_of(path), TEXT("Age"), good, 1, &json, &err), BERM_NOT_FOUND,
                 "no decision named Age");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PACK_TEST(a_case_that_fails_tells_what_was_expected_and_what_came),
        PACK_TEST(a_case_that_cannot_run_is_named),
        PACK_TEST(a_models_decisions_are_evaluated_over_given_inputs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
