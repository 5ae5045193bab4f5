/*
 * The route table. A path is compared with every pattern, segment by segment: with the hundred
 * routes of an API that is a microsecond, and no tree has to be understood. Patterns are sorted so
 * that the first that fits is the right one: literal words go before parameters, and these before
 * what takes all the rest.
 */
#include "router.h"

#include <stdlib.h>
#include <string.h>

enum { SEGMENTS_MAX = 16, ROUTES_MAX = 1000 };

enum segment_kind { SEGMENT_LITERAL, SEGMENT_PARAMETER, SEGMENT_REST };

struct segment {
    enum segment_kind kind;
    struct text text; /* the word, or the parameter's name */
};

struct pattern {
    int route_index;
    enum http_method method;
    struct segment segments[SEGMENTS_MAX];
    size_t segment_count;
};

struct router {
    size_t pattern_count;
    struct pattern patterns[];
};

/* The next segment of a path that begins with a slash; false at the end. */
static bool next_segment(struct text *rest, struct text *ret_segment)
{
    const char *slash;
    struct text after;

    if (rest->length == 0)
        return false;
    after = text_from(*rest, 1);
    slash = after.length == 0 ? NULL : memchr(after.bytes, '/', after.length);
    *ret_segment = (struct text){after.bytes, slash ? (size_t)(slash - after.bytes) : after.length};
    *rest = text_from(after, ret_segment->length);
    return true;
}

static enum berm_status compile_segment(const char *whole, struct text text, bool is_last,
                                        struct segment *ret_segment, struct berm_error *err)
{
    struct segment segment = {SEGMENT_LITERAL, text};

    if (text.length > 0 && text.bytes[0] == '{') {
        if (text.length < 3 || text.bytes[text.length - 1] != '}')
            return fail_with(err, BERM_INVALID_INPUT, "route %s: a parameter is written {name}",
                             whole);
        segment.kind = SEGMENT_PARAMETER;
        segment.text = (struct text){text.bytes + 1, text.length - 2};
        if (segment.text.bytes[segment.text.length - 1] == '*') {
            segment.kind = SEGMENT_REST;
            segment.text.length--;
            if (!is_last)
                return fail_with(err, BERM_INVALID_INPUT,
                                 "route %s: what takes all the rest must stand last", whole);
        }
    }
    *ret_segment = segment;
    return BERM_OK;
}

static enum berm_status compile(const struct http_route *route, struct pattern *pattern,
                                struct berm_error *err)
{
    struct text rest = text_of(route->pattern);
    struct text text;
    size_t parameter_count = 0;

    if (rest.length == 0 || rest.bytes[0] != '/' || route->handle == NULL)
        return fail_with(err, BERM_INVALID_INPUT,
                         "route %s: it must begin with a slash and have a handler",
                         route->pattern ? route->pattern : "without pattern");
    pattern->method = route->method;
    while (next_segment(&rest, &text)) {
        struct segment *segment = &pattern->segments[pattern->segment_count];

        if (pattern->segment_count == SEGMENTS_MAX)
            return fail_with(err, BERM_INVALID_INPUT, "route %s: more than %d segments",
                             route->pattern, SEGMENTS_MAX);
        TRY(compile_segment(route->pattern, text, rest.length == 0, segment, err));
        pattern->segment_count++;
        parameter_count += segment->kind != SEGMENT_LITERAL;
    }
    if (parameter_count > HTTP_PARAMETERS_MAX)
        return fail_with(err, BERM_INVALID_INPUT, "route %s: more than %d parameters",
                         route->pattern, HTTP_PARAMETERS_MAX);
    return BERM_OK;
}

/* The order of trying; 0: both take the same paths. */
static int compare_paths(const struct pattern *a, const struct pattern *b)
{
    for (size_t s = 0; s < a->segment_count && s < b->segment_count; s++) {
        const struct segment *left = &a->segments[s], *right = &b->segments[s];
        int order = (int)left->kind - (int)right->kind;

        if (order == 0 && left->kind == SEGMENT_LITERAL)
            order = text_compare(left->text, right->text);
        if (order != 0)
            return order;
    }
    return (a->segment_count > b->segment_count) - (a->segment_count < b->segment_count);
}

