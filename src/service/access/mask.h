/*
 * Hiding values of classes above the caller's. Everything that leaves the service goes through
 * here; class SENSITIVE sees all and costs nothing. Private to service.
 */
#ifndef SERVICE_ACCESS_MASK_H
#define SERVICE_ACCESS_MASK_H

#include "service/service.h"

/** The class of a condition: of the variable that it looks at, or else of all that the rule read.
 */
enum field_class field_class_of_condition(const struct pack *pack, struct text input,
                                          enum field_class of_reads);

/**
 * Stored evidence as the caller may see it. What is no evidence is hidden as a whole.
 * *ret_shows_sensitive, here and below: a known value of class SENSITIVE is left in it, so that
 * showing it is a look (service/look.h); also where it cannot be told.
 * Owner  *ret_evidence is a slice of evidence or of scratch, which is overwritten.
 */
MUST_USE enum berm_status mask_evidence(const struct pack *pack, enum field_class seen,
                                        struct text evidence, struct buffer *scratch,
                                        struct text *ret_evidence, bool *ret_shows_sensitive,
                                        struct berm_error *err);
/** The same for an explanation just made; what it points to is copied to arena where it changes. */
MUST_USE enum berm_status mask_explanation(const struct pack *pack, enum field_class seen,
                                           struct arena *arena, struct explanation *explanation,
                                           bool *ret_shows_sensitive, struct berm_error *err);

/**
 * The fields before and after a change of a household or person: those of higher classes are
 * hidden, and codes of areas and households outside the caller's.
 * Owner   *ret_fields in arena, or fields itself.
 */
MUST_USE enum berm_status mask_change(struct store *store, const struct dictionary *dictionary,
                                      enum entity entity, enum field_class seen,
                                      const struct area_scope *scope, struct text fields,
                                      struct arena *arena, struct text *ret_fields,
                                      bool *ret_shows_sensitive, struct berm_error *err);

/** Values of one entity in place, and of all where everything is hidden. Whether a known sensitive
 * value is left. */
bool mask_values(const struct dictionary *dictionary, enum entity entity, enum field_class seen,
                 bool is_hidden, struct field_value *values);

#endif
