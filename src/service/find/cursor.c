/*
 * Cursors: the key of a page's last row, which its reader has seen, and a hash of the query, so
 * that a cursor of one list is not taken for another's. They need no signature: whatever is written
 * into one, the rows that come are those that the caller may see.
 */
#include "service/find/private.h"

#include <stdio.h>
#include <string.h>

uint64_t find_query_hash(const struct household_query *query)
{
    uint64_t hash = text_hash_seeded(query->area, query->is_worst_first ? 2 : 1);

    hash = text_hash_seeded(query->search, hash + query->is_of_persons);
    hash = text_hash_seeded(query->id_type, hash);
    for (size_t f = 0; f < query->filter_count; f++)
        hash = text_hash_seeded(query->filters[f], hash);
    return hash;
}

struct text find_cursor_write(const struct find_cursor *cursor, uint64_t query_hash,
                              char out[CURSOR_TEXT_MAX])
{
    int length = snprintf(out, CURSOR_TEXT_MAX, "%016llx-%lld-%lld-%lld-",
                          (unsigned long long)query_hash, (long long)cursor->risk_rank,
                          (long long)cursor->district_id, (long long)cursor->person_id);

    for (size_t k = 0; k < cursor->key_length; k++)
        length += snprintf(out + length, CURSOR_TEXT_MAX - (size_t)length, "%02x",
                           (unsigned char)cursor->key_bytes[k]);
    return (struct text){out, (size_t)length};
}

static int hex_digit(char c)
{
    const char *digits = "0123456789abcdef";
    const char *found = c == 0 ? NULL : strchr(digits, c);

    return found == NULL ? -1 : (int)(found - digits);
}

/* The part up to the next hyphen. */
static bool take_part(struct text *rest, struct text *ret_part)
{
    const char *hyphen = rest->length > 0 ? memchr(rest->bytes, '-', rest->length) : NULL;

    if (hyphen == NULL)
        return false;
    *ret_part = (struct text){rest->bytes, (size_t)(hyphen - rest->bytes)};
    *rest = text_from(*rest, ret_part->length + 1);
    return true;
}

static bool read_key(struct text digits, struct find_cursor *cursor)
{
    if (digits.length % 2 != 0 || digits.length / 2 > sizeof cursor->key_bytes)
        return false;
    cursor->key_length = digits.length / 2;
    for (size_t k = 0; k < cursor->key_length; k++) {
        int high = hex_digit(digits.bytes[2 * k]), low = hex_digit(digits.bytes[2 * k + 1]);

        if (high < 0 || low < 0)
            return false;
        cursor->key_bytes[k] = (char)(high * 16 + low);
    }
    return text_is_utf8((struct text){cursor->key_bytes, cursor->key_length}, NULL);
}

enum berm_status find_cursor_read(struct text text, uint64_t query_hash,
                                  struct find_cursor *ret_cursor, struct berm_error *err)
{
    int64_t *const numbers[] = {&ret_cursor->risk_rank, &ret_cursor->district_id,
                                &ret_cursor->person_id};
    struct text rest = text, part;
    char wanted[24];
    bool is_good = take_part(&rest, &part);

    snprintf(wanted, sizeof wanted, "%016llx", (unsigned long long)query_hash);
    if (is_good && !text_equal(part, text_of(wanted)))
        return fail_with(err, BERM_INVALID_INPUT,
                         "the cursor belongs to another list; leave it out to begin, and keep "
                         "area, search, filters and order from page to page");
    for (size_t n = 0; is_good && n < ARRAY_COUNT(numbers); n++)
        is_good = take_part(&rest, &part) && text_parse_int64(part, numbers[n]) && *numbers[n] >= 0;
    if (is_good && read_key(rest, ret_cursor))
        return BERM_OK;
    return fail_with(err, BERM_INVALID_INPUT,
                     "this is no cursor; give back \"next\" as it was given out, or leave it out");
}
