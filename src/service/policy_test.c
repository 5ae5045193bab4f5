/* A pack's cases through the engine that screens: what was expected, what came, and why. */
#include "service/policy/private.h"

#include <stdio.h>

enum { PACK_BYTES_MAX = 256 << 20, LINE_BYTES_MAX = 64 << 10 };

struct tester {
    const struct pack *pack;
    policy_report *report;
    void *context;
    struct buffer line; /* what is wrong with the present case; empty: nothing */
};

static void complain(struct tester *tester, const char *what, struct text name,
                     const char *expected, const char *came)
{
    buffer_append_format(&tester->line, "\n  %s%s%.*s: expected %s, got %s", what,
                         name.length ? " " : "", TEXT_ARG(name), expected, came);
}

static bool has_name(const struct text *names, size_t count, struct text name)
{
    for (size_t i = 0; i < count; i++)
        if (text_equal(names[i], name))
            return true;
    return false;
}

static const struct explained_finding *find_in(const struct explanation *explanation,
                                               struct text code, bool is_undetermined)
{
    for (size_t f = 0; f < explanation->finding_count; f++)
        if (text_equal(explanation->findings[f].info->code, code) &&
            explanation->findings[f].is_undetermined == is_undetermined)
            return &explanation->findings[f];
    return NULL;
}

/* Does any condition of the finding have this threshold and this distance? */
static bool has_comparison(const struct explained_finding *finding,
                           const struct case_finding *expected)
{
    for (size_t r = 0; r < finding->rule_count; r++)
        for (size_t c = 0; c < finding->rules[r].condition_count; c++) {
            const struct explained_condition *condition = &finding->rules[r].conditions[c];

            if (condition->has_threshold &&
                (!expected->has_threshold ||
                 feel_matches_expected(condition->threshold, feel_number(expected->threshold))) &&
                (!expected->has_distance ||
                 feel_matches_expected(condition->distance, feel_number(expected->distance))))
                return true;
        }
    return false;
}

static bool has_read(const struct explained_finding *finding, struct text name)
{
    for (size_t r = 0; r < finding->rule_count; r++)
        for (size_t i = 0; i < finding->rules[r].read_count; i++)
            if (text_equal(finding->rules[r].reads[i].name, name))
                return true;
    return false;
}

static void compare_finding(struct tester *tester, const struct case_finding *expected,
                            const struct explained_finding *finding)
{
    struct text severity = text_of(severity_name(finding->severity));

    if (expected->severity.length && !text_equal(expected->severity, severity))
        complain(tester, "severity of", expected->code, expected->severity.bytes, severity.bytes);
    if ((expected->has_threshold || expected->has_distance) && !has_comparison(finding, expected))
        complain(tester, "threshold or distance of", expected->code, "as in the case", "another");
    if (finding->is_undetermined) {
        for (size_t i = 0; i < expected->name_count; i++)
            if (!has_name(finding->missing, finding->missing_count, expected->names[i]))
                complain(tester, "missing value", expected->names[i], "named", "not named");
        for (size_t i = 0; expected->name_count && i < finding->missing_count; i++)
            if (!has_name(expected->names, expected->name_count, finding->missing[i]))
                complain(tester, "missing value", finding->missing[i], "not named", "named");
        return;
    }
    for (size_t i = 0; i < expected->name_count; i++)
        if (!has_read(finding, expected->names[i]))
            complain(tester, "value", expected->names[i], "among the reasons", "it is not");
}

static void compare_findings(struct tester *tester, const struct pack_case *pack_case,
                             const struct explanation *explanation)
{
    const struct {
        const struct case_finding *expected;
        size_t count;
        bool is_undetermined;
        const char *what;
    } lists[] = {
        {pack_case->findings, pack_case->finding_count, false, "finding"},
        {pack_case->undetermined, pack_case->undetermined_count, true, "undetermined"},
    };

    for (size_t l = 0; l < ARRAY_COUNT(lists); l++) {
        for (size_t i = 0; i < lists[l].count; i++) {
            const struct explained_finding *finding =
                find_in(explanation, lists[l].expected[i].code, lists[l].is_undetermined);

            if (finding)
                compare_finding(tester, &lists[l].expected[i], finding);
            else
                complain(tester, lists[l].what, lists[l].expected[i].code, "it", "it is not there");
        }
        for (size_t f = 0; f < explanation->finding_count; f++) {
            const struct explained_finding *finding = &explanation->findings[f];
            bool is_expected = finding->is_undetermined != lists[l].is_undetermined;

            for (size_t i = 0; i < lists[l].count; i++)
                is_expected =
                    is_expected || text_equal(lists[l].expected[i].code, finding->info->code);
            if (!is_expected)
                complain(tester, lists[l].what, finding->info->code, "none", "it");
        }
    }
}

