/*
 * Codes to ids. Files are nearly always sorted so that the same area or household comes many times
 * in a row, so the last code is asked first, then a map of what was found, then the database: for
 * the codes of many rows at once where it is far away. Where the import may not write everywhere,
 * what lies outside is mostly as what is not there.
 *
 * A first load asks less. Where nothing was there, a code that is higher than all before it cannot
 * be there, and a household whose id is higher than all before it has no members yet; files are
 * mostly sorted so. It is not only the question that is saved: rows that wait to be written need
 * not be written for it, and those that are on their way need not be waited for. For the same
 * reason whatever follows a code in the register is asked for with it, as long as the rows go on
 * so.
 */
#include <stdlib.h>
#include <string.h>

#include "service/import/private.h"

/* What asks ahead takes the codes alike. */
_Static_assert((int)IMPORT_PERSON_AHEAD__CODES == (int)IMPORT_HOUSEHOLD_AHEAD__CODES &&
                   (int)IMPORT_HOUSEHOLD_AHEAD_COUNTED__CODES == (int)IMPORT_HOUSEHOLD_AHEAD__CODES,
               "one parameter");
_Static_assert((int)IMPORT_AREA_FOLLOWING__CODE == (int)IMPORT_HOUSEHOLD_FOLLOWING__CODE &&
                   (int)IMPORT_AREA_FOLLOWING__COUNT == (int)IMPORT_HOUSEHOLD_FOLLOWING__COUNT,
               "the same parameters");

enum { FOLLOWING_CODES = 4096 }; /* more would come through a cursor */
enum { COLUMN_ID, COLUMN_AREA, COLUMN_DISTRICT, COLUMN_POSITION, COLUMN_CODE, COLUMN_MEMBERS };

static enum berm_status open_lookup(struct import *import, struct code_lookup *lookup,
                                    struct berm_error *err)
{
    lookup->scope = import_is_partial(import) ? import->scope : NULL;
    return map_create(0, &lookup->numbers, err);
}

static enum berm_status open_following(struct import *import, enum statement_id following,
                                       struct code_lookup *lookup, struct berm_error *err)
{
    if (!import_asks_ahead(import))
        return BERM_OK;
    return statement_prepare(import->store, following, &lookup->following, err);
}

enum berm_status area_lookup_open(struct import *import, struct code_lookup *lookup,
                                  struct berm_error *err)
{
    TRY(open_lookup(import, lookup, err));
    TRY(open_following(import, STATEMENT_IMPORT_AREA_FOLLOWING, lookup, err));
    return statement_prepare(import->store, STATEMENT_IMPORT_AREA_BY_CODE, &lookup->find, err);
}

static enum berm_status open_households(struct import *import, enum statement_id ahead,
                                        struct code_lookup *lookup, struct berm_error *err)
{
    TRY(open_lookup(import, lookup, err));
    if (store_is_distant(import->store))
        TRY(statement_prepare(import->store, ahead, &lookup->ahead, err));
    /* The place costs a second look-up, which a whole register's files do without. */
    return statement_prepare(import->store,
                             import_is_partial(import) ? STATEMENT_IMPORT_HOUSEHOLD_PLACE
                                                       : STATEMENT_IMPORT_HOUSEHOLD_BY_CODE,
                             &lookup->find, err);
}

/* Whether nothing of a kind is there yet, nor of what refers to it. A single row entered by hand is
 * not worth the question. */
static enum berm_status is_fresh(struct import *import, enum statement_id any, bool *ret_is,
                                 struct berm_error *err)
{
    bool has_any = true;

    if (import_asks_ahead(import))
        TRY(import_has_row(import->store, any, &has_any, err));
    *ret_is = !has_any;
    return BERM_OK;
}

enum berm_status household_lookup_open(struct import *import, struct code_lookup *lookup,
                                       struct berm_error *err)
{
    TRY(is_fresh(import, STATEMENT_IMPORT_ANY_HOUSEHOLD, &lookup->is_fresh, err));
    if (!lookup->is_fresh)
        TRY(open_following(import, STATEMENT_IMPORT_HOUSEHOLD_FOLLOWING, lookup, err));
    return open_households(import, STATEMENT_IMPORT_HOUSEHOLD_AHEAD, lookup, err);
}

enum berm_status counted_lookup_open(struct import *import, struct code_lookup *lookup,
                                     struct berm_error *err)
{
    bool is_without_members;

