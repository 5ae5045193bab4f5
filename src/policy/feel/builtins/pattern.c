/*
 * Built-in functions with patterns: matches, replace, split.
 */
#include <string.h>

#include "policy/feel/builtins/builtins.h"
#include "policy/feel/builtins/regex.h"
#include "policy/feel/machine.h"

static struct text flags_of(const struct call *call, size_t argument)
{
    if (is_given(call, argument) && call->arguments[argument].kind == FEEL_STRING)
        return call->arguments[argument].string;
    return (struct text){NULL, 0};
}

enum berm_status builtin_matches(struct call *call, struct feel_value *ret_value)
{
    CLEANUP(regex_freep) struct regex *regex = NULL;
    bool is_found;
    size_t start;
    size_t end;

    TRY(regex_create(call->arguments[1].string, flags_of(call, 2), &regex, call->err));
    if (regex == NULL)
        return BERM_OK;
    TRY(regex_find(regex, call->arguments[0].string, 0, &is_found, &start, &end, call->err));
    *ret_value = feel_boolean(is_found);
    return BERM_OK;
}

/** "$1" is group 1 and "\$" a dollar sign; false where the replacement is not written so. */
static bool append_replacement(const struct regex *regex, struct text input,
                               struct text replacement, struct buffer *out)
{
    for (size_t i = 0; i < replacement.length; i++) {
        char c = replacement.bytes[i];
        char next = i + 1 < replacement.length ? replacement.bytes[i + 1] : 0;

        if (regex_is_literal(regex) || (c != '$' && c != '\\')) {
            buffer_append_char(out, c);
        } else if (c == '\\' && (next == '$' || next == '\\')) {
            buffer_append_char(out, next);
            i++;
        } else if (c == '$' && next >= '0' && next <= '9') {
            uint32_t group = (uint32_t)(next - '0');

            i++;
            while (i + 1 < replacement.length && replacement.bytes[i + 1] >= '0' &&
                   replacement.bytes[i + 1] <= '9' &&
                   group * 10 + (uint32_t)(replacement.bytes[i + 1] - '0') <=
                       regex_group_count(regex))
                group = group * 10 + (uint32_t)(replacement.bytes[++i] - '0');
            buffer_append_text(out, regex_group(regex, input, group));
        } else {
            return false;
        }
    }
    return true;
}

/** Does the pattern match the empty text? XPath refuses such patterns in replace. */
static enum berm_status matches_nothing(struct call *call, struct regex *regex, bool *ret_does)
{
    size_t start;
    size_t end;

    return regex_find(regex, TEXT(""), 0, ret_does, &start, &end, call->err);
}

enum berm_status builtin_replace(struct call *call, struct feel_value *ret_value)
{
    CLEANUP(regex_freep) struct regex *regex = NULL;
    CLEANUP(buffer_free) struct buffer out = {.cap_bytes = STRING_BYTES_MAX};
    struct text input = call->arguments[0].string;
    struct text result;
    size_t offset = 0;
    bool is_found;

    TRY(regex_create(call->arguments[1].string, flags_of(call, 3), &regex, call->err));
    if (regex == NULL)
        return BERM_OK;
    TRY(matches_nothing(call, regex, &is_found));
    if (is_found)
        return BERM_OK;
    for (;;) {
        size_t start;
        size_t end;

        TRY(count_step(call->run, call->err));
        TRY(regex_find(regex, input, offset, &is_found, &start, &end, call->err));
        if (!is_found)
            break;
        buffer_append(&out, input.bytes + offset, start - offset);
        if (!append_replacement(regex, input, call->arguments[2].string, &out))
            return BERM_OK;
        offset = end;
        if (end > start)
            continue;
        if (offset >= input.length) /* an empty match: go on behind the next character */
            break;
        text_next_code_point(input, &offset);
        buffer_append(&out, input.bytes + end, offset - end);
    }
    buffer_append_text(&out, text_from(input, offset));
    TRY(buffer_status(&out, call->err));
    TRY(text_copy(call->run->arena, buffer_text(&out), &result, call->err));
    *ret_value = feel_string(result);
    return BERM_OK;
}

enum berm_status builtin_split(struct call *call, struct feel_value *ret_value)
{
    CLEANUP(regex_freep) struct regex *regex = NULL;
    struct list_builder parts = {.arena = call->run->arena};
    struct text input = call->arguments[0].string;
    size_t part_start = 0;
    size_t offset = 0;
    bool is_found;

    TRY(regex_create(call->arguments[1].string, TEXT(""), &regex, call->err));
    if (regex == NULL)
        return BERM_OK;
    while (offset <= input.length) {
        size_t start;
        size_t end;

        TRY(count_step(call->run, call->err));
        TRY(regex_find(regex, input, offset, &is_found, &start, &end, call->err));
        if (!is_found)
            break;
        if (end == start) { /* an empty match divides between characters, not at the ends */
            if (start >= input.length)
                break;
            offset = start;
            text_next_code_point(input, &offset);
            if (start == part_start)
                continue;
        } else {
            offset = end;
        }
        TRY(list_append(&parts,
                        feel_string((struct text){input.bytes + part_start, start - part_start}),
                        call->err));
        part_start = end;
    }
    TRY(list_append(&parts, feel_string(text_from(input, part_start)), call->err));
    return list_finish(&parts, ret_value, call->err);
}
