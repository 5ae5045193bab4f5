/* What the files of warning/ share. Private to service. */
#ifndef SERVICE_WARNING_PRIVATE_H
#define SERVICE_WARNING_PRIVATE_H

#include "service/service.h"

/** The members of a warning, in the order in which they are kept. */
enum warning_member {
#define WARNING_MEMBER(id, name) MEMBER_##id,
#include "service/warning/members.def"
#undef WARNING_MEMBER
    MEMBER_COUNT,
};
const char *warning_member_name(enum warning_member member);
struct text *warning_member_of(struct warning_input *input, enum warning_member member);

/* ---- check.c --------------------------------------------------------------------------------- */

/** A warning that is complete. Texts are the input's, or in the arena it was made in. */
struct warning_order {
    struct warning_input input;
    const struct warning_kind *kind;
    month_number month;
    bool has_birth_date;
    date_days birth_date;
    char id_number_bytes[OFFICIAL_NUMBER_MAX];
    struct text id_number;      /* in its one form; empty: none */
    struct field_value *values; /* one for each fact of the kind */
    struct text payload;        /* JSON: what is kept */
};
/** *ret_field: the member that is wrong, with BERM_INVALID_INPUT. */
MUST_USE enum berm_status warning_check(struct office *office, const struct warning_input *input,
                                        struct arena *arena, struct warning_order *ret_order,
                                        const char **ret_field, struct berm_error *err);

/* ---- match.c --------------------------------------------------------------------------------- */

/** Whom a warning means. */
struct warning_match {
    enum warning_state state;
    int64_t household_id, person_id; /* 0: none */
};
/** scope: where the sender may send; who lives elsewhere is not there. */
MUST_USE enum berm_status warning_match_find(struct office *office,
                                             const struct warning_order *order,
                                             const struct area_scope *scope, struct arena *arena,
                                             struct warning_match *ret_match,
                                             struct berm_error *err);

/* ---- apply.c --------------------------------------------------------------------------------- */

/**
 * Make fact of what the kind sets, and screen the household again; inside the writing transaction
 * and the change. *ret_run_id 0: nothing differs.
 */
MUST_USE enum berm_status warning_apply(struct office *office, const struct actor *actor,
                                        const struct warning_order *order,
                                        const struct warning_match *match, struct change *change,
                                        struct arena *arena, struct change_end *end,
                                        int64_t *ret_run_id, struct berm_error *err);

/* ---- receive.c ------------------------------------------------------------------------------- */

/** The change's row about the warning itself: its state, and with payload what was sent. */
MUST_USE enum berm_status warning_log(struct change *change, int64_t warning_id,
                                      struct text state_before, enum warning_state state,
                                      struct text payload, struct berm_error *err);
/** Finish the change, with the entry in the journal. */
MUST_USE enum berm_status warning_finish(struct change *change, const struct actor *actor,
                                         const char *action, int64_t warning_id,
                                         struct change_end *end, struct berm_error *err);
/** The run that it led to, and that the run's leads are the warning's. run_id 0: there is none. */
MUST_USE enum berm_status warning_set_run(struct store *store, int64_t warning_id,
                                          int64_t household_id, int64_t change_id, int64_t run_id,
                                          struct berm_error *err);

/* ---- read.c ---------------------------------------------------------------------------------- */

/** A warning with what only the service needs. */
struct warning_record {
    struct warning_row row;
    int64_t household_id, run_id; /* 0: none */
    bool has_position;
    int64_t position;
};
/** The highest class of what a kind sets; one that the pack no longer has is hidden from all who do
 * not see everything. */
enum field_class warning_kind_class(const struct pack *pack, struct text code);
/** BERM_NOT_FOUND. Owner: in arena. */
MUST_USE enum berm_status warning_find(struct office *office, int64_t warning_id,
                                       struct arena *arena, struct warning_record *ret_record,
                                       struct berm_error *err);
/** BERM_NOT_FOUND, in the words for what is not there and for what the caller may not see. */
MUST_USE enum berm_status warning_fail_unknown(int64_t warning_id, struct berm_error *err);
/** Whether what lies there, or nowhere, is within a scope. */
bool warning_is_in(const struct warning_record *record, const struct area_scope *scope);
/** The answer for a caller, who may or may not read the warning. */
MUST_USE enum berm_status warning_answer_fill(struct office *office, const struct caller *caller,
                                              int64_t warning_id, struct arena *arena,
                                              struct warning_answer *ret_answer,
                                              struct berm_error *err);

#endif
