/* The compiled model: immutable once read, shared by threads. Private to policy/dmn. */
#ifndef POLICY_DMN_MODEL_H
#define POLICY_DMN_MODEL_H

#include "dmn.h"

enum {
    DMN_NODES_MAX = 10000,     /* inputs, decisions, knowledge models and services together */
    DMN_CHAIN_MAX = 400,       /* decisions that wait for one another: each takes C stack */
    DMN_COLUMNS_MAX = 256,     /* of one decision table */
    DMN_RULES_MAX = 20000,     /* of one decision table */
    DMN_PARTS_MAX = 64,        /* a model and all that it imports */
    DMN_TYPE_DEPTH_MAX = 64,   /* item definitions inside one another */
    DMN_BOXED_DEPTH_MAX = 100, /* boxed expressions inside one another */
    DMN_CALL_DEPTH_MAX = 400,  /* knowledge models and services calling one another when run */
    DMN_RUN_DEPTH_MAX = 2000,  /* boxed expressions inside one another when run, calls included */
    DMN_STEPS_MAX = 10000000,  /* FEEL steps from one reset to the next */
    DMN_ITERATIONS_MAX = 1000000, /* of one boxed for over a range */
};

/** "No node": a slot that belongs to a parameter or a local name. */
#define NO_NODE UINT32_MAX

/** A FEEL expression with what tracing must know of it. */
struct formula {
    const struct feel_expression *expression; /* NULL: null always (lenient reading of bad FEEL) */
    const uint32_t *decisions;                /* the decisions that it reads itself */
    size_t decision_count;
};

enum boxed_kind {
    BOXED_NULL, /* no logic, or a function of another language */
    BOXED_LITERAL,
    BOXED_TABLE,
    BOXED_CONTEXT,
    BOXED_CALL,
    BOXED_FUNCTION,
    BOXED_LIST,
    BOXED_RELATION,
    BOXED_CONDITIONAL,
    BOXED_FOR,
    BOXED_EVERY,
    BOXED_SOME,
    BOXED_FILTER,
};

struct boxed;
struct table;

/** An entry of a boxed context; the final result cell has no name. */
struct boxed_entry {
    struct text name;
    uint32_t slot;
    const struct feel_type *type;
    const struct boxed *value;
};

struct boxed_context {
    const struct boxed_entry *entries;
    const struct text *names;   /* of the entries in order: the value's names */
    size_t count;               /* without the result */
    const struct boxed *result; /* NULL: the value is the context itself */
};

/** Call of a node (a knowledge model or a service) with its arguments in parameter order. */
struct boxed_call {
    uint32_t node;
    const struct boxed *const *arguments; /* NULL: null */
    size_t argument_count;
};

struct boxed_function {
    const struct text *parameters;
    const struct feel_type *const *parameter_types;
    size_t parameter_count;
    uint32_t first_slot; /* of the parameters, which follow one another */
    const struct feel_type *result_type;
    const struct boxed *body;
};

struct boxed_list {
    const struct boxed *const *items;
    size_t count;
    size_t column_count; /* of a relation: items are row after row */
    const struct text *columns;
};

/** for, every, some and filter: in, then one body for each item. */
struct boxed_loop {
    const struct boxed *in;
    const struct boxed *body;
    uint32_t slot;
    uint32_t partial_slot; /* of for: the results so far */
};

struct boxed {
    enum boxed_kind kind;
    const struct feel_type *type; /* of the expression itself; NULL: any */
    union {
        struct formula literal;
        const struct table *table;
        struct boxed_context context;
        struct boxed_call call;
        struct boxed_function function;
        struct boxed_list list;
        const struct boxed *condition[3]; /* if, then, else */
        struct boxed_loop loop;
    };
};

enum hit_policy {
    HIT_UNIQUE,
    HIT_ANY,
    HIT_FIRST,
    HIT_PRIORITY,
    HIT_RULE_ORDER,
    HIT_OUTPUT_ORDER,
    HIT_COLLECT,
};

enum aggregation {
    AGGREGATE_NONE,
    AGGREGATE_SUM,
    AGGREGATE_COUNT,
    AGGREGATE_MIN,
    AGGREGATE_MAX,
};

