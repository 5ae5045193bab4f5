/*
 * The register's own rules: data dictionary, values, areas, flows. Pure: no input or output.
 *
 * Files by subject: dictionary (reading and checking dictionary.csv and choices.csv), value (text
 * to typed value and back), constraint, area (nested intervals), flow (sources to months, months to
 * windows), parameter (resolution by area and month).
 */
#ifndef REGISTER_REGISTER_H
#define REGISTER_REGISTER_H

#include "base/base.h"

/* ---- Data dictionary ------------------------------------------------------------------------- */

enum entity {
    ENTITY_HOUSEHOLD,
    ENTITY_PERSON,
    ENTITY_FLOW,
    ENTITY_COUNT,
};

enum variable_type {
    VARIABLE_INTEGER,
    VARIABLE_DECIMAL, /* exact, six places behind the point: stored as millionths */
    VARIABLE_MONEY,   /* minor units of the pack's currency */
    VARIABLE_BOOLEAN,
    VARIABLE_DATE,
    VARIABLE_TEXT,
    VARIABLE_SELECT_ONE,
    VARIABLE_SELECT_MULTIPLE, /* choice names in the list's order, one blank between */
};

enum { VARIABLE_DECIMAL_SCALE = 6, VARIABLE_NAME_MAX = 48 };

struct choice {
    struct text name; /* what is stored and what FEEL sees */
    struct text label_en;
    struct text label_zh;
};

struct choice_list {
    struct text name;
    const struct choice *choices;
    size_t choice_count;
    const uint16_t *slots; /* made by dictionary_read for choice_position; NULL: it searches */
    size_t slot_mask;
};

/** ">= 0", "[0..120]", ">= 0 and < 10", "length <= 40": bounds on the typed value, in its stored
 * units. */
struct constraint {
    struct text source;
    bool has_low;
    bool has_high;
    bool is_low_open;
    bool is_high_open;
    bool is_length; /* bounds are code points of a text */
    int64_t low;
    int64_t high;
};

/** Who may see a value: the caller's roles say up to which class (service/access.h). */
enum field_class {
    FIELD_CLASS_PUBLIC,
    FIELD_CLASS_INTERNAL, /* where the dictionary says nothing */
    FIELD_CLASS_PERSONAL, /* also persons' names and birth dates */
    FIELD_CLASS_SENSITIVE,
    FIELD_CLASS_COUNT,
};
const char *field_class_name(enum field_class field_class);

/** How entries of several sources for one flow and month become one amount. */
enum flow_combination {
    FLOW_SUM,    /* sources add up */
    FLOW_PREFER, /* the first source of `preferred` that has an entry; then the others by name */
};

struct variable {
    struct text name; /* [a-z][a-z0-9_]*, unique in its entity */
    enum entity entity;
    enum variable_type type;
    const struct choice_list *list; /* SELECT_ONE, SELECT_MULTIPLE */
    struct text unit;
    struct constraint constraint;
    enum field_class field_class;
    bool is_required;
    bool is_empty_zero; /* an empty value means 0, false or none; otherwise it means unknown */
    enum flow_combination combination;
    const struct text *preferred; /* FLOW_PREFER: source codes, best first */
    size_t preferred_count;
    struct text group;
    struct text label_en;
    struct text label_zh;
    struct text hint_en;
    struct text hint_zh;
    struct text source;
};

/** Immutable. Variables are grouped by entity, in the file's order. */
struct dictionary {
    const struct variable *variables;
    size_t variable_count;
    size_t first[ENTITY_COUNT]; /* position of an entity's first variable */
    size_t count[ENTITY_COUNT];
    const struct choice_list *lists;
    size_t list_count;
    int money_decimals;
};

/**
 * Read dictionary.csv and choices.csv (docs/reference/pack.md gives the columns).
 * Owner   all in arena; the texts are copied.
 * Errors  BERM_INVALID_INPUT with line and column and the file's name: unknown type or list, a name
 *         twice or reserved, a constraint that does not parse; BERM_LIMIT; BERM_NO_MEMORY.
 */
MUST_USE enum berm_status dictionary_read(struct arena *arena, struct text dictionary_csv,
                                          struct text choices_csv, int money_decimals,
                                          struct dictionary *ret_dictionary,
                                          struct berm_error *err);
const char *entity_name(enum entity entity);
const char *variable_type_name(enum variable_type type);
/** The variable, or NULL. */
const struct variable *dictionary_find(const struct dictionary *dictionary, enum entity entity,
                                       struct text name);
/** Position inside the entity (0 to count - 1), or -1. */
int dictionary_position(const struct dictionary *dictionary, enum entity entity, struct text name);
static inline const struct variable *dictionary_variables(const struct dictionary *dictionary,
                                                          enum entity entity)
{
    return dictionary->variables + dictionary->first[entity];
}
const struct choice_list *dictionary_list(const struct dictionary *dictionary, struct text name);
int choice_position(const struct choice_list *list, struct text name); /* -1: none */

/* ---- Values ---------------------------------------------------------------------------------- */

/** A typed value: number holds integer, millionths, minor units, 0/1, days or choice position; text
 * the rest. */
struct field_value {
    bool is_known;
    int64_t number;
    struct text text; /* TEXT, SELECT_ONE (the choice's name), SELECT_MULTIPLE; else empty */
};

/**
 * Read a value as a person writes it and check it against type, list and constraint. Empty text is
 * unknown, or zero where the variable says so.
 * Owner   ret_value->text is a slice of text or of the dictionary (SELECT_MULTIPLE is rewritten in
 * arena). Errors  BERM_INVALID_INPUT: one sentence with the value, what is wanted and the remedy.
 */
