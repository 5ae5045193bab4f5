/*
 * berm: finds the command, parses its options, runs it, and reports once what went wrong.
 */
#include "help.h"

#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static int usage_error(const char *format, ...) PRINTF_LIKE(1, 2);
static int usage_error(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    fputs("berm: ", stderr);
    vfprintf(stderr, format, arguments);
    fputs("\n", stderr);
    va_end(arguments);
    return EXIT_CODE_USAGE;
}

/* The command that argv begins with; *ret_words tells how many words its name took. */
static const struct command *find_command(int argc, char **argv, int *ret_words)
{
    for (size_t c = 0; c < COMMAND_COUNT; c++) {
        const char *space = strchr(COMMANDS[c].name, ' ');
        size_t first = space ? (size_t)(space - COMMANDS[c].name) : strlen(COMMANDS[c].name);

        if (argc < 2 || strlen(argv[1]) != first || strncmp(argv[1], COMMANDS[c].name, first) != 0)
            continue;
        if (space && (argc < 3 || strcmp(argv[2], space + 1) != 0))
            continue;
        *ret_words = space ? 2 : 1;
        return &COMMANDS[c];
    }
    return NULL;
}

/* "policy takes check, eval, test or tck" */
static int no_such_in_group(const char *group)
{
    size_t left = help_count_of_group(group);
    char words[256] = "";

    for (size_t c = 0; c < COMMAND_COUNT; c++) {
        size_t used = strlen(words);

        if (!help_is_in_group(&COMMANDS[c], group))
            continue;
        left--;
        snprintf(words + used, sizeof words - used, "%s%s", COMMANDS[c].name + strlen(group) + 1,
                 left > 1    ? ", "
                 : left == 1 ? " or "
                             : "");
    }
    return usage_error("%s takes %s; see berm %s --help", group, words, group);
}

static int no_such_command(char **argv)
{
    struct text names[128];
    int nearest;

    assert(COMMAND_COUNT <= ARRAY_COUNT(names));
    for (size_t c = 0; c < COMMAND_COUNT; c++)
        names[c] = text_of(COMMANDS[c].name);
    if (help_count_of_group(argv[1]) > 0)
        return no_such_in_group(argv[1]);
    nearest = text_nearest(text_of(argv[1]), names, COMMAND_COUNT);
    if (nearest >= 0)
        return usage_error("there is no command %s; did you mean %.*s? See berm --help", argv[1],
                           TEXT_ARG(names[nearest]));
    return usage_error("there is no command %s; see berm --help", argv[1]);
}

enum { LONG_OPTION = 256 }; /* what getopt gives for each of ours: no character */

/* argument: the one that getopt stopped at; it is the option's own where that is a long one. */
static int option_error(const struct command *command, int problem, const char *argument)
{
    if (problem == ':')
        return usage_error("%s needs a value; see berm %s --help", argument, command->name);
    if (optopt == LONG_OPTION)
        return usage_error("%s: this option takes no value; see berm %s --help", argument,
                           command->name);
    if (optopt != 0)
        return usage_error("there is no option -%c; see berm %s --help", optopt, command->name);
    return usage_error("there is no option %s; see berm %s --help", argument, command->name);
}

/* Fill the invocation; returns an exit code, or -1 to go on. */
static int parse(struct invocation *invocation, int argc, char **argv)
{
    const struct command *command = invocation->command;
    struct option long_options[COMMAND_OPTIONS_MAX + 2] = {0};
    int count = 0;

    for (; command->options[count].name; count++)
        long_options[count] = (struct option){
            command->options[count].name,
            command->options[count].value ? required_argument : no_argument, NULL, LONG_OPTION};
    long_options[count] = (struct option){"help", no_argument, NULL, 'h'};
    opterr = 0;
    optind = 1;
    for (int index = -1, c; (c = getopt_long(argc, argv, ":", long_options, &index)) != -1;) {
        if (c == 'h') {
            help_print_command(command);
            return EXIT_CODE_OK;
        }
        if (c != LONG_OPTION)
            return option_error(command, c, argv[optind - 1]);
        if (invocation->value_count == OPTION_VALUES_MAX)
            return usage_error("more than %d options", OPTION_VALUES_MAX);
        invocation->values[invocation->value_count++] =
            (struct option_value){long_options[index].name, optarg ? optarg : ""};
    }
    for (; optind < argc; optind++) {
        if (invocation->argument_count == command->argument_max)
            return usage_error("%s is one argument too many; see berm %s --help", argv[optind],
                               command->name);
        invocation->arguments[invocation->argument_count++] = argv[optind];
    }
    if (invocation->argument_count < command->argument_min)
        return usage_error("an argument is missing: berm %s %s", command->name, command->arguments);
    return -1;
}

/* One table from what a call came to, to what the shell sees. */
static int exit_code_of(enum berm_status status)
{
    return status == BERM_OK ? EXIT_CODE_OK : EXIT_CODE_FAILURE;
}

/* The code, or a failure where the output did not all arrive and somebody still waits for it. */
static int finish(int code)
{
    struct berm_error error = {0};

    (void)fflush(stdout);
    if (write_status(stdout, &error) == BERM_OK || is_reader_gone(stdout))
        return code;
    error_write(stderr, &error);
    return code == EXIT_CODE_OK ? EXIT_CODE_FAILURE : code;
}

static int run(struct invocation *invocation)
{
    struct berm_error error = {0};
    enum berm_status status = invocation->command->run(invocation, &error);

    end_progress();
    if (status == BERM_OK || (ferror(stdout) && is_reader_gone(stdout)))
        return finish(invocation->exit_code);
    error.status = status;
    error_write(stderr, &error);
    return invocation->exit_code ? invocation->exit_code : exit_code_of(status);
}

/* berm help [COMMAND | --json]; arguments begin behind "help". */
static int help(int count, char **arguments)
{
    struct berm_error error = {0};
    const struct command *command;
    int words;

    if (count == 0) {
        help_print();
        return finish(EXIT_CODE_OK);
    }
    if (strcmp(arguments[0], "--json") == 0) {
        if (help_write_json(&error) == BERM_OK)
            return finish(EXIT_CODE_OK);
        error_write(stderr, &error);
        return EXIT_CODE_FAILURE;
    }
    command = find_command(count + 1, arguments - 1, &words);
    if (command)
        help_print_command(command);
    else if (count == 1 && help_count_of_group(arguments[0]) > 0)
        help_print_group(arguments[0]);
    else
        return no_such_command(arguments - 1);
    return finish(EXIT_CODE_OK);
}

int main(int argc, char **argv)
{
    struct invocation invocation = {0};
    int words = 1;
    int code;

    /* A reader that went away shows as a failed write, so that what was begun is ended properly. */
    (void)signal(SIGPIPE, SIG_IGN);
    if (argc < 2) {
        help_print();
        return finish(EXIT_CODE_USAGE);
    }
    if (strcmp(argv[1], "--help") == 0)
        return help(0, NULL);
    if (strcmp(argv[1], "help") == 0)
        return help(argc - 2, argv + 2);
    if (strcmp(argv[1], "--version") == 0) {
        printf("berm %s\n", berm_version());
        return finish(EXIT_CODE_OK);
    }
    if (argc == 3 && help_count_of_group(argv[1]) > 0 && strcmp(argv[2], "--help") == 0)
        return help(1, argv + 1);
    invocation.command = find_command(argc, argv, &words);
    if (!invocation.command)
        return no_such_command(argv);
    code = parse(&invocation, argc - words, argv + words);
    return code >= 0 ? finish(code) : run(&invocation);
}
