/* Values as the TCK's test files write them. Private to the conformance runner. */
#ifndef POLICY_DMN_TCK_VALUES_H
#define POLICY_DMN_TCK_VALUES_H

#include "dmn.h"
#include "xml.h"

/**
 * The value in an inputNode, expected, component or item element.
 * Errors  BERM_INVALID_INPUT (a literal that cannot be read), BERM_NO_MEMORY.
 */
MUST_USE enum berm_status tck_value(const xmlNode *element, struct arena *arena,
                                    struct feel_value *ret_value, struct berm_error *err);

#endif
