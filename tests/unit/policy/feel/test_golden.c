/*
 * Runs the .txt files of tests/golden/feel. Each case is three lines, and a line that starts with #
 * is a note:
 *
 *   the expression (after "test:" unary tests, whose input is the context's entry "input";
 *                   after "strict:" compiled as packs are)
 *   the context, a FEEL context whose entries are the names that the expression may use;
 *                   `missing` is a register value that is not there
 *   the value expected, then, where the value carries a mark, "unknown:" and the names; or "error",
 *                   line:column and words of the message
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/unit.h"
#include "policy/feel/feel.h"

enum { LINES_PER_CASE = 3 };

struct golden_case {
    const char *file;
    int line;
    struct text lines[LINES_PER_CASE];
    struct text problem; /* why it failed */
};

static struct arena *arena;
static char problem_bytes[4096];

static void fail_case(struct golden_case *golden, const char *label, struct text got)
{
    int length = snprintf(problem_bytes, sizeof problem_bytes, "%s%.*s", label, TEXT_ARG(got));

    golden->problem = (struct text){problem_bytes, (size_t)(length < 4095 ? length : 4095)};
}

static bool take_prefix(struct text *text, struct text prefix)
{
    if (!text_starts_with(*text, prefix))
        return false;
    *text = text_trimmed(text_from(*text, prefix.length));
    return true;
}

/* ---- The context's names --------------------------------------------------------------------- */

/** Nulls that carry the mark "missing" get the name of the place where they stand. */
static enum berm_status name_missing(struct feel_value *value, struct text path,
                                     struct berm_error *err)
{
    if (value->kind == FEEL_NULL && value->unknown != NULL)
        return feel_unknown_of_name(arena, path, &value->unknown, err);
    if (value->kind == FEEL_CONTEXT) {
        struct feel_context *context;
        struct feel_value *values;

        TRY(arena_new(arena, 1, sizeof *context, &context, err));
        TRY(arena_new(arena, value->context->count, sizeof *values, &values, err));
        *context = *value->context;
        context->values = values;
        for (size_t i = 0; i < context->count; i++) {
            struct text inner;

            values[i] = value->context->values[i];
            TRY(text_format(arena, &inner, err, "%.*s.%.*s", TEXT_ARG(path),
                            TEXT_ARG(context->names[i])));
            TRY(name_missing(&values[i], inner, err));
        }
        value->context = context;
    } else if (value->kind == FEEL_LIST) {
        struct feel_list *list;
        struct feel_value *items;

        TRY(arena_new(arena, 1, sizeof *list, &list, err));
        TRY(arena_new(arena, value->list->count, sizeof *items, &items, err));
        list->count = value->list->count;
        list->items = items;
        for (size_t i = 0; i < list->count; i++) {
            struct text inner;

            items[i] = value->list->items[i];
            TRY(text_format(arena, &inner, err, "%.*s[%zu]", TEXT_ARG(path), i + 1));
            TRY(name_missing(&items[i], inner, err));
        }
        value->list = list;
    }
    return BERM_OK;
}

/** A type that declares a context's entries, so that the paths of typed contexts are tested too. */
static enum berm_status type_of(struct feel_value value, const struct feel_type **ret_type,
                                struct berm_error *err)
{
    struct feel_type *type;
    struct feel_type_member *members;

    *ret_type = NULL;
    if (value.kind == FEEL_LIST && value.list->count > 0) {
        TRY(arena_new(arena, 1, sizeof *type, &type, err));
        type->kind = FEEL_TYPE_LIST;
        TRY(type_of(value.list->items[0], &type->element, err));
        *ret_type = type;
    } else if (value.kind == FEEL_CONTEXT) {
        TRY(arena_new(arena, 1, sizeof *type, &type, err));
        TRY(arena_new(arena, value.context->count, sizeof *members, &members, err));
        type->kind = FEEL_TYPE_CONTEXT;
        type->members = members;
        type->member_count = value.context->count;
        for (size_t i = 0; i < type->member_count; i++) {
            members[i].name = value.context->names[i];
            TRY(type_of(value.context->values[i], &members[i].type, err));
        }
        *ret_type = type;
    }
    return BERM_OK;
}

static enum berm_status evaluate_text(struct text text, struct feel_value *ret_value,
                                      struct berm_error *err)
{
    struct feel_run run = {.arena = arena, .steps_left = 10000000};
    struct feel_scope *scope;
    const struct feel_expression *expression;
    struct feel_value slots[1] = {{.kind = FEEL_NULL}};

