/* The store to columns. Private to service. */
#ifndef SERVICE_LOAD_H
#define SERVICE_LOAD_H

#include "service/screen/place.h"

/** One thread's cursors over one store. */
struct loader;

MUST_USE enum berm_status loader_create(struct store *store,
                                        const struct screening_program *program,
                                        const struct places *places, struct loader **ret_loader,
                                        struct berm_error *err);
/** The same for a version that was not published: its variables may have no columns yet, and are
 * what they would be once it is: unknown. */
MUST_USE enum berm_status loader_create_of_draft(struct store *store,
                                                 const struct screening_program *program,
                                                 const struct places *places,
                                                 struct loader **ret_loader,
                                                 struct berm_error *err);
void loader_free(struct loader *loader);
void loader_freep(struct loader **loader);

/**
 * Fill the batch with the active households of the ranges (ascending, at most BATCH_ROWS_MAX ids in
 * all), their members on the month's last day and their flows.
 */
MUST_USE enum berm_status loader_load(struct loader *loader, const struct id_range *ranges,
                                      size_t range_count, struct batch *batch,
                                      struct berm_error *err);

#endif
