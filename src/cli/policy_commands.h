/* What the commands of berm policy share. Private to cli. */
#ifndef CLI_POLICY_COMMANDS_H
#define CLI_POLICY_COMMANDS_H

#include "cli.h"

/** Check the register's version that the command line names. */
MUST_USE enum berm_status check_version(struct invocation *invocation, policy_report *report,
                                        struct output *output, struct policy_verdict *ret_verdict,
                                        struct berm_error *err);

#endif