    TRY(feel_scope_create(arena, &scope, err));
    TRY(feel_scope_add(scope, TEXT("missing"), NULL, NULL, err));
    TRY(feel_unknown_of_name(arena, TEXT("missing"), &slots[0].unknown, err));
    TRY(feel_compile(arena, scope, FEEL_EXPRESSION, FEEL_STRICT, text, &expression, err));
    return feel_evaluate(expression, &run, slots, ret_value, err);
}

/** The lexer must know the entries' names where no type declares them. */
static enum berm_status know_names(struct feel_scope *scope, struct feel_value value,
                                   struct berm_error *err)
{
    if (value.kind == FEEL_LIST) {
        for (size_t i = 0; i < value.list->count; i++)
            TRY(know_names(scope, value.list->items[i], err));
    } else if (value.kind == FEEL_CONTEXT) {
        for (size_t i = 0; i < value.context->count; i++) {
            TRY(feel_scope_know_name(scope, value.context->names[i], err));
            TRY(know_names(scope, value.context->values[i], err));
        }
    }
    return BERM_OK;
}

/* ---- One case -------------------------------------------------------------------------------- */

static enum berm_status format_result(struct feel_value value, struct text *ret_text,
                                      struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer out = {0};

    TRY(feel_format(value, &out, err));
    for (uint32_t i = 0; value.unknown != NULL && i < value.unknown->count; i++) {
        buffer_append_text(&out, i == 0 ? TEXT(" unknown: ") : TEXT(", "));
        buffer_append_text(&out, value.unknown->names[i]);
    }
    TRY(buffer_status(&out, err));
    return text_copy(arena, buffer_text(&out), ret_text, err);
}

/** Compares the value without its mark as values, and the mark as text. */
static enum berm_status check_value(struct golden_case *golden, struct feel_value value,
                                    struct text expected_text, struct berm_error *err)
{
    struct feel_value expected;
    struct text got;
    struct text marks = {"", 0};
    struct text wanted_marks = {"", 0};
    const char *at = memmem(expected_text.bytes, expected_text.length, "unknown:", 8);

    if (at != NULL) {
        wanted_marks = (struct text){at, expected_text.length - (size_t)(at - expected_text.bytes)};
        expected_text =
            text_trimmed((struct text){expected_text.bytes, (size_t)(at - expected_text.bytes)});
    }
    TRY(evaluate_text(expected_text, &expected, err));
    TRY(format_result(value, &got, err));
    at = memmem(got.bytes, got.length, "unknown:", 8);
    if (at != NULL)
        marks = (struct text){at, got.length - (size_t)(at - got.bytes)};
    if (!feel_matches_expected(value, expected) || !text_equal(marks, wanted_marks))
        fail_case(golden, "got ", got);
    return BERM_OK;
}

static void check_error(struct golden_case *golden, const struct berm_error *err,
                        struct text expected)
{
    char message[BERM_ERROR_MESSAGE_MAX + 32];
    struct text words;
    size_t space = 0;

    snprintf(message, sizeof message, "error %d:%d %s", err->line, err->column, err->message);
    while (space < expected.length && expected.bytes[space] != ' ')
        space++;
    words = text_from(expected, space < expected.length ? space + 1 : space);
    if (!text_starts_with(text_of(message + 6), (struct text){expected.bytes, space}) ||
        memmem(message, strlen(message), words.bytes, words.length) == NULL)
        fail_case(golden, "got ", text_of(message));
}

static enum berm_status run_case(struct golden_case *golden, struct berm_error *err)
{
    struct text text = golden->lines[0];
    struct text expected = golden->lines[2];
    bool is_test = take_prefix(&text, TEXT("test:"));
    bool is_strict = take_prefix(&text, TEXT("strict:"));
    bool is_error = take_prefix(&expected, TEXT("error"));
    struct feel_run run = {.arena = arena, .steps_left = 10000000};
    struct feel_value context;
    struct feel_value input = feel_null();
    struct feel_value *slots;
    struct feel_value result;
    struct feel_scope *scope;
    const struct feel_expression *expression;
    struct berm_error found;
    enum berm_status status;

