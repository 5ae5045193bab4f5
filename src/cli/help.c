/*
 * Help, as text and as JSON, both from commands.def. tools/make_manual.py and
 * tools/make_completion.py read the JSON, so that manual pages and completion cannot tell of a
 * command or an option that is not there.
 */
#include "help.h"

#include <string.h>

/* The first letter of a summary, as a sentence has it. */
static int upper(char letter)
{
    return 'a' <= letter && letter <= 'z' ? letter - 32 : letter;
}

void help_print_command(const struct command *command)
{
    printf("Usage: berm %s%s%s [OPTION]...\n%c%s.\n\nOptions:\n", command->name,
           *command->arguments ? " " : "", command->arguments, upper(command->summary[0]),
           command->summary + 1);
    for (const struct option_spec *option = command->options; option->name; option++) {
        char left[80];

        snprintf(left, sizeof left, "--%s%s%s", option->name, option->value ? "=" : "",
                 option->value ? option->value : "");
        printf("  %-32s %s\n", left, option->help);
    }
    printf("  %-32s %s\n", "--help", "this text");
    printf("\nExit status: 0 success, 1 failure, 2 wrong usage, 3 some rows were rejected.\n");
}

bool help_is_in_group(const struct command *command, const char *group)
{
    size_t length = strlen(group);

    return strncmp(command->name, group, length) == 0 && command->name[length] == ' ';
}

size_t help_count_of_group(const char *group)
{
    size_t count = 0;

    for (size_t c = 0; c < COMMAND_COUNT; c++)
        count += help_is_in_group(&COMMANDS[c], group);
    return count;
}

/* The commands of a group such as "policy"; all where group is NULL. */
static void print_commands(const char *group)
{
    for (size_t c = 0; c < COMMAND_COUNT; c++)
        if (!group || help_is_in_group(&COMMANDS[c], group))
            printf("  %-20s %s\n", COMMANDS[c].name, COMMANDS[c].summary);
    printf("\nberm COMMAND --help tells more of each.%s\n",
           group ? "" : " --version prints the version.");
}

void help_print(void)
{
    printf("Usage: berm COMMAND [OPTION]...\n"
           "Berm finds the households that are about to fall into poverty, and says why.\n\n"
           "Commands:\n");
    print_commands(NULL);
}

void help_print_group(const char *group)
{
    printf("Usage: berm %s COMMAND [OPTION]...\n\nCommands:\n", group);
    print_commands(group);
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static void write_options(struct json_writer *json, const struct command *command)
{
    json_key(json, "options");
    json_begin_array(json);
    for (const struct option_spec *option = command->options; option->name; option++) {
        json_begin_object(json);
        json_key_of_text(json, "name", text_of(option->name));
        json_key(json, "value");
        if (option->value)
            json_text(json, text_of(option->value));
        else
            json_null_value(json);
        json_key_of_text(json, "help", text_of(option->help));
        json_end_object(json);
    }
    json_end_array(json);
}

static void write_commands(struct json_writer *json)
{
    json_key(json, "commands");
    json_begin_array(json);
    for (size_t c = 0; c < COMMAND_COUNT; c++) {
        json_begin_object(json);
        json_key_of_text(json, "name", text_of(COMMANDS[c].name));
        json_key_of_text(json, "arguments", text_of(COMMANDS[c].arguments));
        json_key_of_int64(json, "argument_min", COMMANDS[c].argument_min);
        json_key_of_int64(json, "argument_max", COMMANDS[c].argument_max);
        json_key_of_text(json, "summary", text_of(COMMANDS[c].summary));
        write_options(json, &COMMANDS[c]);
        json_end_object(json);
    }
    json_end_array(json);
}

/* What may stand for a word such as ROLE, where the program knows all of it. */
static void write_words(struct json_writer *json)
{
    json_key(json, "words");
    json_begin_object(json);
    json_key(json, "ROLE");
    json_begin_array(json);
    for (int r = 0; r < ROLE_COUNT; r++)
        json_text(json, text_of(role_name((enum role)r)));
    json_end_array(json);
    json_key(json, "PERMISSION");
    json_begin_array(json);
    for (int p = 0; p < PERMISSION_COUNT; p++)
        json_text(json, text_of(permission_name((enum permission)p)));
    json_end_array(json);
    json_key(json, "PACK");
    json_begin_array(json);
    for (size_t p = 0; p < pack_embedded_count(); p++)
        json_text(json, pack_embedded_name(p));
    json_end_array(json);
    json_end_object(json);
}

enum berm_status help_write_json(struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer out = {0};
    struct json_writer json = {.out = &out};

    json_begin_object(&json);
    json_key_of_text(&json, "version", text_of(berm_version()));
    write_commands(&json);
    write_words(&json);
    json_end_object(&json);
    buffer_append_text(&out, TEXT("\n"));
    return text_write(stdout, &out, err);
}
