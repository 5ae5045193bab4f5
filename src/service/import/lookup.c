/*
 * Codes to ids. Files are nearly always sorted so that the same area or household comes many times
 * in a row, so the last code is asked first, then a map of what was found, then the database: for
 * the codes of many rows at once where it is far away. Where the import may not write everywhere,
 * what lies outside is mostly as what is not there.
 */
#include <stdlib.h>
#include <string.h>

#include "service/import/private.h"

enum { COLUMN_ID, COLUMN_AREA, COLUMN_DISTRICT, COLUMN_POSITION, COLUMN_CODE, COLUMN_MEMBERS };

static enum berm_status open_lookup(struct import *import, struct code_lookup *lookup,
                                    struct berm_error *err)
{
    lookup->scope = import_is_partial(import) ? import->scope : NULL;
    return map_create(0, &lookup->numbers, err);
}

enum berm_status area_lookup_open(struct import *import, struct code_lookup *lookup,
                                  struct berm_error *err)
{
    TRY(open_lookup(import, lookup, err));
    return statement_prepare(import->store, STATEMENT_IMPORT_AREA_BY_CODE, &lookup->find, err);
}

/* The place costs a second look-up, which a whole register's files do without. */
enum berm_status household_lookup_open(struct import *import, bool is_counted,
                                       struct code_lookup *lookup, struct berm_error *err)
{
    TRY(open_lookup(import, lookup, err));
    lookup->ahead_codes = IMPORT_HOUSEHOLD_AHEAD__CODES;
    lookup->is_counted = is_counted;
    if (store_is_distant(import->store))
        TRY(statement_prepare(import->store, STATEMENT_IMPORT_HOUSEHOLD_AHEAD, &lookup->ahead,
                              err));
    return statement_prepare(import->store,
                             import_is_partial(import) ? STATEMENT_IMPORT_HOUSEHOLD_PLACE
                                                       : STATEMENT_IMPORT_HOUSEHOLD_BY_CODE,
                             &lookup->find, err);
}

enum berm_status person_lookup_open(struct import *import, struct code_lookup *lookup,
                                    struct berm_error *err)
{
    TRY(map_create(0, &lookup->numbers, err));
    lookup->ahead_codes = IMPORT_PERSON_AHEAD__CODES;
    return statement_prepare(import->store, STATEMENT_IMPORT_PERSON_AHEAD, &lookup->ahead, err);
}

void code_lookup_close(struct code_lookup *lookup)
{
    statement_closep(&lookup->find);
    statement_closep(&lookup->ahead);
    map_freep(&lookup->numbers);
    free(lookup->known);
    lookup->known = NULL;
}

void code_lookup_forget_members(struct code_lookup *lookup)
{
    for (size_t i = 0; i < lookup->count; i++)
        lookup->known[i].members = -1;
}

/* ---- Remembering ----------------------------------------------------------------------------- */

static enum berm_status forget_all(struct code_lookup *lookup, struct berm_error *err)
{
    map_freep(&lookup->numbers);
    lookup->count = 0;
    lookup->last_length = 0;
    return map_create(0, &lookup->numbers, err);
}

static enum berm_status remember(struct code_lookup *lookup, struct text code,
                                 struct known_code known, size_t *ret_number,
                                 struct berm_error *err)
{
    if (lookup->count == lookup->capacity) {
        size_t capacity = lookup->capacity == 0 ? 64 : lookup->capacity * 2;
        struct known_code *more = realloc(lookup->known, capacity * sizeof *more);

        if (more == NULL)
            return fail_with(err, BERM_NO_MEMORY, "the machine has no memory left");
        lookup->known = more;
        lookup->capacity = capacity;
    }
    TRY(map_put(lookup->numbers, code, (int64_t)lookup->count, err));
    lookup->known[lookup->count] = known;
    *ret_number = lookup->count++;
    return BERM_OK;
}

/* ---- One code -------------------------------------------------------------------------------- */

