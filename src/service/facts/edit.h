/* What the files of facts/ share. Private to service. */
#ifndef SERVICE_FACTS_EDIT_H
#define SERVICE_FACTS_EDIT_H

#include "service/household.h"
#include "service/import/private.h"
#include "service/service.h"

/* ---- problem.c ------------------------------------------------------------------------------- */

/** What is wrong with a call, while it is looked at. */
struct fact_problem_list {
    struct arena *arena;
    struct fact_problem *rows;
    size_t count, capacity;
};

MUST_USE enum berm_status fact_problem_add(struct fact_problem_list *list, int64_t entry,
                                           struct text field, const char *code,
                                           struct berm_error *err, const char *format, ...)
    PRINTF_LIKE(6, 7);
/** Keep what a reader refused; other failures stay failures. */
MUST_USE enum berm_status fact_problem_keep(struct fact_problem_list *list, int64_t entry,
                                            struct text field, enum berm_status status,
                                            const struct berm_error *fault, struct berm_error *err);
/** BERM_INVALID_INPUT with the first of the problems, and all in *ret_problems, where there are
 * any. */
MUST_USE enum berm_status fact_problems_tell(const struct fact_problem_list *list,
                                             struct fact_problems *ret_problems,
                                             struct berm_error *err);

/* ---- edit.c: one call, from its transaction to its change ------------------------------------ */

/** A call while it runs. */
struct fact_edit {
    struct office *office;
    const struct fact_call *call;
    struct fact_result *result; /* the caller's: problems and version are told there on failure */
    bool has_begun;
    struct area_scope scope; /* where the caller may write */
    struct field_sight sight;
    struct change change;
    int64_t new_id;         /* of the household or person that is added; 0: none is */
    int64_t added, changed; /* rows */
    struct fact_problem_list problems;
    int64_t touched[2]; /* households to be screened again */
    size_t touched_count;
    /* The household at hand. */
    int64_t household_id; /* 0: none yet */
    enum field_class class_seen;
};

/** Begin the transaction and the change. via says what kind of change, such as "change household".
 */
MUST_USE enum berm_status fact_edit_begin(struct office *office, const struct fact_call *call,
                                          const char *via, struct fact_result *ret_result,
                                          struct fact_edit *edit, struct berm_error *err);
/** A household that the caller may write to, active unless with_archived, at the version that the
 * call expects. */
MUST_USE enum berm_status fact_edit_household(struct fact_edit *edit, struct text code,
                                              bool with_archived, struct household_facts *ret_facts,
                                              struct berm_error *err);
/** A household that the call changes: it is screened again at the end. */
void fact_edit_touch(struct fact_edit *edit, int64_t household_id);
/** Look at what lies at this position from here on. */
void fact_edit_look_at(struct fact_edit *edit, int64_t position);
/** BERM_INVALID_INPUT with the first of the problems, and all in the result, where there are any.
 */
MUST_USE enum berm_status fact_problems_check(struct fact_edit *edit, struct berm_error *err);
/** Write the change and commit, or roll back where nothing differs. Problems are told here too. */
MUST_USE enum berm_status fact_edit_finish(struct fact_edit *edit, const char *action,
                                           struct text code, struct berm_error *err);
void fact_edit_close(struct fact_edit *edit); /* for CLEANUP */

/* ---- decode.c: texts to a typed row ---------------------------------------------------------- */

/** A household or person as the import takes it. */
struct fact_row {
    enum import_kind kind;
    struct import_columns columns;
    union {
        struct import_row row;
        struct import_household household;
        struct import_person person;
    };
};

#define FACT_FIELD(field) (UINT32_C(1) << (field))

/**
 * Read a call's texts. What is wrong becomes problems and not a failure.
 * fields: those that the act takes, a bit for each enum import_field; is_new: every variable gets
 * a value, and those that the dictionary requires must be there.
 */
MUST_USE enum berm_status fact_row_read(struct fact_edit *edit, enum import_kind kind,
                                        uint32_t fields, bool is_new, const struct fact_text *texts,
                                        size_t count, struct fact_row *ret_row,
                                        struct berm_error *err);
/** The text given under a name, trimmed; empty where there is none. */
struct text fact_text_named(const struct fact_text *texts, size_t count, struct text name);
/** Whether the texts named the field. */
static inline bool fact_row_has(const struct fact_row *row, enum import_field field)
{
    return import_columns_have(&row->columns, field);
}
/** Give the row to the import's rules; what they refuse becomes a problem. */
MUST_USE enum berm_status fact_row_write(struct fact_edit *edit, struct fact_row *row,
                                         struct berm_error *err);
/*
 * Lay texts over what is there, inside an edit that stands on the household: what the acts of
 * facts.h do between begin and finish. Problems become the edit's. (household.c, person.c, flow.c)
 */
MUST_USE enum berm_status fact_lay_household(struct fact_edit *edit,
                                             const struct household_facts *facts, uint32_t fields,
                                             const struct fact_text *texts, size_t count,
                                             struct berm_error *err);
/** code: of a present member. */
MUST_USE enum berm_status fact_lay_member(struct fact_edit *edit,
                                          const struct household_facts *facts, struct text code,
                                          const struct fact_text *texts, size_t count,
                                          struct berm_error *err);
MUST_USE enum berm_status fact_lay_flows(struct fact_edit *edit,
                                         const struct household_facts *facts,
                                         const struct fact_flow *flows, size_t count,
                                         struct berm_error *err);
/** A new household or person: its id, and where *code is empty a code that is not taken yet, made
 * of the id. A problem where another one has the code. */
MUST_USE enum berm_status fact_take_id(struct fact_edit *edit, enum import_kind kind,
                                       struct text *code, struct berm_error *err);

#endif
