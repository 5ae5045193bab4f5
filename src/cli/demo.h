/* The demonstration's end: accounts to look around with, and a server for this machine alone. */
#ifndef CLI_DEMO_H
#define CLI_DEMO_H

#include "cli.h"

enum { DEMO_PASSWORD_MAX = 5 + SALT_TEXT_MAX };

/**
 * An account for each role, all with one password that is made up anew, and told to whom it may
 * concern. Only for registers of made-up households.
 */
MUST_USE enum berm_status demo_add_accounts(struct office *office, enum language language,
                                            struct berm_error *err);
/** Serve the register on 127.0.0.1 until Ctrl-C; port 0: any that is free; -1: 8080, or
 * any where that is taken. */
MUST_USE enum berm_status demo_serve(struct invocation *invocation, struct text url, int port,
                                     enum language language, struct berm_error *err);

#endif
