/*
 * Unknown marks are sound: where a result carries no mark, no value that a missing input could have
 * changes it. Random expressions over random inputs, some of them missing; each missing input is
 * then replaced by several values of several kinds. Comparisons with a null that is written out are
 * left out, because they are known by definition.
 */
#include <stdio.h>
#include <stdlib.h>

#include "lib/unit.h"
#include "policy/feel/feel.h"

enum {
    EXPRESSIONS = 15000,
    ASSIGNMENTS = 6, /* of missing inputs, for each expression */
    INPUT_COUNT = 5, /* a b n flag s */
    MEMBER_COUNT = 3,
    MEMBER_ENTRIES = 3, /* age ok g */
    VALUE_COUNT = INPUT_COUNT + MEMBER_COUNT * MEMBER_ENTRIES,
    SLOT_COUNT = INPUT_COUNT + 2, /* and members, household */
    DEPTH = 4,
};

static const struct text input_names[] = {{"a", 1}, {"b", 1}, {"n", 1}, {"flag", 4}, {"s", 1}};
static const struct text member_names[] = {{"age", 3}, {"ok", 2}, {"g", 1}};

/* ---- Random expressions, as text ------------------------------------------------------------- */

struct writer {
    struct random *random;
    struct buffer *out;
    int in_member; /* inside a filter or a loop over members */
};

static void write_number(struct writer *writer, int depth);
static void write_boolean(struct writer *writer, int depth);
static void write_list(struct writer *writer, int depth);
static void write_members(struct writer *writer, int depth);

static uint64_t pick(struct writer *writer, uint64_t count)
{
    return random_below(writer->random, count);
}

static void put(struct writer *writer, const char *text)
{
    buffer_append_text(writer->out, text_of(text));
}

typedef void write_part(struct writer *writer, int depth);

/** prefix part separator part suffix */
static void put_two(struct writer *writer, const char *prefix, write_part *first,
                    const char *separator, write_part *second, const char *suffix, int depth)
{
    put(writer, prefix);
    first(writer, depth - 1);
    put(writer, separator);
    second(writer, depth - 1);
    put(writer, suffix);
}

static void put_one(struct writer *writer, const char *prefix, write_part *part, const char *suffix,
                    int depth)
{
    put(writer, prefix);
    part(writer, depth - 1);
    put(writer, suffix);
}

static void put_in_member(struct writer *writer, write_part *part, int depth)
{
    writer->in_member++;
    part(writer, depth - 1);
    writer->in_member--;
}

static void write_number_leaf(struct writer *writer)
{
    static const char *const leaves[] = {"a", "b", "n",           "1",
                                         "2", "3", "household.a", "household.b"};
    static const char *const member_leaves[] = {"age", "g", "item.age"};

    if (writer->in_member > 0 && pick(writer, 2) == 0)
        put(writer, member_leaves[pick(writer, ARRAY_COUNT(member_leaves))]);
    else
        put(writer, leaves[pick(writer, ARRAY_COUNT(leaves))]);
}

static void write_number(struct writer *writer, int depth)
{
    if (depth <= 0) {
        write_number_leaf(writer);
        return;
    }
    switch (pick(writer, 16)) {
    case 0:
        put_two(writer, "(", write_number, " + ", write_number, ")", depth);
        break;
    case 1:
        put_two(writer, "(", write_number, " * ", write_number, ")", depth);
        break;
    case 2:
        put_two(writer, "(", write_number, " / ", write_number, ")", depth);
        break;
    case 3:
        put_two(writer, "(if ", write_boolean, " then ", write_number, " else ", depth);
        write_number(writer, depth - 1);
        put(writer, ")");
        break;
    case 4:
        put_one(writer, "count(", write_list, ")", depth);
        break;
    case 5:
        put_one(writer, "sum(", write_list, ")", depth);
        break;
    case 6:
        put_one(writer, "max(", write_list, ")", depth);
        break;
    case 7:
        put_two(writer, "", write_list, "[", write_number, "]", depth);
        break;
    case 8:
        put_one(writer, "count(", write_members, ")", depth);
        break;
    case 9:
        put_one(writer, "sum(", write_members, ".age)", depth);
        break;
    case 10:
        put_two(writer, "{x: ", write_number, ", y: ", write_number, "}.x", depth);
        break;
    case 11:
        put_two(writer, "(function(p, q) if p > 1 then q else 0)(", write_number, ", ",
                write_number, ")", depth);
        break;
    case 12:
        put_two(writer, "get value({x: ", write_number, ", y: ", write_boolean, "}, \"x\")", depth);
        break;
    default:
        write_number_leaf(writer);
        break;
    }
}

