/*
 * The life of a policy: the versions of a register's pack, what they would change, and the rules in
 * force for a month. Part of the service's face; its files are in policy/.
 *
 *   packs.c      the office's packs: read from the register, compiled once, kept
 *   version.c    reading versions and their files
 *   life.c       draft, check, publish, withdraw
 *   diff.c       two versions over every household;  diff_count.c: the figures
 *   evaluate.c   a version for one household that is given
 *
 * A register keeps every version with its files, so that nothing that happens outside (an edited
 * folder, a newer program) changes the rules that decide. Which version decides is a matter of the
 * month alone: of the published ones that begin by then, the one that begins last.
 */
#ifndef SERVICE_POLICY_H
#define SERVICE_POLICY_H

#include "pack/pack.h"
#include "screening/screening.h"
#include "service/access.h"
#include "service/progress.h"

struct office;

enum { POLICY_NOTE_BYTES_MAX = 2000 };

/* ---- Versions -------------------------------------------------------------------------------- */

enum pack_state { PACK_DRAFT, PACK_CHECKED, PACK_PUBLISHED, PACK_WITHDRAWN, PACK_STATE_COUNT };
const char *pack_state_name(enum pack_state state);

/** Who took a step and when; both empty: nobody yet. */
struct pack_step {
    struct text by, at;
};

struct pack_version {
    int64_t pack_version_id;
    struct text pack, version, sha256, note;
    enum pack_state state;
    bool is_from_beginning;  /* from_month is before any other */
    month_number from_month; /* where publication > 0 */
    int64_t publication;     /* 0: never published */
    int64_t cases_passed, warnings;
    struct pack_step drafted, checked, published, withdrawn;
};

typedef enum berm_status pack_version_visitor(void *context, const struct pack_version *version,
                                              struct berm_error *err);
/** Newest first, before an id (0: from the newest). Errors: BERM_FORBIDDEN; the visitor's. */
MUST_USE enum berm_status pack_versions_list(struct office *office, const struct caller *caller,
                                             int64_t before_id, int64_t limit,
                                             pack_version_visitor *visit, void *context,
                                             struct berm_error *err);
/**
 * A version by what people call it: its number, or "in-force" for the one that decides month.
 * Owner   ret_version lives in arena. Errors  BERM_NOT_FOUND, BERM_FORBIDDEN.
 */
MUST_USE enum berm_status pack_version_find(struct office *office, const struct caller *caller,
                                            struct text name, month_number month,
                                            struct arena *arena, struct pack_version *ret_version,
                                            struct berm_error *err);
/** A version's files, checked against the digests that they were stored with. BERM_CORRUPT. */
MUST_USE enum berm_status pack_version_files(struct office *office, const struct caller *caller,
                                             int64_t pack_version_id, struct arena *arena,
                                             struct pack_bundle *ret_bundle,
                                             struct berm_error *err);

/** The label of the pack of this name that the program carries, empty where it carries none or the
 * register has it. */
MUST_USE enum berm_status policy_carried_version(struct office *office, struct arena *arena,
                                                 struct text *ret_label, struct berm_error *err);

/* ---- Steps -----------------------------------------------------------------------------------
 *
 * Each is one transaction and an entry in the journal. The person is the caller's account; at the
 * register's own machine, without an account, the user of the operating system. */

/**
 * Keep a pack's files as a draft. The bundle is read and its dictionary compared with the register
 * first: what cannot be published is not drafted.
 * Errors  BERM_FORBIDDEN, BERM_INVALID_INPUT (the pack, with file, line and remedy; another pack),
 *         BERM_CONFLICT (a variable of another type), BERM_LIMIT.
 */
MUST_USE enum berm_status policy_draft(struct office *office, const struct caller *caller,
                                       const struct pack_bundle *bundle, struct text note,
                                       int64_t *ret_pack_version_id, struct berm_error *err);

typedef void policy_report(void *context, const char *severity, const char *line);

