/* Private: names to slots, locals and built-in functions; constants folded. */
#ifndef POLICY_FEEL_RESOLVE_H
#define POLICY_FEEL_RESOLVE_H

#include "policy/feel/ast.h"
#include "policy/feel/scope.h"

enum { LOCALS_MAX = 4096 };

/** A name that the expression itself declares. */
struct binding {
    struct text name;
    uint32_t local;
    const struct feel_type *type;
    bool is_item; /* a filter's element: its entries are names too */
    bool is_used;
};

/** A body whose names are being resolved: the expression, or a function in it. */
struct frame {
    struct frame *outer;
    struct function_node *function;
    struct binding *bindings;
    size_t count;
    size_t capacity;
    uint32_t capture_capacity;
};

struct resolver {
    struct arena *arena;
    const struct feel_scope *scope;
    enum feel_strictness strictness;
    struct text text;
    struct frame *frame;
    struct berm_error *err;
};

/** Resolve a tree in place. body->body is the tree; its parameters become the first locals. */
MUST_USE enum berm_status resolve_body(struct resolver *resolver, struct function_node *body);

/* Between the resolver's files. */

MUST_USE enum berm_status resolve(struct resolver *resolver, struct node *node);
MUST_USE enum berm_status resolve_name(struct resolver *resolver, struct node *node);
/** The callee of a call: true where the name is a variable rather than a built-in function. */
bool is_variable(const struct resolver *resolver, struct text name);
MUST_USE enum berm_status resolve_call(struct resolver *resolver, struct node *node);
MUST_USE enum berm_status bind_local(struct resolver *resolver, struct text name,
                                     const struct feel_type *type, bool is_item,
                                     uint32_t *ret_local);
MUST_USE enum berm_status new_local(struct resolver *resolver, uint32_t *ret_local);
void unbind(struct resolver *resolver, size_t count);
/** Replace the node by its value where everything in it is constant. */
MUST_USE enum berm_status fold(struct resolver *resolver, struct node *node);
/** The type of an element of a list type, or the type itself. */
const struct feel_type *element_type(const struct feel_type *type);

#endif
