/* Private: XPath patterns through PCRE2. */
#ifndef POLICY_FEEL_REGEX_H
#define POLICY_FEEL_REGEX_H

#include "policy/feel/feel.h"

struct regex;

/** *ret_regex NULL: the pattern or the flags are not valid XPath. */
MUST_USE enum berm_status regex_create(struct text pattern, struct text flags,
                                       struct regex **ret_regex, struct berm_error *err);
void regex_free(struct regex *regex);
void regex_freep(struct regex **regex);

/** A match at or behind offset. Errors: BERM_LIMIT (the pattern tries too much). */
MUST_USE enum berm_status regex_find(struct regex *regex, struct text text, size_t offset,
                                     bool *ret_is_found, size_t *ret_start, size_t *ret_end,
                                     struct berm_error *err);
/** Of the last match: group 0 is the whole; an empty text where the group took no part. */
struct text regex_group(const struct regex *regex, struct text text, uint32_t group);
uint32_t regex_group_count(const struct regex *regex);
bool regex_is_literal(const struct regex *regex); /* flag q */

/** Rewrite an XPath pattern for PCRE2; false where it is not valid XPath. */
bool xpath_to_pcre(struct text pattern, bool ignores_space, struct buffer *out);

#endif