struct policy_verdict {
    int64_t errors, warnings; /* of the checks */
    int64_t passed, failed;   /* cases */
    bool is_checked;          /* no error, and there are cases and all pass */
};
/**
 * Run the checks and the cases of a draft; only where all is well it becomes checked. report gets a
 * line for each thing found.
 * Errors  BERM_FORBIDDEN, BERM_NOT_FOUND, BERM_CONFLICT (it is no draft any more).
 */
MUST_USE enum berm_status policy_version_check(struct office *office, const struct caller *caller,
                                               int64_t pack_version_id, policy_report *report,
                                               void *context, struct policy_verdict *ret_verdict,
                                               struct berm_error *err);
/**
 * Let a checked version decide from a month on. Its new variables become columns.
 * Errors  BERM_FORBIDDEN (also the person who drafted it), BERM_NOT_FOUND, BERM_CONFLICT (not
 *         checked, a type that changed, a label that another published version has),
 *         BERM_INVALID_INPUT (the month, or a later one, has been screened).
 */
MUST_USE enum berm_status policy_publish(struct office *office, const struct caller *caller,
                                         int64_t pack_version_id, month_number from_month,
                                         struct berm_error *err);
/**
 * Take a version back that has decided nothing: a draft or checked one by who may draft, a
 * published one by who may publish.
 * Errors  BERM_FORBIDDEN, BERM_NOT_FOUND, BERM_CONFLICT (its first month has been screened; it is
 *         the first one; it is withdrawn already).
 */
MUST_USE enum berm_status policy_withdraw(struct office *office, const struct caller *caller,
                                          int64_t pack_version_id, struct berm_error *err);

/* ---- Rules in force -------------------------------------------------------------------------- */

/**
 * The pack that decides a month, as the present transaction sees it.
 * Owner   the office, which keeps some packs: good until 14 others were asked for. Its sha256 is
 *         filled in. Errors  BERM_CORRUPT (files that are not what was stored).
 */
MUST_USE enum berm_status office_pack_at(struct office *office, month_number month,
                                         const struct pack **ret_pack, struct berm_error *err);
/** The same for a version whatever its state. BERM_NOT_FOUND. */
MUST_USE enum berm_status office_pack_of_version(struct office *office, int64_t pack_version_id,
                                                 const struct pack **ret_pack,
                                                 struct berm_error *err);
/** Bring office->pack up to what others published meanwhile: for servers, before each request. */
MUST_USE enum berm_status office_refresh(struct office *office, struct berm_error *err);
/** The same in two halves: what is asked of the store between them goes in one round trip with it.
 * Owner   the caller closes the statement. */
MUST_USE enum berm_status office_ask_pack(struct office *office, struct statement **ret_newest,
                                          struct berm_error *err);
MUST_USE enum berm_status office_take_pack(struct office *office, struct statement *newest,
                                           struct berm_error *err);

/* ---- Difference ------------------------------------------------------------------------------ */

/** What is counted of a finding, each once for each household. */
enum diff_figure {
    DIFF_BEFORE, /* for certain by the old version */
    DIFF_AFTER,
    DIFF_UNDETERMINED_BEFORE, /* facts are missing that the old version needs */
    DIFF_UNDETERMINED_AFTER,
    /* What changes; a household is in at most one of these. */
    DIFF_GAINED,            /* certain now, and not there before */
    DIFF_CONFIRMED,         /* certain now, could not be told before */
    DIFF_LOST,              /* not there any more */
    DIFF_UNSETTLED,         /* was certain, cannot be told now */
    DIFF_RAISED,            /* more severe */
    DIFF_LOWERED,           /* less severe */
    DIFF_MADE_UNDETERMINED, /* was not there, cannot be told now */
    DIFF_RESOLVED,          /* could not be told before, is not there now */
    DIFF_FIGURE_COUNT,
};
const char *diff_figure_name(enum diff_figure figure);

enum {
    DIFF_ROUNDED_TO = 5, /* for who may not read households */
    DIFF_EXAMPLES_MAX = 5,
};

