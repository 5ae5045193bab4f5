/* What the stages of reading share: reader, types, graph, compile, boxed, table. Private. */
#ifndef POLICY_DMN_READER_H
#define POLICY_DMN_READER_H

#include "model.h"
#include "xml.h"

struct import {
    struct text name;
    struct text name_space;
    struct text location;
    uint32_t part;
};

enum item_state {
    ITEM_DECLARED,
    ITEM_IN_PROGRESS,
    ITEM_RESOLVED,
};

struct item {
    struct text name;
    const xmlNode *element;
    struct feel_type *type;
    enum item_state state;
};

/** One model file while it is read. */
struct part {
    struct xml xml;
    const xmlNode *root;
    struct text name_space;
    struct text name;
    struct import *imports;
    size_t import_count;
    struct item *items;
    size_t item_count;
    struct feel_scope *scope; /* type names only; copied for each node's logic */
};

struct reader {
    struct arena *arena;
    const struct dmn_read_options *options;
    struct dmn_model *model;
    struct part parts[DMN_PARTS_MAX];
    size_t part_count;
    struct node *nodes;
    const xmlNode **elements; /* of the nodes */
    size_t node_count;
    struct map *ids; /* "part#id" to node */
    size_t input_entry_capacity;
    size_t problem_capacity;
};

/** Compiling one node's logic. */
struct compiler {
    struct reader *reader;
    struct part *part;
    const struct node *node;
    const struct binding *bindings;
    size_t binding_count;
    uint32_t frame_size; /* the most slots that any scope of the logic had */
    uint32_t depth;
    size_t rule; /* of the table being compiled, from 1; 0: none */
};

static inline bool is_strict(const struct reader *reader)
{
    return reader->options->strictness == FEEL_STRICT;
}

/* ---- types.c --------------------------------------------------------------------------------- */
/** Declare the item definitions of a part; all parts are declared before any is resolved. */
MUST_USE enum berm_status types_declare(struct reader *reader, struct part *part,
                                        struct berm_error *err);
MUST_USE enum berm_status types_resolve(struct reader *reader, struct part *part,
                                        struct berm_error *err);
/** The type that a typeRef attribute names; NULL where there is none, or none known (lenient). */
MUST_USE enum berm_status type_of_attribute(struct reader *reader, struct part *part,
                                            const xmlNode *element, const char *attribute,
                                            const struct feel_type **ret_type,
                                            struct berm_error *err);
/** Unary tests without names, and their literals in order where all are literals. */
MUST_USE enum berm_status type_allowed_values(struct reader *reader, struct part *part,
                                              const xmlNode *element,
                                              const struct feel_expression **ret_tests,
                                              const struct feel_value **ret_values,
                                              size_t *ret_count, struct berm_error *err);

/* ---- graph.c --------------------------------------------------------------------------------- */
/** Resolve every node's references, refuse circles, and count chains. */
MUST_USE enum berm_status graph_resolve(struct reader *reader, struct berm_error *err);
/** A node by reference "#id" or "name space#id"; NO_NODE where there is none. */
MUST_USE enum berm_status graph_find(struct reader *reader, struct part *part, struct text href,
                                     uint32_t *ret_node, struct berm_error *err);

/* ---- logic.c --------------------------------------------------------------------------------- */
/** Compile the logic of every decision and knowledge model. */
MUST_USE enum berm_status compile_all(struct reader *reader, struct berm_error *err);

/* ---- compile.c ------------------------------------------------------------------------------- */
/** Compile the "text" child of an element. Empty text is null, or an error where strict. */
MUST_USE enum berm_status compile_formula(struct compiler *compiler, const struct feel_scope *scope,
                                          const xmlNode *element, enum feel_syntax syntax,
                                          struct formula *ret_formula, struct berm_error *err);
/** The same for text that is made from the file's; positions are those of the element. */
MUST_USE enum berm_status compile_text(struct compiler *compiler, const struct feel_scope *scope,
                                       const xmlNode *element, struct text text,
                                       enum feel_syntax syntax, struct formula *ret_formula,
                                       struct berm_error *err);
/** A copy of the scope to which local names can be added. */
MUST_USE enum berm_status compile_scope_copy(struct compiler *compiler,
                                             const struct feel_scope *scope,
                                             struct feel_scope **ret_copy, struct berm_error *err);
MUST_USE enum berm_status compile_local(struct compiler *compiler, struct feel_scope *scope,
                                        struct text name, const struct feel_type *type,
                                        uint32_t *ret_slot, struct berm_error *err);
/** The frame must hold all slots of this scope. */
void compile_note_frame(struct compiler *compiler, const struct feel_scope *scope);
/** The knowledge model or service that a name stands for in this logic; NO_NODE: none. */
uint32_t compile_find_callable(const struct compiler *compiler, struct text name);

/* ---- boxed.c, loops.c ------------------------------------------------------------------------ */
/** The boxed expression in an element (of any kind); NULL element gives BOXED_NULL. */
MUST_USE enum berm_status boxed_compile(struct compiler *compiler, const struct feel_scope *scope,
                                        const xmlNode *element, const struct boxed **ret_boxed,
                                        struct berm_error *err);
/** The first child of an element that is a boxed expression, or NULL. */
const xmlNode *boxed_child(const xmlNode *parent);
MUST_USE enum berm_status boxed_formal_parameters(struct compiler *compiler, const xmlNode *element,
                                                  const struct text **ret_names,
                                                  const struct feel_type *const **ret_types,
                                                  size_t *ret_count, struct berm_error *err);
/** What a function returns whose typeRef is that of its result (DMN 1.1) or of itself (1.3). */
const struct feel_type *boxed_result_type(const struct feel_type *type);
MUST_USE enum berm_status loop_compile(struct compiler *compiler, const struct feel_scope *scope,
                                       const xmlNode *element, struct boxed *boxed,
                                       struct berm_error *err);
MUST_USE enum berm_status filter_compile(struct compiler *compiler, const struct feel_scope *scope,
                                         const xmlNode *element, struct boxed *boxed,
                                         struct berm_error *err);

/* ---- invocation.c ---------------------------------------------------------------------------- */
MUST_USE enum berm_status invocation_compile(struct compiler *compiler,
                                             const struct feel_scope *scope, const xmlNode *element,
                                             struct boxed *boxed, struct berm_error *err);

/* ---- table.c --------------------------------------------------------------------------------- */
MUST_USE enum berm_status table_compile(struct compiler *compiler, const struct feel_scope *scope,
                                        const xmlNode *element, const struct table **ret_table,
                                        struct berm_error *err);

#endif
