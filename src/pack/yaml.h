/* YAML files of a pack as an immutable tree that knows where each piece stands. Private to pack. */
#ifndef PACK_YAML_H
#define PACK_YAML_H

#include "base/base.h"

enum {
    YAML_DEPTH_MAX = 32,    /* nested mappings and sequences */
    YAML_ENTRIES_MAX = 1000 /* in one mapping */
};

enum yaml_kind { YAML_SCALAR, YAML_SEQUENCE, YAML_MAPPING };

/** Scalars are their text as written; what it means is the reader's business ("no" is a text here).
 */
struct yaml_node {
    enum yaml_kind kind;
    bool is_plain; /* SCALAR: written without quotes */
    int32_t line;
    int32_t column;
    struct text text;              /* SCALAR */
    size_t count;                  /* SEQUENCE: items; MAPPING: entries, in the file's order */
    const struct yaml_node *keys;  /* MAPPING: scalars, all different */
    const struct yaml_node *items; /* SEQUENCE: its items; MAPPING: the values of keys */
};

/**
 * Read one YAML document. Anchors, aliases, tags, keys that are no scalars and a second document
 * are refused: a file that decides about households says what it says in one place. Owner   the
 * tree and its texts live in arena. Errors  BERM_INVALID_INPUT with line and column (also a key
 * twice, an empty file, bytes that are no UTF-8); BERM_LIMIT (PACK_FILE_BYTES_MAX, YAML_DEPTH_MAX,
 * YAML_ENTRIES_MAX); BERM_NO_MEMORY.
 */
MUST_USE enum berm_status yaml_read(struct arena *arena, struct text text,
                                    const struct yaml_node **ret_root, struct berm_error *err);

/** The value of a mapping's key, or NULL. */
const struct yaml_node *yaml_find(const struct yaml_node *mapping, struct text key);
/** Written without quotes as nothing, "~" or "null". */
bool yaml_is_null(const struct yaml_node *node);

/** Fails unless node is of the kind; what names it in the message: "'decisions'". */
MUST_USE enum berm_status yaml_expect(const struct yaml_node *node, enum yaml_kind kind,
                                      const char *what, struct berm_error *err);
/**
 * Fails unless node is a mapping whose keys are all in allowed; an unknown key is answered with the
 * nearest one, because a misspelled key would be silently without effect.
 */
MUST_USE enum berm_status yaml_expect_keys(const struct yaml_node *node, const struct text *allowed,
                                           size_t allowed_count, const char *what,
                                           struct berm_error *err);
/** The text of a key that must be there and not empty. */
MUST_USE enum berm_status yaml_required_text(const struct yaml_node *mapping, struct text key,
                                             struct text *ret_text, struct berm_error *err);
/** The text of a key, empty where the key is not there; a key that is there must not be empty. */
MUST_USE enum berm_status yaml_optional_text(const struct yaml_node *mapping, struct text key,
                                             struct text *ret_text, struct berm_error *err);
/**
 * The texts of a sequence of scalars, in the arena; what names the sequence in messages. An item
 * twice is refused.
 */
MUST_USE enum berm_status yaml_texts(struct arena *arena, const struct yaml_node *node,
                                     const char *what, const struct text **ret_texts,
                                     size_t *ret_count, struct berm_error *err);

#endif