static void write_quantified(struct writer *writer, int depth)
{
    put(writer, pick(writer, 2) == 0 ? "(some v in " : "(every v in ");
    write_list(writer, depth - 1);
    put(writer, " satisfies v > ");
    write_number(writer, depth - 1);
    put(writer, ")");
}

static void write_boolean(struct writer *writer, int depth)
{
    static const char *const comparisons[] = {" < ", " <= ", " > ", " >= ", " = ", " != "};

    if (depth <= 0) {
        put(writer, writer->in_member > 0 && pick(writer, 2) == 0 ? "ok"
                    : pick(writer, 4) == 0                        ? "true"
                                                                  : "flag");
        return;
    }
    switch (pick(writer, 14)) {
    case 0:
        put_two(writer, "(", write_boolean, " and ", write_boolean, ")", depth);
        break;
    case 1:
        put_two(writer, "(", write_boolean, " or ", write_boolean, ")", depth);
        break;
    case 2:
        put_one(writer, "not(", write_boolean, ")", depth);
        break;
    case 3:
        put_two(writer, "(", write_number, " between 1 and ", write_number, ")", depth);
        break;
    case 4:
        put_two(writer, "(", write_number, " in [1..", write_number, "])", depth);
        break;
    case 5:
        put_two(writer, "(", write_number, " in (2, > ", write_number, "))", depth);
        break;
    case 6:
        put_two(writer, "list contains(", write_list, ", ", write_number, ")", depth);
        break;
    case 7:
        put_one(writer, pick(writer, 2) == 0 ? "any(" : "all(", write_list, ")", depth);
        break;
    case 8:
        write_quantified(writer, depth);
        break;
    case 9:
        put_two(writer, "(", write_list, " = ", write_list, ")", depth);
        break;
    case 10:
        put_two(writer, "(", write_number, " in ", write_list, ")", depth);
        break;
    case 11:
        put_one(writer, "(", write_number, " instance of number)", depth);
        break;
    default:
        put_two(writer, "(", write_number, comparisons[pick(writer, 6)], write_number, ")", depth);
        break;
    }
}

static void write_list(struct writer *writer, int depth)
{
    switch (depth <= 0 ? 0 : pick(writer, 14)) {
    case 1:
        put_one(writer, "(for v in ", write_list, " return v + a)", depth);
        break;
    case 2:
        put_two(writer, "", write_list, "[item > ", write_number, "]", depth);
        break;
    case 3:
        put_one(writer, "", write_members, ".age", depth);
        break;
    case 4:
        put_two(writer, "append(", write_list, ", ", write_number, ")", depth);
        break;
    case 5:
        put_two(writer, "concatenate(", write_list, ", ", write_list, ")", depth);
        break;
    case 6:
        put_one(writer, "reverse(", write_list, ")", depth);
        break;
    case 7:
        put_one(writer, "distinct values(", write_list, ")", depth);
        break;
    case 8:
        put_one(writer, "sort(", write_list, ", function(x, y) x < y)", depth);
        break;
    case 9:
        put_one(writer, "flatten([", write_list, ", [1]])", depth);
        break;
    case 10:
        put_two(writer, "sublist(", write_list, ", ", write_number, ")", depth);
        break;
    case 11:
        put_two(writer, "[", write_boolean, ", ", write_boolean, "]", depth);
        break;
    case 12:
        put_two(writer, "remove(", write_list, ", ", write_number, ")", depth);
        break;
    case 13:
        put_two(writer, "list replace(", write_list, ", function(x, y) x > y, ", write_number, ")",
                depth);
        break;
    default:
        put_two(writer, "[", write_number, ", ", write_number, "]", depth);
        break;
    }
}

static void write_members(struct writer *writer, int depth)
{
    if (depth <= 0 || pick(writer, 3) == 0) {
        put(writer, "members");
        return;
    }
    write_members(writer, depth - 1);
    put(writer, "[");
    put_in_member(writer, write_boolean, depth);
    put(writer, "]");
}

