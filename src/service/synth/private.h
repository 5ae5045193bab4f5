/*
 * What the files of the made-up register share. Private to service.
 *
 *   synth_plan      what is the same for all: areas, months, the dictionary's variables
 *   synth_areas     the tree of areas;  synth_names  what they and the people are called
 *   synth_income    how incomes are spread, and against what this is calibrated
 *   synth_family    who lives in a household
 *   synth_member    school, health and work of its members
 *   synth_situation how it fares: income, shocks, dwelling's place, help
 *   synth_values    facts to values of the dictionary, and values for variables that nobody knows
 *   synth_household_values, synth_person_values   the facts in the dictionary's words
 *   synth_flows     24 months of amounts
 *   synth_rows      households to rows of the import
 *   synth_feed      rows made by one thread and taken by another
 *   synth, synth_csv   the two that take them: the register, and files
 */
#ifndef SERVICE_SYNTH_PRIVATE_H
#define SERVICE_SYNTH_PRIVATE_H

#include "service/import.h"
#include "service/synth.h"

/* ---- Chance ---------------------------------------------------------------------------------- */

/** What a stream of chance is for; each household has one of each, so any can be made alone. */
enum synth_stream {
    SYNTH_STREAM_AREAS,
    SYNTH_STREAM_VILLAGE,
    SYNTH_STREAM_TOWNSHIP,
    SYNTH_STREAM_FAMILY,
    SYNTH_STREAM_SITUATION,
    SYNTH_STREAM_HOUSEHOLD_VALUES,
    SYNTH_STREAM_PERSON_VALUES,
    SYNTH_STREAM_FLOWS,
};

struct random synth_random(uint64_t seed, enum synth_stream stream, uint64_t index);

/** 0 to bound - 1: quicker than random_below, and even enough for made-up things. */
static inline int synth_below(struct random *random, int bound)
{
    return (int)((random_next(random) >> 32) * (uint64_t)bound >> 32);
}

static inline int synth_between(struct random *random, int low, int high)
{
    return low + synth_below(random, high - low + 1);
}

/** Chances are whole numbers out of ten thousand: the same on every machine. */
static inline bool synth_chance(struct random *random, int of_10000)
{
    return synth_below(random, 10000) < of_10000;
}

/** A position in weights, each as likely as its weight. */
int synth_choose(struct random *random, const int *weights, int count);

/* ---- Plan ------------------------------------------------------------------------------------ */

/** Variables that are understood: the dictionary's name, the types that fit. */
#define SYNTH_HOUSEHOLD_VARIABLES(X)                                                               \
    X(REGISTERED_STATUS, "registered_status", VARIABLE_SELECT_ONE)                                 \
    X(LEFT_POVERTY_YEAR, "left_poverty_year", VARIABLE_INTEGER)                                    \
    X(MAIN_CAUSE, "main_cause", VARIABLE_SELECT_ONE)                                               \
    X(MINIMUM_LIVING_ALLOWANCE, "minimum_living_allowance", VARIABLE_BOOLEAN)                      \
    X(SPECIAL_SUPPORT, "special_support", VARIABLE_BOOLEAN)                                        \
    X(CONSENT_TO_DATA_MATCH, "consent_to_data_match", VARIABLE_BOOLEAN)                            \
    X(ENOUGH_FOOD, "enough_food", VARIABLE_BOOLEAN)                                                \
    X(ENOUGH_CLOTHING, "enough_clothing", VARIABLE_BOOLEAN)                                        \
    X(DOCTOR_REACHABLE, "doctor_reachable", VARIABLE_BOOLEAN)                                      \
    X(HOUSING_GRADE, "housing_grade", VARIABLE_SELECT_ONE)                                         \
    X(OTHER_SAFE_DWELLING, "other_safe_dwelling", VARIABLE_BOOLEAN)                                \
    X(HOUSING_STRUCTURE, "housing_structure", VARIABLE_SELECT_ONE)                                 \
    X(HOUSING_AREA, "housing_area", VARIABLE_DECIMAL)                                              \
    X(HOUSING_BUILT_YEAR, "housing_built_year", VARIABLE_INTEGER)                                  \
    X(WATER_SOURCE, "water_source", VARIABLE_SELECT_ONE)                                           \
    X(WATER_PIPED, "water_piped", VARIABLE_BOOLEAN)                                                \
    X(WATER_ENOUGH, "water_enough", VARIABLE_BOOLEAN)                                              \
    X(WATER_QUALITY, "water_quality", VARIABLE_SELECT_ONE)                                         \
    X(WATER_MINUTES, "water_minutes", VARIABLE_INTEGER)                                            \
    X(WATER_DAYS_PERCENT, "water_days_percent", VARIABLE_DECIMAL)                                  \
    X(HAS_ELECTRICITY, "has_electricity", VARIABLE_BOOLEAN)                                        \
    X(HAS_BROADBAND, "has_broadband", VARIABLE_BOOLEAN)                                            \
    X(TOILET, "toilet", VARIABLE_SELECT_ONE)                                                       \
    X(ROAD_TO_VILLAGE_KM, "road_to_village_km", VARIABLE_DECIMAL)                                  \
    X(FARMLAND_MU, "farmland_mu", VARIABLE_DECIMAL)                                                \
    X(FOREST_MU, "forest_mu", VARIABLE_DECIMAL)                                                    \
    X(SELLS_PRODUCE, "sells_produce", VARIABLE_BOOLEAN)                                            \
    X(UNSOLD_PRODUCE_VALUE, "unsold_produce_value", VARIABLE_MONEY)                                \
    X(PRODUCE_KEEPS_DAYS, "produce_keeps_days", VARIABLE_INTEGER)                                  \
    X(RELOCATED, "relocated", VARIABLE_BOOLEAN)                                                    \
    X(RELOCATION_KIND, "relocation_kind", VARIABLE_SELECT_ONE)                                     \
    X(RELOCATED_ON, "relocated_on", VARIABLE_DATE)                                                 \
    X(POVERTY_INSURANCE, "poverty_insurance", VARIABLE_BOOLEAN)                                    \
    X(LOAN_BALANCE, "loan_balance", VARIABLE_MONEY)                                                \
    X(DISASTER_KIND, "disaster_kind", VARIABLE_SELECT_ONE)