static struct known_code read_known(const struct code_lookup *lookup, struct statement *row)
{
    return (struct known_code){
        .id = statement_int64(row, COLUMN_ID),
        .area_id = statement_int64(row, COLUMN_AREA),
        .district_id = statement_int64(row, COLUMN_DISTRICT),
        .is_elsewhere = lookup->scope != NULL &&
                        !area_scope_contains(lookup->scope, statement_int64(row, COLUMN_POSITION)),
        .members = -1};
}

enum berm_status code_lookup_ask(struct code_lookup *lookup, struct text code,
                                 struct known_code *ret_known, struct berm_error *err)
{
    bool has_row = false;

    assert(lookup->find != NULL);
    statement_bind_text(lookup->find, 1, code);
    TRY(statement_step(lookup->find, &has_row, err));
    *ret_known = has_row ? read_known(lookup, lookup->find) : (struct known_code){0};
    statement_reset(lookup->find);
    return BERM_OK;
}

enum berm_status code_lookup_find(struct code_lookup *lookup, struct text code,
                                  struct known_code **ret_known, struct berm_error *err)
{
    struct known_code known;
    int64_t found = 0;
    size_t number;

    if (lookup->last_length > 0 &&
        text_equal(code, (struct text){lookup->last_code, lookup->last_length})) {
        *ret_known = &lookup->known[lookup->last];
        return BERM_OK;
    }
    if (map_get(lookup->numbers, code, &found)) {
        number = (size_t)found;
    } else {
        TRY(code_lookup_ask(lookup, code, &known, err));
        if (lookup->count >= IMPORT_LOOKUP_CODES_MAX)
            TRY(forget_all(lookup, err));
        TRY(remember(lookup, code, known, &number, err));
    }
    *ret_known = &lookup->known[number];
    if (code.length <= sizeof lookup->last_code) {
        memcpy(lookup->last_code, code.bytes, code.length);
        lookup->last_length = code.length;
        lookup->last = number;
    }
    return BERM_OK;
}

/* ---- Many codes ------------------------------------------------------------------------------ */

/* The codes that nothing is known of, one in a line; each is noted as one that is not there. */
static enum berm_status list_unknown(struct code_lookup *lookup, const char *rows, size_t count,
                                     size_t stride, size_t offset, struct buffer *out,
                                     struct berm_error *err)
{
    for (size_t i = 0; i < count; i++) {
        const struct import_row *row = (const struct import_row *)(const void *)(rows + i * stride);
        struct text code;
        int64_t found;
        size_t number;

        memcpy(&code, rows + i * stride + offset, sizeof code);
        if (row->outcome == IMPORT_REJECTED || map_get(lookup->numbers, code, &found))
            continue;
        if (out->length > 0)
            buffer_append_char(out, '\n'); /* no code holds one: code_check */
        buffer_append_text(out, code);
        TRY(remember(lookup, code, (struct known_code){.members = -1}, &number, err));
    }
    return buffer_status(out, err);
}

enum berm_status code_lookup_ahead(struct code_lookup *lookup, const void *rows, size_t count,
                                   size_t stride, size_t offset, struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer codes = {0};
    struct statement *ahead = lookup->ahead;
    int64_t number;
    bool has_row;

    if (ahead == NULL)
        return BERM_OK;
    if (lookup->count + count > IMPORT_LOOKUP_CODES_MAX)
        TRY(forget_all(lookup, err));
    TRY(list_unknown(lookup, rows, count, stride, offset, &codes, err));
    if (codes.length == 0)
        return BERM_OK;
    statement_bind_text(ahead, lookup->ahead_codes, buffer_text(&codes));
    if (lookup->ahead_codes == IMPORT_HOUSEHOLD_AHEAD__CODES)
        statement_bind_int64(ahead, IMPORT_HOUSEHOLD_AHEAD__IS_COUNTED, lookup->is_counted);
    TRY(statement_step(ahead, &has_row, err));
    while (has_row) {
        struct known_code known = read_known(lookup, ahead);
        int64_t members;

        if (statement_has_int64(ahead, COLUMN_MEMBERS, &members))
            known.members = (int32_t)members;
        if (map_get(lookup->numbers, statement_text(ahead, COLUMN_CODE), &number))
            lookup->known[number] = known;
        TRY(statement_step(ahead, &has_row, err));
    }
    statement_reset(ahead);
    return BERM_OK;
}
