/*
 * Use cases: the only place where store, policy and domain meet. One file each.
 *
 *   office.c    an open register with its pack;  id.c: ids of new rows
 *   journal/    who did what, chained and signed (face: journal.h);  key/: the key file (key.h)
 *   import/     files of areas, households, persons and flows (face: import.h)
 *   screen/     a month's run: the store to columns, chunks on all cores, one writer; and changed
 *               households at once (face: screen_again.h)
 *   export/     lists of any length, in pieces (face: export.h)
 *   job/        work that takes long, and uploads for it (face: job.h)
 *   casework/ cases from lead to struck off (face: casework.h)
 *   warning/    what departments tell (face: warning.h)
 *   payment/    batches that are signed and sent, and what banks answer (face: payment.h)
 *   programme/  budgets, and who is entitled to what (face: programme.h)
 *   measure/    the help that is planned (face: measure.h)
 *   visit/      visits and what they found (face: visit.h)
 *   attachment/ photos, signatures, papers (face: attachment.h)
 *   move/       a register to another store, proven to be the same (face: move.h)
 *   grievance/  what households complain of, and appeals (face: grievance.h)
 *   look/       who saw sensitive values (face: look.h)
 *   doctor/     whether a register is sound (face: doctor.h)
 *   secret/     id numbers and bank accounts, encrypted (face: secret.h)
 *   access/     who may see and do what (face: access.h);  areas.c: what lists offer
 *   facts/      changing the facts of one household by hand (face: facts.h)
 *   find/       search, filters and pages of people and households (face: find.h)
 *   announce.c  what servers tell each other (face: announce.h)
 *   feed.c      what is new in a log since one looked last (face: feed.h)
 *   runs.c      the months' runs on record
 *   findings.c  lists and counts;  explain.c: why;  household.c: all that is held
 *   story.c     what happened to one household (face: story.h)
 *   history.c   who changed what of a household, and when (face: history.h)
 *   summary.c   people and households by area, kind and finding; headcount and gap
 *   policy/     versions of the pack, what they would change (face: policy.h)
 *   policy.c    check and evaluate;  policy_test.c: a pack's cases
 *   synth/      made-up registers (face: synth.h)
 *   writer.c    the one thread that writes;  idempotency.c: requests that come twice
 */
#ifndef SERVICE_SERVICE_H
#define SERVICE_SERVICE_H

#include "pack/pack.h"
#include "screening/screening.h"
#include "service/access.h"
#include "service/announce.h"
#include "service/attachment.h"
#include "service/case_list.h"
#include "service/casework.h"
#include "service/digest.h"
#include "service/doctor.h"
#include "service/export.h"
#include "service/facts.h"
#include "service/feed.h"
#include "service/find.h"
#include "service/grievance.h"
#include "service/history.h"
#include "service/idempotency.h"
#include "service/import.h"
#include "service/job.h"
#include "service/journal.h"
#include "service/key.h"
#include "service/look.h"
#include "service/measure.h"
#include "service/move.h"
#include "service/payment.h"
#include "service/policy.h"
#include "service/programme.h"
#include "service/progress.h"
#include "service/screen_again.h"
#include "service/secret.h"
#include "service/story.h"
#include "service/synth.h"
#include "service/visit.h"
#include "service/warning.h"
#include "service/writer.h"
#include "statistics/statistics.h"
#include "store/store.h"

/* ---- office: an open register with its pack -------------------------------------------------- */

struct office {
    struct store *store;
    struct arena *arena;     /* what lives as long as the office */
    const struct pack *pack; /* of the published version that begins last: its dictionary is the
                                register's; for the rules of a month ask office_pack_at */
    struct pack_shelf *shelf;
    struct actor actor;   /* the operating system's user, until there are accounts */
    struct key_file *key; /* NULL: none at hand; the journal is sealed another time */
    struct again *again;  /* private to screen/again.c; NULL until it is needed */
};

/** Who works at this machine: the operating system's user. */
MUST_USE enum berm_status actor_of_user(struct arena *arena, struct actor *ret_actor,
                                        struct berm_error *err);
/** Make a register with a pack. Errors: BERM_CONFLICT where there is one; those of pack_read. */
MUST_USE enum berm_status office_create(struct text store_url, struct text pack_name,
                                        struct office **ret_office, struct berm_error *err);
/**
 * Open a register and read its pack. One that is older than the versions of packs gets the pack of
 * its name as its first version when it is opened for writing, and that is a change like any other.
 */
MUST_USE enum berm_status office_open(struct text store_url, enum store_mode mode,
                                      struct office **ret_office, struct berm_error *err);
/**
 * Give the office its key: *key becomes NULL, also where this fails. A NULL one is fine.
 * Errors  BERM_CONFLICT: the register's journal is sealed with another key.
 */