static void compare_standing(struct tester *tester, const struct pack_case *pack_case,
                             const struct explanation *explanation)
{
    struct text level = text_of(severity_name(explanation->risk_level));

    if (pack_case->risk_level.length && !text_equal(pack_case->risk_level, level))
        complain(tester, "risk level", (struct text){0}, pack_case->risk_level.bytes, level.bytes);
    if (pack_case->household_kind.bytes &&
        !text_equal(pack_case->household_kind, explanation->kind))
        complain(tester, "household kind", (struct text){0},
                 pack_case->household_kind.length ? pack_case->household_kind.bytes : "none",
                 explanation->kind.length ? explanation->kind.bytes : "none");
    for (size_t m = 0; pack_case->has_measures && m < explanation->measure_count; m++)
        if (!has_name(pack_case->measures, pack_case->measure_count,
                      explanation->measures[m]->code))
            complain(tester, "measure", explanation->measures[m]->code, "none", "it");
    for (size_t m = 0; pack_case->has_measures && m < pack_case->measure_count; m++) {
        bool is_there = false;

        for (size_t i = 0; i < explanation->measure_count; i++)
            is_there =
                is_there || text_equal(explanation->measures[i]->code, pack_case->measures[m]);
        if (!is_there)
            complain(tester, "measure", pack_case->measures[m], "it", "it is not there");
    }
}

static void compare_figures(struct tester *tester, const struct pack_case *pack_case,
                            const struct explanation *explanation)
{
    for (size_t i = 0; i < pack_case->figure_count; i++) {
        const struct case_field *expected = &pack_case->figures[i];
        struct feel_decimal number;
        bool is_same = false;

        for (size_t f = 0; f < explanation->figure_count; f++)
            if (text_equal(explanation->figures[f].decision, expected->name))
                is_same =
                    feel_decimal_parse(expected->value.text, &number)
                        ? feel_matches_expected(explanation->figures[f].value, feel_number(number))
                        : explanation->figures[f].value.kind == FEEL_NULL;
        if (!is_same)
            complain(tester, "figure", expected->name, "as in the case", "another value");
    }
}

/* A programme's answer as a case writes it. */
static struct text answer_text(const struct programme_answer *answer, int decimals,
                               char out[MONEY_TEXT_MAX])
{
    switch (answer->entitled) {
    case ENTITLED_NO:
        return TEXT("no");
    case ENTITLED_UNKNOWN:
        return TEXT("unknown");
    case ENTITLED_YES:
        break;
    }
    return money_format(answer->amount_minor, decimals, out);
}

static bool is_answer(const struct case_programme *expected, struct text came)
{
    struct feel_decimal wanted, got;

    if (feel_decimal_parse(expected->expects, &wanted) && feel_decimal_parse(came, &got))
        return feel_decimal_compare(wanted, got) == 0;
    return text_equal(expected->expects, came);
}

static enum berm_status compare_programmes(struct tester *tester, const struct pack_case *pack_case,
                                           struct screening_runner *runner,
                                           const struct batch *batch, struct arena *arena,
                                           struct berm_error *err)
{
    for (size_t i = 0; i < pack_case->programme_count; i++) {
        const struct case_programme *expected = &pack_case->programmes[i];
        struct programme_answer *answers;
        size_t count, at = 0;
        char came[MONEY_TEXT_MAX];
        struct text text = TEXT("no such member");

        TRY(screening_decide_programmes(runner, batch, 0, &expected->programme, 1, arena, &answers,
                                        &count, err));
        while (expected->member.length > 0 && at < count &&
               !text_equal(batch->member_code[batch->member_first[0] + answers[at].member],
                           expected->member))
            at++;
        if (at < count)
            text = answer_text(&answers[at], tester->pack->dictionary.money_decimals, came);
        if (!is_answer(expected, text))
            complain(tester, "programme", expected->programme->code, expected->expects.bytes,
                     text.bytes);
    }
    return BERM_OK;
}

