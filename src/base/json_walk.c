/*
 * Walking over JSON. Nested values are skipped by counting brackets outside strings, so a walk
 * needs no memory and no depth limit.
 */
#include "base/json_walk.h"

#include <string.h>

static void skip_blanks(struct json_walk *walk)
{
    while (walk->at < walk->end && strchr(" \t\r\n", *walk->at) != NULL && *walk->at != 0)
        walk->at++;
}

/* Past the string that begins here; false where it does not end. */
static bool skip_string(struct json_walk *walk)
{
    for (walk->at++; walk->at < walk->end; walk->at++) {
        if (*walk->at == '"') {
            walk->at++;
            return true;
        }
        if (*walk->at == '\\')
            walk->at++;
    }
    walk->at = walk->end;
    return false;
}

static bool skip_nested(struct json_walk *walk)
{
    int64_t depth = 0;

    while (walk->at < walk->end) {
        char c = *walk->at;

        if (c == '"') {
            if (!skip_string(walk))
                return false;
            continue;
        }
        walk->at++;
        if (c == '{' || c == '[')
            depth++;
        else if ((c == '}' || c == ']') && --depth == 0)
            return true;
    }
    return false;
}

static bool skip_value(struct json_walk *walk, struct text *ret_value)
{
    const char *start = walk->at;
    bool is_whole;

    if (walk->at == walk->end)
        return false;
    if (*start == '"') {
        is_whole = skip_string(walk);
    } else if (*start == '{' || *start == '[') {
        is_whole = skip_nested(walk);
    } else {
        while (walk->at < walk->end && strchr(",]} \t\r\n", *walk->at) == NULL)
            walk->at++;
        is_whole = walk->at > start;
    }
    *ret_value = (struct text){start, (size_t)(walk->at - start)};
    return is_whole;
}

/* To the beginning of the next member or item; false at the end, or where none can be. */
static bool go_on(struct json_walk *walk)
{
    skip_blanks(walk);
    if (walk->at == walk->end)
        return false;
    if (*walk->at == walk->closing) {
        walk->at++;
        skip_blanks(walk);
        walk->has_ended = walk->at == walk->end;
        walk->at = walk->end;
        return false;
    }
    if (walk->is_started) {
        if (*walk->at != ',')
            return false;
        walk->at++;
        skip_blanks(walk);
    }
    walk->is_started = true;
    return walk->at < walk->end;
}

bool json_walk_begin(struct text value, char bracket, struct json_walk *ret_walk)
{
    struct text trimmed = text_trimmed(value);

    if (trimmed.length < 2 || trimmed.bytes[0] != bracket)
        return false;
    *ret_walk = (struct json_walk){.at = trimmed.bytes + 1,
                                   .end = trimmed.bytes + trimmed.length,
                                   .closing = bracket == '{' ? '}' : ']'};
    return true;
}

bool json_walk_member(struct json_walk *walk, struct text *ret_key, struct text *ret_value)
{
    struct text key = {0};

    if (!go_on(walk) || *walk->at != '"' || !skip_value(walk, &key))
        return false;
    skip_blanks(walk);
    if (walk->at == walk->end || *walk->at != ':')
        return false;
    walk->at++;
    skip_blanks(walk);
    *ret_key = (struct text){key.bytes + 1, key.length - 2};
    return skip_value(walk, ret_value);
}

bool json_walk_item(struct json_walk *walk, struct text *ret_value)
{
    return go_on(walk) && skip_value(walk, ret_value);
}
