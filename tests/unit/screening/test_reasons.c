/* Reasons as they are written: evidence as JSON, and sentences in both languages. */
#include "screening_fixture.h"

static const struct table TABLE = {
    .inputs = {"Income per head", "household.housing_grade", "household.surveyed"},
    .rows = {{{"< Poverty line", NULL, NULL},
              "income_below_line",
              "\"critical\"",
              "Income is too low.",
              "收入太低。"},
             {{NULL, "\"D\"", NULL}, "unsafe_house", "\"high\"", NULL, NULL},
             {{NULL, NULL, "<= date(\"2020-08-31\")"}, "unsafe_house", "\"low\"", NULL, NULL}},
};

static const char KNOWN[] = "month: 2020-09\nareas: [11]\ncases:\n"
                            "  - name: one\n"
                            "    household: {housing_grade: A, surveyed: 2020-08-01}\n"
                            "    members: [{relation: head}]\n"
                            "    flows: {wage_income: {2019-10..2020-09: 100.25}}\n"
                            "    expect: {}\n";

static const char UNKNOWN[] = "month: 2020-09\nareas: [11]\ncases:\n"
                              "  - name: one\n"
                              "    household: {housing_grade: A, surveyed: 2020-09-01}\n"
                              "    members: [{relation: head}]\n"
                              "    expect: {}\n";

static const struct explained_finding *finding_of(const struct explanation *explanation,
                                                  const char *code)
{
    for (size_t f = 0; f < explanation->finding_count; f++)
        if (text_equal(explanation->findings[f].info->code, text_of(code)))
            return &explanation->findings[f];
    fail_msg("no finding %s", code);
    return NULL;
}

static void check_evidence(const struct pack_folder *folder, const char *cases, const char *code,
                           const char *wanted)
{
    CLEANUP(screened_close) struct screened screened = {0};
    CLEANUP(buffer_free) struct buffer out = {0};
    struct json_writer json = {.out = &out};
    struct explanation explanation;

    load_cases(folder, &TABLE, cases, &screened);
    explanation = explain_case(folder, &screened, 0);
    evidence_write(screened.program, finding_of(&explanation, code), &json);
    assert_text(buffer_text(&out), wanted);
}

static void evidence_is_as_the_reference_describes_it(void **state)
{
    check_evidence(*state, KNOWN, "income_below_line",
                   "{\"month\":\"2020-09\",\"pack\":\"made-up\",\"pack_version\":\"1.0.0\","
                   "\"rules\":[{\"row\":1,\"note\":\"Income is too low.\","
                   "\"severity\":\"critical\",\"conditions\":[{\"input\":\"Income per head\","
                   "\"test\":\"< Poverty line\",\"value\":1203,\"operator\":\"<\","
                   "\"threshold\":4500.5,\"distance\":3297.5}],"
                   "\"reads\":{\"household.wage_income_12m\":1203,\"household.size\":1,"
                   "\"parameter.poverty_line\":4500.5}}],\"missing\":[]}");
}

static void evidence_of_a_date_counts_days(void **state)
{
    check_evidence(*state, KNOWN, "unsafe_house",
                   "{\"month\":\"2020-09\",\"pack\":\"made-up\",\"pack_version\":\"1.0.0\","
                   "\"rules\":[{\"row\":3,\"severity\":\"low\",\"conditions\":[{\"input\":"
                   "\"household.surveyed\",\"test\":\"<= date(\\\"2020-08-31\\\")\",\"value\":"
                   "\"2020-08-01\",\"operator\":\"<=\",\"threshold\":\"2020-08-31\","
                   "\"distance\":30}],\"reads\":{\"household.surveyed\":\"2020-08-01\"}}],"
                   "\"missing\":[]}");
}

static void evidence_of_what_cannot_be_told_names_what_is_missing(void **state)
{
    check_evidence(*state, UNKNOWN, "income_below_line",
                   "{\"month\":\"2020-09\",\"pack\":\"made-up\",\"pack_version\":\"1.0.0\","
                   "\"rules\":[{\"row\":1,\"note\":\"Income is too low.\","
                   "\"severity\":\"critical\",\"conditions\":[{\"input\":\"Income per head\","
                   "\"test\":\"< Poverty line\",\"value\":null}],"
                   "\"reads\":{\"household.wage_income_12m\":null,\"household.size\":1,"
                   "\"parameter.poverty_line\":4500.5}}],"
                   "\"missing\":[\"household.wage_income_12m\"]}");
}

static void check_sentences(const struct pack_folder *folder, const char *cases, const char *code,
                            enum language language, const char *const *words, size_t word_count)
{
    CLEANUP(screened_close) struct screened screened = {0};
    CLEANUP(buffer_free) struct buffer out = {0};
    struct explanation explanation;

    load_cases(folder, &TABLE, cases, &screened);
    explanation = explain_case(folder, &screened, 0);
    sentences_write(screened.program, finding_of(&explanation, code), language, &out);
    figures_write(screened.program, &explanation, language, &out);
    buffer_append_char(&out, '\0');
    for (size_t w = 0; w < word_count; w++)
        if (!strstr(out.bytes, words[w]))
            fail_msg("no \"%s\" in:\n%s", words[w], out.bytes);
}

