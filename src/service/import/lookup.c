/*
 * Codes to ids. Files are nearly always sorted so that the same area or household comes many times
 * in a row, so the last code is asked first, then a map of what was found, then the database. Where
 * the import may not write everywhere, what lies outside is as what is not there.
 */
#include <string.h>

#include "service/import/private.h"

static enum berm_status open_lookup(struct import *import, enum statement_id find,
                                    struct code_lookup *lookup, struct berm_error *err)
{
    lookup->scope = import_is_partial(import) ? import->scope : NULL;
    TRY(map_create(0, &lookup->known, err));
    return statement_prepare(import->store, find, &lookup->find, err);
}

enum berm_status area_lookup_open(struct import *import, struct code_lookup *lookup,
                                  struct berm_error *err)
{
    return open_lookup(import, STATEMENT_IMPORT_AREA_BY_CODE, lookup, err);
}

/* The place costs a second look-up, which a whole register's files do without. */
enum berm_status household_lookup_open(struct import *import, struct code_lookup *lookup,
                                       struct berm_error *err)
{
    return open_lookup(import,
                       import_is_partial(import) ? STATEMENT_IMPORT_HOUSEHOLD_PLACE
                                                 : STATEMENT_IMPORT_HOUSEHOLD_BY_CODE,
                       lookup, err);
}

void code_lookup_close(struct code_lookup *lookup)
{
    statement_closep(&lookup->find);
    map_freep(&lookup->known);
}

static enum berm_status remember(struct code_lookup *lookup, struct text code, int64_t id,
                                 struct berm_error *err)
{
    if (map_count(lookup->known) >= IMPORT_LOOKUP_CODES_MAX) {
        map_freep(&lookup->known);
        TRY(map_create(0, &lookup->known, err));
    }
    return map_put(lookup->known, code, id, err);
}

enum berm_status code_lookup_find(struct code_lookup *lookup, struct text code, int64_t *ret_id,
                                  struct berm_error *err)
{
    bool has_row = false;
    int64_t id = 0;

    if (lookup->last_id != 0 &&
        text_equal(code, (struct text){lookup->last_code, lookup->last_length})) {
        *ret_id = lookup->last_id;
        return BERM_OK;
    }
    if (!map_get(lookup->known, code, &id)) {
        statement_bind_text(lookup->find, 1, code);
        TRY(statement_step(lookup->find, &has_row, err));
        if (has_row && lookup->scope != NULL)
            has_row = area_scope_contains(lookup->scope, statement_int64(lookup->find, 1));
        id = has_row ? statement_int64(lookup->find, 0) : 0;
        statement_reset(lookup->find);
        if (has_row)
            TRY(remember(lookup, code, id, err));
    }
    *ret_id = id;
    if (id != 0 && code.length <= sizeof lookup->last_code) {
        memcpy(lookup->last_code, code.bytes, code.length);
        lookup->last_length = code.length;
        lookup->last_id = id;
    }
    return BERM_OK;
}
