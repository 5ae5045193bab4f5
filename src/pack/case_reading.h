/* Reading one case: what cases.c, case_facts.c and case_expect.c share. Private to pack. */
#ifndef PACK_CASE_READING_H
#define PACK_CASE_READING_H

#include "pack/pack.h"
#include "pack/yaml.h"

enum {
    CASE_RANGE_MONTHS_MAX = 240, /* one "first..last" */
    CASE_REPORTS_MAX = 5000      /* of flows, in one case */
};

struct case_reading {
    struct arena *arena;
    const struct pack *pack;
    const struct yaml_node *node; /* the case's mapping */
    month_number month;
};

/** household, members, flows and parameters; what the case does not give is unknown. */
MUST_USE enum berm_status case_read_facts(const struct case_reading *reading,
                                          struct pack_case *ret_case, struct berm_error *err);
MUST_USE enum berm_status case_read_flows(const struct case_reading *reading,
                                          struct pack_case *ret_case, struct berm_error *err);
/** expect, which must be there. */
MUST_USE enum berm_status case_read_expectations(const struct case_reading *reading,
                                                 struct pack_case *ret_case,
                                                 struct berm_error *err);
/** A variable's value as an import file has it; nothing, "~" and "null" are an empty field. */
MUST_USE enum berm_status case_read_value(const struct case_reading *reading,
                                          const struct variable *variable,
                                          const struct yaml_node *node,
                                          struct field_value *ret_value, struct berm_error *err);
/**
 * A decimal with at most six places, as millionths.
 * Errors  BERM_INVALID_INPUT at the node; what names the value: "'poverty_line'".
 */
MUST_USE enum berm_status case_read_millionths(const struct case_reading *reading,
                                               const struct yaml_node *node, struct text name,
                                               struct field_value *ret_value,
                                               struct berm_error *err);
/** Fails: the entity has no variable of the key's name; says where it belongs, or the nearest. */
MUST_USE enum berm_status case_fail_unknown_variable(const struct case_reading *reading,
                                                     enum entity entity,
                                                     const struct yaml_node *key,
                                                     struct berm_error *err);
/** Give an error that has no place the node's; returns status. */
enum berm_status case_fail_at(const struct yaml_node *node, enum berm_status status,
                              struct berm_error *err);

#endif
