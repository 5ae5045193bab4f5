/*
 * FEEL, the expression language of DMN: compile once, evaluate many times.
 *
 * Pipeline, one file each: lexer -> parser -> resolve (names to slots) -> interpreter; values and
 * decimals below them, one file for each family of built-in functions beside them.
 *
 * A compiled expression is immutable and shared by threads; a struct feel_run is one thread's.
 */
#ifndef POLICY_FEEL_FEEL_H
#define POLICY_FEEL_FEEL_H

#include "base/base.h"

/* ---- Numbers: IEEE 754-2008 decimal128 ------------------------------------------------------- */

/** The 128 bits of a decimal128 in BID encoding, low word first. */
struct feel_decimal {
    uint64_t low;
    uint64_t high;
};

struct feel_decimal feel_decimal_from_int64(int64_t value);
/** coefficient * 10^-scale, exactly: minor units of money are scale 2. */
struct feel_decimal feel_decimal_from_scaled(int64_t coefficient, int scale);
bool feel_decimal_parse(struct text text, struct feel_decimal *ret_value);
/** <0, 0, >0. Never a NaN: FEEL numbers are finite. */
int feel_decimal_compare(struct feel_decimal a, struct feel_decimal b);
/** value * 10^scale rounded half up to an integer; false where it does not fit. */
bool feel_decimal_to_scaled(struct feel_decimal value, int scale, int64_t *ret_coefficient);
struct feel_decimal feel_decimal_subtract(struct feel_decimal a, struct feel_decimal b);
enum { FEEL_DECIMAL_TEXT_MAX = 64 };
/** As FEEL writes it: no exponent where a person would write none, no trailing zeros behind the
 * point. */
struct text feel_decimal_format(struct feel_decimal value, char out[FEEL_DECIMAL_TEXT_MAX]);

/* ---- Values ---------------------------------------------------------------------------------- */

enum feel_kind {
    FEEL_NULL,
    FEEL_BOOLEAN,
    FEEL_NUMBER,
    FEEL_STRING,
    FEEL_DATE,
    FEEL_TIME,
    FEEL_DATE_TIME,
    FEEL_YEARS_MONTHS, /* years and months duration */
    FEEL_DAYS_TIME,    /* days and time duration */
    FEEL_LIST,
    FEEL_CONTEXT,
    FEEL_RANGE,
    FEEL_FUNCTION,
};

/**
 * The set of register values that were missing when a value was computed: names such as
 * "household.net_income_12m". NULL is the empty set, "all known". Immutable; the union of equal
 * sets is the same pointer where that is cheap.
 */
struct feel_unknown {
    uint32_t count;
    const struct text *names; /* sorted, no duplicates */
};

struct feel_list;
struct feel_context;
struct feel_range;
struct feel_function;
struct feel_moment; /* time and date_time parts; private */

struct feel_value {
    uint8_t kind;                       /* enum feel_kind */
    const struct feel_unknown *unknown; /* the mark travels with any kind of value, not only null */
    union {
        bool boolean;
        struct feel_decimal number;
        struct text string;
        int64_t date;   /* days since 1970-01-01; wider than date_days: years to +-999999999 */
        int64_t months; /* FEEL_YEARS_MONTHS */
        struct feel_decimal seconds; /* FEEL_DAYS_TIME */
        const struct feel_moment *moment;
        const struct feel_list *list;
        const struct feel_context *context;
        const struct feel_range *range;
        const struct feel_function *function;
    };
};

struct feel_list {
    size_t count;
    const struct feel_value *items;
};

/** Entry names are compared by pointer first, then by bytes. Order is the order of writing. */
struct feel_context {
    size_t count;
    const struct text *names;
    const struct feel_value *values;
    /**
     * What the trace calls it, such as "household" or "members[3]"; empty: its reads are not
     * traced. Contexts made from the register carry it, those made by expressions do not.
     */
    struct text origin;
};

/** A range; a start or end of kind FEEL_NULL is unbounded (as in "< 5"). */
struct feel_range {
    struct feel_value start;
    struct feel_value end;
    bool is_start_included;
    bool is_end_included;
    /** 0: an interval. '=' or '!': written "(= 5)" or "(!= 5)"; start and end are both 5. */
    char form;
};

struct feel_value feel_null(void);
struct feel_value feel_boolean(bool value);
struct feel_value feel_number(struct feel_decimal value);
struct feel_value feel_string(struct text value);
struct feel_value feel_date(date_days value);
struct feel_value feel_of_list(const struct feel_list *list);
struct feel_value feel_of_context(const struct feel_context *context);
/** Null carrying an unknown mark: a register value that is missing. */
struct feel_value feel_missing(const struct feel_unknown *unknown);

/** The entry's value; false where there is no entry of that name. */
bool feel_context_get(const struct feel_context *context, struct text name,
                      struct feel_value *ret_value);
const char *feel_kind_name(enum feel_kind kind); /* "number", "years and months duration", ... */
/** FEEL's "=" on two values: true, false or (kinds that do not compare) null; marks are left out.
 */
