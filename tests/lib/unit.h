/* What every unit test includes: cmocka with what it needs, and checks in Berm's words. */
#ifndef TESTS_LIB_UNIT_H
#define TESTS_LIB_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/base.h"

/** The call must succeed; its message is printed where it does not. It needs a berm_error err. */
#define assert_ok(call)                                                                            \
    do {                                                                                           \
        enum berm_status unit_status = (call);                                                     \
        if (unit_status != BERM_OK)                                                                \
            fail_msg("%s: %s: %s", #call, status_name(unit_status), err.message);                  \
    } while (0)

/** The call must fail with this status and a message that contains this. */
#define assert_fails(call, wanted_status, wanted_words)                                            \
    do {                                                                                           \
        enum berm_status unit_status = (call);                                                     \
        if (unit_status != (wanted_status) || err.status != (wanted_status))                       \
            fail_msg("%s: %s instead of %s", #call, status_name(unit_status),                      \
                     status_name(wanted_status));                                                  \
        if (strstr(err.message, wanted_words) == NULL)                                             \
            fail_msg("%s: \"%s\" is not in \"%s\"", #call, wanted_words, err.message);             \
    } while (0)

#define assert_text(text_given, wanted)                                                            \
    do {                                                                                           \
        struct text unit_text = (text_given);                                                      \
        if (!text_equal(unit_text, text_of(wanted)))                                               \
            fail_msg("%s is \"%.*s\" instead of \"%s\"", #text_given, TEXT_ARG(unit_text),         \
                     (const char *)(wanted));                                                      \
    } while (0)

#endif
