/* Private: names known to the lexer, slots and types known to the resolver. */
#ifndef POLICY_FEEL_SCOPE_H
#define POLICY_FEEL_SCOPE_H

#include "policy/feel/feel.h"

/**
 * A set of names, each also with all its beginnings, so that the lexer can find the longest one.
 * Names that differ only in white space are one name.
 */
struct name_set {
    struct name_set_entry *entries; /* open addressing; capacity is a power of two, or 0 */
    size_t capacity;
    size_t count;
};

struct name_set_entry {
    struct text key;  /* the name's tokens; empty: free */
    struct text name; /* as it was declared; bytes NULL: only the beginning of a name */
};

enum { NAME_KEY_MAX = 1024 };

MUST_USE enum berm_status name_set_add(struct name_set *set, struct arena *arena, struct text name,
                                       struct berm_error *err);
/** NULL where neither a name nor a beginning has this key. */
const struct name_set_entry *name_set_find(const struct name_set *set, struct text key);

/** Appends the token of text that starts at *offset to key and moves *offset past it; false at the
 * end or where the key is full. White space before the token is passed over. */
bool name_key_append(struct text text, size_t *offset, char key[NAME_KEY_MAX], size_t *key_length);

bool is_name_start(uint32_t code_point);
bool is_name_part(uint32_t code_point);
/** FEEL's white space, Unicode's included. */
bool is_feel_space(uint32_t code_point);

struct scope_name {
    struct text name;
    const struct feel_type *type;
    uint32_t slot;
};

struct scope_type {
    struct text name;
    const struct feel_type *type;
};

struct feel_scope {
    struct arena *arena;
    struct scope_name *names;
    size_t name_count;
    size_t name_capacity;
    struct scope_type *types;
    size_t type_count;
    size_t type_capacity;
    const struct feel_type **seen; /* types whose entries are known already */
    size_t seen_count;
    size_t seen_capacity;
    struct name_set known;
};

/** The last name added wins; NULL where there is none. */
const struct scope_name *scope_find(const struct feel_scope *scope, struct text name);
const struct feel_type *scope_find_type(const struct feel_scope *scope, struct text name);

#endif