struct feel_value feel_equal(struct feel_value a, struct feel_value b);
/** Equal as the TCK compares: numbers within 1e-8, lists and contexts by element. */
bool feel_matches_expected(struct feel_value value, struct feel_value expected);
/** The value written as a FEEL literal, for messages and evidence. */
MUST_USE enum berm_status feel_format(struct feel_value value, struct buffer *out,
                                      struct berm_error *err);
/** The value as JSON: numbers as numbers, dates and durations as ISO strings, functions as null. */
void feel_write_json(struct feel_value value, struct json_writer *json);
/** The value as FEEL's string() gives it. */
MUST_USE enum berm_status feel_to_string(struct feel_value value, struct arena *arena,
                                         struct text *ret_text, struct berm_error *err);
/** ISO text to date, time, date and time or duration of the kind; null where it is none. */
MUST_USE enum berm_status feel_parse_literal(enum feel_kind kind, struct text text,
                                             struct arena *arena, struct feel_value *ret_value,
                                             struct berm_error *err);

MUST_USE enum berm_status feel_unknown_of_name(struct arena *arena, struct text name,
                                               const struct feel_unknown **ret_unknown,
                                               struct berm_error *err);
/** The union; either may be NULL. Errors: BERM_NO_MEMORY. */
MUST_USE enum berm_status feel_unknown_union(struct arena *arena, const struct feel_unknown *a,
                                             const struct feel_unknown *b,
                                             const struct feel_unknown **ret_unknown,
                                             struct berm_error *err);

/* ---- Types (DMN item definitions, type names in expressions) --------------------------------- */

enum feel_type_kind {
    FEEL_TYPE_ANY,
    FEEL_TYPE_NULL,
    FEEL_TYPE_BOOLEAN,
    FEEL_TYPE_NUMBER,
    FEEL_TYPE_STRING,
    FEEL_TYPE_DATE,
    FEEL_TYPE_TIME,
    FEEL_TYPE_DATE_TIME,
    FEEL_TYPE_YEARS_MONTHS,
    FEEL_TYPE_DAYS_TIME,
    FEEL_TYPE_LIST,
    FEEL_TYPE_CONTEXT,
    FEEL_TYPE_FUNCTION,
    FEEL_TYPE_RANGE,
};

struct feel_type_member {
    struct text name;
    const struct feel_type *type;
};

/** Immutable, in an arena. */
struct feel_type {
    enum feel_type_kind kind;
    const struct feel_type *element;        /* LIST, RANGE; FUNCTION: what it returns */
    const struct feel_type_member *members; /* CONTEXT: entries; FUNCTION: parameters */
    size_t member_count;
    const struct feel_expression *allowed;   /* unary tests, or NULL */
    const struct feel_value *allowed_values; /* where allowed is a list of literals: in order */
    size_t allowed_value_count;
};

/** The built-in type of a FEEL type name ("number", "date and time", "Any", ...), or NULL. */
const struct feel_type *feel_type_by_name(struct text name);

/* ---- Compiling ------------------------------------------------------------------------------- */

/**
 * The names that an expression may use. Slots are numbered from 0 in order of adding; a name added
 * twice hides the first. Names may hold spaces and operators ("Approved/Declined"): the lexer takes
 * the longest name known here or as an entry of a type known here.
 */
struct feel_scope;

MUST_USE enum berm_status feel_scope_create(struct arena *arena, struct feel_scope **ret_scope,
                                            struct berm_error *err);
/** type may be NULL (Any). */
MUST_USE enum berm_status feel_scope_add(struct feel_scope *scope, struct text name,
                                         const struct feel_type *type, uint32_t *ret_slot,
                                         struct berm_error *err);
/** Make a name known to the lexer only (entries of contexts whose type is not declared). */
MUST_USE enum berm_status feel_scope_know_name(struct feel_scope *scope, struct text name,
                                               struct berm_error *err);
/** Make a type's name known to "instance of" and to parameter types; its entries' names to the
 * lexer.
 */
MUST_USE enum berm_status feel_scope_know_type(struct feel_scope *scope, struct text name,
                                               const struct feel_type *type,
                                               struct berm_error *err);
/** A copy that can be added to without changing the original; slots go on from the original's
 * count. */
MUST_USE enum berm_status feel_scope_copy(struct arena *arena, const struct feel_scope *scope,
                                          struct feel_scope **ret_copy, struct berm_error *err);
uint32_t feel_scope_slot_count(const struct feel_scope *scope);

enum feel_syntax {
    FEEL_EXPRESSION,
    FEEL_UNARY_TESTS, /* of a decision table's cell: "-", "< 5", "not(1, 2)", "?" is the input */
};

enum feel_strictness {
    FEEL_LENIENT, /* plain DMN: an unknown name is null when evaluated */
    FEEL_STRICT,  /* an unknown name, or an unknown entry of a typed context, is an error */
};

struct feel_expression;

/**
 * Owner   everything lives in arena; text is copied.
 * Errors  BERM_INVALID_INPUT with line and column inside text (an unknown name with a suggestion),
 *         BERM_LIMIT (deeper than 200, longer than 64 KiB), BERM_NO_MEMORY.
 * Source  DMN 1.5 section 10.3.1.2 (grammar).
 */
