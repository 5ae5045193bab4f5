/* Every limit on what a user controls that more than one module must know. */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

enum {
    CODE_BYTES_MAX = 64,         /* official code of an area, household or person */
    NAME_BYTES_MAX = 200,        /* name of a person or an area */
    TEXT_VALUE_BYTES_MAX = 4000, /* a text variable of the dictionary */
    HOUSEHOLD_MEMBERS_MAX = 200, /* alive and present at one time */
    DICTIONARY_VARIABLES_MAX = 400,
    DICTIONARY_CHOICES_MAX = 2000, /* in one list */
    PACK_FILE_BYTES_MAX = 16 << 20,
    AREA_DEPTH_MAX = 16,
    STORE_BUSY_TIMEOUT_MS = 10000,
};

#endif
