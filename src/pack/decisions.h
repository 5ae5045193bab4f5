/* What pack.yaml names in the policy, found and checked. Private to pack. */
#ifndef PACK_DECISIONS_H
#define PACK_DECISIONS_H

#include "pack/manifest.h"
#include "pack/pack.h"

/**
 * Find every decision that the manifest names, and check what Berm relies on: the model's inputs
 * are those that a household can fill, and the findings table gives codes of findings.csv and
 * severities. Owner   pack->figure_decisions in arena; pack has its model, input types and tables
 * already. Errors  BERM_INVALID_INPUT (with the place in pack.yaml where a name is wrong),
 * BERM_LIMIT, BERM_NO_MEMORY.
 */
MUST_USE enum berm_status decisions_resolve(struct arena *arena, const struct manifest *manifest,
                                            struct pack *pack, struct berm_error *err);

/** Fails: file names a decision at line and column that the model has not; suggests the nearest. */
MUST_USE enum berm_status decisions_fail_unknown(const struct dmn_model *model, struct text name,
                                                 int32_t line, int32_t column, const char *file,
                                                 struct berm_error *err);
/** "low", "medium", "high" or "critical". */
bool decisions_is_severity(struct text severity);

#endif