#define SYNTH_PERSON_VARIABLES(X)                                                                  \
    X(REGISTERED_RESIDENCE_HERE, "registered_residence_here", VARIABLE_BOOLEAN)                    \
    X(MARITAL_STATUS, "marital_status", VARIABLE_SELECT_ONE)                                       \
    X(EDUCATION_LEVEL, "education_level", VARIABLE_SELECT_ONE)                                     \
    X(ATTENDING_SCHOOL, "attending_school", VARIABLE_BOOLEAN)                                      \
    X(SCHOOL_STAGE, "school_stage", VARIABLE_SELECT_ONE)                                           \
    X(NOT_ATTENDING_REASON, "not_attending_reason", VARIABLE_SELECT_ONE)                           \
    X(DROPOUT_RISK, "dropout_risk", VARIABLE_BOOLEAN)                                              \
    X(BASIC_MEDICAL_INSURANCE, "basic_medical_insurance", VARIABLE_BOOLEAN)                        \
    X(SERIOUS_ILLNESS_INSURANCE, "serious_illness_insurance", VARIABLE_BOOLEAN)                    \
    X(SERIOUS_ILLNESS, "serious_illness", VARIABLE_BOOLEAN)                                        \
    X(CHRONIC_ILLNESS, "chronic_illness", VARIABLE_BOOLEAN)                                        \
    X(DISABILITY_GRADE, "disability_grade", VARIABLE_SELECT_ONE)                                   \
    X(NEEDS_CARE, "needs_care", VARIABLE_BOOLEAN)                                                  \
    X(LABOUR_CAPACITY, "labour_capacity", VARIABLE_SELECT_ONE)                                     \
    X(WORKING, "working", VARIABLE_BOOLEAN)                                                        \
    X(WORK_KIND, "work_kind", VARIABLE_SELECT_ONE)                                                 \
    X(WORK_PLACE, "work_place", VARIABLE_SELECT_ONE)                                               \
    X(MONTHS_WORKED_12M, "months_worked_12m", VARIABLE_INTEGER)                                    \
    X(PUBLIC_WELFARE_POST, "public_welfare_post", VARIABLE_BOOLEAN)                                \
    X(WANTS_TRAINING, "wants_training", VARIABLE_BOOLEAN)                                          \
    X(SKILLS, "skills", VARIABLE_SELECT_MULTIPLE)                                                  \
    X(PENSION_INSURANCE, "pension_insurance", VARIABLE_BOOLEAN)                                    \
    X(AGE_YEARS, "age_years", VARIABLE_INTEGER)                                                    \
    X(COUNTED, "counted", VARIABLE_BOOLEAN)

