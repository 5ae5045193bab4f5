/*
 * Cells of official id numbers and bank accounts. Type and number stand in two columns in any
 * order, so they are checked together at the row's end. What is refused is shown masked.
 */
#include "exchange/import_secrets.h"

enum berm_status id_type_read(struct text text, struct text *ret_type, struct berm_error *err)
{
    static const struct {
        struct text written;
        struct text type;
    } words[] = {
        {{"resident_id", 11}, {"resident_id", 11}},
        {{"passport", 8}, {"passport", 8}},
        {{"other", 5}, {"other", 5}},
        {{"居民身份证", 15}, {"resident_id", 11}},
        {{"身份证", 9}, {"resident_id", 11}},
        {{"护照", 6}, {"passport", 8}},
        {{"其他", 6}, {"other", 5}},
    };

    *ret_type = (struct text){"", 0};
    if (text.length == 0)
        return BERM_OK;
    for (size_t i = 0; i < ARRAY_COUNT(words); i++) {
        if (!text_equal_ignoring_ascii_case(text, words[i].written))
            continue;
        *ret_type = words[i].type;
        return BERM_OK;
    }
    return fail_with(err, BERM_INVALID_INPUT,
                     "\"%.*s\" is no id_type; write resident_id, passport or other (or 居民身份证, "
                     "护照, 其他)",
                     (int)(text.length < 40 ? text.length : 40), text.bytes);
}

/* The buffer that a number's one form lies in. */
static enum berm_status reserve(struct arena *arena, char **ret_bytes, struct berm_error *err)
{
    *ret_bytes = arena_alloc(arena, OFFICIAL_NUMBER_MAX);
    if (*ret_bytes == NULL)
        return fail_with(err, BERM_NO_MEMORY, "there is no memory left for a row");
    return BERM_OK;
}

enum berm_status bank_account_cell(struct text text, struct arena *arena, struct text *ret_number,
                                   struct berm_error *err)
{
    char *bytes;

    if (text.length == 0)
        return BERM_OK;
    TRY(reserve(arena, &bytes, err));
    return bank_account_read(text, bytes, ret_number, err);
}

enum berm_status id_number_cell(struct import_person *row, struct arena *arena,
                                struct berm_error *err)
{
    char *bytes;

    if (row->id_number.length == 0)
        return BERM_OK;
    TRY(reserve(arena, &bytes, err));
    return id_number_read(row->id_type, row->id_number, bytes, &row->id_number, err);
}

struct text secret_cell_shown(enum import_field field, struct text value,
                              char out[OFFICIAL_NUMBER_MASK_MAX])
{
    return field == IMPORT_FIELD_ID_NUMBER || field == IMPORT_FIELD_BANK_ACCOUNT
               ? official_number_mask(value, out)
               : value;
}
