/*
 * Any bytes as a warning's body: every text that is read is trimmed UTF-8, what is refused has a
 * sentence, and a member that is named as wrong is one of a warning's. The first byte is not part
 * of the body: it makes the arena's cap small or large.
 */
#include <stdlib.h>

#include "service/warning/private.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static bool is_member(const char *name)
{
    for (int m = 0; m < MEMBER_COUNT; m++)
        if (text_equal(text_of(name), text_of(warning_member_name((enum warning_member)m))))
            return true;
    return name[0] == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    struct berm_error err = {0};
    struct warning_input input;
    const char *field;
    struct text body;

    if (length == 0)
        return 0;
    body = (struct text){(const char *)bytes + 1, length - 1};
    if (arena_create(bytes[0] < 64 ? (size_t)bytes[0] * 64 : 32 << 20, &arena, &err) != BERM_OK)
        return 0;
    if (warning_body_read(body, arena, &input, &field, &err) != BERM_OK) {
        if (err.status == BERM_OK || err.message[0] == 0 || !is_member(field))
            abort();
        return 0;
    }
    for (int m = 0; m < MEMBER_COUNT; m++) {
        struct text text = *warning_member_of(&input, (enum warning_member)m);

        if (text.length > 0 &&
            (!text_is_utf8(text, NULL) || text_trimmed(text).length != text.length))
            abort();
    }
    return 0;
}