static void write_test(struct writer *writer, int depth)
{
    switch (pick(writer, 6)) {
    case 0:
        put_one(writer, "< ", write_number, "", depth);
        break;
    case 1:
        put_two(writer, "[", write_number, "..", write_number, ")", depth);
        break;
    case 2:
        put_two(writer, "", write_number, ", >= ", write_number, "", depth);
        break;
    case 3:
        put_two(writer, "not(", write_number, ", ", write_number, ")", depth);
        break;
    case 4:
        put_one(writer, "? > 1 and ", write_boolean, "", depth);
        break;
    default:
        put_one(writer, "", write_list, "", depth);
        break;
    }
}

/* ---- Inputs ---------------------------------------------------------------------------------- */

static struct feel_value random_value(struct random *random, size_t input)
{
    bool is_of_its_kind = random_below(random, 8) != 0;
    bool is_boolean = input == 3 || (input >= INPUT_COUNT && (input - INPUT_COUNT) % 3 == 1);

    if (input == 4 || (!is_of_its_kind && random_below(random, 2) == 0))
        return feel_string(TEXT("x"));
    if (is_boolean == is_of_its_kind)
        return feel_boolean(random_below(random, 2) == 0);
    return feel_number(feel_decimal_from_int64((int64_t)random_below(random, 5)));
}

static enum berm_status make_context(struct arena *arena, const struct text *names,
                                     const struct feel_value *values, size_t count,
                                     struct feel_value *ret_value, struct berm_error *err)
{
    struct feel_context *context;

    TRY(arena_new(arena, 1, sizeof *context, &context, err));
    context->count = count;
    context->names = names;
    context->values = values;
    *ret_value = feel_of_context(context);
    return BERM_OK;
}

/** The flat values as slots: inputs, members, household. */
static enum berm_status make_slots(struct arena *arena, const struct feel_value *values,
                                   struct feel_value *slots, struct berm_error *err)
{
    struct feel_list *list;
    struct feel_value *items;

    TRY(arena_new(arena, 1, sizeof *list, &list, err));
    TRY(arena_new(arena, MEMBER_COUNT, sizeof *items, &items, err));
    for (size_t i = 0; i < INPUT_COUNT; i++)
        slots[i] = values[i];
    for (size_t i = 0; i < MEMBER_COUNT; i++)
        TRY(make_context(arena, member_names, values + INPUT_COUNT + i * MEMBER_ENTRIES,
                         MEMBER_ENTRIES, &items[i], err));
    list->count = MEMBER_COUNT;
    list->items = items;
    slots[INPUT_COUNT] = feel_of_list(list);
    return make_context(arena, input_names, values, 2, &slots[INPUT_COUNT + 1], err);
}

/** Could the value without missing inputs be `known`, as the marks of `value` promise? */
static bool agrees(struct feel_value value, struct feel_value known)
{
    if (value.unknown != NULL)
        return true;
    if (value.kind != known.kind)
        return false;
    if (value.kind == FEEL_LIST) {
        if (value.list->count != known.list->count)
            return false;
        for (size_t i = 0; i < value.list->count; i++) {
            if (!agrees(value.list->items[i], known.list->items[i]))
                return false;
        }
        return true;
    }
    if (value.kind == FEEL_CONTEXT) {
        for (size_t i = 0; i < value.context->count; i++) {
            if (!agrees(value.context->values[i], known.context->values[i]))
                return false;
        }
        return true;
    }
    return feel_matches_expected(value, known);
}

struct trial {
    struct arena *arena;
    struct random *random;
    const struct feel_expression *expression;
    bool is_test;
    struct text text;
    size_t unmarked; /* results without a mark although something was missing */
};

static enum berm_status evaluate(struct trial *trial, const struct feel_value *values,
                                 struct feel_value *ret_value, struct berm_error *err)
{
    struct feel_run run = {.arena = trial->arena, .steps_left = 200000};
    struct feel_value slots[SLOT_COUNT];

    TRY(make_slots(trial->arena, values, slots, err));
    if (trial->is_test)
        return feel_test(trial->expression, &run, slots, slots[0], ret_value, err);
    return feel_evaluate(trial->expression, &run, slots, ret_value, err);
}

static void show(const char *label, struct feel_value value)
{
    CLEANUP(buffer_free) struct buffer out = {0};
    struct berm_error err;

    if (feel_format(value, &out, &err) == BERM_OK)
        print_error("  %s %.*s%s\n", label, TEXT_ARG(buffer_text(&out)),
                    value.unknown != NULL ? " (marked)" : "");
}

