/*
 * A member's facts in the words of the dictionary: school, health, work. As with households, a
 * small share is unknown.
 */
#include "service/synth/private.h"

enum { UNKNOWN_RARE = 8 }; /* out of ten thousand members */

struct writer {
    const struct synth_household *household;
    const struct synth_member *member;
    struct synth_values *values;
    struct random *random;
};

static void set_flag(struct writer *writer, int variable, bool is_true, int unknown_of_10000)
{
    if (synth_chance(writer->random, unknown_of_10000))
        synth_set_unknown(writer->values, variable);
    else
        synth_set(writer->values, variable, is_true);
}

/* ---- Identity, school ------------------------------------------------------------------------ */

static bool is_there(const struct writer *writer, enum synth_role role)
{
    for (int i = 0; i < writer->household->size; i++)
        if (writer->household->members[i].role == role &&
            &writer->household->members[i] != writer->member)
            return true;
    return false;
}

static bool has_partner(const struct writer *writer)
{
    switch (writer->member->role) {
    case SYNTH_HEAD:
        return is_there(writer, SYNTH_SPOUSE);
    case SYNTH_SPOUSE:
    case SYNTH_CHILD_IN_LAW:
        return true;
    case SYNTH_CHILD:
        return is_there(writer, SYNTH_CHILD_IN_LAW);
    case SYNTH_PARENT:
        return is_there(writer, SYNTH_PARENT);
    case SYNTH_GRANDCHILD:
    case SYNTH_SIBLING:
        break;
    }
    return false;
}

static void write_identity(struct writer *writer)
{
    const struct synth_member *member = writer->member;
    const char *status = "single";

    if (member->age >= 20 && has_partner(writer))
        status = "married";
    else if (member->age >= 60 && !synth_chance(writer->random, 1200))
        status = "widowed";
    else if (member->age >= 30)
        status = synth_chance(writer->random, 5000)   ? "divorced"
                 : synth_chance(writer->random, 5000) ? "married" /* lives elsewhere */
                                                      : "single";
    set_flag(writer, SYNTH_REGISTERED_RESIDENCE_HERE, !synth_chance(writer->random, 250), 20);
    synth_set_choice(writer->values, SYNTH_MARITAL_STATUS, status);
    synth_set(writer->values, SYNTH_AGE_YEARS, member->age);
    synth_set(writer->values, SYNTH_COUNTED, !member->is_gone);
}

static const char *education_of(const struct synth_member *member, struct random *random)
{
    static const char *const levels[] = {"none",   "primary",    "junior",
                                         "senior", "vocational", "college"};
    static const int young[] = {4, 60, 480, 130, 140, 186};
    static const int middle[] = {30, 260, 530, 90, 50, 40};
    static const int old[] = {240, 480, 230, 40, 5, 5};
    int age = member->age;

    switch (member->stage) {
    case SYNTH_COLLEGE:
        return "senior";
    case SYNTH_SENIOR:
    case SYNTH_VOCATIONAL:
        return "junior";
    case SYNTH_JUNIOR:
        return "primary";
    case SYNTH_PRIMARY:
    case SYNTH_KINDERGARTEN:
        return "none";
    case SYNTH_STAGE_NONE:
        break;
    }
    if (age < 12)
        return "none";
    if (age < 18)
        return age < 15 ? "primary" : "junior";
    return levels[synth_choose(random, age < 35 ? young : age < 60 ? middle : old, 6)];
}

static void write_reason(struct writer *writer)
{
    static const char *const reasons[] = {"illness", "disability", "home", "cost",
                                          "refuses", "distance",   "other"};
    static const int weights[] = {14, 34, 8, 6, 28, 4, 6};
    const struct synth_member *member = writer->member;

    synth_set_unknown(writer->values, SYNTH_NOT_ATTENDING_REASON);
    if (!member->is_out_of_school)
        return;
    if (member->school_age < 6)
        synth_set_choice(writer->values, SYNTH_NOT_ATTENDING_REASON, "not_yet_due");
    else if (member->school_age >= 15)
        synth_set_choice(writer->values, SYNTH_NOT_ATTENDING_REASON, "completed");
    else if (!synth_chance(writer->random, 600))
        synth_set_choice(writer->values, SYNTH_NOT_ATTENDING_REASON,
                         reasons[synth_choose(writer->random, weights, 7)]);
}

static void write_school(struct writer *writer)
{
    static const char *const stages[] = {[SYNTH_KINDERGARTEN] = "kindergarten",
                                         [SYNTH_PRIMARY] = "primary",
                                         [SYNTH_JUNIOR] = "junior",
                                         [SYNTH_SENIOR] = "senior",
                                         [SYNTH_VOCATIONAL] = "vocational",
                                         [SYNTH_COLLEGE] = "college"};
    const struct synth_member *member = writer->member;
    bool attends = member->stage != SYNTH_STAGE_NONE;

    synth_set_choice(writer->values, SYNTH_EDUCATION_LEVEL, education_of(member, writer->random));
    set_flag(writer, SYNTH_ATTENDING_SCHOOL, attends, member->age < 18 ? 30 : UNKNOWN_RARE);
    synth_set_unknown(writer->values, SYNTH_SCHOOL_STAGE);
    if (attends && member->disability_grade == 1)
        synth_set_choice(writer->values, SYNTH_SCHOOL_STAGE, "special");
    else if (attends)
        synth_set_choice(writer->values, SYNTH_SCHOOL_STAGE, stages[member->stage]);
    write_reason(writer);
    if (member->age >= 6 && member->age < 18)
        synth_set(writer->values, SYNTH_DROPOUT_RISK, attends && synth_chance(writer->random, 60));
    else
        synth_set_unknown(writer->values, SYNTH_DROPOUT_RISK);
}