MUST_USE enum berm_status office_take_key(struct office *office, struct key_file **key,
                                          struct berm_error *err);
/** The day that it is now in the register's time zone, which is its pack's. */
MUST_USE enum berm_status office_today(struct office *office, date_days *ret_today,
                                       struct berm_error *err);
/** Seal what was done, where the key is at hand. */
MUST_USE enum berm_status office_seal(struct office *office, struct berm_error *err);
void office_close(struct office *office);
void office_closep(struct office **office);

/** A setting's value in arena, or empty where it is not set. */
MUST_USE enum berm_status setting_read(struct store *store, const char *name, struct arena *arena,
                                       struct text *ret_value, struct berm_error *err);
MUST_USE enum berm_status setting_write(struct store *store, const char *name, struct text value,
                                        struct berm_error *err);
/**
 * Take count new ids of a kind, one after the other, inside the writing transaction; *ret_first is
 * the first. Where several servers write, ids may have gaps, and a lower one may be committed after
 * a higher one. A new kind needs a sequence in PostgreSQL: see migration 0022.
 */
MUST_USE enum berm_status id_take(struct store *store, const char *kind, int64_t count,
                                  int64_t *ret_first, struct berm_error *err);
/** Take an id above all that were committed; whoever else takes one waits for this transaction. */
MUST_USE enum berm_status id_take_in_order(struct store *store, const char *kind, int64_t *ret_id,
                                           struct berm_error *err);
/** For a transaction that is alone: the id that comes next, and to take count of them after they
 * were used. */
MUST_USE enum berm_status id_next(struct store *store, const char *kind, int64_t *ret_id,
                                  struct berm_error *err);
MUST_USE enum berm_status id_skip(struct store *store, const char *kind, int64_t count,
                                  struct berm_error *err);
/** After a register's rows came from another store: no id that was given there is given here. */
MUST_USE enum berm_status ids_carry(struct store *from, struct store *to, struct berm_error *err);
/**
 * Room for one more row in an array that grows in an arena, new rows zeroed.
 * Shape   rows: the address of a pointer, NULL at first, to rows of size_bytes; count are in use.
 */
MUST_USE enum berm_status rows_reserve(struct arena *arena, void *rows, size_t size_bytes,
                                       size_t count, size_t *capacity, struct berm_error *err);
/** Has a run of this very month been published? */
MUST_USE enum berm_status month_is_screened(struct store *store, month_number month,
                                            bool *ret_is_screened, struct berm_error *err);
/** The month of the last published run; BERM_NOT_FOUND with the remedy where there is none. */
MUST_USE enum berm_status month_last_screened(struct store *store, month_number *ret_month,
                                              struct berm_error *err);

/* ---- screen ---------------------------------------------------------------------------------- */

struct screen_result;

struct screen_options {
    month_number month;
    int thread_count; /* 0: one for each processor */
    progress_report *progress;
    void *progress_context;
    /** Called in the run's transaction when all is stored; failing undoes it. NULL is fine. */
    enum berm_status (*before_commit)(void *context, const struct screen_result *result,
                                      struct berm_error *err);
    void *before_commit_context;
};

struct screen_result {
    bool is_what_if; /* a month before the last published one: nothing was stored */
    int64_t run_id;  /* 0 for a what-if */
    int64_t households;
    int64_t with_findings;     /* households with a finding for certain */
    int64_t only_undetermined; /* households with nothing for certain and something undetermined */
    int64_t opened, closed, unchanged; /* spells */
    double seconds;
};

/**
 * Screen every active household for a month and store the differences, all or nothing.
 * Errors  BERM_INVALID_INPUT, BERM_BUSY (another process writes), BERM_IO, BERM_LIMIT,
 *         BERM_FORBIDDEN (it concerns the whole register), BERM_CANCELLED (by progress).
 */
MUST_USE enum berm_status screen_month(struct office *office, const struct caller *caller,
                                       const struct screen_options *options,
                                       struct screen_result *ret_result, struct berm_error *err);

/** A month's run that is on record. */
struct run_row {
    int64_t run_id;
    month_number month;
    struct text pack, pack_version, started_at, finished_at;
    bool has_counts; /* they are of the whole register: only for who sees figures of all of it */
    int64_t households, opened, closed, unchanged;
};
typedef enum berm_status run_visitor(void *context, const struct run_row *row,
                                     struct berm_error *err);
/** Those before a run (0: all), newest first. Errors: BERM_FORBIDDEN; the visitor's. */
MUST_USE enum berm_status runs_list(struct store *store, const struct caller *caller,
                                    int64_t before_run_id, int64_t limit, run_visitor *visit,
                                    void *context, struct berm_error *err);