MUST_USE enum berm_status feel_compile(struct arena *arena, const struct feel_scope *scope,
                                       enum feel_syntax syntax, enum feel_strictness strictness,
                                       struct text text,
                                       const struct feel_expression **ret_expression,
                                       struct berm_error *err);

/** true for unary tests that are "-" (or empty): they match everything and read nothing. */
bool feel_is_irrelevant(const struct feel_expression *expression);
struct text feel_source_text(const struct feel_expression *expression);

/** Every path that the expression reads from slots, as far as it can be told without running:
 *  ("household", "net_income_12m"). Called once for each place. A last entry "#" says that a list
 * is only walked over or counted: what of its elements is read is reported beside it. */
typedef void feel_path_visitor(void *context, uint32_t slot, const struct text *entries,
                               size_t entry_count);
void feel_visit_paths(const struct feel_expression *expression, feel_path_visitor *visit,
                      void *context);

/* ---- Evaluating ------------------------------------------------------------------------------ */

enum feel_trace_kind {
    FEEL_TRACE_READ,    /* an entry of a context with an origin was read */
    FEEL_TRACE_COMPARE, /* numbers or dates were compared: "<" "<=" ">" ">=" "=" "!=" */
};

struct feel_trace_event {
    enum feel_trace_kind kind;
    struct text origin;     /* READ: "household", "members[3]" */
    struct text name;       /* READ: the entry; COMPARE: the operator */
    struct feel_value left; /* READ: the value; COMPARE: the value tested */
    struct feel_value
        right;    /* COMPARE: the threshold (ranges give one event for each end tested) */
    bool is_true; /* COMPARE */
};

/** Grows in the run's arena. */
struct feel_trace {
    struct feel_trace_event *events;
    size_t count;
    size_t capacity;
};

/** One thread's state of evaluation. */
struct feel_run {
    struct arena *arena;      /* results and intermediate values */
    struct feel_trace *trace; /* NULL: none is kept */
    struct text now;          /* ISO date and time for now() and today(); empty: the clock */
    uint32_t depth;           /* of nested evaluations: limited; starts at 0 */
    uint64_t steps_left;      /* 0: no limit; otherwise counts down and ends in BERM_LIMIT */
};

/**
 * Evaluate with the given slots. FEEL's own errors (wrong types, division by zero) are null values,
 * not failures. Marks: see DESIGN "Unknown": the mark of every operand that the answer depends on
 * joins the result's; false and unknown, true or unknown, and x = null are known.
 * Shape   slots: at least as many as the expression's scope had.
 * Errors  BERM_LIMIT (depth, steps), BERM_NO_MEMORY.
 */
MUST_USE enum berm_status feel_evaluate(const struct feel_expression *expression,
                                        struct feel_run *run, const struct feel_value *slots,
                                        struct feel_value *ret_value, struct berm_error *err);

/**
 * Does input satisfy the unary tests? true, false or null; null with a mark is "unknown" (some test
 * depends on a missing value and none is satisfied for certain).
 */
MUST_USE enum berm_status feel_test(const struct feel_expression *unary_tests, struct feel_run *run,
                                    const struct feel_value *slots, struct feel_value input,
                                    struct feel_value *ret_result, struct berm_error *err);

/**
 * A function value that calls a compiled body (a business knowledge model, a boxed function).
 * Shape   the parameters are the first slots of body's scope, in order; slots behind them are null
 *         when it runs. A body that needs more than its parameters is a native function.
 */
MUST_USE enum berm_status feel_function_create(struct arena *arena, const struct text *parameters,
                                               const struct feel_type *const *parameter_types,
                                               size_t parameter_count,
                                               const struct feel_expression *body,
                                               struct feel_value *ret_function,
                                               struct berm_error *err);
/**
 * A function value that calls back into C: DMN's boxed bodies and decision services.
 * call gets its arguments in parameter order.
 */
typedef enum berm_status feel_native_function(void *context, struct feel_run *run,
                                              const struct feel_value *arguments,
                                              size_t argument_count, struct feel_value *ret_value,
                                              struct berm_error *err);
MUST_USE enum berm_status
feel_function_create_native(struct arena *arena, const struct text *parameters,
                            const struct feel_type *const *parameter_types, size_t parameter_count,
                            feel_native_function *call, void *context,
                            struct feel_value *ret_function, struct berm_error *err);
/** Call a function value with positional arguments; null where it is no function or they do not
 * fit. */
MUST_USE enum berm_status feel_call(struct feel_value function, struct feel_run *run,
                                    const struct feel_value *arguments, size_t argument_count,
                                    struct feel_value *ret_value, struct berm_error *err);

/**
 * The value as the type wants it: itself; the single element of a list for a non-list type, or a
 * list of one for a list type (DMN 1.5 section 10.3.2.9.4); null where it does not conform or is
 * not allowed.
 */
MUST_USE enum berm_status feel_coerce(const struct feel_type *type, struct feel_run *run,
                                      const struct feel_value *slots, struct feel_value value,
                                      struct feel_value *ret_value, struct berm_error *err);

#endif
