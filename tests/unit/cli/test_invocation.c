/* What commands ask of their command line; a wrong value is wrong usage. */
#include "lib/unit.h"

#include "cli/cli.h"

#include <stdlib.h>

static struct invocation invocation_of(const char *command, const char *name, const char *value)
{
    struct invocation invocation = {.value_count = value != NULL};

    for (size_t c = 0; c < COMMAND_COUNT; c++)
        if (strcmp(COMMANDS[c].name, command) == 0)
            invocation.command = &COMMANDS[c];
    assert_non_null(invocation.command);
    invocation.values[0] = (struct option_value){name, value};
    return invocation;
}

static void every_command_says_what_it_does_and_what_its_options_mean(void **state)
{
    (void)state;
    for (size_t c = 0; c < COMMAND_COUNT; c++) {
        const struct command *command = &COMMANDS[c];
        size_t options = 0;

        assert_non_null(command->run);
        assert_true(strlen(command->summary) > 0);
        assert_true(command->argument_min <= command->argument_max);
        assert_true(command->argument_max <= ARGUMENTS_MAX);
        while (options < COMMAND_OPTIONS_MAX && command->options[options].name)
            assert_true(strlen(command->options[options++].help) > 0);
        assert_true(options < COMMAND_OPTIONS_MAX); /* one is left for the end */
    }
}

static void a_format_is_one_that_the_command_writes(void **state)
{
    struct invocation explain = invocation_of("explain", "format", "csv");
    struct invocation findings = invocation_of("findings", "format", "csv");
    struct invocation part = invocation_of("findings", "format", "js");
    struct invocation empty = invocation_of("findings", "format", "");
    struct invocation none = invocation_of("findings", "format", NULL);
    struct berm_error err;
    enum format format;

    (void)state;
    assert_fails(invocation_format(&explain, &format, &err), BERM_INVALID_INPUT,
                 "--format csv: berm explain takes table|json");
    assert_int_equal(explain.exit_code, EXIT_CODE_USAGE);
    assert_ok(invocation_format(&findings, &format, &err));
    assert_int_equal(format, FORMAT_CSV);
    assert_fails(invocation_format(&part, &format, &err), BERM_INVALID_INPUT, "--format js");
    assert_fails(invocation_format(&empty, &format, &err), BERM_INVALID_INPUT, "--format");
    assert_ok(invocation_format(&none, &format, &err));
    assert_int_equal(format, FORMAT_TABLE);
}

static void the_language_comes_from_the_option_else_the_environment(void **state)
{
    struct invocation given = invocation_of("findings", "lang", "en");
    struct invocation none = invocation_of("findings", "lang", NULL);
    struct berm_error err;
    enum language language;

    (void)state;
    setenv("BERM_LANG", "zh", 1);
    assert_ok(invocation_language(&given, &language, &err));
    assert_int_equal(language, LANGUAGE_ENGLISH);
    assert_ok(invocation_language(&none, &language, &err));
    assert_int_equal(language, LANGUAGE_CHINESE);
    setenv("BERM_LANG", "fr", 1);
    assert_fails(invocation_language(&none, &language, &err), BERM_INVALID_INPUT, "BERM_LANG fr");
    unsetenv("BERM_LANG");
    assert_ok(invocation_language(&none, &language, &err));
    assert_int_equal(language, LANGUAGE_ENGLISH);
}

static void numbers_keep_to_their_bounds(void **state)
{
    static const char *const WRONG[] = {"0", "65", "-1", "two", "", "99999999999999999999"};
    struct berm_error err;
    int64_t value;

    (void)state;
    for (size_t w = 0; w < ARRAY_COUNT(WRONG); w++) {
        struct invocation invocation = invocation_of("screen", "threads", WRONG[w]);

        assert_fails(invocation_int64(&invocation, "threads", 1, 64, 0, &value, &err),
                     BERM_INVALID_INPUT, "a whole number from 1 to 64");
        assert_int_equal(invocation.exit_code, EXIT_CODE_USAGE);
    }
    {
        struct invocation invocation = invocation_of("screen", "threads", "64");

        assert_ok(invocation_int64(&invocation, "threads", 1, 64, 0, &value, &err));
        assert_int_equal(value, 64);
        assert_ok(invocation_int64(&invocation, "limit", 1, 64, 9, &value, &err));
        assert_int_equal(value, 9);
    }
}

static void a_month_that_does_not_exist_names_the_option(void **state)
{
    struct invocation wrong = invocation_of("screen", "month", "2020-13");
    struct invocation right = invocation_of("screen", "month", "2020-09");
    struct invocation none = invocation_of("screen", "month", NULL);
    struct berm_error err;
    month_number month;
    bool has_month;

    (void)state;
    assert_fails(invocation_month(&wrong, &has_month, &month, &err), BERM_INVALID_INPUT,
                 "--month: ");
    assert_int_equal(wrong.exit_code, EXIT_CODE_USAGE);
    assert_ok(invocation_month(&right, &has_month, &month, &err));
    assert_true(has_month);
    assert_int_equal(month, month_from_civil(2020, 9));
    assert_ok(invocation_month(&none, &has_month, &month, &err));
    assert_false(has_month);
}

static void the_register_is_named_by_the_option_else_the_environment(void **state)
{
    struct invocation given = invocation_of("findings", "store", "sqlite:a");
    struct invocation none = invocation_of("findings", "store", NULL);
    struct berm_error err;
    struct text url;

    (void)state;
    unsetenv("BERM_STORE");
    assert_fails(invocation_store(&none, &url, &err), BERM_INVALID_INPUT, "set BERM_STORE");
    assert_int_equal(none.exit_code, EXIT_CODE_USAGE);
    setenv("BERM_STORE", "sqlite:b", 1);
    assert_ok(invocation_store(&none, &url, &err));
    assert_text(url, "sqlite:b");
    assert_ok(invocation_store(&given, &url, &err));
    assert_text(url, "sqlite:a");
    unsetenv("BERM_STORE");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_command_says_what_it_does_and_what_its_options_mean),
        cmocka_unit_test(a_format_is_one_that_the_command_writes),
        cmocka_unit_test(the_language_comes_from_the_option_else_the_environment),
        cmocka_unit_test(numbers_keep_to_their_bounds),
        cmocka_unit_test(a_month_that_does_not_exist_names_the_option),
        cmocka_unit_test(the_register_is_named_by_the_option_else_the_environment),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
