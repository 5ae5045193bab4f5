/* choices.csv: the lists from which SELECT_ONE and SELECT_MULTIPLE variables choose. */
#ifndef REGISTER_CHOICES_H
#define REGISTER_CHOICES_H

#include "register/register.h"

/** Lists in the order of their first line; the choices of a list in the file's order. */
MUST_USE enum berm_status choices_read(struct arena *arena, struct text choices_csv,
                                       const struct choice_list **ret_lists, size_t *ret_list_count,
                                       struct berm_error *err);

/** [a-z][a-z0-9_]* of at most VARIABLE_NAME_MAX bytes. */
bool name_is_plain(struct text name);

#endif
