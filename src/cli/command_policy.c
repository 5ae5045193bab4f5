/* berm policy check, eval, test, tck */
#include "cli.h"

static void print_line(void *context, const char *line)
{
    (void)context;
    puts(line);
}

static void print_finding_of_check(void *context, const char *severity, const char *line)
{
    struct output *output = context;
    const struct text cells[] = {text_of(severity), text_of(line)};

    output_row(output, cells);
}

enum berm_status command_policy_check(struct invocation *invocation, struct berm_error *err)
{
    static const struct output_column COLUMNS[] = {{"severity", CELL_TEXT}, {"what", CELL_TEXT}};
    struct output output;
    enum format format;
    int64_t errors;
    enum berm_status status;

    TRY(invocation_format(invocation, &format, err));
    output_begin(&output, stdout, format, COLUMNS, ARRAY_COUNT(COLUMNS));
    status = policy_check(text_of(invocation->arguments[0]), print_finding_of_check, &output,
                          &errors, err);
    if (status == BERM_OK && output.row_count == 0 && format == FORMAT_TABLE) {
        printf("%s: nothing to complain of\n", invocation->arguments[0]);
        buffer_free(&output.cells);
        return BERM_OK;
    }
    if (status == BERM_OK) {
        invocation->exit_code = errors > 0 ? EXIT_CODE_FAILURE : EXIT_CODE_OK;
        return output_end(&output, err);
    }
    buffer_free(&output.cells);
    buffer_free(&output.line);
    return status;
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
    TRY(buffer_status(&out, err));
    fwrite(out.bytes, 1, out.length, stdout);
    return BERM_OK;
}

static void print_failure(void *context, const char *severity, const char *line)
{
    (void)severity;
    print_line(context, line);
}

enum berm_status command_policy_test(struct invocation *invocation, struct berm_error *err)
{
    int64_t passed, failed;

    TRY(policy_test(text_of(invocation->arguments[0]), print_failure, NULL, &passed, &failed, err));
    printf("%lld cases passed, %lld failed\n", (long long)passed, (long long)failed);
    invocation->exit_code = failed > 0 ? EXIT_CODE_FAILURE : EXIT_CODE_OK;
    return BERM_OK;
}

enum berm_status command_policy_tck(struct invocation *invocation, struct berm_error *err)
{
    struct dmn_tck_score score;

    TRY(dmn_tck_run(invocation->arguments[0], print_line, NULL, &score, err));
    printf("value-bearing %zu of %zu, all %zu of %zu\n", score.value_passed, score.value_total,
           score.passed, score.total);
    invocation->exit_code = score.passed < score.total ? EXIT_CODE_FAILURE : EXIT_CODE_OK;
    return BERM_OK;
}
