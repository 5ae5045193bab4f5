/*
 * Who lives in a household: one to eight people, 3.3 on average, in the forms that rural households
 * have. A form is a word of letters, one for each member after the head; ages follow from it, head
 * first, then each generation from the one before it.
 */
#include <string.h>

#include "service/synth/private.h"

enum { AGE_MAX = 99, NOBODY = -1 };

/* H head, S spouse, c child of the head that is not grown up, a grown-up child, d its wife or
 * husband, g grandchild, p parent of the head, b brother or sister. The ages are the head's. */
static const struct form {
    const char *members;
    int weight;
    int age_min, age_max;
} forms[] = {
    {"H", 62, 60, 92},     {"H", 48, 26, 64},       {"HS", 100, 58, 86},
    {"HS", 90, 28, 62},    {"Hc", 14, 30, 48},      {"Ha", 14, 48, 70},
    {"Hg", 10, 58, 76},    {"HSc", 88, 25, 46},     {"HSa", 62, 44, 64},
    {"HSp", 22, 38, 62},   {"HSg", 36, 52, 72},     {"Hcc", 10, 28, 46},
    {"Hap", 10, 46, 62},   {"HScc", 104, 27, 46},   {"HScp", 44, 28, 46},
    {"HSgg", 30, 52, 72},  {"HSac", 22, 42, 54},    {"Hadg", 20, 50, 74},
    {"HSccp", 36, 28, 46}, {"HSadg", 40, 48, 68},   {"HSccc", 14, 29, 46},
    {"HScpp", 20, 28, 46}, {"HSccpp", 28, 29, 46},  {"HSadgg", 28, 50, 70},
    {"HScccp", 4, 30, 46}, {"HSadggp", 12, 50, 64}, {"HScccpp", 6, 31, 46},
    {"HScbpp", 2, 27, 44}, {"HSadggpp", 6, 52, 64}, {"HSccccpp", 4, 32, 46},
};

static int clamp(int value, int low, int high)
{
    return value < low ? low : value > high ? high : value;
}

/* Like a normal spread, between low and high, most often in the middle. */
static int around(struct random *random, int low, int high)
{
    return (synth_between(random, low, high) + synth_between(random, low, high)) / 2;
}

static struct synth_member *add(struct synth_household *household, enum synth_role role,
                                bool is_female, int age)
{
    struct synth_member *member = &household->members[household->member_count++];

    assert(household->member_count <= SYNTH_MEMBERS_MAX);
    member->role = role;
    member->is_female = is_female;
    member->age = clamp(age, 0, AGE_MAX);
    return member;
}

/* Positions of those on whom others' ages depend. */
struct kin {
    int spouse;
    int grown_child;
    int last_child;
    int last_grandchild;
    int last_parent;
};

static void add_child(struct synth_household *household, struct kin *kin, bool is_grown,
                      struct random *random)
{
    const struct synth_member *head = &household->members[0];
    int mother =
        kin->spouse == NOBODY || head->is_female ? head->age : household->members[kin->spouse].age;
    int high = is_grown ? clamp(mother - 20, 18, 45) : clamp(mother - 20, 0, 21);
    int low = is_grown ? clamp(mother - 30, 18, high) : clamp(mother - 36, 0, high);
    int age = synth_between(random, low, high);

    if (kin->last_child != NOBODY) { /* the next one is younger, by a year and a half at least */
        int elder = household->members[kin->last_child].age;

        age = clamp(elder - synth_between(random, 2, 6), 0, elder);
    }
    kin->last_child = household->member_count;
    if (is_grown)
        kin->grown_child = household->member_count;
    add(household, SYNTH_CHILD, synth_chance(random, 4750), age)->surname =
        household->members[0].surname;
}

static void add_grandchild(struct synth_household *household, struct kin *kin,
                           struct random *random)
{
    const struct synth_member *head = &household->members[0];
    int age;

    if (kin->last_grandchild != NOBODY)
        age = household->members[kin->last_grandchild].age - synth_between(random, 2, 5);
    else if (kin->grown_child != NOBODY)
        age = household->members[kin->grown_child].age - synth_between(random, 21, 29);
    else
        age = head->age - synth_between(random, 43, 56);
    kin->last_grandchild = household->member_count;
    add(household, SYNTH_GRANDCHILD, synth_chance(random, 4750), clamp(age, 0, 20))->surname =
        head->surname;
}