struct table_input {
    struct text text;
    struct formula formula;
    const struct feel_type *type;
    struct text allowed; /* inputValues as written; empty: none */
};

struct table_output {
    struct text name; /* empty where the only one has none */
    const struct feel_type *type;
    const struct feel_value *priorities; /* output values, highest first */
    size_t priority_count;
    const struct feel_expression *allowed; /* output values as tests, or NULL */
    struct formula default_value;
    bool has_default;
};

/** A cell that tests something; "-" cells are not kept. */
struct table_cell {
    uint32_t column;
    struct formula test;
};

struct table_rule {
    const struct table_cell *cells;
    size_t cell_count;
    const struct formula *outputs;
    const struct text *output_texts;
    const struct text *cell_texts; /* of every column, "-" included */
    struct text note;              /* description, else the first annotation */
    struct text annotation;        /* the first */
    int32_t line;
};

struct table {
    enum hit_policy hit_policy;
    enum aggregation aggregation;
    const struct table_input *inputs;
    size_t input_count;
    const struct table_output *outputs;
    const struct text *output_names;
    size_t output_count;
    const struct table_rule *rules;
    size_t rule_count;
    const struct feel_expression *aggregate; /* over the list of hits in slot 0; NULL: none */
    bool has_default;
};

/** What fills a frame's first slots before the logic runs. */
struct binding {
    uint32_t node; /* NO_NODE: an import's context of several nodes */
    const uint32_t *nodes;
    const struct text *names;
    size_t count;
    struct text name; /* as the logic sees it */
};

struct logic {
    const struct binding *bindings; /* binding i fills slot i */
    size_t binding_count;
    uint32_t frame_size;
    const struct boxed *body; /* NULL: none */
    /* of knowledge models and services */
    const struct text *parameters;
    const struct feel_type *const *parameter_types;
    size_t parameter_count; /* their slots follow the bindings */
    const struct feel_type *result_type;
};

enum node_kind {
    NODE_INPUT,
    NODE_DECISION,
    NODE_KNOWLEDGE,
    NODE_SERVICE,
};

struct service {
    const uint32_t *parameters; /* nodes: input data, then input decisions */
    size_t parameter_count;
    const uint32_t *outputs;
    size_t output_count;
    const struct text *output_names;
};

struct node {
    enum node_kind kind;
    uint32_t part;         /* the model file */
    uint32_t public_index; /* among the inputs or the decisions */
    struct text name;
    struct text id;
    struct text variable;         /* what logic calls it: mostly the name */
    const struct feel_type *type; /* NULL: any */
    bool is_value_trusted;        /* the caller warrants the type: no check at run time */
    int32_t line;
    const uint32_t *requires;
    size_t require_count;
    struct logic logic;
    struct service service;
};

struct input_entry {
    uint32_t input; /* public index */
    struct text entry;
};

/** What a lenient reading passed over and a strict one would refuse: the checker tells it. */
struct model_problem {
    uint32_t node;
    int rule; /* from 0; -1: none */
    struct text message;
};

struct model_part {
    struct text name_space;
    struct text name;
};

struct dmn_model {
    const struct model_part *parts;
    size_t part_count;
    const struct node *nodes; /* the model's own first, then those of imports */
    size_t node_count;
    const uint32_t *inputs; /* public index to node */
    size_t input_count;
    const uint32_t *decisions;
    size_t decision_count;
    struct input_entry *input_entries;
    size_t input_entry_count;
    struct model_problem *problems;
    size_t problem_count;
    size_t frame_slots; /* of all decisions together */
};

static inline bool table_gives_list(const struct table *table)
{
    return table->hit_policy == HIT_RULE_ORDER || table->hit_policy == HIT_OUTPUT_ORDER ||
           (table->hit_policy == HIT_COLLECT && table->aggregation == AGGREGATE_NONE);
}

static inline const struct table *decision_table(const struct dmn_model *model, size_t decision)
{
    const struct boxed *body = model->nodes[model->decisions[decision]].logic.body;

    return body != NULL && body->kind == BOXED_TABLE ? body->table : NULL;
}

#endif