#define SYNTH_FLOWS(X)                                                                             \
    X(WAGE_INCOME, "wage_income", VARIABLE_MONEY)                                                  \
    X(OPERATING_INCOME, "operating_income", VARIABLE_MONEY)                                        \
    X(PROPERTY_INCOME, "property_income", VARIABLE_MONEY)                                          \
    X(TRANSFER_INCOME, "transfer_income", VARIABLE_MONEY)                                          \
    X(PRODUCTION_COST, "production_cost", VARIABLE_MONEY)                                          \
    X(MEDICAL_EXPENSE, "medical_expense", VARIABLE_MONEY)                                          \
    X(EDUCATION_EXPENSE, "education_expense", VARIABLE_MONEY)                                      \
    X(OTHER_RIGID_EXPENSE, "other_rigid_expense", VARIABLE_MONEY)                                  \
    X(DISASTER_LOSS, "disaster_loss", VARIABLE_MONEY)                                              \
    X(ALLOWANCE_INCOME, "allowance_income", VARIABLE_MONEY) /* paid by Berm: never made up */

#define SYNTH_ENUMERATOR(name, text, type) SYNTH_##name,
enum synth_household_variable {
    SYNTH_HOUSEHOLD_VARIABLES(SYNTH_ENUMERATOR) SYNTH_HOUSEHOLD_VARIABLE_COUNT
};
enum synth_person_variable { SYNTH_PERSON_VARIABLES(SYNTH_ENUMERATOR) SYNTH_PERSON_VARIABLE_COUNT };
enum synth_flow { SYNTH_FLOWS(SYNTH_ENUMERATOR) SYNTH_FLOW_COUNT };
#undef SYNTH_ENUMERATOR

enum { SYNTH_VARIABLES_MAX = 48 }; /* more than any of these */

/** The dictionary of one entity, and where in it the variables stand that are understood. */
struct synth_binding {
    const struct dictionary *dictionary;
    const struct variable *variables;
    size_t variable_count;
    int positions[SYNTH_VARIABLES_MAX]; /* -1: the dictionary has none of this name and type */
    const int *all_positions;           /* 0, 1, 2, ...: every column of the import */
};

/** Knots of an income per head in whole units a year, by share of the people, ascending. */
enum { SYNTH_INCOME_KNOTS_MAX = 24, SYNTH_MILLION = 1000000 };
struct synth_incomes {
    int64_t line;            /* a person and year */
    int64_t median;          /* of all people */
    int poor_of_million;     /* share of the people below the line */
    int marginal_of_million; /* from the line to 1.5 times the line */
    int64_t at[SYNTH_INCOME_KNOTS_MAX];
    int of_million[SYNTH_INCOME_KNOTS_MAX];
    int knot_count;
};

struct synth_village {
    int area;              /* position in areas */
    int township;          /* counting from 0 */
    int64_t end_household; /* the first household of the next village */
};

struct synth_plan {
    const struct pack *pack;
    int64_t household_count;
    uint64_t seed;
    month_number last_month;
    month_number first_month; /* of the flows */
    date_days last_day;
    date_days long_ago; /* from when on the old members are recorded */
    int64_t minor_per_major;
    bool is_chinese; /* names */
    struct import_area *areas;
    size_t area_count;
    struct synth_village *villages;
    size_t village_count;
    int township_count;
    int flooded_township; /* one is hit for certain */
    int flood_month;      /* positions in the 24 months */
    int epidemic_month;   /* the first of three */
    struct synth_incomes incomes;
    struct synth_binding bindings[ENTITY_COUNT];
};

/**
 * Check the options and plan the register.
 * Owner   all in arena, which must be large enough for the areas; read only, shared by threads.
 * Errors  BERM_INVALID_INPUT, BERM_NO_MEMORY.
 */
MUST_USE enum berm_status synth_plan_make(const struct pack *pack,
                                          const struct synth_options *options, struct arena *arena,
                                          const struct synth_plan **ret_plan,
                                          struct berm_error *err);
/** Bytes that the plan's arena may take for so many households. */
size_t synth_plan_bytes_max(int64_t household_count);

/* areas.c: fills areas, villages and their counts. */
MUST_USE enum berm_status synth_areas_make(struct synth_plan *plan, struct arena *arena,
                                           struct berm_error *err);
const struct synth_village *synth_village_of(const struct synth_plan *plan, int64_t household);

/* names.c. The texts are written to out. */
enum { SYNTH_NAME_BYTES_MAX = 64 };
struct text synth_numeral(bool is_chinese, int number, char out[SYNTH_NAME_BYTES_MAX]);
/** "Willow Brook", one of some hundreds, by number. */
struct text synth_place_name(bool is_chinese, int number, char out[SYNTH_NAME_BYTES_MAX]);
int synth_surname_count(void);
struct text synth_person_name(bool is_chinese, int surname, struct random *random,
                              char out[SYNTH_NAME_BYTES_MAX]);

