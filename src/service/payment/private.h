/* What the files of payment/ share. Private. */
#ifndef SERVICE_PAYMENT_PRIVATE_H
#define SERVICE_PAYMENT_PRIVATE_H

#include "service/service.h"

/** A batch as its row has it, and where its area lies. Texts live in the arena that it was read
 * into. The payer's account is in plain: batch_mask before it leaves the service. */
struct batch_record {
    struct batch_row row;
    int64_t position;
};

/** A row of BATCH_BY_CODE or BATCH_LIST. */
MUST_USE enum berm_status batch_record_read(struct statement *row, struct arena *arena,
                                            struct batch_record *ret_record,
                                            struct berm_error *err);
/**
 * The batch with this code, inside a transaction, for a caller with the permission where its area
 * lies. Errors: BERM_FORBIDDEN, BERM_NOT_FOUND.
 */
MUST_USE enum berm_status batch_find(struct store *store, const struct caller *caller,
                                     enum permission permission, struct text code,
                                     struct arena *arena, struct batch_record *ret_record,
                                     struct berm_error *err);
/** What became of its lines; and the account masked. For what leaves the service. */
MUST_USE enum berm_status batch_show(struct store *store, struct arena *arena,
                                     struct batch_row *row, struct berm_error *err);

/**
 * The end of a change of a batch: its entry, with the batch's figures and the person who answers
 * for it. The change has a row about the batch, so that its digest covers the step.
 */
MUST_USE enum berm_status batch_change_finish(struct change *change, const struct actor *actor,
                                              const char *action, struct text person,
                                              const struct batch_row *row, struct change_end *end,
                                              struct berm_error *err);

/** "H12P345", and back. */
void payment_id_write(int64_t household_id, int64_t payment_id, char out[PAYMENT_ID_BYTES_MAX + 1]);
bool payment_id_parse(struct text id, int64_t *ret_household_id, int64_t *ret_payment_id);

/** The office that pays a programme in an area. Texts in arena. BERM_NOT_FOUND with the remedy. */
MUST_USE enum berm_status payer_find(struct store *store, struct text programme, int64_t area_id,
                                     struct text area, struct arena *arena, struct payer *ret_payer,
                                     struct berm_error *err);

/** What households were paid becomes what they are known to have got: entries of flows. */
struct paid_flows;
MUST_USE enum berm_status paid_flows_open(struct office *office, struct change *change,
                                          const struct batch_row *batch,
                                          struct paid_flows **ret_flows, struct berm_error *err);
/** Payments of the household have another end now; its entry is written in some later call. */
MUST_USE enum berm_status paid_flows_add(struct paid_flows *flows, int64_t household_id,
                                         struct text household, struct berm_error *err);
MUST_USE enum berm_status paid_flows_end(struct paid_flows *flows, struct change_end *end,
                                         struct berm_error *err);
void paid_flows_free(struct paid_flows *flows); /* NULL is fine */
void paid_flows_freep(struct paid_flows **flows);

#endif
