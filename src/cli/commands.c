/* The table of commands, made from commands.def. */
#include "cli.h"

#define COMMAND(command_name, function, arguments_text, fewest, most, summary_text, ...)           \
    {.name = command_name,                                                                         \
     .arguments = arguments_text,                                                                  \
     .argument_min = fewest,                                                                       \
     .argument_max = most,                                                                         \
     .summary = summary_text,                                                                      \
     .run = function,                                                                              \
     .options = {__VA_ARGS__}},

const struct command COMMANDS[] = {
#include "commands.def"
};

const size_t COMMAND_COUNT = ARRAY_COUNT(COMMANDS);