    TRY(is_fresh(import, STATEMENT_IMPORT_ANY_PERSON, &is_without_members, err));
    lookup->is_counted = !is_without_members;
    if (is_without_members)
        TRY(open_following(import, STATEMENT_IMPORT_HOUSEHOLD_FOLLOWING, lookup, err));
    return open_households(import,
                           is_without_members ? STATEMENT_IMPORT_HOUSEHOLD_AHEAD
                                              : STATEMENT_IMPORT_HOUSEHOLD_AHEAD_COUNTED,
                           lookup, err);
}

enum berm_status person_lookup_open(struct import *import, struct code_lookup *lookup,
                                    struct berm_error *err)
{
    TRY(is_fresh(import, STATEMENT_IMPORT_ANY_PERSON, &lookup->is_fresh, err));
    TRY(map_create(0, &lookup->numbers, err));
    return statement_prepare(import->store, STATEMENT_IMPORT_PERSON_AHEAD, &lookup->ahead, err);
}

void code_lookup_close(struct code_lookup *lookup)
{
    statement_closep(&lookup->find);
    statement_closep(&lookup->ahead);
    statement_closep(&lookup->following);
    buffer_free(&lookup->reach);
    map_freep(&lookup->numbers);
    buffer_free(&lookup->highest);
    free(lookup->known);
    lookup->known = NULL;
}

void code_lookup_forget_members(struct code_lookup *lookup)
{
    for (size_t i = 0; i < lookup->count; i++)
        lookup->known[i].members = -1;
}

/* ---- Remembering ----------------------------------------------------------------------------- */

static enum berm_status remember(struct code_lookup *lookup, struct text code,
                                 struct known_code known, size_t *ret_number,
                                 struct berm_error *err)
{
    TRY(rows_grow(&lookup->known, sizeof *lookup->known, lookup->count, &lookup->capacity, err));
    TRY(map_put(lookup->numbers, code, (int64_t)lookup->count, err));
    lookup->known[lookup->count] = known;
    *ret_number = lookup->count++;
    return BERM_OK;
}

/* All but the last one found: rows of one household stand together, and whether it has room need
 * not be counted in the register in their midst. */
static enum berm_status forget_all(struct code_lookup *lookup, struct berm_error *err)
{
    struct text code = {lookup->last_code, lookup->last_length};
    struct known_code known = {0};

    if (code.length > 0)
        known = lookup->known[lookup->last];
    map_freep(&lookup->numbers);
    lookup->count = 0;
    buffer_clear(&lookup->reach);
    TRY(map_create(0, &lookup->numbers, err));
    return code.length == 0 ? BERM_OK : remember(lookup, code, known, &lookup->last, err);
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
    if (lookup->known[number].id > lookup->highest_id)
        lookup->highest_id = lookup->known[number].id;
    if (code.length <= sizeof lookup->last_code) {
        memcpy(lookup->last_code, code.bytes, code.length);
        lookup->last_length = code.length;
        lookup->last = number;
    }
    return BERM_OK;
}

/* ---- Many codes ------------------------------------------------------------------------------ */

/* A code that cannot be there. */
static bool is_above_all(struct code_lookup *lookup, struct text code)
{
    if (!lookup->is_fresh || text_compare(code, buffer_text(&lookup->highest)) <= 0)
        return false;
    buffer_clear(&lookup->highest);
    buffer_append_text(&lookup->highest, code);
    return true;
}

/* What was asked for ahead: no row has named it yet, unless it was known before. */
static struct known_code read_asked(const struct code_lookup *lookup, struct statement *row)
{
    struct known_code known = read_known(lookup, row);

    if (lookup->is_counted)
        known.members = (int32_t)statement_int64(row, COLUMN_MEMBERS);
    else if (known.id > lookup->highest_id)
        known.members = 0; /* where they are asked for at all, there were none at the beginning */
    return known;
}

/* Rows of an import as one that looks up their codes sees them. */
struct coded_rows {
    const char *rows;
    size_t count;
    size_t stride;
    size_t offset;
};

/* The code of a row of which nothing is known; false where there is none to be asked for. */
static bool is_unknown(const struct code_lookup *lookup, const struct coded_rows *rows, size_t i,
                       struct text *ret_code)
{
    const char *at = rows->rows + i * rows->stride;
    const struct import_row *row = (const struct import_row *)(const void *)at;
    int64_t found;

