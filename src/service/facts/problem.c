/*
 * Everything that is wrong with a call, kept until all of it was looked at: whoever fills in a form
 * wants to mend it in one go.
 */
#include "service/facts/edit.h"

#include <stdarg.h>
#include <stdio.h>

enum berm_status fact_problem_add(struct fact_edit *edit, int64_t entry, struct text field,
                                  const char *code, struct berm_error *err, const char *format, ...)
{
    struct arena *arena = edit->call->arena;
    struct fact_problem problem = {.entry = entry, .code = code};
    struct berm_error cut; /* shortens a long sentence between two characters */
    char sentence[BERM_ERROR_MESSAGE_MAX];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    (void)fail_with(&cut, BERM_INVALID_INPUT, "%s", sentence);
    TRY(text_copy(arena, text_of(cut.message), &problem.detail, err));
    TRY(text_copy(arena, field, &problem.field, err));
    TRY(rows_reserve(arena, &edit->problems, sizeof *edit->problems, edit->problem_count,
                     &edit->problem_capacity, err));
    edit->problems[edit->problem_count++] = problem;
    return BERM_OK;
}

enum berm_status fact_problem_keep(struct fact_edit *edit, int64_t entry, struct text field,
                                   enum berm_status status, const struct berm_error *fault,
                                   struct berm_error *err)
{
    if (status == BERM_OK)
        return BERM_OK;
    if (status != BERM_INVALID_INPUT && status != BERM_LIMIT)
        return fail_with(err, status, "%s", fault->message);
    return fact_problem_add(edit, entry, field, "invalid", err, "%s", fault->message);
}

enum berm_status fact_problems_check(struct fact_edit *edit, struct berm_error *err)
{
    const struct fact_problem *first = edit->problems;

    if (edit->problem_count == 0)
        return BERM_OK;
    edit->result->problems = (struct fact_problems){edit->problems, edit->problem_count};
    if (first->field.length == 0)
        return fail_with(err, BERM_INVALID_INPUT, "%.*s", TEXT_ARG(first->detail));
    return fail_with(err, BERM_INVALID_INPUT, "%.*s: %.*s", TEXT_ARG(first->field),
                     TEXT_ARG(first->detail));
}
