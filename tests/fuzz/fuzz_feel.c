/*
 * Any bytes as a FEEL expression: compiling and evaluating must end within their limits and never
 * crash, and the trace must not change the answer. The first byte chooses the syntax, whether
 * unknown names are errors, and how much memory there is.
 */
#include <stdlib.h>
#include <string.h>

#include "policy/feel/feel.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

enum {
    SLOT_COUNT = 4,
    STEPS_MAX = 20000,
    SMALL_ARENA_BYTES = 256 * 1024,
    LARGE_ARENA_BYTES = 8 << 20,
};

static void require(bool condition)
{
    if (!condition)
        abort();
}

/** number, household (a typed context with a missing entry), members (a list of such), text */
static enum berm_status make_slots(struct arena *arena, struct feel_scope *scope,
                                   struct feel_value slots[SLOT_COUNT], struct berm_error *err)
{
    struct feel_type_member *members;
    struct feel_type *type;
    struct feel_type *list_type;
    struct text *names;
    struct feel_value *values;
    struct feel_value *items;
    struct feel_context *context;
    struct feel_list *list;

    TRY(arena_new(arena, 3, sizeof *members, &members, err));
    TRY(arena_new(arena, 1, sizeof *type, &type, err));
    TRY(arena_new(arena, 1, sizeof *list_type, &list_type, err));
    TRY(arena_new(arena, 3, sizeof *names, &names, err));
    TRY(arena_new(arena, 3, sizeof *values, &values, err));
    TRY(arena_new(arena, 2, sizeof *items, &items, err));
    TRY(arena_new(arena, 1, sizeof *context, &context, err));
    TRY(arena_new(arena, 1, sizeof *list, &list, err));
    members[0] = (struct feel_type_member){TEXT("income"), feel_type_by_name(TEXT("number"))};
    members[1] = (struct feel_type_member){TEXT("net size"), feel_type_by_name(TEXT("number"))};
    members[2] = (struct feel_type_member){TEXT("born"), feel_type_by_name(TEXT("date"))};
    *type = (struct feel_type){.kind = FEEL_TYPE_CONTEXT, .members = members, .member_count = 3};
    *list_type = (struct feel_type){.kind = FEEL_TYPE_LIST, .element = type};
    for (size_t i = 0; i < 3; i++)
        names[i] = members[i].name;
    TRY(feel_unknown_of_name(arena, TEXT("household.income"), &values[0].unknown, err));
    values[1] = feel_number(feel_decimal_from_scaled(250, 2));
    values[2] = feel_date(18000);
    *context = (struct feel_context){
        .count = 3, .names = names, .values = values, .origin = TEXT("household")};
    items[0] = items[1] = feel_of_context(context);
    *list = (struct feel_list){.count = 2, .items = items};
    slots[0] = feel_number(feel_decimal_from_int64(7));
    slots[1] = feel_of_context(context);
    slots[2] = feel_of_list(list);
    slots[3] = feel_string(TEXT("poverty line"));
    TRY(feel_scope_add(scope, TEXT("n"), NULL, NULL, err));
    TRY(feel_scope_add(scope, TEXT("household"), type, NULL, err));
    TRY(feel_scope_add(scope, TEXT("members"), list_type, NULL, err));
    return feel_scope_add(scope, TEXT("some text"), NULL, NULL, err);
}

static enum berm_status evaluate(const struct feel_expression *expression, bool is_test,
                                 struct feel_run *run, const struct feel_value *slots,
                                 struct feel_value *ret_value, struct berm_error *err)
{
    if (is_test)
        return feel_test(expression, run, slots, slots[0], ret_value, err);
    return feel_evaluate(expression, run, slots, ret_value, err);
}

static void visit(void *context, uint32_t slot, const struct text *entries, size_t entry_count)
{
    (void)context;
    require(slot < SLOT_COUNT);
    for (size_t i = 0; i < entry_count; i++)
        require(entries[i].bytes != NULL || entries[i].length == 0);
}

static void look_at(struct feel_value value)
{
    CLEANUP(buffer_free) struct buffer out = {.cap_bytes = 1 << 20};
    CLEANUP(buffer_free) struct buffer json_out = {.cap_bytes = 1 << 20};
    struct json_writer json = {.out = &json_out};
    struct berm_error err;

    if (feel_format(value, &out, &err) != BERM_OK)
        return;
    feel_write_json(value, &json);
    if (value.kind < FEEL_LIST)
        require(feel_matches_expected(value, value));
}

static void run_text(struct arena *arena, struct text text, bool is_test, bool is_strict)
{
    struct berm_error err = {0};
    struct feel_scope *scope;
    struct feel_value slots[SLOT_COUNT] = {{.kind = FEEL_NULL}};
    const struct feel_expression *expression;
    struct feel_trace trace = {0};
    struct feel_run run = {
        .arena = arena, .now = TEXT("2020-09-30T12:00:00Z"), .steps_left = STEPS_MAX};
    struct feel_value value;
    struct feel_value traced;

    if (feel_scope_create(arena, &scope, &err) != BERM_OK ||
        make_slots(arena, scope, slots, &err) != BERM_OK)
        return;
    if (feel_compile(arena, scope, is_test ? FEEL_UNARY_TESTS : FEEL_EXPRESSION,
                     is_strict ? FEEL_STRICT : FEEL_LENIENT, text, &expression, &err) != BERM_OK) {
        require(err.status != BERM_INTERNAL && err.message[0] != 0);
        return;
    }
    feel_visit_paths(expression, visit, NULL);
    if (evaluate(expression, is_test, &run, slots, &value, &err) != BERM_OK) {
        require(err.status == BERM_LIMIT || err.status == BERM_NO_MEMORY);
        return;
    }
    require(run.depth == 0);
    look_at(value);
    run.trace = &trace;
    run.steps_left = STEPS_MAX;
    if (evaluate(expression, is_test, &run, slots, &traced, &err) == BERM_OK)
        require(traced.kind == value.kind && (traced.unknown == NULL) == (value.unknown == NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct berm_error err;
    struct arena *arena;

    if (length == 0)
        return 0;
    if (arena_create(bytes[0] & 4 ? SMALL_ARENA_BYTES : LARGE_ARENA_BYTES, &arena, &err) != BERM_OK)
        return 0;
    run_text(arena, (struct text){(const char *)bytes + 1, length - 1}, (bytes[0] & 1) != 0,
             (bytes[0] & 2) != 0);
    arena_free(arena);
    return 0;
}
