/* pack.yaml: what a pack is called and which decision is read for what. Private to pack. */
#ifndef PACK_MANIFEST_H
#define PACK_MANIFEST_H

#include "casework/casework.h"
#include "pack/yaml.h"

/** A decision's name with the place where pack.yaml gives it; node NULL: not given. */
struct manifest_decision {
    const struct yaml_node *node;
    struct text name;
};

struct manifest {
    struct text name;
    struct text version;
    struct text title_en;
    struct text title_zh; /* may be empty */
    struct text currency;
    int money_decimals;
    struct text time_zone;
    struct text policy; /* file of the rules */
    struct manifest_decision findings;
    struct manifest_decision risk_level;
    struct manifest_decision household_kind;
    struct manifest_decision measures;
    struct manifest_decision labour;
    struct manifest_decision welfare;
    struct manifest_decision line;
    struct manifest_decision size;
    const struct manifest_decision *figures;
    size_t figure_count;
    int reopen_percent;
    struct clock_days grievance_clock; /* count 0: not given */
};

/** Errors  as yaml_read; the message begins with "pack.yaml: ". */
MUST_USE enum berm_status manifest_read(struct arena *arena, struct text yaml,
                                        struct manifest *ret_manifest, struct berm_error *err);

#endif