static void try_assignment(struct trial *trial)
{
    struct berm_error err;
    struct feel_value *values;
    struct feel_value *filled;
    bool is_missing[VALUE_COUNT];
    struct feel_value result;
    struct feel_value known;

    assert_ok(arena_new(trial->arena, VALUE_COUNT, sizeof *values, &values, &err));
    for (size_t i = 0; i < VALUE_COUNT; i++) {
        char name[16];

        values[i] = random_value(trial->random, i);
        is_missing[i] = random_below(trial->random, 4) == 0;
        if (!is_missing[i])
            continue;
        snprintf(name, sizeof name, "v%zu", i);
        values[i] = feel_null();
        assert_ok(feel_unknown_of_name(trial->arena, text_of(name), &values[i].unknown, &err));
    }
    assert_ok(evaluate(trial, values, &result, &err));
    trial->unmarked += result.unknown == NULL;
    for (int round = 0; round < 4; round++) {
        assert_ok(arena_new(trial->arena, VALUE_COUNT, sizeof *filled, &filled, &err));
        for (size_t i = 0; i < VALUE_COUNT; i++)
            filled[i] = is_missing[i] ? random_value(trial->random, i) : values[i];
        assert_ok(evaluate(trial, filled, &known, &err));
        if (agrees(result, known))
            continue;
        print_error("%.*s\n", TEXT_ARG(trial->text));
        show("with missing values:", result);
        show("with values:        ", known);
        for (size_t i = 0; i < VALUE_COUNT; i++)
            show(is_missing[i] ? "was missing" : "known", filled[i]);
        fail_msg("a result without a mark depends on a missing value");
    }
}

static void check(bool is_test, uint64_t seed)
{
    struct random random = random_from_seed(seed);
    struct berm_error err;
    struct arena *arena;
    size_t unmarked = 0;

    print_message("seed %llu\n", (unsigned long long)seed);
    assert_ok(arena_create(64 << 20, &arena, &err));
    for (int i = 0; i < EXPRESSIONS; i++) {
        CLEANUP(buffer_free) struct buffer out = {0};
        struct writer writer = {.random = &random, .out = &out};
        struct trial trial = {.arena = arena, .random = &random, .is_test = is_test};
        struct feel_scope *scope;

        arena_reset(arena);
        if (is_test)
            write_test(&writer, DEPTH);
        else if (i % 2 == 0)
            write_boolean(&writer, DEPTH);
        else
            write_list(&writer, DEPTH);
        assert_ok(feel_scope_create(arena, &scope, &err));
        for (size_t j = 0; j < INPUT_COUNT; j++)
            assert_ok(feel_scope_add(scope, input_names[j], NULL, NULL, &err));
        assert_ok(feel_scope_add(scope, TEXT("members"), NULL, NULL, &err));
        assert_ok(feel_scope_add(scope, TEXT("household"), NULL, NULL, &err));
        trial.text = buffer_text(&out);
        assert_ok(feel_compile(arena, scope, is_test ? FEEL_UNARY_TESTS : FEEL_EXPRESSION,
                               FEEL_LENIENT, trial.text, &trial.expression, &err));
        for (int j = 0; j < ASSIGNMENTS; j++)
            try_assignment(&trial);
        unmarked += trial.unmarked;
    }
    arena_free(arena);
    /* Marking everything would be sound and useless. */
    print_message("%zu of %d results without a mark\n", unmarked, EXPRESSIONS * ASSIGNMENTS);
    assert_true(unmarked > EXPRESSIONS);
}

static uint64_t seed_from_environment(uint64_t otherwise)
{
    const char *seed = getenv("BERM_TEST_SEED");

    return seed != NULL ? strtoull(seed, NULL, 10) : otherwise;
}

static void results_without_a_mark_do_not_depend_on_missing_values(void **state)
{
    (void)state;
    check(false, seed_from_environment(3893));
}

static void tests_without_a_mark_do_not_depend_on_missing_values(void **state)
{
    (void)state;
    check(true, seed_from_environment(4092));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_without_a_mark_do_not_depend_on_missing_values),
        cmocka_unit_test(tests_without_a_mark_do_not_depend_on_missing_values),
    };

    return cmocka_run_group_tests_name("policy/feel marks", tests, NULL, NULL);
}
