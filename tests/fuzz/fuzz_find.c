/*
 * Any bytes as a filter and as a cursor of a list of households: reading must end with a message or
 * with what was meant. A filter that is taken has no more values than it may, and its statement is
 * built; a cursor that is taken and written again is the same.
 */
#include <stdio.h>
#include <stdlib.h>

#include "service/find/private.h"
#include "store/builder.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

enum { PACK_BYTES_MAX = 64 << 20, RUN_BYTES_MAX = 1 << 20 };

static void require(bool condition)
{
    if (!condition)
        abort();
}

static const struct pack *the_pack(void)
{
    static struct arena *arena;
    static const struct pack *pack;

    if (pack == NULL) {
        require(arena_create(PACK_BYTES_MAX, &arena, NULL) == BERM_OK);
        require(pack_read(arena, TEXT("rural-cn"), &pack, NULL) == BERM_OK);
    }
    return pack;
}

static void read_filter(struct text condition)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    CLEANUP(buffer_free) struct buffer sql = {0};
    struct find_filter filter;

    require(arena_create(RUN_BYTES_MAX, &arena, NULL) == BERM_OK);
    if (find_filter_read(the_pack(), &condition, 1, arena, &filter, NULL) != BERM_OK)
        return;
    require(filter.count == 1 && filter.tests[0].value_count <= FIND_LIST_MAX);
    require((filter.tests[0].value_count == 0) == (filter.tests[0].operator>= TEST_UNKNOWN));
    build_household_test(&sql, filter.tests, filter.count);
    require(buffer_status(&sql, NULL) == BERM_OK);
}

static void read_cursor(struct text text)
{
    struct household_query query = {.search = TEXT("fuzz")};
    uint64_t hash = find_query_hash(&query);
    struct find_cursor cursor, again;
    char out[CURSOR_TEXT_MAX], whole[CURSOR_TEXT_MAX];
    struct text written;
    int count;

    require(find_cursor_read(text, hash + 1, &cursor, NULL) != BERM_OK ||
            find_cursor_read(text, hash, &cursor, NULL) != BERM_OK);
    if (text.length > 200)
        return;
    /* Behind the right hash the rest is looked at. */
    count = snprintf(whole, sizeof whole, "%016llx-%.*s", (unsigned long long)hash, TEXT_ARG(text));
    if (find_cursor_read((struct text){whole, (size_t)count}, hash, &cursor, NULL) != BERM_OK)
        return;
    written = find_cursor_write(&cursor, hash, out);
    require(find_cursor_read(written, hash, &again, NULL) == BERM_OK);
    require(again.risk_rank == cursor.risk_rank && again.district_id == cursor.district_id &&
            again.person_id == cursor.person_id && again.key_length == cursor.key_length);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct text text = {(const char *)bytes, length};

    if (length == 0)
        return 0;
    read_filter(text);
    read_cursor(text);
    return 0;
}