static int compare_patterns(const void *a, const void *b)
{
    const struct pattern *left = a, *right = b;
    int order = compare_paths(left, right);

    return order != 0 ? order : (int)left->method - (int)right->method;
}

enum berm_status router_create(const struct http_route *routes, size_t route_count,
                               struct router **ret_router, struct berm_error *err)
{
    CLEANUP(router_freep) struct router *router = NULL;

    if (route_count > ROUTES_MAX)
        return fail_with(err, BERM_INVALID_INPUT, "more than %d routes", ROUTES_MAX);
    router = calloc(1, sizeof *router + route_count * sizeof router->patterns[0]);
    if (router == NULL)
        return fail_with(err, BERM_NO_MEMORY, "no memory for %zu routes", route_count);
    router->pattern_count = route_count;
    for (size_t r = 0; r < route_count; r++) {
        router->patterns[r].route_index = (int)r;
        TRY(compile(&routes[r], &router->patterns[r], err));
    }
    qsort(router->patterns, route_count, sizeof router->patterns[0], compare_patterns);
    for (size_t p = 1; p < route_count; p++)
        if (compare_patterns(&router->patterns[p - 1], &router->patterns[p]) == 0)
            return fail_with(err, BERM_INVALID_INPUT, "routes %s and %s take the same requests",
                             routes[router->patterns[p - 1].route_index].pattern,
                             routes[router->patterns[p].route_index].pattern);
    *ret_router = router;
    router = NULL;
    return BERM_OK;
}

void router_free(struct router *router)
{
    free(router);
}

void router_freep(struct router **router)
{
    router_free(*router);
}

static bool fits(const struct pattern *pattern, struct text path, struct match *match)
{
    struct text rest = path, text;

    match->parameter_count = 0;
    for (size_t s = 0; s < pattern->segment_count; s++) {
        const struct segment *segment = &pattern->segments[s];
        struct text before = rest;

        if (!next_segment(&rest, &text))
            return false;
        if (segment->kind == SEGMENT_LITERAL) {
            if (!text_equal(text, segment->text))
                return false;
            continue;
        }
        if (segment->kind == SEGMENT_REST) {
            text = text_from(before, 1);
            rest = TEXT("");
        }
        if (text.length == 0)
            return false;
        match->parameters[match->parameter_count++] = (struct http_field){segment->text, text};
    }
    return rest.length == 0;
}

void router_match(const struct router *router, enum http_method method, struct text path,
                  struct match *ret_match)
{
    struct match match = {.route_index = -1};

    if (method == HTTP_HEAD)
        method = HTTP_GET;
    ret_match->route_index = -1;
    ret_match->allow_methods = 0;
    for (size_t p = 0; p < router->pattern_count; p++) {
        const struct pattern *pattern = &router->patterns[p];

        if (!fits(pattern, path, &match))
            continue;
        match.allow_methods |= 1u << pattern->method;
        if (pattern->method == method) {
            match.route_index = pattern->route_index;
            *ret_match = match;
            return;
        }
    }
    ret_match->allow_methods = match.allow_methods;
}

const char *http_method_name(enum http_method method)
{
    static const char *const NAMES[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};

    return NAMES[method];
}

void allow_write(uint32_t methods, struct buffer *out)
{
    bool has_some = false;

    if (methods & 1u << HTTP_GET)
        methods |= 1u << HTTP_HEAD;
    for (int m = 0; m < HTTP_METHOD_COUNT; m++)
        if (methods & 1u << m) {
            buffer_append_format(out, "%s%s", has_some ? ", " : "",
                                 http_method_name((enum http_method)m));
            has_some = true;
        }
}
