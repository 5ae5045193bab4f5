/*
 * Cases: who told of a danger, and the way of a household from lead to struck off. Part of the
 * service's face; its files are in casework/. The rules of the way are the pack's workflow
 * (casework/casework.h); docs/guide/cases.md walks through one.
 *
 *   lead.c      leads of people, warnings and shocks, which open a case or join the open one
 *   intake.c    leads of a screening, in its own transaction; what was dismissed stays dismissed
 *   view.c      what the register knows of a case, so far as steps ask for it
 *   step.c      a step by a person;  proof.c: papers, notices, data matches, objections
 *   store.c     reading and writing a case;  words.c: how its words are written
 *   states.c    whether a pack has the states that cases are in
 */
#ifndef SERVICE_CASEWORK_H
#define SERVICE_CASEWORK_H

#include "casework/casework.h"
#include "screening/screening.h"
#include "service/access.h"

struct office;

enum {
    CASE_REASON_BYTES_MAX = 1000,
    CASE_NOTE_BYTES_MAX = 2000,
    CASE_CODE_BYTES_MAX = 64,
};

enum lead_source {
    LEAD_SCREENING,
    LEAD_WORKER,
    LEAD_SELF_REPORT,
    LEAD_WARNING,
    LEAD_SHOCK,
    LEAD_GRIEVANCE,
    LEAD_VISIT,
    LEAD_SOURCE_COUNT,
};
const char *lead_source_name(enum lead_source source);
/** BERM_INVALID_INPUT with the words that there are. */
MUST_USE enum berm_status lead_source_find(struct text name, enum lead_source *ret_source,
                                           struct berm_error *err);

/** What a person proves for a case. */
enum proof_kind {
    PROOF_VISIT,
    PROOF_SIGNATURE,
    PROOF_DATA_MATCH,
    PROOF_NOTICE,    /* it was posted: its days begin */
    PROOF_OBJECTION, /* somebody objects; it is open until it is settled */
    PROOF_KIND_COUNT,
};
const char *proof_kind_name(enum proof_kind kind);
MUST_USE enum berm_status proof_kind_find(struct text name, enum proof_kind *ret_kind,
                                          struct berm_error *err);

/* ---- Inside somebody else's transaction ------------------------------------------------------
 *
 * The caller has begun the writing transaction and the change, and has checked who may. */

struct lead_input {
    int64_t household_id;
    enum lead_source source;
    int64_t source_id; /* 0: none */
    struct text code;  /* a finding, a warning's kind, or "other" */
    enum severity severity;
    month_number month;
    struct text note;
};
/**
 * A lead joins the household's open case, or opens one in the workflow's first state.
 * Errors  BERM_CONFLICT (the pack has no workflow), the store's.
 */
MUST_USE enum berm_status case_add_lead(struct office *office, struct text person,
                                        struct change *change, const struct lead_input *lead,
                                        int64_t *ret_case_id, struct berm_error *err);

struct proof_input {
    enum proof_kind kind;
    date_days on_day; /* that it is of; not after today */
    struct text note;
    int64_t visit_id, attachment_id; /* 0: none */
    bool is_by_the_way;              /* without an open case there is nothing to prove */
};
/** A proof for the household's open case. Errors: BERM_NOT_FOUND (no case is open, and the proof is
 * not by the way), the store's. */
MUST_USE enum berm_status case_add_proof(struct office *office, struct text person,
                                         struct change *change, int64_t household_id,
                                         const struct proof_input *proof, struct berm_error *err);

/** A case as it is stored. Texts live in the arena that it was read into. */
struct case_record {
    int64_t household_id, case_id, area_id;
    struct text state, stage, kind;
    enum severity severity;
    date_days entered_on;
    bool has_due;
    date_days due_on;
    struct text due_action, worker, step_by;
    int64_t step_count;
    struct text monitored_on, ended_on; /* days as texts; empty: not yet */
};
/** The open case, else the one that ended last; *ret_is_there is false where there was never one.
 */
MUST_USE enum berm_status case_read(struct store *store, int64_t household_id, struct arena *arena,
                                    bool *ret_is_there, struct case_record *ret_record,
                                    struct berm_error *err);
