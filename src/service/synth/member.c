/*
 * School, health and work of a household's members, by age. The poorer the household, the likelier
 * illness and disability in it, which is the commonest cause of poverty in the register; the shares
 * are plausible for a poor county and not taken from a series.
 */
#include "service/synth/private.h"

enum { SCHOOL_AGE = 6, SCHOOL_LEAVING_AGE = 16, WORK_AGE = 16, PENSION_AGE = 60 };

/* ---- School ---------------------------------------------------------------------------------- */

/* Whole years on the last 31 August that has a school year's name: from August on this year's. */
static int school_age(const struct synth_plan *plan, date_days birth)
{
    int year = plan->last_month / 12;
    bool is_new_year = plan->last_month % 12 >= 7;

    return age_years(birth, date_from_civil(is_new_year ? year : year - 1, 8, 31));
}

static enum synth_stage stage_of(int age, struct random *random)
{
    bool is_able = synth_chance(random, 5500);

    if (age < 3)
        return SYNTH_STAGE_NONE;
    if (age < SCHOOL_AGE)
        return synth_chance(random, 8200) ? SYNTH_KINDERGARTEN : SYNTH_STAGE_NONE;
    if (age < 12)
        return SYNTH_PRIMARY;
    if (age < 15)
        return SYNTH_JUNIOR;
    if (age < 18)
        return is_able                      ? SYNTH_SENIOR
               : synth_chance(random, 6500) ? SYNTH_VOCATIONAL
                                            : SYNTH_STAGE_NONE;
    if (age < 22)
        return is_able && synth_chance(random, 6500) ? SYNTH_COLLEGE : SYNTH_STAGE_NONE;
    return SYNTH_STAGE_NONE;
}

static void settle_school(const struct synth_plan *plan, struct synth_member *member,
                          int likelihood, struct random *random)
{
    member->school_age = school_age(plan, member->birth);
    member->stage = stage_of(member->school_age, random);
    if (member->role == SYNTH_HEAD || member->role == SYNTH_SPOUSE ||
        member->role == SYNTH_CHILD_IN_LAW)
        member->stage = SYNTH_STAGE_NONE;
    if (member->age >= SCHOOL_AGE && member->age < SCHOOL_LEAVING_AGE &&
        synth_chance(random, 25 * likelihood))
        member->stage = SYNTH_STAGE_NONE;
    member->is_out_of_school = member->age >= SCHOOL_AGE && member->age < SCHOOL_LEAVING_AGE &&
                               member->stage == SYNTH_STAGE_NONE;
}

/* ---- Health ---------------------------------------------------------------------------------- */

static void settle_health(struct synth_member *member, int likelihood, struct random *random)
{
    static const int grades[] = {12, 24, 30, 34};
    int age = member->age;
    int ill = age < 30 ? 10 : age < 50 ? 30 : age < 65 ? 70 : 110;
    int chronic = age < 30 ? 60 : age < 50 ? 400 : age < 65 ? 1300 : 2800;
    int disabled = age < 18 ? 80 : age < 60 ? 230 : 520;

    member->is_seriously_ill = synth_chance(random, ill * likelihood / 2);
    member->is_chronically_ill = member->is_seriously_ill || synth_chance(random, chronic);
    if (synth_chance(random, disabled * likelihood / 2))
        member->disability_grade = 1 + synth_choose(random, grades, (int)ARRAY_COUNT(grades));
    member->needs_care = (member->disability_grade == 1 && synth_chance(random, 7000)) ||
                         (member->disability_grade == 2 && synth_chance(random, 2500)) ||
                         (age >= 75 && synth_chance(random, 500)) ||
                         (member->is_seriously_ill && synth_chance(random, 1500));
}

/* ---- Work ------------------------------------------------------------------------------------ */

static enum synth_labour labour_of(const struct synth_member *member, struct random *random)
{
    static const int by_age[4][5] = {
        /* none, lost, weak, ordinary, skilled */
        {0, 5, 30, 775, 190},   /* 16 to 49 */
        {0, 10, 90, 790, 110},  /* 50 to 59 */
        {60, 40, 480, 400, 20}, /* 60 to 69 */
        {560, 90, 330, 20, 0},  /* 70 and over */
    };
    int age = member->age;
    enum synth_labour labour;

    if (age < WORK_AGE || member->stage != SYNTH_STAGE_NONE)
        return SYNTH_LABOUR_NONE;
    labour = (enum synth_labour)synth_choose(random,
                                             by_age[age < 50            ? 0
                                                    : age < PENSION_AGE ? 1
                                                    : age < 70          ? 2
                                                                        : 3],
                                             5);
    if (member->needs_care || member->disability_grade == 1)
        return SYNTH_LABOUR_LOST;
    if ((member->disability_grade > 0 || member->is_seriously_ill) && labour > SYNTH_LABOUR_WEAK)
        return synth_chance(random, 7000) ? SYNTH_LABOUR_WEAK : SYNTH_LABOUR_ORDINARY;
    return labour;
}

static enum synth_work work_of(const struct synth_member *member, bool has_farm,
                               struct random *random)
{
    static const int young[] = {60, 800, 60, 50, 10, 20}; /* in the order of enum synth_work */
    static const int middle[] = {70, 480, 320, 60, 25, 45};
    static const int old[] = {180, 130, 600, 30, 50, 10};
    static const int weak[] = {640, 20, 250, 10, 60, 20};
    const int *weights = member->age < 35 ? young : member->age < 56 ? middle : old;
    enum synth_work work;

    if (member->labour < SYNTH_LABOUR_WEAK)
        return SYNTH_NO_WORK;
    if (member->labour == SYNTH_LABOUR_WEAK)
        weights = weak;
    work = (enum synth_work)synth_choose(random, weights, 6);
    return work == SYNTH_FARMING && !has_farm ? SYNTH_EMPLOYED : work;
}

/* Few households that can work have nobody in work: one of them found something. */
static void settle_work(struct synth_household *household, struct random *random)
{
    struct synth_member *able = NULL;
    bool has_work = false;

    for (int i = 0; i < household->member_count; i++) {
        struct synth_member *member = &household->members[i];

        member->work = work_of(member, household->has_farm, random);
        if (member->is_gone || member->labour < SYNTH_LABOUR_ORDINARY)
            continue;
        has_work = has_work || member->work != SYNTH_NO_WORK;
        if (able == NULL || member->age < able->age)
            able = member;
    }
    if (able != NULL && !has_work && !synth_chance(random, 1200))
        able->work = able->age < 50 || !household->has_farm ? SYNTH_EMPLOYED : SYNTH_FARMING;
}

void synth_members_settle(const struct synth_plan *plan, struct synth_household *household,
                          struct random *random)
{
    int likelihood = household->is_poor ? 6 : household->income_of_million < 60000 ? 4 : 2;

    for (int i = 0; i < household->member_count; i++) {
        struct synth_member *member = &household->members[i];

        settle_school(plan, member, likelihood, random);
        settle_health(member, likelihood, random);
        member->labour = labour_of(member, random);
    }
    settle_work(household, random);
}