MUST_USE enum berm_status variable_parse(const struct dictionary *dictionary,
                                         const struct variable *variable, struct text text,
                                         struct arena *arena, struct field_value *ret_value,
                                         struct berm_error *err);
/** The value as CSV and people see it; empty where unknown. out must hold TEXT_VALUE_BYTES_MAX. */
struct text variable_format(const struct dictionary *dictionary, const struct variable *variable,
                            struct field_value value, char *out);
bool field_value_equal(struct field_value a, struct field_value b);
void variable_write_json(const struct dictionary *dictionary, const struct variable *variable,
                         struct field_value value, struct json_writer *json);
/** A code of an area, household or person: 1 to CODE_BYTES_MAX visible characters, no blanks at the
 * ends, and a part of an address as it is: no slashes, not . or .. */
MUST_USE enum berm_status code_check(struct text code, const char *what, struct berm_error *err);

/* ---- Official numbers ------------------------------------------------------------------------ */

enum { OFFICIAL_NUMBER_MAX = 40, OFFICIAL_NUMBER_MASK_MAX = 8 };

/**
 * An id number in its one form: upper case, without blanks and hyphens, checked.
 * Owner   *ret_number is a slice of out.
 * Errors  BERM_INVALID_INPUT (type is not resident_id, passport or other; a check digit, a date or
 *         the length is wrong). No message holds the number.
 * Source  GB 11643-1999 for resident_id.
 */
MUST_USE enum berm_status id_number_read(struct text type, struct text text,
                                         char out[OFFICIAL_NUMBER_MAX], struct text *ret_number,
                                         struct berm_error *err);
/** The same for a bank account. Source: ISO 13616 for an IBAN. */
MUST_USE enum berm_status bank_account_read(struct text text, char out[OFFICIAL_NUMBER_MAX],
                                            struct text *ret_number, struct berm_error *err);
/** "****" and the last four places, or "****" where the number is short. */
struct text official_number_mask(struct text number, char out[OFFICIAL_NUMBER_MASK_MAX]);

/* ---- Areas ----------------------------------------------------------------------------------- */

struct area {
    int64_t area_id;
    int64_t parent_id; /* 0: a root */
    struct text code;
    struct text name;
    struct text name_en; /* may be empty */
    int level;           /* 0 at a root */
    int64_t position_low;
    int64_t position_high; /* the subtree is [low, high], itself included */
};

/**
 * Give every area its level and its nested interval, with gaps for later children.
 * Shape   areas: count of them in any order; parents by id.
 * Errors  BERM_INVALID_INPUT: a parent that is not there, or a circle; *ret_bad is the area's
 * position. BERM_LIMIT: deeper than AREA_DEPTH_MAX.
 */
MUST_USE enum berm_status area_assign_positions(struct area *areas, size_t count, size_t *ret_bad,
                                                struct berm_error *err);

/* ---- Flows ----------------------------------------------------------------------------------- */

/** One entry as somebody reported it. */
struct flow_report {
    struct text source;
    int64_t amount_minor;
};

/** The month's amount out of its reports; false where there are none. */
bool flow_combine(const struct variable *flow, const struct flow_report *reports, size_t count,
                  int64_t *ret_amount_minor);

enum { FLOW_MONTHS = 24 };

/** The months M-23 to M of one flow of one household; [23] is month M. */
struct flow_months {
    int64_t amount_minor[FLOW_MONTHS];
    uint32_t reported; /* bit i: month i was reported */
};

/** What a policy sees of a flow. */
enum flow_window {
    FLOW_MONTH,        /* f_month: M */
    FLOW_3M,           /* f_3m: M-2 to M */
    FLOW_12M,          /* f_12m: M-11 to M */
    FLOW_PREVIOUS_12M, /* f_previous_12m: M-23 to M-12 */
    FLOW_REPORTED_12M, /* f_reported_12m: sum of those months of M-11 to M that were reported; known
                        */
    FLOW_MONTHS_REPORTED_12M, /* f_months_reported_12m: how many those are; a count, known */
    FLOW_WINDOW_COUNT,
};
const char *flow_window_suffix(enum flow_window window); /* "_month", "_3m", ... */
/** Name "wage_income_12m" -> the flow's position and the window; false where it is none. */
bool flow_window_find(const struct dictionary *dictionary, struct text name, int *ret_flow,
                      enum flow_window *ret_window);
/** First month, counted back from M, that a window reads: 0 for f_month, 2, 11, 23, 11, 11. */
int flow_window_depth_months(enum flow_window window);

/**
 * A window's value. A month that was not reported is unknown, and so is a sum over it, unless the
 * flow says that empty is zero. FLOW_REPORTED_12M and FLOW_MONTHS_REPORTED_12M are always known.
 */
struct field_value flow_window_value(const struct variable *flow, const struct flow_months *months,
                                     enum flow_window window);

/* ---- Parameters ------------------------------------------------------------------------------ */

struct parameter {
    struct text name;
    struct text area_code; /* empty: everywhere */
    date_days valid_from;
    int64_t value_millionths;
    struct text unit;
    struct text source;
};

struct parameter_table {
    const struct parameter *rows;
    size_t row_count;
    const struct text *names; /* every name once, sorted; the rows by name, area, day */
    size_t name_count;
};

MUST_USE enum berm_status parameter_table_read(struct arena *arena, struct text parameters_csv,
                                               struct parameter_table *ret_table,
                                               struct berm_error *err);
/**
 * The value of names[name] for a day and an area given by the codes from itself up to its root:
 * nearest area first, then the latest valid_from that is not after the day. NULL where there is
 * none.
 */
const struct parameter *parameter_find(const struct parameter_table *table, size_t name,
                                       const struct text *area_codes, size_t area_code_count,
                                       date_days day);

#endif