/** Only the interpreter, over inputs that are loaded already; for the benchmark. */
MUST_USE enum berm_status screen_measure(struct office *office, month_number month,
                                         int thread_count, int64_t *ret_households,
                                         double *ret_seconds, struct berm_error *err);

/* ---- Areas, findings, households -------------------------------------------------------------
 *
 * What a caller may see of them, all in one snapshot. A visitor must not begin a transaction.
 * Errors of each: BERM_FORBIDDEN (the caller's roles do not hold the permission at all),
 * BERM_NOT_FOUND (no such thing, or outside the caller's areas). */

typedef enum berm_status area_visitor(void *context, const struct area *row,
                                      struct berm_error *err);
/** In the tree's order. */
struct area_filter {
    struct text area;   /* code: only this one and those below it; empty: all */
    struct text parent; /* code: only its children; empty: all */
    struct text after;  /* code: only those behind it, one of the list's; empty: from the first */
    int64_t limit;      /* 0: none */
};
MUST_USE enum berm_status areas_list(struct office *office, const struct caller *caller,
                                     const struct area_filter *filter, area_visitor *visit,
                                     void *context, struct berm_error *err);

struct finding_row {
    struct text household, area, area_name, area_name_en, code;
    const struct finding_info *info; /* NULL: the pack no longer has the code */
    bool is_undetermined;
    struct text severity;
    month_number from_month;
    bool has_ended;
    month_number to_month;
    struct text evidence; /* JSON */
    bool shows_sensitive; /* the evidence does: who shows it notes a look (look.h) */
};
typedef enum berm_status finding_visitor(void *context, const struct finding_row *row,
                                         struct berm_error *err);

/** BERM_NOT_FOUND, with a suggestion, where the pack has no such finding; empty is fine. */
MUST_USE enum berm_status finding_code_check(const struct pack *pack, struct text code,
                                             struct berm_error *err);

struct finding_filter {
    month_number month;
    struct text area; /* code; empty: everywhere */
    struct text code; /* empty: every finding */
    bool with_undetermined;
    int64_t limit; /* 0: none */
};
/** Worst first. Errors: BERM_NOT_FOUND (no such area or finding, with a suggestion); the visitor's.
 */
MUST_USE enum berm_status findings_list(struct office *office, const struct caller *caller,
                                        const struct finding_filter *filter, finding_visitor *visit,
                                        void *context, struct berm_error *err);

/** The same, page by page: limit is 1 to FIND_LIMIT_MAX, the cursor where the page before ended.
 * Owner   *ret_next is a slice of next; empty: there is no more.
 * Errors  BERM_INVALID_INPUT (the cursor) besides. */
MUST_USE enum berm_status findings_page(struct office *office, const struct caller *caller,
                                        const struct finding_filter *filter, struct text cursor,
                                        finding_visitor *visit, void *context,
                                        char next[CURSOR_TEXT_MAX], struct text *ret_next,
                                        struct berm_error *err);

struct finding_count {
    struct text code, severity;
    bool is_undetermined;
    int64_t households;
};
typedef enum berm_status finding_count_visitor(void *context, const struct finding_count *count,
                                               struct berm_error *err);
/** How many of each finding and severity; area: code, empty: everywhere. */
MUST_USE enum berm_status findings_count(struct office *office, const struct caller *caller,
                                         month_number month, struct text area,
                                         finding_count_visitor *visit, void *context,
                                         struct berm_error *err);

/** A household's reasons for a month. batch holds its facts as the policy saw them. */
struct household_reasons {
    struct text code;
    struct text area_code, area_name, area_name_en;
    month_number month;
    size_t member_count;
    struct explanation explanation;
    const struct screening_program *program;
    bool is_screened; /* the month has a published run */
    /* For each finding of the explanation, the spell on record that covers the month, or NULL. A
     * certain spell may cover a finding that cannot be told by the facts known now. */
    const struct finding_row **held;
    const struct finding_row *history; /* every spell that the register holds */
    size_t history_count;
    const struct story_event *story; /* what happened, oldest first */
    size_t story_count;
    enum field_class class_seen; /* values of higher classes are HIDDEN_VALUE */
    bool shows_sensitive; /* a known sensitive value is in it: showing it is a look (look.h) */
};
/** Does the spell cover the month? */
static inline bool finding_row_covers(const struct finding_row *row, month_number month)
{
    return row->from_month <= month && (!row->has_ended || row->to_month > month);
}
/**
 * The reasons by the facts known now, beside what is on record for the month.
 * Owner   everything lives in arena.
 * Errors  BERM_NOT_FOUND, BERM_INVALID_INPUT (archived).
 */
MUST_USE enum berm_status household_explain(struct office *office, const struct caller *caller,
                                            struct text code, month_number month,
                                            struct arena *arena,
                                            struct household_reasons *ret_reasons,
                                            struct berm_error *err);

