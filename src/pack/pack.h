/*
 * Packs: what a country or programme decides for itself, read from the binary or from a folder.
 * docs/reference/pack.md is the contract. Files: source (folder, embedded or bundle), bundle (a
 * pack's files in memory), yaml (document reader over libyaml), pack (the whole), cases.
 */
#ifndef PACK_PACK_H
#define PACK_PACK_H

#include "casework/casework.h"
#include "policy/dmn/dmn.h"
#include "register/register.h"

/** What a finding is about, so far as the steps of a case ask for it. */
enum finding_group {
    GROUP_OTHER,
    GROUP_INCOME,
    GROUP_GUARANTEE, /* schooling, medical care, safe housing */
    GROUP_WATER,
    GROUP_EXPENSE,
    FINDING_GROUP_COUNT,
};

struct finding_info {
    struct text code;
    struct text label_en, label_zh;
    struct text clear_en, clear_zh;
    struct text source;
    enum finding_group group;
};

struct measure_info {
    struct text code;
    struct text kind;
    struct text
        answers; /* codes of findings that it helps against, a blank between; may be empty */
    struct text label_en, label_zh;
    struct text source;
};

struct figure_info {
    struct text decision;
    struct text label_en, label_zh;
    struct text unit;
};

/** What a fact of a warning is set to. */
enum warning_value {
    WARNING_AMOUNT,  /* the warning's amount; of a flow: added to what its source reported */
    WARNING_VALUE,   /* the warning's value */
    WARNING_LITERAL, /* what the pack says */
};

struct warning_fact {
    const struct variable *variable;
    enum warning_value value;
    struct text literal; /* WARNING_LITERAL */
};

/** A kind of warning that departments send, and what the register believes when one comes. */
struct warning_kind {
    struct text code;
    struct text label_en, label_zh;
    struct text source;
    struct text flow_source; /* whose report a flow's amount is; empty: the warning's source */
    const struct warning_fact *facts;
    size_t fact_count;
    bool needs_person, needs_amount, needs_value;
};

/** Who gets what a programme gives. */
enum programme_target { TARGET_HOUSEHOLD, TARGET_PERSON, TARGET_COUNT };
/** How often: one entitlement in each such period; ONCE: one for good. */
enum programme_cycle { CYCLE_MONTH, CYCLE_QUARTER, CYCLE_YEAR, CYCLE_ONCE, CYCLE_COUNT };
const char *programme_target_name(enum programme_target target);
const char *programme_cycle_name(enum programme_cycle cycle);

/** Help with a budget, which the policy finds people eligible for: programmes.csv. */
struct programme {
    struct text code;
    struct text measure; /* a code of measures.csv */
    enum programme_target target;
    enum programme_cycle cycle;
    int eligible_decision, amount_decision;
    const struct variable *flow; /* what its payments become */
    struct text label_en, label_zh;
    struct text source;
};

enum { PERIOD_ONCE = 12 }; /* 0001-01: the only period of what is given once */
/** The first month of the period that a month belongs to. */
month_number programme_period(const struct programme *programme, month_number month);

/** The pack's inputs as the model sees them, by position in pack->input_types. */
enum policy_input { INPUT_HOUSEHOLD, INPUT_MEMBERS, INPUT_PARAMETER, INPUT_MONTH, INPUT_COUNT };

/** Immutable, shared by threads; everything lives in the arena that it was read into. */
struct pack {
    struct text name;
    struct text version;
    struct text title_en, title_zh;
    struct text currency;
    struct text time_zone;
    struct text sha256; /* left empty by pack_read; the service fills it over pack_digest_input */
    struct dictionary dictionary;
    struct parameter_table parameters;
    const struct dmn_model *model;
    struct feel_type_member input_types[INPUT_COUNT]; /* household, members, parameter, month */
    int findings_decision;
    int risk_level_decision;     /* -1: none */
    int household_kind_decision; /* -1 */
    int measures_decision;       /* -1 */
    int welfare_decision;        /* -1 */
    int line_decision;           /* -1 */
    int size_decision;           /* -1: household.size */
    int labour_decision;         /* can somebody work? -1 */
    const int *figure_decisions; /* decisions of pack.yaml's figures, in order */
    size_t figure_decision_count;
    const struct finding_info *findings;
    size_t finding_count;
    const struct measure_info *measures;
    size_t measure_count;
    const struct figure_info *figures;
    size_t figure_count;
    const struct warning_kind *warnings;
    size_t warning_count;
    const struct programme *programmes;
    size_t programme_count;
    const struct workflow *workflow; /* NULL: the pack has no cases */
    struct calendar calendar;        /* without special days where the pack has none */
    int reopen_percent; /* a dismissed finding is worse where its distance grew by more than this */
    struct clock_days grievance_clock; /* within which one is answered; count 0: no clock */
    struct text digest_input; /* name and bytes of all files that decide (not cases, not README) */
};

/**
 * Read a pack by the name of one that is carried in the program, or by the path of a folder (a name
 * with a '/' or that is a folder). Errors  BERM_NOT_FOUND (the message lists the packs that there
 * are), BERM_INVALID_INPUT (file, line, column, remedy: unknown key, decision that is not there,
 * findings table without code or severity, ...), BERM_LIMIT, BERM_IO, BERM_NO_MEMORY.
 */
MUST_USE enum berm_status pack_read(struct arena *arena, struct text name_or_folder,
                                    const struct pack **ret_pack, struct berm_error *err);
