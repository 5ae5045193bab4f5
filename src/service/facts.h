/*
 * Facts by hand: changing what the register holds about one household, its members and its flows.
 * Part of the service's face; its files are in facts/.
 *
 * Values come as texts under the names that a file's header uses ("area", "birth_date",
 * "owns_house"), and go through the very rules of an import (import/): an officer, a file and a
 * warning cannot enter different things. An empty text makes a value unknown, or zero where the
 * dictionary says so. What is not named is left as it is.
 *
 *   problem.c   everything that is wrong with a call      decode.c   texts to a typed row
 *   edit.c      the frame: transaction, access, version, change
 *   household.c, person.c, flow.c   the acts              version.c  the number of the last change
 */
#ifndef SERVICE_FACTS_H
#define SERVICE_FACTS_H

#include "service/access.h"
#include "service/journal.h"
#include "service/screen_again.h"

/* ---- Versions -------------------------------------------------------------------------------- */

/**
 * The number of the latest change that touched the household itself, its members, their
 * memberships or its flows. A member who moved away no longer counts from the move on: what
 * happens to them elsewhere is not told. Index look-ups only. Call it inside a transaction.
 */
MUST_USE enum berm_status household_version(struct store *store, int64_t household_id,
                                            int64_t *ret_version, struct berm_error *err);

/* ---- Calls ----------------------------------------------------------------------------------- */

/** A value as a person wrote it, under the name of a field or a variable. */
struct fact_text {
    struct text name, text;
};

/** One thing that is wrong with a call. */
struct fact_problem {
    int64_t entry;     /* household_set_flows: position of the entry, from 0; else -1 */
    struct text field; /* the name that the value came under; empty: the call as a whole */
    /* For programs: "unknown", "repeated", "required", "invalid", "not_allowed" (the caller
     * does not see such values there), "refused" (the register's rules) */
    const char *code;
    struct text detail; /* one sentence with the remedy */
};

/** All that is wrong with a call, so that it can be mended in one go. */
struct fact_problems {
    const struct fact_problem *rows;
    size_t count;
};

/** Who changes what they saw. */
struct fact_call {
    const struct caller *caller; /* must hold PERMISSION_HOUSEHOLD_WRITE where the facts lie */
    const struct actor *actor;
    int64_t expected_version; /* of the household, as the caller read it; 0: whatever it is now */
    struct arena *arena;
};

struct fact_result {
    struct text code;  /* of the household or person: the one given out where none was given */
    int64_t version;   /* of the household after the call */
    int64_t change_id; /* 0: everything was as the call wants it, and nothing was written */
    struct screen_again_result screened; /* what the change did to findings */
    struct fact_problems problems;       /* with BERM_INVALID_INPUT */
};

/*
 * Each of the following is one transaction with one change, after which the households that it
 * touched are screened again; it leaves nothing behind where it fails or nothing differs.
 * Owner   ret_result lives in the call's arena. It is written on failure too: problems with
 *         BERM_INVALID_INPUT, version (the present one) with BERM_CHANGED.
 * Errors  BERM_INVALID_INPUT (err tells the first of the problems), BERM_CHANGED (the household is
 *         no longer at expected_version), BERM_NOT_FOUND (no such household or person, or not where
 *         the caller may write), BERM_FORBIDDEN (the caller may write nowhere), BERM_CONFLICT (the
 *         household is archived), BERM_BUSY.
 */

/* ---- Households ------------------------------------------------------------------------------ */

/** Fields: area; code (given out where there is none); each household variable. */
MUST_USE enum berm_status household_add(struct office *office, const struct fact_call *call,
                                        const struct fact_text *texts, size_t count,
                                        struct fact_result *ret_result, struct berm_error *err);
/** Fields: area (the caller must be allowed to write in both); each household variable. */
MUST_USE enum berm_status household_change(struct office *office, const struct fact_call *call,
                                           struct text code, const struct fact_text *texts,
                                           size_t count, struct fact_result *ret_result,
                                           struct berm_error *err);
/**
 * Archive a household, which takes it out of screenings and figures, or bring it back. One that
 * still has members is not archived (BERM_CONFLICT): whether they left or died, and when, is known
 * to whoever archives it and not to the register. Its findings end with it.
 */
MUST_USE enum berm_status household_set_active(struct office *office, const struct fact_call *call,
                                               struct text code, bool is_active,
                                               struct fact_result *ret_result,
                                               struct berm_error *err);

/* ---- Persons and memberships ----------------------------------------------------------------- */

/** Fields: household; code (given out where there is none); all others of a file of persons. */
MUST_USE enum berm_status person_add(struct office *office, const struct fact_call *call,
                                     const struct fact_text *texts, size_t count,
                                     struct fact_result *ret_result, struct berm_error *err);
/** Fields: name, sex, birth_date, relation, id_type with id_number, bank_account, each person
 * variable. relation corrects the present membership. */
MUST_USE enum berm_status person_change(struct office *office, const struct fact_call *call,
                                        struct text code, const struct fact_text *texts,
                                        size_t count, struct fact_result *ret_result,
                                        struct berm_error *err);
/** Fields: to_date (the first day on which they are no longer a member), end_reason. */
MUST_USE enum berm_status membership_end(struct office *office, const struct fact_call *call,
                                         struct text code, const struct fact_text *texts,
                                         size_t count, struct fact_result *ret_result,
                                         struct berm_error *err);
/** Fields: household (the caller must be allowed to write in both), from_date (today where it is
 * not given), relation. Ends the membership until then. */
MUST_USE enum berm_status membership_move(struct office *office, const struct fact_call *call,
                                          struct text code, const struct fact_text *texts,
                                          size_t count, struct fact_result *ret_result,
                                          struct berm_error *err);

/* ---- Flows ----------------------------------------------------------------------------------- */

enum { FACT_FLOWS_MAX = 1000 };

/** What one source reports of one flow and month, as texts. */
struct fact_flow {
    struct text month, flow;
    struct text source; /* empty: "visit" */
    struct text amount; /* empty: takes the report back */
};
/** Lay reports over those that there are; each may be named once. */
MUST_USE enum berm_status household_set_flows(struct office *office, const struct fact_call *call,
                                              struct text code, const struct fact_flow *flows,
                                              size_t count, struct fact_result *ret_result,
                                              struct berm_error *err);

#endif