/* income.c. */
struct synth_incomes synth_incomes_of(month_number month, int64_t line_or_0);
/** The income a person and year below which that share of the people are. */
int64_t synth_income_at(const struct synth_incomes *incomes, int of_million);

/* ---- A household ----------------------------------------------------------------------------- */

enum { SYNTH_MEMBERS_MAX = 9 }; /* eight, and one who is no longer there */

enum synth_role {
    SYNTH_HEAD,
    SYNTH_SPOUSE,
    SYNTH_CHILD,
    SYNTH_CHILD_IN_LAW,
    SYNTH_GRANDCHILD,
    SYNTH_PARENT,
    SYNTH_SIBLING,
};

enum synth_stage {
    SYNTH_STAGE_NONE,
    SYNTH_KINDERGARTEN,
    SYNTH_PRIMARY,
    SYNTH_JUNIOR,
    SYNTH_SENIOR,
    SYNTH_VOCATIONAL,
    SYNTH_COLLEGE,
};

enum synth_labour {
    SYNTH_LABOUR_NONE,
    SYNTH_LABOUR_LOST,
    SYNTH_LABOUR_WEAK,
    SYNTH_LABOUR_ORDINARY,
    SYNTH_LABOUR_SKILLED,
};

enum synth_work {
    SYNTH_NO_WORK,
    SYNTH_EMPLOYED,
    SYNTH_FARMING,
    SYNTH_SELF_EMPLOYED,
    SYNTH_WELFARE_POST,
    SYNTH_WORKSHOP,
};

struct synth_member {
    enum synth_role role;
    bool is_female;
    int age; /* on the last day */
    int surname;
    date_days birth;
    date_days from;
    bool is_gone; /* left or died before the last day */
    bool has_died;
    date_days to;

    int school_age;         /* on 31 August of the school year */
    enum synth_stage stage; /* NONE: attends no school */
    bool is_out_of_school;  /* of compulsory age and does not attend */
    bool is_seriously_ill;
    bool is_chronically_ill;
    int disability_grade; /* 0: none */
    bool needs_care;
    enum synth_labour labour;
    enum synth_work work;
    bool has_lost_work;
};

enum synth_status {
    SYNTH_NEVER_REGISTERED,
    SYNTH_REGISTERED_POOR,
    SYNTH_LEFT_POVERTY,
};

struct synth_household {
    int64_t index;
    const struct synth_village *village;
    struct synth_member members[SYNTH_MEMBERS_MAX];
    int member_count; /* with those who are gone */
    int size;         /* without; they stand first */

    int income_of_million; /* its place among all people, before shocks */
    int64_t income;        /* a year, all members, before shocks, whole units */
    bool is_poor;          /* below the line before shocks */
    enum synth_status status;
    bool has_allowance;
    bool has_farm;
    bool sells_produce;
    int64_t unsold_value;
    bool is_relocated;
    bool is_flooded;
    int flood_cut_percent; /* of the receipts after the flood */
    int64_t flood_loss;
    int epidemic_months; /* without full wages */
    int epidemic_cut_percent;
    bool has_lost_job; /* since the epidemic, and still has none */
    int illness_month; /* when somebody fell seriously ill; -1: nobody did */
};

/** A village's and a township's own traits. */
struct synth_place {
    bool has_doctor;
    bool is_resettlement;
    bool has_bad_water;
    bool is_dry;
    int water_source; /* position in the list of household_values.c */
    bool has_poverty_insurance;
    bool is_flooded;
    bool is_price_low;
};
struct synth_place synth_place_of(const struct synth_plan *plan,
                                  const struct synth_village *village);

/** A household with all that is decided about it. Depends on the plan and the index alone. */
void synth_household_make(const struct synth_plan *plan, int64_t index,
                          struct synth_household *ret_household);

/* Parts of it. */
void synth_family_make(const struct synth_plan *plan, struct synth_household *household,
                       struct random *random);
void synth_members_settle(const struct synth_plan *plan, struct synth_household *household,
                          struct random *random);

/* ---- Values ---------------------------------------------------------------------------------- */

enum synth_decision { SYNTH_OPEN, SYNTH_IS_UNKNOWN, SYNTH_IS_KNOWN };

