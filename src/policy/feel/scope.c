/*
 * Scopes: which names an expression may use.
 *
 * FEEL's names may hold spaces and operators, so text alone does not say where a name ends. The
 * lexer asks here for the longest known name: the set holds every name and every beginning of a
 * name as a sequence of tokens, and the lexer goes on as long as it stands on a beginning.
 */
#include "policy/feel/scope.h"

#include <string.h>

#include "policy/feel/builtins/builtins.h"

/* ---- Characters ------------------------------------------------------------------------------ */

bool is_feel_space(uint32_t c)
{
    return c == ' ' || (c >= 0x09 && c <= 0x0D) || c == 0x85 || c == 0xA0 || c == 0x1680 ||
           c == 0x180E || (c >= 0x2000 && c <= 0x200B) || c == 0x2028 || c == 0x2029 ||
           c == 0x202F || c == 0x205F || c == 0x3000 || c == 0xFEFF;
}

bool is_name_start(uint32_t c)
{
    if (c < 0x80)
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '?';
    return (c >= 0xC0 && c != 0xD7 && c != 0xF7 && c < 0x300) || (c >= 0x370 && c <= 0x1FFF) ||
           (c >= 0x200C && c <= 0x200D) || (c >= 0x2070 && c <= 0x218F) ||
           (c >= 0x2C00 && c <= 0x2FEF) || (c >= 0x3001 && c <= 0xD7FF) ||
           (c >= 0xF900 && c <= 0xFDCF) || (c >= 0xFDF0 && c <= 0xFFFD && c != 0xFEFF) ||
           (c >= 0x10000 && c <= 0xEFFFF);
}

bool is_name_part(uint32_t c)
{
    if (c < 0x80)
        return (c >= '0' && c <= '9') || (c != '?' && is_name_start(c));
    return c == 0xB7 || (c >= 0x300 && c <= 0x36F) || c == 0x203F || c == 0x2040 ||
           (is_name_start(c) && !is_feel_space(c));
}

/* ---- The set --------------------------------------------------------------------------------- */

bool name_key_append(struct text text, size_t *offset, char key[NAME_KEY_MAX], size_t *key_length)
{
    size_t at = *offset;
    size_t start = at;
    bool is_word = false;

    while (at < text.length) {
        size_t next = at;
        uint32_t c = text_next_code_point(text, &next);

        if (!is_feel_space(c)) {
            is_word = is_name_part(c) || c == '?';
            start = at;
            at = next;
            break;
        }
        at = next;
        start = at;
    }
    if (start == at)
        return false;
    while (is_word && at < text.length) {
        size_t next = at;

        if (!is_name_part(text_next_code_point(text, &next)))
            break;
        at = next;
    }
    if (*key_length + (at - start) + 1 > NAME_KEY_MAX)
        return false;
    /* Two words side by side need a mark between them; operators divide by themselves. */
    if (is_word && *key_length > 0) {
        size_t last = *key_length - 1;

        while (last > 0 && ((unsigned char)key[last] & 0xC0) == 0x80)
            last--;
        if (is_name_part(text_next_code_point((struct text){key, *key_length}, &last)))
            key[(*key_length)++] = 1;
    }
    memcpy(key + *key_length, text.bytes + start, at - start);
    *key_length += at - start;
    *offset = at;
    return true;
}

static struct name_set_entry *probe(const struct name_set *set, struct text key)
{
    size_t at = text_hash(key) & (set->capacity - 1);

    while (set->entries[at].key.length > 0 && !text_equal(set->entries[at].key, key))
        at = (at + 1) & (set->capacity - 1);
    return &set->entries[at];
}

const struct name_set_entry *name_set_find(const struct name_set *set, struct text key)
{
    const struct name_set_entry *entry;

    if (set->capacity == 0)
        return NULL;
    entry = probe(set, key);
    return entry->key.length > 0 ? entry : NULL;
}

static enum berm_status grow(struct name_set *set, struct arena *arena, struct berm_error *err)
{
    struct name_set grown = {.capacity = set->capacity > 0 ? set->capacity * 2 : 64};

