/*
 * The secrets of a household's members: masked for everybody who may see the household, in full
 * only with the key and with an entry in the journal that says who looked. The entry is committed
 * before anything is handed out.
 */
#include "service/service.h"

/* Whether there is such a secret, for those who have no key. */
static enum berm_status note_presence(struct statement *get, int64_t person_id, struct text kind,
                                      struct arena *arena, struct text *ret_type,
                                      struct text *ret_shown, struct berm_error *err)
{
    bool has_row;

    statement_bind_int64(get, SECRET_GET__PERSON_ID, person_id);
    statement_bind_text(get, SECRET_GET__KIND, kind);
    TRY(statement_step(get, &has_row, err));
    if (has_row) {
        TRY(text_copy(arena, statement_text(get, 0), ret_type, err));
        *ret_shown = TEXT("****");
    }
    statement_reset(get);
    return BERM_OK;
}

static enum berm_status show(struct vault *vault, int64_t person_id, enum secret_kind kind,
                             bool is_plain, struct arena *arena, struct text *ret_type,
                             struct text *ret_shown, struct berm_error *err)
{
    char mask[OFFICIAL_NUMBER_MASK_MAX];
    struct secret secret;

    TRY(vault_read(vault, person_id, kind, arena, &secret, err));
    if (secret.number.length == 0)
        return BERM_OK;
    *ret_type = secret.id_type;
    return text_copy(arena, is_plain ? secret.number : official_number_mask(secret.number, mask),
                     ret_shown, err);
}

enum berm_status household_show_secrets(struct office *office, bool is_plain, struct arena *arena,
                                        struct household_facts *facts, struct berm_error *err)
{
    CLEANUP(vault_closep) struct vault *vault = NULL;
    CLEANUP(statement_closep) struct statement *get = NULL;

    if (facts->class_seen < FIELD_CLASS_SENSITIVE)
        return is_plain
                   ? fail_with(err, BERM_FORBIDDEN,
                               "id numbers and accounts are sensitive; this account's roles do "
                               "not show them")
                   : BERM_OK;
    if (is_plain || office->key)
        TRY(vault_open(office->store, office->key, false, &vault, err));
    if (is_plain)
        TRY(look_write(office,
                       &(struct look){.kinds = (uint32_t)LOOK_NUMBERS |
                                               (facts->shows_sensitive ? LOOK_FACTS : 0),
                                      .what = "household",
                                      .code = facts->code},
                       1, err));
    TRY(statement_prepare(office->store, STATEMENT_SECRET_GET, &get, err));
    for (size_t m = 0; m < facts->member_count; m++) {
        struct household_member *member = &facts->members[m];
        struct text no_type;

        if (member->is_hidden)
            continue;
        if (vault) {
            TRY(show(vault, member->person_id, SECRET_ID_NUMBER, is_plain, arena, &member->id_type,
                     &member->id_number, err));
            TRY(show(vault, member->person_id, SECRET_BANK_ACCOUNT, is_plain, arena, &no_type,
                     &member->bank_account, err));
        } else {
            TRY(note_presence(get, member->person_id, TEXT("id_number"), arena, &member->id_type,
                              &member->id_number, err));
            TRY(note_presence(get, member->person_id, TEXT("bank_account"), arena, &no_type,
                              &member->bank_account, err));
        }
    }
    return BERM_OK;
}
