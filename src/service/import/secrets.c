/*
 * Id numbers and bank accounts of an import's persons. The change log says only that a number was
 * set, changed or removed. An id number that is another person's rejects the row and names that
 * person's code, to whoever may write where that person belongs and nobody else.
 */
#include "service/import/private.h"

static bool has_secrets(const struct import *import)
{
    return import_columns_have(import->columns, IMPORT_FIELD_ID_NUMBER) ||
           import_columns_have(import->columns, IMPORT_FIELD_BANK_ACCOUNT);
}

enum berm_status import_secrets_open(struct import *import, struct berm_error *err)
{
    return has_secrets(import)
               ? vault_open(import->store, import->start->key, true, &import->vault, err)
               : BERM_OK;
}

static struct secret id_number_of(const struct import_person *row)
{
    return (struct secret){row->id_number.length > 0 ? row->id_type : TEXT(""), row->id_number};
}

enum berm_status import_secrets_check(struct import *import, struct import_person *row,
                                      struct arena *arena, struct berm_error *err)
{
    struct secret secret = id_number_of(row);
    struct text owner;
    bool is_elsewhere;

    if (import->vault == NULL || secret.number.length == 0)
        return BERM_OK;
    TRY(vault_owner(import->vault, &secret, arena, &owner, err));
    if (owner.length == 0 || text_equal(owner, row->code))
        return BERM_OK;
    TRY(import_person_is_elsewhere(import, owner, &is_elsewhere, err));
    if (is_elsewhere)
        return import_reject(arena, &row->row, IMPORT_FIELD_ID_NUMBER, err,
                             "this id number cannot be taken; check it, and where it is right ask "
                             "whoever keeps the whole register");
    return import_reject(arena, &row->row, IMPORT_FIELD_ID_NUMBER, err,
                         "this id number belongs to the person \"%.*s\" already; if both are the "
                         "same, use that code, else correct the number",
                         TEXT_ARG(owner));
}

static enum berm_status put(struct import *import, int64_t person_id, enum secret_kind kind,
                            const struct secret *secret, bool is_logged, struct berm_error *err)
{
    struct vault_change change;

    TRY(vault_put(import->vault, person_id, kind, secret, import->change->change_id, &change, err));
    if (is_logged && change.is_different)
        import_log_text(import, kind == SECRET_ID_NUMBER ? "id_number" : "bank_account",
                        change.had_one ? TEXT("set") : TEXT(""),
                        !change.has_one  ? TEXT("")
                        : change.had_one ? TEXT("changed")
                                         : TEXT("set"));
    return BERM_OK;
}

enum berm_status import_secrets_write(struct import *import, const struct import_person *row,
                                      int64_t person_id, bool is_logged, struct berm_error *err)
{
    struct secret id_number = id_number_of(row);
    struct secret account = {.number = row->bank_account};

    if (import_columns_have(import->columns, IMPORT_FIELD_ID_NUMBER))
        TRY(put(import, person_id, SECRET_ID_NUMBER, &id_number, is_logged, err));
    if (import_columns_have(import->columns, IMPORT_FIELD_BANK_ACCOUNT))
        TRY(put(import, person_id, SECRET_BANK_ACCOUNT, &account, is_logged, err));
    return BERM_OK;
}