    if (set->count * 2 < set->capacity)
        return BERM_OK;
    TRY(arena_new(arena, grown.capacity, sizeof *grown.entries, &grown.entries, err));
    for (size_t i = 0; i < set->capacity; i++) {
        if (set->entries[i].key.length > 0)
            *probe(&grown, set->entries[i].key) = set->entries[i];
    }
    grown.count = set->count;
    *set = grown;
    return BERM_OK;
}

static enum berm_status add_key(struct name_set *set, struct arena *arena, struct text key,
                                struct text name, struct berm_error *err)
{
    struct name_set_entry *entry;

    TRY(grow(set, arena, err));
    entry = probe(set, key);
    if (entry->key.length == 0) {
        TRY(text_copy(arena, key, &entry->key, err));
        set->count++;
    }
    if (name.bytes != NULL && entry->name.bytes == NULL)
        entry->name = name;
    return BERM_OK;
}

enum berm_status name_set_add(struct name_set *set, struct arena *arena, struct text name,
                              struct berm_error *err)
{
    char key[NAME_KEY_MAX];
    size_t key_length = 0;
    size_t offset = 0;
    struct text copy;

    if (!text_is_utf8(name, NULL))
        return fail_with(err, BERM_INVALID_INPUT, "a name must be well-formed UTF-8");
    TRY(text_copy(arena, text_trimmed(name), &copy, err));
    while (name_key_append(copy, &offset, key, &key_length)) {
        bool is_whole = text_trimmed(text_from(copy, offset)).length == 0;

        TRY(add_key(set, arena, (struct text){key, key_length},
                    is_whole ? copy : (struct text){NULL, 0}, err));
        if (is_whole)
            break;
    }
    return BERM_OK;
}

/* ---- Scopes ---------------------------------------------------------------------------------- */

enum berm_status feel_scope_create(struct arena *arena, struct feel_scope **ret_scope,
                                   struct berm_error *err)
{
    struct feel_scope *scope;

    TRY(arena_new(arena, 1, sizeof *scope, &scope, err));
    scope->arena = arena;
    for (size_t i = 0; i < builtin_table_count(); i++)
        TRY(name_set_add(&scope->known, arena, builtin_table_at(i)->name, err));
    for (size_t i = 0; i < property_name_count; i++)
        TRY(name_set_add(&scope->known, arena, property_names[i], err));
    *ret_scope = scope;
    return BERM_OK;
}

/** Room for one more element in an array that doubles; the old one stays in the arena. */
static enum berm_status make_room(struct arena *arena, void *array, size_t count, size_t *capacity,
                                  size_t size, struct berm_error *err)
{
    void *grown;
    void *old;

    if (count < *capacity)
        return BERM_OK;
    TRY(arena_new(arena, *capacity > 0 ? *capacity * 2 : 8, size, &grown, err));
    memcpy(&old, array, sizeof old);
    if (count > 0)
        memcpy(grown, old, count * size);
    memcpy(array, &grown, sizeof grown);
    *capacity = *capacity > 0 ? *capacity * 2 : 8;
    return BERM_OK;
}

static enum berm_status know_entries(struct feel_scope *scope, const struct feel_type *type,
                                     struct berm_error *err)
{
    if (type == NULL)
        return BERM_OK;
    while (type->kind == FEEL_TYPE_LIST && type->element != NULL)
        type = type->element;
    if (type->kind != FEEL_TYPE_CONTEXT || type->member_count == 0)
        return BERM_OK;
    for (size_t i = 0; i < scope->seen_count; i++) {
        if (scope->seen[i] == type)
            return BERM_OK;
    }
    TRY(make_room(scope->arena, &scope->seen, scope->seen_count, &scope->seen_capacity,
                  sizeof *scope->seen, err));
    scope->seen[scope->seen_count++] = type;
    for (size_t i = 0; i < type->member_count; i++) {
        TRY(name_set_add(&scope->known, scope->arena, type->members[i].name, err));
        TRY(know_entries(scope, type->members[i].type, err));
    }
    return BERM_OK;
}

