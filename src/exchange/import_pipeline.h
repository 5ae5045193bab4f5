/* Reading in a second thread, so that the calling thread only writes. Private to exchange. */
#ifndef EXCHANGE_IMPORT_PIPELINE_H
#define EXCHANGE_IMPORT_PIPELINE_H

#include "exchange/import_reader.h"

struct pipeline;

/** From now on the reader belongs to the pipeline's thread, until pipeline_stop. */
MUST_USE enum berm_status pipeline_start(struct import_reader *reader,
                                         struct pipeline **ret_pipeline, struct berm_error *err);
/** Stops the thread wherever it is. NULL is fine. */
void pipeline_stop(struct pipeline *pipeline);
void pipeline_stopp(struct pipeline **pipeline);

/** The next batch, in the file's order; NULL at the end. Errors: what reading came to. */
MUST_USE enum berm_status pipeline_next(struct pipeline *pipeline, struct row_batch **ret_batch,
                                        struct berm_error *err);
/** The caller is done with a batch. */
void pipeline_give_back(struct pipeline *pipeline, struct row_batch *batch);

#endif
