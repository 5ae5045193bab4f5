/*
 * Visits: somebody goes to a household, looks, and writes down what they found. Part of the
 * service's face; its files are in visit/.
 *
 * A visit changes no fact by itself. What it found of a value is kept as before and after; whoever
 * may change facts applies it, all in one transaction through the rules of facts/, or refuses it,
 * and then it stays on record as refused. Where a value became another one since the visitor last
 * saw it, there is a conflict: what they knew, what they found, and what the register says now are
 * shown side by side, and it is applied only by somebody who says that they saw all three.
 *
 * A visit that is done is the proof 'visit' of the household's open case.
 *
 *   plan.c     planned and called off      form.c     what to ask, and what is known
 *   record.c   what was found              decide.c   applied, or refused
 *   read.c     lists, one of them          present.c  the values as they are now
 */
#ifndef SERVICE_VISIT_H
#define SERVICE_VISIT_H

#include "service/attachment.h"
#include "service/facts.h"

struct office;
struct household_facts; /* service.h */

enum visit_purpose {
    VISIT_VERIFICATION, /* of a case: is it so? */
    VISIT_ELIMINATION,  /* of a case: is the danger gone? */
    VISIT_FOLLOW_UP,
    VISIT_SHOCK,
    VISIT_PURPOSE_COUNT,
};
const char *visit_purpose_name(enum visit_purpose purpose); /* "follow_up" */
/** BERM_INVALID_INPUT with the purposes that there are. */
MUST_USE enum berm_status visit_purpose_find(struct text name, enum visit_purpose *ret_purpose,
                                             struct berm_error *err);

enum visit_state { VISIT_PLANNED, VISIT_DONE, VISIT_CANCELLED, VISIT_STATE_COUNT };
const char *visit_state_name(enum visit_state state);
MUST_USE enum berm_status visit_state_find(struct text name, enum visit_state *ret_state,
                                           struct berm_error *err);

enum {
    VISIT_TEXT_BYTES_MAX = 8000, /* a note, a summary, a reason */
    VISIT_FOUND_MAX = 500,       /* values of one visit */
};

/* ---- On record ------------------------------------------------------------------------------- */

/** A visit. Texts that are above the caller's class are HIDDEN_VALUE. */
struct visit_row {
    int64_t visit_id, household_id;
    int64_t case_id; /* 0: none */
    enum visit_purpose purpose;
    enum visit_state state;
    struct text household, area, area_name; /* code, code, name */
    struct text due_on;                     /* a day; empty: none was set */
    struct text worker;                     /* empty: not said */
    struct text groups;                     /* of the dictionary, with commas between; empty: all */
    struct text note;
    struct text planned_at, planned_by;
    struct text visited_on, ended_at, ended_by; /* empty: not yet */
    struct text summary;                        /* what was found; cancelled: why */
    int64_t open_count;                         /* of what it found, not decided yet */
    int64_t attachment_count;                   /* 0 where the caller may not see them */
};

enum visit_finding_state {
    VISIT_CONFIRMED, /* the register had it so */
    VISIT_PROPOSED,
    VISIT_APPLIED,
    VISIT_REFUSED,
    VISIT_FINDING_STATE_COUNT,
};
const char *visit_finding_state_name(enum visit_finding_state state);

/** What a visit found of one value, as texts; empty: unknown, or nothing reported. */
struct visit_finding {
    int64_t number; /* in the visit, from 1 */
    enum entity entity;
    int64_t entity_id;
    struct text person;              /* its code; empty: the household's, or a flow */
    month_number month;              /* flows */
    const struct variable *variable; /* NULL: no longer in the dictionary */
    struct text name;                /* of the variable */
    struct text before, proposed;
    struct text present; /* proposed and refused: what the register says now */
    bool is_in_conflict; /* proposed: present is neither before nor proposed */
    bool is_hidden;      /* before, proposed and present are above the caller's class */
    enum visit_finding_state state;
    struct text decided_at, decided_by, reason; /* empty: not yet; none */
};

struct visit_detail {
    struct visit_row row;
    int64_t version; /* of the household (facts.h), at which `present` was read */
    const struct visit_finding *findings;
    size_t finding_count;
    const struct attachment_row *attachments;
    size_t attachment_count;
    bool shows_sensitive; /* a known sensitive value is in it: a look (look.h) */
};

/** Owner: in arena. Errors: BERM_NOT_FOUND (no such visit, or not the caller's), BERM_FORBIDDEN. */
MUST_USE enum berm_status visit_read(struct office *office, const struct caller *caller,
                                     int64_t visit_id, struct arena *arena,
                                     struct visit_detail *ret_detail, struct berm_error *err);

struct visit_filter {
    struct text household, area; /* codes; empty: any */
    struct text worker;          /* empty: any */
    struct text due_by;          /* a day: planned ones that are due by then; empty: any */
    bool has_state;
    enum visit_state state;
    int64_t before; /* only visits with a lower number; 0: from the newest on */
    int64_t limit;  /* 0: all */
};
/** Texts are good during the call only. */
typedef enum berm_status visit_visitor(void *context, const struct visit_row *row,
                                       struct berm_error *err);
