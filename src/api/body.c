/* The JSON body of a request. All that is wrong with it is noted, so that it is told at once. */
#include <string.h>

#include "api/call.h"

enum { POINTER_BYTES_MAX = 200, MEMBERS_MAX = 64 };

/* Bytes of no certain kind need not be told as such. Source: RFC 9110 section 8.3. */
static enum berm_status check_type(struct call *call, const char *wanted, struct berm_error *err)
{
    struct text type = http_request_header(call->request, "content-type");
    const char *semicolon = memchr(type.bytes ? type.bytes : "", ';', type.length);

    if (semicolon != NULL)
        type.length = (size_t)(semicolon - type.bytes);
    type = text_trimmed(type);
    if (text_equal_ignoring_ascii_case(type, text_of(wanted)) ||
        (type.length == 0 && strcmp(wanted, "application/octet-stream") == 0))
        return BERM_OK;
    call->failure_status = 415;
    return fail_with(err, BERM_INVALID_INPUT, "the body must come with Content-Type: %s", wanted);
}

enum berm_status call_read_body(struct call *call, struct berm_error *err)
{
    bool is_json = strchr(call->route->takes, '/') == NULL;

    TRY(check_type(call, is_json ? "application/json" : call->route->takes, err));
    if (!is_json)
        return BERM_OK;
    TRY(json_tree_parse(call->request->body, &call->body_tree, err));
    call->body = json_tree_root(call->body_tree);
    if (node_kind(call->body) != NODE_OBJECT) {
        call_add_problem(call, TEXT(""), "invalid", "the body is an object, not %s",
                         node_kind_words(node_kind(call->body)));
        return call_check(call, err);
    }
    return BERM_OK;
}

struct body call_body(struct call *call)
{
    return (struct body){call, call->body, ""};
}

/* "/members/0/name"; ~ and / in a name are written as RFC 6901 wants it. */
struct text body_pointer(struct body body, struct text name)
{
    CLEANUP(buffer_free) struct buffer pointer = {.cap_bytes = POINTER_BYTES_MAX};
    struct text copy = {"", 0};

    buffer_append_text(&pointer, text_of(body.pointer));
    buffer_append_char(&pointer, '/');
    for (size_t i = 0; i < name.length; i++) {
        if (name.bytes[i] == '~')
            buffer_append_text(&pointer, TEXT("~0"));
        else if (name.bytes[i] == '/')
            buffer_append_text(&pointer, TEXT("~1"));
        else
            buffer_append_char(&pointer, name.bytes[i]);
    }
    if (text_copy(body.call->arena, buffer_text(&pointer), &copy, NULL) != BERM_OK)
        return TEXT("");
    return copy;
}

void body_expect(struct body body, const char *const *names)
{
    struct text known[MEMBERS_MAX];
    const struct json_node *value;
    void *position = NULL;
    size_t count = 0;
    struct text key;

    for (; names[count] != NULL; count++) {
        assert(count < MEMBERS_MAX);
        known[count] = text_of(names[count]);
    }
    while (node_next_member(body.node, &position, &key, &value)) {
        size_t k = 0;
        int nearest;

        while (k < count && !text_equal(key, known[k]))
            k++;
        if (k < count)
            continue;
        nearest = text_nearest(key, known, count);
        if (nearest >= 0)
            call_add_problem(body.call, body_pointer(body, key), "unknown",
                             "%.*s is not known here; did you mean %.*s?", TEXT_ARG(key),
                             TEXT_ARG(known[nearest]));
        else
            call_add_problem(body.call, body_pointer(body, key), "unknown",
                             "%.*s is not known here", TEXT_ARG(key));
    }
}

/* The member, where it is there and not null; a problem where it is required and is not. */
static const struct json_node *find(struct body body, const char *name, bool is_required)
{
    const struct json_node *node = node_member(body.node, name);

    if (node_kind(node) != NODE_NULL)
        return node;
    if (is_required)
        call_add_problem(body.call, body_pointer(body, text_of(name)), "required", "%s is missing",
                         name);
    return NULL;
}

static void note_kind(struct body body, const char *name, const char *wanted,
                      const struct json_node *node)
{
    call_add_problem(body.call, body_pointer(body, text_of(name)), "invalid", "%s is %s, not %s",
                     name, wanted, node_kind_words(node_kind(node)));
}

struct text body_text(struct body body, const char *name, bool is_required)
{
    const struct json_node *node = find(body, name, is_required);

    if (node == NULL)
        return (struct text){"", 0};
    if (node_kind(node) != NODE_STRING)
        note_kind(body, name, "text", node);
    else if (is_required && node_text(node).length == 0)
        call_add_problem(body.call, body_pointer(body, text_of(name)), "required", "%s is empty",
                         name);
    return node_text(node);
}

int64_t body_int64(struct body body, const char *name, int64_t low, int64_t high, int64_t fallback)
{
    const struct json_node *node = find(body, name, false);
    int64_t value;

    if (node == NULL)
        return fallback;
    if (!node_int64(node, &value) || value < low || value > high) {
        call_add_problem(body.call, body_pointer(body, text_of(name)), "invalid",
                         "%s is a whole number from %lld to %lld", name, (long long)low,
                         (long long)high);
        return fallback;
    }
    return value;
}

bool body_bool(struct body body, const char *name, bool fallback)
{
    const struct json_node *node = find(body, name, false);
    bool value = fallback;

    if (node != NULL && !node_bool(node, &value))
        note_kind(body, name, "true or false", node);
    return value;
}

month_number body_month(struct body body, const char *name, bool is_required)
{
    struct text text = body_text(body, name, is_required);
    month_number month = 0;

    if (text.length > 0 && month_parse(text, &month, NULL) != BERM_OK)
        call_add_problem(body.call, body_pointer(body, text_of(name)), "invalid",
                         "%s is a month such as 2020-09, not %.*s", name, TEXT_ARG(text));
    return month;
}

bool body_date(struct body body, const char *name, bool is_required, date_days *ret_date)
{
    struct text text = body_text(body, name, is_required);

    if (text.length == 0)
        return false;
    if (date_parse(text, ret_date, NULL) == BERM_OK)
        return true;
    call_add_problem(body.call, body_pointer(body, text_of(name)), "invalid",
                     "%s is a day such as 2020-09-30, not %.*s", name, TEXT_ARG(text));
    return false;
}

const struct json_node *body_member(struct body body, const char *name, enum node_kind kind,
                                    bool is_required)
{
    const struct json_node *node = find(body, name, is_required);

    if (node == NULL || node_kind(node) == kind)
        return node;
    note_kind(body, name, node_kind_words(kind), node);
    return NULL;
}
