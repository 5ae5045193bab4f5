/* Cells of official id numbers and bank accounts. Private to exchange. */
#ifndef EXCHANGE_IMPORT_SECRETS_H
#define EXCHANGE_IMPORT_SECRETS_H

#include "service/service.h"

MUST_USE enum berm_status id_type_read(struct text text, struct text *ret_type,
                                       struct berm_error *err);
MUST_USE enum berm_status bank_account_cell(struct text text, struct arena *arena,
                                            struct text *ret_number, struct berm_error *err);
/** The row's id number, which was taken as it stood, in its one form. */
MUST_USE enum berm_status id_number_cell(struct import_person *row, struct arena *arena,
                                         struct berm_error *err);
/** What a report may show of a cell: secrets are masked. */
struct text secret_cell_shown(enum import_field field, struct text value,
                              char out[OFFICIAL_NUMBER_MASK_MAX]);

#endif
