/* Asking for what must not be seen. Private to cli. */
#ifndef CLI_PROMPT_H
#define CLI_PROMPT_H

#include "cli.h"

enum { PASSWORD_LINE_MAX = PASSWORD_BYTES_MAX + 2 };

/** A new password: asked for twice on a terminal, else one line of standard input. The caller wipes
 * it. */
MUST_USE enum berm_status prompt_password(char ret_password[PASSWORD_LINE_MAX],
                                          struct berm_error *err);

#endif