enum berm_status feel_scope_add(struct feel_scope *scope, struct text name,
                                const struct feel_type *type, uint32_t *ret_slot,
                                struct berm_error *err)
{
    struct scope_name *added;

    TRY(make_room(scope->arena, &scope->names, scope->name_count, &scope->name_capacity,
                  sizeof *scope->names, err));
    TRY(name_set_add(&scope->known, scope->arena, name, err));
    TRY(know_entries(scope, type, err));
    added = &scope->names[scope->name_count];
    TRY(text_copy(scope->arena, text_trimmed(name), &added->name, err));
    added->type = type;
    added->slot = (uint32_t)scope->name_count;
    scope->name_count++;
    if (ret_slot != NULL)
        *ret_slot = added->slot;
    return BERM_OK;
}

enum berm_status feel_scope_know_name(struct feel_scope *scope, struct text name,
                                      struct berm_error *err)
{
    return name_set_add(&scope->known, scope->arena, name, err);
}

enum berm_status feel_scope_know_type(struct feel_scope *scope, struct text name,
                                      const struct feel_type *type, struct berm_error *err)
{
    TRY(make_room(scope->arena, &scope->types, scope->type_count, &scope->type_capacity,
                  sizeof *scope->types, err));
    TRY(know_entries(scope, type, err));
    TRY(name_set_add(&scope->known, scope->arena, name, err));
    TRY(text_copy(scope->arena, text_trimmed(name), &scope->types[scope->type_count].name, err));
    scope->types[scope->type_count].type = type;
    scope->type_count++;
    return BERM_OK;
}

enum berm_status feel_scope_copy(struct arena *arena, const struct feel_scope *scope,
                                 struct feel_scope **ret_copy, struct berm_error *err)
{
    struct feel_scope *copy;

    TRY(arena_new(arena, 1, sizeof *copy, &copy, err));
    *copy = *scope;
    copy->arena = arena;
    /* Arrays of the original are shared until something is added: full capacity forces the copy. */
    copy->name_capacity = scope->name_count;
    copy->type_capacity = scope->type_count;
    copy->seen_capacity = scope->seen_count;
    TRY(arena_new(arena, scope->known.capacity, sizeof *copy->known.entries, &copy->known.entries,
                  err));
    if (scope->known.capacity > 0)
        memcpy(copy->known.entries, scope->known.entries,
               scope->known.capacity * sizeof *copy->known.entries);
    *ret_copy = copy;
    return BERM_OK;
}

uint32_t feel_scope_slot_count(const struct feel_scope *scope)
{
    return (uint32_t)scope->name_count;
}

/** One word and nothing else: then equality of bytes is equality of names. */
static bool is_word(struct text name)
{
    for (size_t i = 0; i < name.length; i++) {
        unsigned char c = (unsigned char)name.bytes[i];

        if (c < 0x80 && !is_name_part(c))
            return false;
    }
    return true;
}

/** Equal as names: white space does not count. */
static bool is_same_name(struct text a, struct text b)
{
    char key_a[NAME_KEY_MAX];
    char key_b[NAME_KEY_MAX];
    size_t length_a = 0;
    size_t length_b = 0;
    size_t offset_a = 0;
    size_t offset_b = 0;

    if (text_equal(a, b))
        return true;
    if (is_word(a) || is_word(b))
        return false;
    while (name_key_append(a, &offset_a, key_a, &length_a))
        ;
    while (name_key_append(b, &offset_b, key_b, &length_b))
        ;
    return text_equal((struct text){key_a, length_a}, (struct text){key_b, length_b});
}

const struct scope_name *scope_find(const struct feel_scope *scope, struct text name)
{
    for (size_t i = scope->name_count; i-- > 0;) {
        if (is_same_name(scope->names[i].name, name))
            return &scope->names[i];
    }
    return NULL;
}

const struct feel_type *scope_find_type(const struct feel_scope *scope, struct text name)
{
    for (size_t i = scope->type_count; i-- > 0;) {
        if (is_same_name(scope->types[i].name, name))
            return scope->types[i].type;
    }
    return NULL;
}
