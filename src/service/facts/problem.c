/*
 * Everything that is wrong with a call, kept until all of it was looked at: whoever fills in a form
 * wants to mend it in one go.
 */
#include "service/facts/edit.h"

#include <stdarg.h>
#include <stdio.h>

enum berm_status fact_problem_add(struct fact_problem_list *list, int64_t entry, struct text field,
                                  const char *code, struct berm_error *err, const char *format, ...)
{
    struct fact_problem problem = {.entry = entry, .code = code};
    struct berm_error cut; /* shortens a long sentence between two characters */
    char sentence[BERM_ERROR_MESSAGE_MAX];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    (void)fail_with(&cut, BERM_INVALID_INPUT, "%s", sentence);
    TRY(text_copy(list->arena, text_of(cut.message), &problem.detail, err));
    TRY(text_copy(list->arena, field, &problem.field, err));
    TRY(rows_reserve(list->arena, &list->rows, sizeof *list->rows, list->count, &list->capacity,
                     err));
    list->rows[list->count++] = problem;
    return BERM_OK;
}

enum berm_status fact_problem_keep(struct fact_problem_list *list, int64_t entry, struct text field,
                                   enum berm_status status, const struct berm_error *fault,
                                   struct berm_error *err)
{
    if (status == BERM_OK)
        return BERM_OK;
    if (status != BERM_INVALID_INPUT && status != BERM_LIMIT)
        return fail_with(err, status, "%s", fault->message);
    return fact_problem_add(list, entry, field, "invalid", err, "%s", fault->message);
}

enum berm_status fact_problems_tell(const struct fact_problem_list *list,
                                    struct fact_problems *ret_problems, struct berm_error *err)
{
    const struct fact_problem *first = list->rows;

    if (list->count == 0)
        return BERM_OK;
    *ret_problems = (struct fact_problems){list->rows, list->count};
    if (first->field.length == 0)
        return fail_with(err, BERM_INVALID_INPUT, "%.*s", TEXT_ARG(first->detail));
    return fail_with(err, BERM_INVALID_INPUT, "%.*s: %.*s", TEXT_ARG(first->field),
                     TEXT_ARG(first->detail));
}

enum berm_status fact_problems_check(struct fact_edit *edit, struct berm_error *err)
{
    return fact_problems_tell(&edit->problems, &edit->result->problems, err);
}