/* ---- Health, work ---------------------------------------------------------------------------- */

static void write_health(struct writer *writer)
{
    static const char *const grades[] = {"none", "grade_1", "grade_2", "grade_3", "grade_4"};
    const struct synth_member *member = writer->member;
    bool is_insured = !synth_chance(writer->random, 12);

    set_flag(writer, SYNTH_BASIC_MEDICAL_INSURANCE, is_insured, UNKNOWN_RARE);
    set_flag(writer, SYNTH_SERIOUS_ILLNESS_INSURANCE,
             is_insured && synth_chance(writer->random, 9800), UNKNOWN_RARE);
    set_flag(writer, SYNTH_SERIOUS_ILLNESS, member->is_seriously_ill, UNKNOWN_RARE);
    set_flag(writer, SYNTH_CHRONIC_ILLNESS, member->is_chronically_ill, 40);
    synth_set_choice(writer->values, SYNTH_DISABILITY_GRADE, grades[member->disability_grade]);
    synth_set(writer->values, SYNTH_NEEDS_CARE, member->needs_care);
}

static enum berm_status write_skills(struct writer *writer, struct berm_error *err)
{
    static const char *const names[] = {"building",    "driving",    "cooking", "sewing",
                                        "electrician", "welding",    "care",    "crops",
                                        "livestock",   "online_sale"};
    unsigned chosen = 0;

    for (int skill = 0; writer->member->labour == SYNTH_LABOUR_SKILLED && skill < 2; skill++)
        chosen |= 1u << synth_below(writer->random, 10);
    return synth_set_choices(writer->values, SYNTH_SKILLS, names, (int)ARRAY_COUNT(names), chosen,
                             err);
}

static void write_work_place(struct writer *writer)
{
    static const char *const places[] = {"village", "township", "county", "province",
                                         "other_province"};
    static const int away[] = {40, 110, 300, 230, 320};
    static const int near[] = {700, 240, 60, 0, 0};
    enum synth_work work = writer->member->work;
    int months = work == SYNTH_EMPLOYED ? synth_between(writer->random, 5, 12)
                                        : synth_between(writer->random, 7, 12);

    synth_set_choice(writer->values, SYNTH_WORK_PLACE,
                     places[synth_choose(writer->random, work == SYNTH_EMPLOYED ? away : near, 5)]);
    synth_set(writer->values, SYNTH_MONTHS_WORKED_12M, months);
}

static void write_work(struct writer *writer)
{
    static const char *const labours[] = {"none", "lost", "weak", "ordinary", "skilled"};
    static const char *const kinds[] = {
        "", "employed", "farming", "self_employed", "public_welfare_post", "workshop"};
    const struct synth_member *member = writer->member;
    struct synth_values *values = writer->values;
    bool can_work = member->labour >= SYNTH_LABOUR_WEAK;

    if (member->age >= 16 && synth_chance(writer->random, 15))
        synth_set_unknown(values, SYNTH_LABOUR_CAPACITY);
    else
        synth_set_choice(values, SYNTH_LABOUR_CAPACITY, labours[member->labour]);
    set_flag(writer, SYNTH_WORKING, member->work != SYNTH_NO_WORK, can_work ? 25 : 0);
    synth_set_unknown(values, SYNTH_WORK_KIND);
    synth_set_unknown(values, SYNTH_WORK_PLACE);
    synth_set_unknown(values, SYNTH_MONTHS_WORKED_12M);
    if (member->work != SYNTH_NO_WORK) {
        synth_set_choice(values, SYNTH_WORK_KIND, kinds[member->work]);
        write_work_place(writer);
    } else if (can_work) {
        synth_set(values, SYNTH_MONTHS_WORKED_12M,
                  member->has_lost_work ? synth_between(writer->random, 1, 5) : 0);
    }
    synth_set(values, SYNTH_PUBLIC_WELFARE_POST, member->work == SYNTH_WELFARE_POST);
    synth_set(values, SYNTH_WANTS_TRAINING,
              can_work && member->age < 55 &&
                  synth_chance(writer->random, member->work == SYNTH_NO_WORK ? 4500 : 900));
    if (member->age >= 16 && member->stage == SYNTH_STAGE_NONE)
        set_flag(writer, SYNTH_PENSION_INSURANCE, synth_chance(writer->random, 9300), 40);
    else
        synth_set(values, SYNTH_PENSION_INSURANCE, 0);
}

enum berm_status synth_person_values(const struct synth_plan *plan,
                                     const struct synth_household *household,
                                     const struct synth_member *member, struct synth_values *values,
                                     struct random *random, struct berm_error *err)
{
    struct writer writer = {household, member, values, random};

    write_identity(&writer);
    write_school(&writer);
    write_health(&writer);
    write_work(&writer);
    TRY(write_skills(&writer, err));
    return synth_fill_open(plan, values, random, err);
}