static void sentences_tell_the_distance_and_the_way_out(void **state)
{
    static const char *const WORDS[] = {
        "Rule 1: Income is too low.",
        ("Income per head is 1,203 CNY (rule: < Poverty line; threshold 4,500.50 CNY, "
         "3,297.50 CNY below)"),
        "It rests on: Wages over 12 months 1,203 CNY; number of members 1",
        "This row would no longer hold if Income per head rose by 3,297.50 CNY to 4,500.50 CNY.",
        "What clears it: Income reaches the line.",
        "  Income per head: 1,203 CNY\n",
    };

    check_sentences(*state, KNOWN, "income_below_line", LANGUAGE_ENGLISH, WORDS,
                    ARRAY_COUNT(WORDS));
}

static void sentences_are_told_in_chinese_with_what_labels_there_are(void **state)
{
    static const char *const WORDS[] = {
        "规则第1行：收入太低。",
        "（规则：< Poverty line；界限 4,500.50 CNY，相差 3,297.50 CNY）",
        "依据：Wages(近12个月) 1,203 CNY；家庭人口 1",
        "若Income per head增加 3,297.50 CNY，达到 4,500.50 CNY，此项即消除。",
        "如何消除：Income reaches the line.",
    };

    check_sentences(*state, KNOWN, "income_below_line", LANGUAGE_CHINESE, WORDS,
                    ARRAY_COUNT(WORDS));
}

static void a_threshold_that_may_be_reached_must_be_passed(void **state)
{
    static const char *const ENGLISH[] = {
        "Rule 3: Unsafe house\n", "threshold 2020-08-31, 30 days below)",
        "if Surveyed on rose by more than 30 days, past 2020-08-31."};
    static const char *const CHINESE[] = {"规则第3行：危房", "相差 30天）",
                                          "增加 30天以上，越过 2020-08-31"};

    check_sentences(*state, KNOWN, "unsafe_house", LANGUAGE_ENGLISH, ENGLISH, ARRAY_COUNT(ENGLISH));
    check_sentences(*state, KNOWN, "unsafe_house", LANGUAGE_CHINESE, CHINESE, ARRAY_COUNT(CHINESE));
}

static void of_a_column_that_compares_what_is_compared_must_change(void **state)
{
    static const struct table COMPARES = {
        .inputs = {"household.rooms >= 5"},
        .rows = {{{"false"}, "unsafe_house", "\"low\"", NULL, NULL}},
    };
    CLEANUP(screened_close) struct screened screened = {0};
    CLEANUP(buffer_free) struct buffer out = {0};
    struct explanation explanation;

    load_cases(*state, &COMPARES,
               "month: 2020-09\nareas: [11]\ncases:\n"
               "  - {name: one, household: {rooms: 3}, expect: {}}\n",
               &screened);
    explanation = explain_case(*state, &screened, 0);
    sentences_write(screened.program, finding_of(&explanation, "unsafe_house"), LANGUAGE_ENGLISH,
                    &out);
    buffer_append_char(&out, '\0');
    assert_non_null(strstr(out.bytes, "household.rooms >= 5 is no (rule: false; threshold 5, 2 "
                                      "below)"));
    assert_non_null(strstr(out.bytes, "would no longer hold if what is compared in household.rooms "
                                      ">= 5 rose by 2 to 5."));
}

static void what_is_not_known_is_named_with_what_to_do(void **state)
{
    static const char *const ENGLISH[] = {
        "Income per head is not known (rule: < Poverty line)",
        ("It cannot be told, because this is not known: Wages over 12 months "
         "[household.wage_income_12m]. Find out and record it."),
        "  Income per head: not known\n"};
    static const char *const CHINESE[] = {
        "：未知（规则：< Poverty line）",
        "无法判断，需核实：Wages(近12个月) [household.wage_income_12m]"};

    check_sentences(*state, UNKNOWN, "income_below_line", LANGUAGE_ENGLISH, ENGLISH,
                    ARRAY_COUNT(ENGLISH));
    check_sentences(*state, UNKNOWN, "income_below_line", LANGUAGE_CHINESE, CHINESE,
                    ARRAY_COUNT(CHINESE));
}

static void the_english_text_stands_in_for_a_chinese_one_that_is_missing(void **state)
{
    (void)state;
    assert_text(language_pick(LANGUAGE_CHINESE, TEXT("house"), TEXT("住房")), "住房");
    assert_text(language_pick(LANGUAGE_CHINESE, TEXT("house"), TEXT("")), "house");
    assert_text(language_pick(LANGUAGE_ENGLISH, TEXT("house"), TEXT("住房")), "house");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PACK_TEST(evidence_is_as_the_reference_describes_it),
        PACK_TEST(evidence_of_a_date_counts_days),
        PACK_TEST(evidence_of_what_cannot_be_told_names_what_is_missing),
        PACK_TEST(sentences_tell_the_distance_and_the_way_out),
        PACK_TEST(sentences_are_told_in_chinese_with_what_labels_there_are),
        PACK_TEST(a_threshold_that_may_be_reached_must_be_passed),
        PACK_TEST(of_a_column_that_compares_what_is_compared_must_change),
        PACK_TEST(what_is_not_known_is_named_with_what_to_do),
        cmocka_unit_test(the_english_text_stands_in_for_a_chinese_one_that_is_missing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
