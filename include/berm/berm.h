/* libberm: the public face of Berm. Everything here is stable; everything else is private. */
#ifndef BERM_BERM_H
#define BERM_BERM_H

#include <stdint.h>

/** What a call came to. 0 is success; the numbers are part of the interface and never change. */
enum berm_status {
    BERM_OK = 0,
    BERM_INVALID_INPUT = 1, /* what was given is wrong; the message says what and how to mend it */
    BERM_NOT_FOUND = 2,
    BERM_CONFLICT = 3,    /* it is there already, or somebody changed it in between */
    BERM_LIMIT = 4,       /* larger, longer or deeper than Berm takes */
    BERM_NO_MEMORY = 5,   /* an arena's cap or the machine's memory */
    BERM_IO = 6,          /* a file, disk or connection failed */
    BERM_CORRUPT = 7,     /* stored data is not what was written */
    BERM_UNSUPPORTED = 8, /* understood, but not done by this version */
    BERM_BUSY = 9,        /* another process holds the store; try again */
    BERM_VERSION = 10,    /* the store was made by a newer version of Berm */
    BERM_CANCELLED = 11,
    BERM_INTERNAL = 12,        /* a fault of Berm's own */
    BERM_FORBIDDEN = 13,       /* the caller's roles do not allow this anywhere */
    BERM_UNAUTHENTICATED = 14, /* who asks is not known: log in, or send a valid token */
    BERM_CHANGED = 15, /* somebody changed it since it was read: read it again and decide anew */
    BERM_UNAVAILABLE = 16, /* the database's server does not answer, is starting or stopping */
};

enum { BERM_ERROR_MESSAGE_MAX = 512 };

/** The caller owns it; filled only when a call fails. line and column count from 1; 0 is "none". */
struct berm_error {
    enum berm_status status;
    int32_t line;
    int32_t column;
    char message[BERM_ERROR_MESSAGE_MAX]; /* one sentence that says what to do; ends in 0 */
};

/** The version of the program, such as "0.1.0". */
const char *berm_version(void);

#endif