    TRY(evaluate_text(golden->lines[1], &context, err));
    if (context.kind != FEEL_CONTEXT)
        return fail_with(err, BERM_INVALID_INPUT, "the second line is no context");
    TRY(feel_scope_create(arena, &scope, err));
    TRY(arena_new(arena, context.context->count, sizeof *slots, &slots, err));
    for (size_t i = 0; i < context.context->count; i++) {
        const struct feel_type *type;

        slots[i] = context.context->values[i];
        TRY(name_missing(&slots[i], context.context->names[i], err));
        TRY(type_of(slots[i], &type, err));
        TRY(know_names(scope, slots[i], err));
        TRY(feel_scope_add(scope, context.context->names[i], is_strict ? type : NULL, NULL, err));
        if (text_equal(context.context->names[i], TEXT("input")))
            input = slots[i];
    }
    status = feel_compile(arena, scope, is_test ? FEEL_UNARY_TESTS : FEEL_EXPRESSION,
                          is_strict ? FEEL_STRICT : FEEL_LENIENT, text, &expression, &found);
    if (status == BERM_OK && is_test)
        status = feel_test(expression, &run, slots, input, &result, &found);
    else if (status == BERM_OK)
        status = feel_evaluate(expression, &run, slots, &result, &found);
    if (is_error && status == BERM_OK)
        fail_case(golden, "no error", TEXT(""));
    else if (is_error)
        check_error(golden, &found, expected);
    else if (status != BERM_OK)
        fail_case(golden, "error: ", text_of(found.message));
    else
        return check_value(golden, result, expected, err);
    return BERM_OK;
}

/* ---- Files ----------------------------------------------------------------------------------- */

static bool next_line(struct text *content, struct text *ret_line, int *line)
{
    size_t end = 0;

    if (content->length == 0)
        return false;
    while (end < content->length && content->bytes[end] != '\n')
        end++;
    *ret_line = text_trimmed((struct text){content->bytes, end});
    *content = text_from(*content, end < content->length ? end + 1 : end);
    ++*line;
    return true;
}

static void run_file(const char *path, int *passed, int *failed)
{
    CLEANUP(buffer_free) struct buffer file = {0};
    struct berm_error err;
    struct golden_case golden = {.file = path};
    struct text content;
    struct text line;
    int at = 0;
    int filled = 0;

    assert_ok(file_read(path, 1 << 20, &file, &err));
    content = buffer_text(&file);
    while (next_line(&content, &line, &at)) {
        enum berm_status status;

        if (text_starts_with(line, TEXT("#")) || (line.length == 0 && filled == 0))
            continue;
        if (filled == 0)
            golden.line = at;
        golden.lines[filled++] = line;
        if (filled < LINES_PER_CASE)
            continue;
        filled = 0;
        golden.problem.length = 0;
        arena_reset(arena);
        status = run_case(&golden, &err);
        if (status != BERM_OK)
            fail_case(&golden, "the case itself: ", text_of(err.message));
        if (golden.problem.length == 0) {
            ++*passed;
            continue;
        }
        ++*failed;
        print_error("%s:%d: %.*s\n    %.*s\n    wanted %.*s\n", path, golden.line,
                    TEXT_ARG(golden.lines[0]), TEXT_ARG(golden.problem), TEXT_ARG(golden.lines[2]));
    }
    if (filled != 0) {
        print_error("%s: the last case has %d lines instead of three\n", path, filled);
        ++*failed;
    }
}

static void every_golden_case_gives_what_it_says(void **state)
{
    const char *root = getenv("BERM_SOURCE_ROOT");
    char folder[1024];
    struct dirent **entries;
    int passed = 0;
    int failed = 0;
    int count;

    (void)state;
    snprintf(folder, sizeof folder, "%s/tests/golden/feel", root != NULL ? root : ".");
    count = scandir(folder, &entries, NULL, alphasort);
    if (count < 0)
        fail_msg("no folder %s; run from the source root or set BERM_SOURCE_ROOT", folder);
    for (int i = 0; i < count; i++) {
        size_t length = strlen(entries[i]->d_name);
        char path[2048];

        if (length > 4 && strcmp(entries[i]->d_name + length - 4, ".txt") == 0) {
            snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
            run_file(path, &passed, &failed);
        }
        free(entries[i]);
    }
    free(entries);
    print_message("%d passed, %d failed\n", passed, failed);
    assert_int_equal(failed, 0);
    assert_true(passed > 100);
}

static int create_arena(void **state)
{
    struct berm_error err;

    (void)state;
    return arena_create(64 << 20, &arena, &err) == BERM_OK ? 0 : -1;
}

static int free_arena(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_golden_case_gives_what_it_says),
    };

    return cmocka_run_group_tests_name("policy/feel golden", tests, create_arena, free_arena);
}