struct household_member {
    int64_t person_id;
    bool is_hidden; /* lives outside the caller's areas now: only code, dates and relation are told
                     */
    struct text code, name, sex, relation, end_reason;
    struct text birth_date, from_date, to_date; /* empty: unknown or none */
    struct field_value *values;                 /* one for each person variable */
    /* By household_show_secrets; empty: none. */
    struct text id_type, id_number, bank_account;
};
struct household_flow {
    month_number month;
    struct text flow, source;
    int64_t amount_minor;
};
struct household_facts {
    int64_t household_id;
    int64_t position; /* of its area */
    /* Values of higher classes are unknown, their flows left out, names and dates HIDDEN_VALUE. */
    enum field_class class_seen;
    struct text code, area_code, area_name, area_name_en; /* name_en: name where there is none */
    bool is_active;
    int64_t added_change_id;
    int64_t version;                  /* household_version */
    const struct field_value *values; /* one for each household variable */
    struct household_member *members;
    size_t member_count;
    const struct household_flow *flows; /* by month */
    size_t flow_count;
    bool shows_sensitive; /* a known sensitive value is in it, besides secrets: a look (look.h) */
};
MUST_USE enum berm_status household_read(struct office *office, const struct caller *caller,
                                         struct text code, struct arena *arena,
                                         struct household_facts *ret_facts, struct berm_error *err);

/** Head data and only the flows of these months; 0: from the first, to the last. */
MUST_USE enum berm_status household_flows(struct office *office, const struct caller *caller,
                                          struct text code, month_number first, month_number last,
                                          struct arena *arena, struct household_facts *ret_facts,
                                          struct berm_error *err);
/** Every finding that the register holds of the household, as spells, oldest first; who may list
 * findings there. */
MUST_USE enum berm_status household_findings(struct office *office, const struct caller *caller,
                                             struct text code, struct arena *arena,
                                             const struct finding_row **ret_rows, size_t *ret_count,
                                             struct berm_error *err);

struct person_spell {
    struct text household;          /* code */
    struct text from_date, to_date; /* empty: unknown, none */
    struct text relation, end_reason;
};
/**
 * A person by code: the household where they belong, with them as the only member, and their
 * memberships in the caller's areas, latest first.
 * Errors  BERM_NOT_FOUND also where they live outside the caller's areas now.
 */
MUST_USE enum berm_status person_read(struct office *office, const struct caller *caller,
                                      struct text code, struct arena *arena,
                                      struct household_facts *ret_place,
                                      const struct person_spell **ret_spells,
                                      size_t *ret_spell_count, struct berm_error *err);

/**
 * Fill in the members' id numbers and bank accounts: masked ("****1234", or "****" where the office
 * has no key), or plain, which notes a look first, at these and at the facts.
 * Who does not see sensitive fields gets nothing; members who live elsewhere are left out.
 * Errors  BERM_FORBIDDEN (plain, and sensitive fields are not for this caller), BERM_INVALID_INPUT
 *         (plain without a key), BERM_NOT_FOUND (another key), BERM_CORRUPT.
 */
MUST_USE enum berm_status household_show_secrets(struct office *office, bool is_plain,
                                                 struct arena *arena, struct household_facts *facts,
                                                 struct berm_error *err);

/* ---- summary --------------------------------------------------------------------------------- */

/** Counts of households and people that share a key: an area, a kind, a risk level or a finding. */
struct summary_group {
    struct text key;
    struct text label_en, label_zh;
    bool is_undetermined; /* findings only */
    int64_t households;
    int64_t people;
    struct fgt fgt; /* areas and the whole: weight is people */
    int64_t with_findings;
};
struct summary {
    month_number month;
    bool has_run;        /* false: the month itself was not screened; findings are as they held */
    bool has_statistics; /* the pack says what is measured */
    struct summary_group total;
    const struct summary_group *areas;
    size_t area_count;
    const struct summary_group *kinds;
    size_t kind_count;
    const struct summary_group *levels;
    size_t level_count;
    const struct summary_group *findings;
    size_t finding_count;
    int64_t unmeasured_households; /* welfare or line is unknown: in no headcount */
    int64_t unmeasured_people;
};
/**
 * Counts of an area (empty: of all that the caller sees) by its parts: its children, where it has
 * only one child that one's, and so on. Households that belong directly to an area above the parts
 * are counted in a group of that area.
 * Owner   ret_summary lives in arena.
 * Errors  BERM_NOT_FOUND (no such area, or not the caller's).
 */
MUST_USE enum berm_status summary_compute(struct office *office, const struct caller *caller,
                                          month_number month, struct text area, struct arena *arena,
                                          struct summary *ret_summary, struct berm_error *err);

#endif