    memcpy(ret_code, at + rows->offset, sizeof *ret_code);
    return row->outcome != IMPORT_REJECTED && !map_get(lookup->numbers, *ret_code, &found);
}

/* The first unknown code where they go on in the order of codes from where they were; empty where
 * they do not. */
static struct text first_of_rising(const struct code_lookup *lookup, const struct coded_rows *rows)
{
    struct text first = {0}, last = buffer_text(&lookup->reach), code;

    for (size_t i = 0; i < rows->count; i++) {
        if (!is_unknown(lookup, rows, i, &code))
            continue;
        if (text_compare(code, last) < 0)
            return (struct text){0};
        if (first.length == 0)
            first = code;
        last = code;
    }
    return first;
}

static size_t count_unknown(const struct code_lookup *lookup, const struct coded_rows *rows)
{
    size_t count = 0;
    struct text code;

    for (size_t i = 0; i < rows->count; i++)
        count += is_unknown(lookup, rows, i, &code);
    return count;
}

/* All that stands behind the first unknown code. Where that does not answer for half of the rows it
 * is not done again: they are too few of those that there are. */
static enum berm_status ask_following(struct code_lookup *lookup, const struct coded_rows *rows,
                                      struct berm_error *err)
{
    struct text first = first_of_rising(lookup, rows);
    size_t before, number;
    int64_t found;
    bool has_row;

    if (first.length == 0)
        return BERM_OK;
    before = count_unknown(lookup, rows);
    statement_bind_text(lookup->following, IMPORT_HOUSEHOLD_FOLLOWING__CODE, first);
    statement_bind_int64(lookup->following, IMPORT_HOUSEHOLD_FOLLOWING__COUNT, FOLLOWING_CODES);
    TRY(statement_step(lookup->following, &has_row, err));
    while (has_row) {
        struct text code = statement_text(lookup->following, COLUMN_CODE);

        if (!map_get(lookup->numbers, code, &found))
            TRY(remember(lookup, code, read_asked(lookup, lookup->following), &number, err));
        buffer_clear(&lookup->reach);
        buffer_append_text(&lookup->reach, code);
        TRY(statement_step(lookup->following, &has_row, err));
    }
    TRY(buffer_status(&lookup->reach, err));
    statement_reset(lookup->following);
    if (count_unknown(lookup, rows) * 2 > before)
        statement_closep(&lookup->following);
    return BERM_OK;
}

/* The codes that nothing is known of, one in a line; each is noted as one that is not there. */
static enum berm_status list_unknown(struct code_lookup *lookup, const struct coded_rows *rows,
                                     struct buffer *out, struct berm_error *err)
{
    struct text code;
    size_t number;

    for (size_t i = 0; i < rows->count; i++) {
        if (!is_unknown(lookup, rows, i, &code))
            continue;
        TRY(remember(lookup, code, (struct known_code){.members = -1}, &number, err));
        if (is_above_all(lookup, code))
            continue;
        if (out->length > 0)
            buffer_append_char(out, '\n'); /* no code holds one: code_check */
        buffer_append_text(out, code);
    }
    TRY(buffer_status(&lookup->highest, err));
    return buffer_status(out, err);
}

enum berm_status code_lookup_ahead(struct code_lookup *lookup, const void *rows, size_t count,
                                   size_t stride, size_t offset, struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer codes = {0};
    struct coded_rows coded = {rows, count, stride, offset};
    struct statement *ahead = lookup->ahead;
    int64_t number;
    bool has_row;

    if (lookup->count + count + FOLLOWING_CODES > IMPORT_LOOKUP_CODES_MAX)
        TRY(forget_all(lookup, err));
    if (lookup->following != NULL)
        TRY(ask_following(lookup, &coded, err));
    if (ahead == NULL)
        return BERM_OK;
    TRY(list_unknown(lookup, &coded, &codes, err));
    if (codes.length == 0)
        return BERM_OK;
    statement_bind_text(ahead, IMPORT_HOUSEHOLD_AHEAD__CODES, buffer_text(&codes));
    TRY(statement_step(ahead, &has_row, err));
    while (has_row) {
        if (map_get(lookup->numbers, statement_text(ahead, COLUMN_CODE), &number))
            lookup->known[number] = read_asked(lookup, ahead);
        TRY(statement_step(ahead, &has_row, err));
    }
    statement_reset(ahead);
    return BERM_OK;
}