static enum berm_status run_case(struct tester *tester, const struct pack_case *pack_case,
                                 struct berm_error *err)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    CLEANUP(batch_freep) struct batch *batch = NULL;
    CLEANUP(screening_runner_freep) struct screening_runner *runner = NULL;
    const struct screening_program *program;
    struct explanation explanation;

    TRY(arena_create(PACK_BYTES_MAX, &arena, err));
    TRY(screening_program_create(arena, tester->pack, pack_case->month, &program, err));
    TRY(batch_create(program, &batch, err));
    TRY(screening_runner_create(program, &runner, err));
    batch_clear(batch);
    TRY(batch_add_case(batch, pack_case, err));
    TRY(screening_explain(runner, batch, 0, arena, &explanation, err));
    buffer_clear(&tester->line);
    compare_findings(tester, pack_case, &explanation);
    compare_standing(tester, pack_case, &explanation);
    compare_figures(tester, pack_case, &explanation);
    TRY(compare_programmes(tester, pack_case, runner, batch, arena, err));
    for (size_t f = 0; tester->line.length && f < explanation.finding_count; f++) {
        buffer_append_format(&tester->line, "\n  Berm's reason for %.*s:\n",
                             TEXT_ARG(explanation.findings[f].info->code));
        sentences_write(program, &explanation.findings[f], LANGUAGE_ENGLISH, &tester->line);
    }
    return BERM_OK;
}

/* Run the cases one after the other. */
static enum berm_status run_cases(struct tester *tester, const struct pack_case *cases,
                                  size_t count, int64_t *passed, int64_t *failed,
                                  struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer line = {.cap_bytes = 2 * LINE_BYTES_MAX};

    for (size_t c = 0; c < count; c++) {
        enum berm_status status = run_case(tester, &cases[c], err);

        if (status != BERM_OK)
            return fail_within(err, status, "%.*s line %d: %.*s", TEXT_ARG(cases[c].file),
                               cases[c].line, TEXT_ARG(cases[c].name));
        *passed += tester->line.length == 0;
        *failed += tester->line.length > 0;
        if (tester->line.length == 0)
            continue;
        buffer_clear(&line);
        buffer_append_format(&line, "%.*s line %d: %.*s%.*s%c", TEXT_ARG(cases[c].file),
                             cases[c].line, TEXT_ARG(cases[c].name),
                             TEXT_ARG(buffer_text(&tester->line)), '\0');
        tester->report(tester->context, "error", line.bytes);
    }
    return BERM_OK;
}

static void tester_close(struct tester *tester)
{
    buffer_free(&tester->line);
}

enum berm_status policy_test(struct text pack_name, policy_report *report, void *context,
                             int64_t *ret_passed, int64_t *ret_failed, struct berm_error *err)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    CLEANUP(tester_close)
    struct tester tester = {
        .report = report, .context = context, .line = {.cap_bytes = LINE_BYTES_MAX}};
    const struct pack_case *cases;
    size_t count;

    *ret_passed = *ret_failed = 0;
    TRY(arena_create(PACK_BYTES_MAX, &arena, err));
    TRY(pack_read(arena, pack_name, &tester.pack, err));
    TRY(pack_read_cases(arena, pack_name, tester.pack, &cases, &count, err));
    return run_cases(&tester, cases, count, ret_passed, ret_failed, err);
}

enum berm_status policy_test_bundle(const struct pack_bundle *bundle, const struct pack *pack,
                                    policy_report *report, void *context, int64_t *ret_passed,
                                    int64_t *ret_failed, struct berm_error *err)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    CLEANUP(tester_close)
    struct tester tester = {
        .pack = pack, .report = report, .context = context, .line = {.cap_bytes = LINE_BYTES_MAX}};
    const struct pack_case *cases;
    size_t count;

    *ret_passed = *ret_failed = 0;
    TRY(arena_create(PACK_BYTES_MAX, &arena, err));
    TRY(bundle_read_cases(arena, bundle, pack, &cases, &count, err));
    return run_cases(&tester, cases, count, ret_passed, ret_failed, err);
}
