/* berm policy check, eval, test, tck */
#include "policy_commands.h"

static void print_finding_of_check(void *context, const char *severity, const char *line)
{
    struct output *output = context;
    const struct text cells[] = {text_of(severity), text_of(line)};

    output_row(output, cells);
}

enum berm_status command_policy_check(struct invocation *invocation, struct berm_error *err)
{
    static const struct output_column COLUMNS[] = {{"severity", CELL_TEXT}, {"what", CELL_TEXT}};
    CLEANUP(output_discard) struct output output = {0};
    struct policy_verdict verdict;
    enum format format;
    int64_t errors, number;

    TRY(invocation_format(invocation, &format, err));
    output_begin(&output, stdout, format, COLUMNS, ARRAY_COUNT(COLUMNS));
    if (text_parse_int64(text_of(invocation->arguments[0]), &number)) {
        TRY(check_version(invocation, print_finding_of_check, &output, &verdict, err));
        fprintf(stderr, "version %s: %lld cases passed, %lld failed; it is %s\n",
                invocation->arguments[0], (long long)verdict.passed, (long long)verdict.failed,
                verdict.is_checked ? "checked" : "a draft still");
        invocation->exit_code = verdict.is_checked ? EXIT_CODE_OK : EXIT_CODE_FAILURE;
    } else {
        TRY(policy_check(text_of(invocation->arguments[0]), print_finding_of_check, &output,
                         &errors, err));
        invocation->exit_code = errors > 0 ? EXIT_CODE_FAILURE : EXIT_CODE_OK;
    }
    if (output.row_count > 0 || format != FORMAT_TABLE)
        return output_end(&output, err);
    printf("%s: nothing to complain of\n", invocation->arguments[0]);
    return BERM_OK;
}

enum berm_status command_policy_eval(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer out = {0};
    struct json_writer json = {.out = &out};
    struct text inputs[OPTION_VALUES_MAX];
    size_t input_count = 0;

    for (int v = 0; v < invocation->value_count; v++)
        if (text_equal(text_of(invocation->values[v].name), TEXT("input")))
            inputs[input_count++] = text_of(invocation->values[v].value);
    TRY(policy_eval(text_of(invocation->arguments[0]),
                    text_of(invocation_value(invocation, "decision")), inputs, input_count, &json,
                    err));
    buffer_append_char(&out, '\n');
    return text_write(stdout, &out, err);
}

/* ---- Cases and conformance --------------------------------------------------------------------
 */

static const struct output_column FAILURE_COLUMNS[] = {{"failure", CELL_TEXT}};

/* As a table, failures are paragraphs; as anything else, a row each. */
static void print_failure(void *context, const char *line)
{
    struct output *output = context;
    const struct text cells[] = {text_of(line)};

    if (output->format == FORMAT_TABLE)
        puts(line);
    else
        output_row(output, cells);
}

static void print_case_failure(void *context, const char *severity, const char *line)
{
    (void)severity;
    print_failure(context, line);
}

/* The rows' end; the score goes where it does not stand among them. */
static enum berm_status end_failures(struct output *output, FILE **ret_score,
                                     struct berm_error *err)
{
    *ret_score = output->format == FORMAT_TABLE ? stdout : stderr;
    if (output->format != FORMAT_TABLE)
        return output_end(output, err);
    output_discard(output);
    return BERM_OK;
}

enum berm_status command_policy_test(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(output_discard) struct output output = {0};
    int64_t passed, failed;
    enum format format;
    FILE *score;

    TRY(invocation_format(invocation, &format, err));
    output_begin(&output, stdout, format, FAILURE_COLUMNS, ARRAY_COUNT(FAILURE_COLUMNS));
    TRY(policy_test(text_of(invocation->arguments[0]), print_case_failure, &output, &passed,
                    &failed, err));
    TRY(end_failures(&output, &score, err));
    fprintf(score, "%lld cases passed, %lld failed\n", (long long)passed, (long long)failed);
    invocation->exit_code = failed > 0 ? EXIT_CODE_FAILURE : EXIT_CODE_OK;
    return BERM_OK;
}

enum berm_status command_policy_tck(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(output_discard) struct output output = {0};
    struct dmn_tck_score score;
    enum format format;
    FILE *file;

    TRY(invocation_format(invocation, &format, err));
    output_begin(&output, stdout, format, FAILURE_COLUMNS, ARRAY_COUNT(FAILURE_COLUMNS));
    TRY(dmn_tck_run(invocation->arguments[0], print_failure, &output, &score, err));
    TRY(end_failures(&output, &file, err));
    fprintf(file, "value-bearing %zu of %zu, all %zu of %zu\n", score.value_passed,
            score.value_total, score.passed, score.total);
    invocation->exit_code = score.passed < score.total ? EXIT_CODE_FAILURE : EXIT_CODE_OK;
    return BERM_OK;
}