/** The values of one household or person while they are being decided. */
struct synth_values {
    const struct synth_binding *binding;
    struct field_value *values; /* one for each variable */
    unsigned char *decisions;   /* enum synth_decision, likewise */
    struct arena *arena;        /* for texts */
};

/* variable: of enum synth_household_variable or synth_person_variable. What does not fit the
 * dictionary (no such variable or choice, out of bounds) is left open. */
void synth_set(struct synth_values *values, int variable, int64_t number);
void synth_set_choice(struct synth_values *values, int variable, const char *choice);
void synth_set_money(const struct synth_plan *plan, struct synth_values *values, int variable,
                     int64_t units);
void synth_set_decimal(struct synth_values *values, int variable, int64_t tenths);
void synth_set_unknown(struct synth_values *values, int variable);
/** Choices of a select_multiple: bit i is names[i]. */
MUST_USE enum berm_status synth_set_choices(struct synth_values *values, int variable,
                                            const char *const *names, int count, unsigned chosen,
                                            struct berm_error *err);
/** Give every variable that is still open a value that its type and constraint allow. */
MUST_USE enum berm_status synth_fill_open(const struct synth_plan *plan,
                                          struct synth_values *values, struct random *random,
                                          struct berm_error *err);
bool synth_is_allowed(const struct constraint *constraint, int64_t number);
/** An amount that a flow or money variable allows, in minor units. */
int64_t synth_any_amount(const struct synth_plan *plan, const struct variable *variable,
                         struct random *random);

MUST_USE enum berm_status synth_household_values(const struct synth_plan *plan,
                                                 const struct synth_household *household,
                                                 struct synth_values *values,
                                                 struct berm_error *err);
/** For all members in order; random goes on from one to the next. */
MUST_USE enum berm_status synth_person_values(const struct synth_plan *plan,
                                              const struct synth_household *household,
                                              const struct synth_member *member,
                                              struct synth_values *values, struct random *random,
                                              struct berm_error *err);

/* ---- Flows ----------------------------------------------------------------------------------- */

/** Who reports, in the order of the rows of one month. */
enum synth_source {
    SYNTH_VISIT,
    SYNTH_CIVIL_AFFAIRS,
    SYNTH_MEDICAL_INSURANCE,
    SYNTH_AGRICULTURE,
    SYNTH_SHARED_ASSETS,
    SYNTH_TAX,
    SYNTH_SOURCE_COUNT,
};

/** Amounts in whole units; at most one for each flow, month and source. */
struct synth_flow_months {
    int64_t amounts[SYNTH_MONTHS][SYNTH_SOURCE_COUNT][SYNTH_FLOW_COUNT];
    bool is_unreported[SYNTH_MONTHS]; /* nobody asked: what must be reported is unknown */
};

void synth_flow_months_make(const struct synth_plan *plan, const struct synth_household *household,
                            struct synth_flow_months *ret_months);
struct text synth_source_code(enum synth_source source);

/* ---- Rows ------------------------------------------------------------------------------------ */

enum { SYNTH_BATCH_HOUSEHOLDS = 256 };

/** Rows of one kind for some households in a row; one of the three pointers is set. */
struct synth_batch {
    enum import_kind kind;
    int64_t first_household;
    int64_t household_count;
    struct import_household *households;
    struct import_person *persons;
    struct import_flow *flows;
    size_t row_count;
    int64_t amount_count; /* of flows */
    struct arena *arena;  /* holds all of it */
};

enum { SYNTH_BATCH_BYTES_MAX = 256 << 20 }; /* a cap: with most dictionaries 4 MB are used */

/** Fill batch->arena and the rest from kind, first_household and household_count. */
MUST_USE enum berm_status synth_batch_make(const struct synth_plan *plan, struct synth_batch *batch,
                                           struct berm_error *err);
/** The columns that rows of a kind have. */
struct import_columns synth_columns(const struct synth_plan *plan, enum import_kind kind);

struct synth_feed;
/** Start a thread that makes the batches of a kind, one after the other. plan must outlive it. */
MUST_USE enum berm_status synth_feed_start(const struct synth_plan *plan, enum import_kind kind,
                                           struct synth_feed **ret_feed, struct berm_error *err);
/** The next batch, good until the next call; *ret_batch is NULL behind the last. */
MUST_USE enum berm_status synth_feed_next(struct synth_feed *feed, struct synth_batch **ret_batch,
                                          struct berm_error *err);
/** Ends the thread. NULL is fine. */
void synth_feed_free(struct synth_feed *feed);
void synth_feed_freep(struct synth_feed **feed);

double synth_seconds_now(void);

#endif