static void add_parent(struct synth_household *household, struct kin *kin, struct random *random)
{
    const struct synth_member *head = &household->members[0];
    int age = head->age + around(random, 20, 34);
    bool is_female = synth_chance(random, 6200); /* women outlive men */
    struct synth_member *parent;

    if (kin->last_parent != NOBODY) {
        is_female = !household->members[kin->last_parent].is_female;
        age = household->members[kin->last_parent].age + synth_between(random, -3, 3);
    }
    kin->last_parent = household->member_count;
    parent = add(household, SYNTH_PARENT, is_female, age);
    if (!is_female)
        parent->surname = head->surname;
}

static void add_member(struct synth_household *household, struct kin *kin, char letter,
                       struct random *random)
{
    const struct synth_member *head = &household->members[0];
    bool is_female; /* drawn before the age: the order of draws makes the register */
    int age;

    switch (letter) {
    case 'S':
        kin->spouse = household->member_count;
        add(household, SYNTH_SPOUSE, !head->is_female,
            clamp(head->age + (head->is_female ? 2 : -2) + synth_between(random, -4, 4), 20,
                  AGE_MAX));
        break;
    case 'c':
    case 'a':
        add_child(household, kin, letter == 'a', random);
        break;
    case 'd':
        add(household, SYNTH_CHILD_IN_LAW, !household->members[kin->grown_child].is_female,
            clamp(household->members[kin->grown_child].age + synth_between(random, -3, 3), 20,
                  AGE_MAX));
        break;
    case 'g':
        add_grandchild(household, kin, random);
        break;
    case 'p':
        add_parent(household, kin, random);
        break;
    default:
        is_female = synth_chance(random, 3500);
        age = clamp(head->age - synth_between(random, 1, 8), 16, AGE_MAX);
        add(household, SYNTH_SIBLING, is_female, age)->surname = head->surname;
    }
}

/* Somebody who died, married away or moved out within the 24 months; 0.9 of a hundred households.
 */
static void add_one_who_is_gone(const struct synth_plan *plan, struct synth_household *household,
                                struct random *random)
{
    int head_age = household->members[0].age;
    bool has_died = head_age >= 36 && synth_chance(random, 5500);
    struct synth_member *member;
    int months_ago = synth_between(random, 0, SYNTH_MONTHS - 2);
    bool is_female;

    is_female = synth_chance(random, has_died ? 5000 : 6500);
    if (has_died)
        member = add(household, SYNTH_PARENT, is_female, head_age + around(random, 20, 34));
    else
        member = add(household, SYNTH_SIBLING, is_female,
                     clamp(head_age - synth_between(random, 0, 9), 18, 60));
    member->surname = household->members[0].surname;
    member->is_gone = true;
    member->has_died = has_died;
    member->to = month_first_day(plan->last_month - months_ago) + synth_between(random, 0, 27);
}

static void place_births(const struct synth_plan *plan, struct synth_household *household,
                         struct random *random)
{
    int year, month, day;

    date_to_civil(plan->last_day, &year, &month, &day);
    for (int i = 0; i < household->member_count; i++) {
        struct synth_member *member = &household->members[i];
        date_days youngest = date_from_civil(year - member->age, month, month == 2 ? 28 : day);

        member->birth = youngest - synth_between(random, 0, 364);
        member->age = age_years(member->birth, plan->last_day);
        member->from = member->birth > plan->long_ago ? member->birth : plan->long_ago;
        if (member->is_gone && member->to <= member->from)
            member->to = member->from + 1;
    }
}

void synth_family_make(const struct synth_plan *plan, struct synth_household *household,
                       struct random *random)
{
    struct kin kin = {NOBODY, NOBODY, NOBODY, NOBODY, NOBODY};
    int weights[ARRAY_COUNT(forms)];
    const struct form *form;
    bool is_alone;
    bool is_female;

    for (size_t i = 0; i < ARRAY_COUNT(forms); i++)
        weights[i] = forms[i].weight;
    form = &forms[synth_choose(random, weights, (int)ARRAY_COUNT(forms))];
    is_alone = strchr(form->members, 'S') == NULL;
    for (int i = 0; i < SYNTH_MEMBERS_MAX; i++)
        household->members[i].surname = synth_below(random, synth_surname_count());
    is_female = synth_chance(random, is_alone ? 4200 : 900);
    add(household, SYNTH_HEAD, is_female, synth_between(random, form->age_min, form->age_max));
    for (const char *letter = form->members + 1; *letter != 0; letter++)
        add_member(household, &kin, *letter, random);
    household->size = household->member_count;
    if (synth_chance(random, 90))
        add_one_who_is_gone(plan, household, random);
    place_births(plan, household, random);
}