/** Newest first, in one snapshot. Errors: BERM_FORBIDDEN, BERM_NOT_FOUND (household, area); the
 * visitor's. */
MUST_USE enum berm_status visits_list(struct office *office, const struct caller *caller,
                                      const struct visit_filter *filter, visit_visitor *visit,
                                      void *context, struct berm_error *err);

/* ---- Planned --------------------------------------------------------------------------------- */

struct visit_order {
    struct text household; /* code */
    enum visit_purpose purpose;
    struct text due_on; /* a day; empty: by the clock of the household's open case, if it has one */
    struct text worker; /* an account; empty: not said */
    struct text groups; /* of the dictionary, with commas between; empty: all */
    struct text note;
};
/*
 * Each of the following is one transaction with one change. They need PERMISSION_VISIT where the
 * household lies.
 * Errors  BERM_NOT_FOUND (household, visit, or not the caller's), BERM_FORBIDDEN,
 *         BERM_INVALID_INPUT, BERM_CONFLICT (archived; the visit is done or cancelled already).
 */
MUST_USE enum berm_status visit_plan(struct office *office, const struct caller *caller,
                                     const struct actor *actor, const struct visit_order *order,
                                     struct arena *arena, int64_t *ret_visit_id,
                                     struct berm_error *err);
/** It will not be made, for a reason that is kept. */
MUST_USE enum berm_status visit_cancel(struct office *office, const struct caller *caller,
                                       const struct actor *actor, int64_t visit_id,
                                       struct text reason, struct arena *arena,
                                       struct berm_error *err);

/* ---- The form -------------------------------------------------------------------------------- */

/** What a visit asks for: the variables of its groups, and what is known of them. */
struct visit_form {
    struct visit_row row;
    month_number month; /* of which flows are asked: the last one that has ended */
    /* The variables that the caller may see and so may change, by entity in the dictionary's
     * order. */
    const struct variable *const *variables[ENTITY_COUNT];
    size_t variable_count[ENTITY_COUNT];
    const struct household_facts *facts; /* with the household's version; masked */
};
/** Owner: in arena. Errors as visit_read. */
MUST_USE enum berm_status visit_form_read(struct office *office, const struct caller *caller,
                                          int64_t visit_id, struct arena *arena,
                                          struct visit_form *ret_form, struct berm_error *err);

/* ---- What was found -------------------------------------------------------------------------- */

/** A value that a visitor found, as they wrote it. */
struct visit_answer {
    struct text person; /* code; empty: the household's, or a flow */
    struct text month;  /* flows; else empty */
    struct text name;   /* of the variable */
    struct text value;  /* empty: it is unknown, or nothing was reported */
    bool has_before;    /* they say what they knew, on a form that may be old; else: what the */
    struct text before; /* register says at this moment */
};
struct visit_report {
    struct text visited_on; /* a day, not after today */
    struct text summary;    /* at least a few words */
    const struct visit_answer *answers;
    size_t answer_count;
};
/**
 * A planned visit was made: what was found is kept, and the household's open case has its proof.
 * Owner   ret_problems in arena: what is wrong, entry being the position of an answer; written with
 *         BERM_INVALID_INPUT.
 */
MUST_USE enum berm_status visit_record(struct office *office, const struct caller *caller,
                                       const struct actor *actor, int64_t visit_id,
                                       const struct visit_report *report, struct arena *arena,
                                       struct fact_problems *ret_problems, struct berm_error *err);

/* ---- Decided --------------------------------------------------------------------------------- */

struct visit_decision {
    const int64_t
        *numbers; /* of findings; none: all that are proposed and that the caller may see */
    size_t count;
    /* Conflicts too, by who saw them: at the household's version that visit_read told, which must
     * be the call's expected_version. */
    bool over_conflicts;
};
/**
 * Make facts of what was found, as facts.h says of its acts; needs PERMISSION_HOUSEHOLD_WRITE. What
 * the register has already is only marked as applied.
 * Errors  those of facts.h; BERM_CONFLICT also where a value is in conflict and over_conflicts is
 *         not given, or a finding was decided already: then nothing is applied.
 */
MUST_USE enum berm_status visit_apply(struct office *office, const struct fact_call *call,
                                      int64_t visit_id, const struct visit_decision *decision,
                                      struct fact_result *ret_result, struct berm_error *err);
/** Facts stay as they are, for a reason that is kept. Needs PERMISSION_HOUSEHOLD_WRITE. */
MUST_USE enum berm_status visit_refuse(struct office *office, const struct caller *caller,
                                       const struct actor *actor, int64_t visit_id,
                                       const struct visit_decision *decision, struct text reason,
                                       struct arena *arena, struct berm_error *err);

#endif
