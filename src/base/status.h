/* Status, error and ownership: the conventions that every function of Berm follows. */
#ifndef BASE_STATUS_H
#define BASE_STATUS_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <berm/berm.h>

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF_LIKE(format_index, first_argument)                                                  \
    __attribute__((format(printf, format_index, first_argument)))
#define CLEANUP(function) __attribute__((cleanup(function)))
#define ARRAY_COUNT(array) (sizeof(array) / sizeof *(array))

/** Return at once what a call returned if it failed. Safe because every owned local has CLEANUP. */
#define TRY(call)                                                                                  \
    do {                                                                                           \
        enum berm_status try_status = (call);                                                      \
        if (__builtin_expect(try_status != BERM_OK, 0))                                            \
            return try_status;                                                                     \
    } while (0)

/**
 * Fill err and return its status. The sentence names what is wrong, where, and the remedy.
 * err may be NULL: then only the status is returned. A message that is too long is cut at a
 * character's boundary.
 */
enum berm_status fail_with(struct berm_error *err, enum berm_status status, const char *format, ...)
    PRINTF_LIKE(3, 4) __attribute__((cold));

/** The same with a position (1-based; 0 = none). */
enum berm_status fail_at(struct berm_error *err, enum berm_status status, int32_t line,
                         int32_t column, const char *format, ...) PRINTF_LIKE(5, 6)
    __attribute__((cold));

/** Put "context: " before the message that err already holds; returns err's status. */
enum berm_status fail_within(struct berm_error *err, enum berm_status status, const char *format,
                             ...) PRINTF_LIKE(3, 4) __attribute__((cold));

/*
 * What fails does not return BERM_OK (the functions assert it). The compiler cannot see that in
 * another file, and would warn of ret_ outputs left unset; these macros tell it.
 */
#define FAILED_STATUS(status, call)                                                                \
    __extension__({                                                                                \
        enum berm_status failed_status = (status);                                                 \
        (void)(call);                                                                              \
        if (failed_status == BERM_OK)                                                              \
            __builtin_unreachable();                                                               \
        failed_status;                                                                             \
    })
#define fail_with(err, status, ...)                                                                \
    FAILED_STATUS(status, (fail_with)(err, failed_status, __VA_ARGS__))
#define fail_at(err, status, ...) FAILED_STATUS(status, (fail_at)(err, failed_status, __VA_ARGS__))
#define fail_within(err, status, ...)                                                              \
    FAILED_STATUS(status, (fail_within)(err, failed_status, __VA_ARGS__))

/** A status's name in lower case, such as "invalid input". Never NULL. */
const char *status_name(enum berm_status status);

#endif