struct diff_count {
    int64_t households, people;
};
struct diff_finding {
    const struct finding_info *info; /* of the new version, else of the old one */
    struct diff_count figures[DIFF_FIGURE_COUNT];
    /* Codes of households that change, the first by id; only of areas whose households the caller
     * may read. */
    struct text examples[DIFF_FIGURE_COUNT][DIFF_EXAMPLES_MAX];
};
struct diff_area {
    struct text code, name, name_en; /* of the whole: empty */
    struct diff_count all, changed;  /* changed: in any finding */
    const struct diff_finding *findings;
    size_t finding_count; /* only those that anybody has or had */
};
/** Households that move from one kind or risk level to another; empty: none. */
struct diff_move {
    struct text from, to;
    struct diff_count count;
};
struct policy_diff {
    struct text old_label, new_label; /* "three-rules 2 (version 4)" */
    month_number month;
    int64_t rounded_to; /* 1: exact */
    struct diff_area total;
    const struct diff_area *areas;
    size_t area_count;
    const struct diff_move *kinds, *levels;
    size_t kind_count, level_count;
    double seconds;
};

struct policy_diff_options {
    struct text old_name, new_name; /* as pack_version_find; a local caller may give a pack too */
    month_number month;
    struct text area; /* code; empty: all that the caller sees */
    int thread_count;
    progress_report *progress; /* NULL: nobody wants to know */
    void *progress_context;
};
/**
 * Two versions over every household: who gains and who loses, by finding and area. Nothing is
 * stored. Each household is decided by both over the same facts, those known now.
 * Who may not read the households of what is asked gets figures rounded to DIFF_ROUNDED_TO and no
 * examples: a small count in a village points at a family.
 * Owner   ret_diff lives in arena.
 * Errors  BERM_FORBIDDEN, BERM_NOT_FOUND, BERM_CONFLICT (a variable of another type than in the
 *         register), BERM_INVALID_INPUT (the pack), BERM_LIMIT, BERM_CANCELLED.
 */
MUST_USE enum berm_status policy_diff(struct office *office, const struct caller *caller,
                                      const struct policy_diff_options *options,
                                      struct arena *arena, struct policy_diff *ret_diff,
                                      struct berm_error *err);
void policy_diff_write_json(const struct policy_diff *diff, struct json_writer *json);

/* ---- A household that is given --------------------------------------------------------------- */

struct household_reasons;
/**
 * What a version says of facts that are given: "month", "areas", "household", "members", "flows",
 * "parameters", as a case writes them, in YAML or JSON. Nothing of the register is read.
 * Owner   everything lives in arena; the program's pack as office_pack_of_version.
 * Errors  BERM_FORBIDDEN, BERM_NOT_FOUND, BERM_INVALID_INPUT (line, column, remedy), BERM_LIMIT.
 */
MUST_USE enum berm_status policy_evaluate(struct office *office, const struct caller *caller,
                                          struct text version, struct text facts,
                                          struct arena *arena,
                                          struct household_reasons *ret_reasons,
                                          struct berm_error *err);

/* ---- Packs by themselves --------------------------------------------------------------------- */

/** Report what an author should look at; *ret_errors counts the errors. */
MUST_USE enum berm_status policy_check(struct text pack_name, policy_report *report, void *context,
                                       int64_t *ret_errors, struct berm_error *err);
/** Run a pack's cases; report gets a line for each failure. */
MUST_USE enum berm_status policy_test(struct text pack_name, policy_report *report, void *context,
                                      int64_t *ret_passed, int64_t *ret_failed,
                                      struct berm_error *err);
/**
 * Evaluate one decision of a DMN file, or all of them where decision is empty, over inputs given as
 * FEEL: "name=expression". Writes {"decision": value, ...}.
 */
MUST_USE enum berm_status policy_eval(struct text dmn_path, struct text decision,
                                      const struct text *inputs, size_t input_count,
                                      struct json_writer *json, struct berm_error *err);

#endif
