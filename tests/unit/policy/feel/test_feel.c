/* FEEL's interface: traces, paths, types, functions from C, limits. Values are in golden cases. */
#include <stdio.h>

#include "lib/unit.h"
#include "policy/feel/feel.h"

static struct arena *arena;
static struct feel_scope *scope;
static struct feel_value slots[4]; /* household, parameter, members, n */
static struct feel_type_member household_members[2];
static struct feel_type household_type;
static struct feel_type members_type;

static struct feel_value number(int64_t value)
{
    return feel_number(feel_decimal_from_int64(value));
}

static struct feel_value context_of(const char *origin, const struct text *names,
                                    const struct feel_value *values, size_t count)
{
    struct berm_error err;
    struct feel_context *context;

    assert_ok(arena_new(arena, 1, sizeof *context, &context, &err));
    *context = (struct feel_context){
        .count = count, .names = names, .values = values, .origin = text_of(origin)};
    return feel_of_context(context);
}

static int set_up(void **state)
{
    static struct text names[2];
    static struct feel_value values[3][2];
    static struct feel_value items[2];
    static struct feel_list list = {2, items};
    struct berm_error err;

    (void)state;
    assert_ok(arena_create(16 << 20, &arena, &err));
    household_members[0] =
        (struct feel_type_member){TEXT("income"), feel_type_by_name(TEXT("number"))};
    household_members[1] =
        (struct feel_type_member){TEXT("size"), feel_type_by_name(TEXT("number"))};
    household_type = (struct feel_type){
        .kind = FEEL_TYPE_CONTEXT, .members = household_members, .member_count = 2};
    members_type = (struct feel_type){.kind = FEEL_TYPE_LIST, .element = &household_type};
    for (size_t i = 0; i < 2; i++)
        names[i] = household_members[i].name;
    for (size_t i = 0; i < 3; i++) {
        values[i][0] = number(3893 + (int64_t)i);
        values[i][1] = number(2);
    }
    slots[0] = context_of("household", names, values[0], 2);
    slots[1] = context_of("", names, values[1], 2);
    items[0] = context_of("members[1]", names, values[1], 2);
    items[1] = context_of("members[2]", names, values[2], 2);
    slots[2] = feel_of_list(&list);
    slots[3] = number(5);
    assert_ok(feel_scope_create(arena, &scope, &err));
    assert_ok(feel_scope_add(scope, TEXT("household"), &household_type, NULL, &err));
    assert_ok(feel_scope_add(scope, TEXT("parameter"), NULL, NULL, &err));
    assert_ok(feel_scope_add(scope, TEXT("members"), &members_type, NULL, &err));
    assert_ok(feel_scope_add(scope, TEXT("n"), NULL, NULL, &err));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static const struct feel_expression *compiled(const char *text, enum feel_syntax syntax)
{
    const struct feel_expression *expression = NULL;
    struct berm_error err;

    assert_ok(feel_compile(arena, scope, syntax, FEEL_STRICT, text_of(text), &expression, &err));
    return expression;
}

static struct feel_value evaluated(const char *text)
{
    struct feel_run run = {.arena = arena};
    struct feel_value value = feel_null();
    struct berm_error err;

    assert_ok(feel_evaluate(compiled(text, FEEL_EXPRESSION), &run, slots, &value, &err));
    assert_int_equal(run.depth, 0);
    return value;
}

/* ---- Trace ----------------------------------------------------------------------------------- */

/** The events as "read household.income=3893; 3893 < 4000 true". */
static void assert_trace(const struct feel_trace *trace, const char *wanted)
{
    CLEANUP(buffer_free) struct buffer out = {0};
    struct berm_error err;

    for (size_t i = 0; i < trace->count; i++) {
        const struct feel_trace_event *event = &trace->events[i];

        if (i > 0)
            buffer_append_text(&out, TEXT("; "));
        if (event->kind == FEEL_TRACE_READ) {
            buffer_append_format(&out, "read %.*s.%.*s=", TEXT_ARG(event->origin),
                                 TEXT_ARG(event->name));
            assert_ok(feel_format(event->left, &out, &err));
            continue;
        }
        assert_ok(feel_format(event->left, &out, &err));
        buffer_append_format(&out, " %.*s ", TEXT_ARG(event->name));
        assert_ok(feel_format(event->right, &out, &err));
        buffer_append_text(&out, event->is_true ? TEXT(" true") : TEXT(" false"));
    }
    assert_text(buffer_text(&out), wanted);
}

static void trace_of(const char *text, const char *wanted)
{
    struct feel_trace trace = {0};
    struct feel_run run = {.arena = arena, .trace = &trace};
    struct feel_value value;
    struct berm_error err;

    assert_ok(feel_evaluate(compiled(text, FEEL_EXPRESSION), &run, slots, &value, &err));
    assert_trace(&trace, wanted);
}

static void reads_and_comparisons_are_traced(void **state)
{
    (void)state;
    trace_of("household.income < 4000", "read household.income=3893; 3893 < 4000 true");
    /* The parameters of this test have no origin: they are not traced. */
    trace_of("parameter.income < 4000", "3894 < 4000 true");
    trace_of("household.income in [1000..2000]",
             "read household.income=3893; 3893 >= 1000 true; 3893 <= 2000 false");
    trace_of("household.size between 1 and 3", "read household.size=2; 2 >= 1 true; 2 <= 3 true");
    trace_of("count(members[income > 3894])",
             "read members[1].income=3894; 3894 > 3894 false; read members[2].income=3895; "
             "3895 > 3894 true");
    trace_of("sum(members.size)", "read members[1].size=2; read members[2].size=2");
    trace_of("\"a\" = \"b\"", "");
    trace_of("get value(household, \"size\")", "read household.size=2");
}

static void tests_trace_the_value_on_the_left(void **state)
{
    struct feel_trace trace = {0};
    struct feel_run run = {.arena = arena, .trace = &trace};
    struct feel_value value;
    struct berm_error err;

    (void)state;
    assert_ok(feel_test(compiled("< household.income", FEEL_UNARY_TESTS), &run, slots, number(5),
                        &value, &err));
    assert_trace(&trace, "read household.income=3893; 5 < 3893 true");
}

/* ---- Paths ----------------------------------------------------------------------------------- */

static void note_path(void *context, uint32_t slot, const struct text *entries, size_t entry_count)
{
    struct buffer *out = context;

    buffer_append_format(out, " %u", slot);
    for (size_t i = 0; i < entry_count; i++)
        buffer_append_format(out, ".%.*s", TEXT_ARG(entries[i]));
}

static void assert_paths(const char *text, const char *wanted)
{
    CLEANUP(buffer_free) struct buffer out = {0};

    feel_visit_paths(compiled(text, FEEL_EXPRESSION), note_path, &out);
    assert_text(buffer_text(&out), wanted);
}

static void paths_are_told_from_the_tree(void **state)
{
    (void)state;
    assert_paths("household.income / household.size", " 0.income 0.size");
    assert_paths("count(members[income > n])", " 2.# 2.income 3");
    assert_paths("count(members)", " 2.#");
    assert_paths("for m in members return m", " 2.# 2");
    assert_paths("members[income > n].size", " 2.size 2.income 3");
    assert_paths("some m in members satisfies m.income > 0", " 2.# 2.income");
    assert_paths("sort(members, function(a, b) a.income < n)", " 2 3");
    assert_paths("1 + 2", "");
}

/* ---- Types ----------------------------------------------------------------------------------- */

static struct feel_value coerced(const struct feel_type *type, const char *text)
{
    struct feel_run run = {.arena = arena};
    struct feel_value value = feel_null();
    struct berm_error err;

    assert_ok(feel_coerce(type, &run, slots, evaluated(text), &value, &err));
    return value;
}

static void values_are_coerced_as_dmn_wants(void **state)
{
    const struct feel_type *number_type = feel_type_by_name(TEXT("number"));
    struct feel_type list = {.kind = FEEL_TYPE_LIST, .element = number_type};
    struct feel_type allowed = *number_type;

    (void)state;
    assert_int_equal(coerced(number_type, "5").kind, FEEL_NUMBER);
    assert_int_equal(coerced(number_type, "[5]").kind, FEEL_NUMBER);
    assert_int_equal(coerced(number_type, "[5, 6]").kind, FEEL_NULL);
    assert_int_equal(coerced(number_type, "\"5\"").kind, FEEL_NULL);
    assert_int_equal(coerced(&list, "5").kind, FEEL_LIST);
    assert_int_equal(coerced(&list, "[5, \"a\"]").kind, FEEL_NULL);
    assert_int_equal(coerced(feel_type_by_name(TEXT("date and time")), "@\"2020-01-01\"").kind,
                     FEEL_DATE_TIME);
    assert_int_equal(coerced(&household_type, "{income: 1, size: 2, more: 3}").kind, FEEL_CONTEXT);
    assert_int_equal(coerced(&household_type, "{income: 1}").kind, FEEL_NULL);
    allowed.allowed = compiled("[0..10]", FEEL_UNARY_TESTS);
    assert_int_equal(coerced(&allowed, "7").kind, FEEL_NUMBER);
    assert_int_equal(coerced(&allowed, "11").kind, FEEL_NULL);
}

static void json_has_numbers_and_iso_dates(void **state)
{
    CLEANUP(buffer_free) struct buffer out = {0};
    struct json_writer json = {.out = &out};

    (void)state;
    feel_write_json(evaluated("{a: 1.50, b: @\"2020-09-30\", c: [null, true, \"x\"], d: abs}"),
                    &json);
    assert_text(buffer_text(&out), "{\"a\":1.5,\"b\":\"2020-09-30\",\"c\":[null,true,\"x\"],"
                                   "\"d\":null}");
}

/* ---- Functions from C ------------------------------------------------------------------------ */

static enum berm_status twice(void *context, struct feel_run *run,
                              const struct feel_value *arguments, size_t argument_count,
                              struct feel_value *ret_value, struct berm_error *err)
{
    int *calls = context;

    (void)run;
    (void)err;
    assert_int_equal(argument_count, 1);
    ++*calls;
    *ret_value = number(2);
    ret_value->unknown = arguments[0].unknown;
    return BERM_OK;
}

static void functions_of_c_are_called(void **state)
{
    static const struct text parameters[] = {{"x", 1}};
    const struct feel_type *types[] = {feel_type_by_name(TEXT("number"))};
    struct feel_run run = {.arena = arena};
    struct feel_value before = slots[3];
    struct feel_value value;
    struct berm_error err;
    int calls = 0;

    (void)state;
    assert_ok(
        feel_function_create_native(arena, parameters, types, 1, twice, &calls, &slots[3], &err));
    assert_int_equal(evaluated("n(7)").kind, FEEL_NUMBER);
    assert_int_equal(evaluated("n(x: 7)").kind, FEEL_NUMBER);
    assert_int_equal(evaluated("n(y: 7)").kind, FEEL_NULL);
    assert_int_equal(evaluated("n(\"a\")").kind, FEEL_NULL);
    assert_int_equal(evaluated("n()").kind, FEEL_NULL);
    assert_int_equal(calls, 2);
    assert_ok(feel_call(number(1), &run, NULL, 0, &value, &err));
    assert_int_equal(value.kind, FEEL_NULL);
    slots[3] = before;
}

static void compiled_bodies_are_functions(void **state)
{
    static const struct text parameters[] = {{"x", 1}, {"y", 1}};
    struct feel_run run = {.arena = arena};
    struct feel_value arguments[] = {number(7), number(3)};
    struct feel_scope *inner;
    const struct feel_expression *body;
    struct feel_value function;
    struct feel_value value;
    struct berm_error err;

    (void)state;
    assert_ok(feel_scope_create(arena, &inner, &err));
    assert_ok(feel_scope_add(inner, parameters[0], NULL, NULL, &err));
    assert_ok(feel_scope_add(inner, parameters[1], NULL, NULL, &err));
    assert_ok(feel_compile(arena, inner, FEEL_EXPRESSION, FEEL_STRICT, TEXT("x - y"), &body, &err));
    assert_ok(feel_function_create(arena, parameters, NULL, 2, body, &function, &err));
    assert_ok(feel_call(function, &run, arguments, 2, &value, &err));
    assert_true(feel_matches_expected(value, number(4)));
}

/* ---- Limits ---------------------------------------------------------------------------------- */

static void limits_are_kept(void **state)
{
    CLEANUP(buffer_free) struct buffer text = {0};
    struct feel_run run = {.arena = arena, .steps_left = 1000};
    const struct feel_expression *expression;
    struct feel_value value;
    struct berm_error err;

    (void)state;
    for (int i = 0; i < 300; i++)
        buffer_append_char(&text, '(');
    assert_fails(feel_compile(arena, scope, FEEL_EXPRESSION, FEEL_STRICT, buffer_text(&text),
                              &expression, &err),
                 BERM_LIMIT, "nested");
    buffer_clear(&text);
    for (int i = 0; i < 1100; i++)
        buffer_append_text(&text, TEXT("n+"));
    buffer_append_char(&text, '1');
    assert_fails(feel_compile(arena, scope, FEEL_EXPRESSION, FEEL_STRICT, buffer_text(&text),
                              &expression, &err),
                 BERM_LIMIT, "split it");
    buffer_clear(&text);
    for (int i = 0; i < 66000; i++)
        buffer_append_char(&text, ' ');
    assert_fails(feel_compile(arena, scope, FEEL_EXPRESSION, FEEL_STRICT, buffer_text(&text),
                              &expression, &err),
                 BERM_LIMIT, "65536");
    assert_fails(feel_evaluate(compiled("count(for i in 1..100000 return i)", FEEL_EXPRESSION),
                               &run, slots, &value, &err),
                 BERM_LIMIT, "steps");
    run.steps_left = 0;
    assert_fails(feel_evaluate(compiled("{f: function(x) f(x + 1), r: f(0)}", FEEL_EXPRESSION),
                               &run, slots, &value, &err),
                 BERM_LIMIT, "recursive");
    assert_int_equal(run.depth, 0);
}

static void running_out_of_memory_is_reported_at_every_place(void **state)
{
    static const char *const texts[] = {
        "for i in members return {a: i.income, b: [i.size, \"x\" + \"y\"]}",
        "sort([3, 1, 2], function(a, b) a < b)",
        "string join([\"a\", \"b\"], \"-\") + replace(\"abc\", \"b\", \"c\") + string(n)",
        "range(\"[1..3]\")",
        "context put({a: 1}, \"b\", [1..n])",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        const struct feel_expression *expression = compiled(texts[i], FEEL_EXPRESSION);
        enum berm_status status = BERM_NO_MEMORY;

        for (size_t cap = 64; status != BERM_OK; cap += cap / 4) {
            struct arena *small;
            struct feel_value value;
            struct berm_error err;
            struct feel_run run;

            assert_ok(arena_create(cap, &small, &err));
            run = (struct feel_run){.arena = small};
            status = feel_evaluate(expression, &run, slots, &value, &err);
            assert_true(status == BERM_OK || status == BERM_NO_MEMORY);
            assert_int_equal(run.depth, 0);
            arena_free(small);
            assert_true(cap < 16 << 20);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_and_comparisons_are_traced),
        cmocka_unit_test(tests_trace_the_value_on_the_left),
        cmocka_unit_test(paths_are_told_from_the_tree),
        cmocka_unit_test(values_are_coerced_as_dmn_wants),
        cmocka_unit_test(json_has_numbers_and_iso_dates),
        cmocka_unit_test(functions_of_c_are_called),
        cmocka_unit_test(compiled_bodies_are_functions),
        cmocka_unit_test(limits_are_kept),
        cmocka_unit_test(running_out_of_memory_is_reported_at_every_place),
    };

    return cmocka_run_group_tests_name("policy/feel", tests, set_up, tear_down);
}
