/* What the program tells of itself, for people and for the tools that make manual pages and
 * completion. */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "cli.h"

/** "Usage: berm COMMAND ..." with every command. */
void help_print(void);
/** The same for the commands of a group such as "policy". */
void help_print_group(const char *group);
void help_print_command(const struct command *command);
/** How many commands the group has; 0: it is none. */
size_t help_count_of_group(const char *group);
/** Is the command one of the group's, as "policy test" is of "policy"? */
bool help_is_in_group(const struct command *command, const char *group);

/** Every command with its arguments and options as JSON, and the words that stand for NAMES. */
MUST_USE enum berm_status help_write_json(struct berm_error *err);

#endif