/** Names of the packs in the binary. */
size_t pack_embedded_count(void);
struct text pack_embedded_name(size_t position);

/* ---- Bundles ---------------------------------------------------------------------------------
 *
 * A pack's files in memory: how a register keeps a version of it. */

enum { BUNDLE_FILES_MAX = 1100, BUNDLE_BYTES_MAX = 64 << 20 };

struct pack_file {
    struct text path;  /* inside the pack, such as "cases/income.yaml" */
    struct text bytes; /* UTF-8, ended by a 0 that is not counted */
};
struct pack_bundle {
    struct text name; /* for messages, such as "version 3" */
    const struct pack_file *files;
    size_t count;
};

/**
 * The files that make up a pack: those that decide, its cases and its README.md, by path. Other
 * files of a folder are left behind. Errors  those of pack_read before the dictionary is looked at;
 * BERM_INVALID_INPUT (a file that is no UTF-8), BERM_LIMIT.
 */
MUST_USE enum berm_status bundle_collect(struct arena *arena, struct text name_or_folder,
                                         struct pack_bundle *ret_bundle, struct berm_error *err);
/** Whether somebody else's bundle can be kept: paths that stay inside, each once, UTF-8, limits. */
MUST_USE enum berm_status bundle_check(const struct pack_bundle *bundle, struct berm_error *err);
/** pack_read of a bundle, whose files must live as long as the pack. */
MUST_USE enum berm_status bundle_read(struct arena *arena, const struct pack_bundle *bundle,
                                      const struct pack **ret_pack, struct berm_error *err);

int pack_finding_position(const struct pack *pack, struct text code);               /* -1: none */
const struct finding_info *pack_finding(const struct pack *pack, struct text code); /* NULL: none */
/** Whether a measure helps against a finding. */
bool measure_answers(const struct measure_info *measure, struct text finding);
const struct measure_info *pack_measure(const struct pack *pack, struct text code);
const struct warning_kind *pack_warning(const struct pack *pack, struct text code);
/** The code that is nearest to a word, for a suggestion; length 0 where none is. */
struct text pack_warning_nearest(const struct pack *pack, struct text code);
int pack_programme_position(const struct pack *pack, struct text code);            /* -1: none */
const struct programme *pack_programme(const struct pack *pack, struct text code); /* NULL: none */
struct text pack_programme_nearest(const struct pack *pack, struct text code); /* as of warnings */
const struct figure_info *pack_figure(const struct pack *pack, struct text decision);

/** The labels of a household kind: the choice of the list `household_kind`, or NULL. */
const struct choice *pack_kind(const struct pack *pack, struct text kind);

/* ---- Cases ----------------------------------------------------------------------------------- */

struct case_field {
    struct text name;
    struct field_value value;
};

struct case_member {
    struct text code;     /* "1", "2", ... where the case gives none */
    struct text sex;      /* empty: unknown */
    struct text relation; /* empty: unknown */
    bool has_birth_date;
    date_days birth_date;
    const struct field_value *values; /* one for each person variable */
};

struct case_flow {
    int flow; /* position among the flows */
    month_number month;
    struct flow_report report;
};

struct case_finding {
    struct text code;
    struct text severity; /* empty: not checked */
    bool has_threshold, has_distance;
    struct feel_decimal threshold, distance;
    const struct text *names; /* findings: reads; undetermined: missing */
    size_t name_count;
};

/** What a programme must give a household, or one of its members. */
struct case_programme {
    const struct programme *programme;
    struct text member;  /* the member's code; empty: the household */
    struct text expects; /* "no", "unknown", or an amount */
};

struct pack_case {
    struct text file;
    int line;
    struct text name;
    month_number month;
    const struct text *area_codes; /* nearest first */
    size_t area_code_count;
    const struct field_value *household_values; /* one for each household variable */
    const struct case_member *members;
    size_t member_count;
    const struct case_flow *flows;
    size_t flow_count;
    const struct case_field *parameters; /* value.number in millionths */
    size_t parameter_count;
    const struct case_finding *findings;
    size_t finding_count;
    const struct case_finding *undetermined;
    size_t undetermined_count;
    struct text risk_level;     /* empty: not checked */
    struct text household_kind; /* bytes NULL: not checked; empty with bytes: must be none */
    bool has_measures;
    const struct text *measures;
    size_t measure_count;
    const struct case_field *figures; /* value.text: the decimal as written */
    size_t figure_count;
    const struct case_programme *programmes;
    size_t programme_count;
};

/** All cases of a pack's folder cases/, by file name and then in order. Errors: as pack_read. */
MUST_USE enum berm_status pack_read_cases(struct arena *arena, struct text name_or_folder,
                                          const struct pack *pack,
                                          const struct pack_case **ret_cases, size_t *ret_count,
                                          struct berm_error *err);
MUST_USE enum berm_status bundle_read_cases(struct arena *arena, const struct pack_bundle *bundle,
                                            const struct pack *pack,
                                            const struct pack_case **ret_cases, size_t *ret_count,
                                            struct berm_error *err);
/**
 * The facts of one household, written as a case without name and expectation: month, areas,
 * household, members, flows, parameters. JSON is read too, being YAML. Errors  as pack_read, with
 * line and column.
 */
MUST_USE enum berm_status case_of_facts(struct arena *arena, const struct pack *pack,
                                        struct text facts, struct pack_case *ret_case,
                                        struct berm_error *err);

#endif