/** The open case; *ret_is_there is false where there is none. */
MUST_USE enum berm_status case_read_open(struct store *store, int64_t household_id,
                                         struct arena *arena, bool *ret_is_there,
                                         struct case_record *ret_record, struct berm_error *err);

/**
 * What a run just stored becomes leads of its households, inside the run's transaction: spells that
 * it opened for certain, and undetermined ones that are high or critical. One that a person
 * dismissed does so only where it is worse than it was then, by the pack's reopen_margin. Without a
 * workflow in the pack nothing happens.
 * Shape   low, high: household ids between which to look; change_id 0: none.
 */
MUST_USE enum berm_status case_intake(struct office *office, struct text person, int64_t run_id,
                                      int64_t change_id, int64_t low, int64_t high,
                                      struct berm_error *err);

/**
 * Whether a pack has every state that an open case is in, with the stage that it was given there.
 * Errors  BERM_CONFLICT, naming a state and how many cases are in it.
 */
MUST_USE enum berm_status case_check_states(struct store *store, const struct pack *pack,
                                            struct berm_error *err);

/** The leads of a household that a change's screening just opened came by this, such as a warning.
 */
MUST_USE enum berm_status case_leads_set_source(struct store *store, int64_t household_id,
                                                int64_t change_id, enum lead_source source,
                                                int64_t source_id, struct berm_error *err);

/* ---- By a person -----------------------------------------------------------------------------
 *
 * One writing transaction each, with its change and its entry in the journal.
 * Errors  BERM_NOT_FOUND (no such household, or not the caller's; no case), BERM_FORBIDDEN,
 *         BERM_INVALID_INPUT, BERM_CONFLICT, BERM_BUSY. */

struct case_call {
    struct office *office;
    const struct caller *caller;
    const struct actor *actor;
    struct arena *arena;
};

/** A lead by a worker or officer. severity SEVERITY_NONE: medium. */
MUST_USE enum berm_status case_lead(const struct case_call *call, struct text household,
                                    struct text code, enum severity severity, struct text note,
                                    int64_t *ret_case_id, struct berm_error *err);

struct step_order {
    struct text action;     /* of the workflow */
    struct text reason;     /* empty: none is given */
    int64_t expected_steps; /* how many steps the case had when the person looked; -1: any */
};
/** What came of it. */
struct step_result {
    struct case_record record; /* as it is now */
    const struct workflow_step *step;
    need_set missing; /* with BERM_CONFLICT: what the step needs and is not there; else 0 */
};
/**
 * Take a step with the household's case: the open one, else the one that ended last.
 * Owner   ret_result in call->arena; missing and step are written on failure too.
 * Errors  as above; BERM_FORBIDDEN (the step's role is not held there); BERM_CONFLICT (something is
 *         missing, which the error names with its remedy; or the case has moved on).
 */
MUST_USE enum berm_status case_take_step(const struct case_call *call, struct text household,
                                         const struct step_order *order,
                                         struct step_result *ret_result, struct berm_error *err);
/** The same inside the caller's transaction and change: for bulk work and grievances. */
MUST_USE enum berm_status case_take_step_in(const struct case_call *call, struct change *change,
                                            struct text household, const struct step_order *order,
                                            struct step_result *ret_result, struct berm_error *err);

/** A proof by a person: of any kind but a visit, which visits give (visit.h). */
MUST_USE enum berm_status case_prove(const struct case_call *call, struct text household,
                                     const struct proof_input *proof, struct berm_error *err);
/** Settle an objection, by its number among the case's proofs. */
MUST_USE enum berm_status case_settle(const struct case_call *call, struct text household,
                                      int64_t proof_number, struct text settlement,
                                      struct berm_error *err);
/** Who looks after it; worker empty: nobody. */
MUST_USE enum berm_status case_assign(const struct case_call *call, struct text household,
                                      struct text worker, struct berm_error *err);
MUST_USE enum berm_status case_assign_in(const struct case_call *call, struct change *change,
                                         struct text household, struct text worker,
                                         struct berm_error *err);

#endif
