/*
 * Path and query. What a route takes stands in routes.def; a field that is not there is refused, so
 * that a misspelled filter does not quietly become no filter.
 */
#include <string.h>

#include "api/call.h"

struct text call_parameter(struct call *call, const char *name)
{
    return http_request_parameter(call->request, name);
}

enum berm_status call_parameter_id(struct call *call, const char *name, int64_t *ret_id,
                                   struct berm_error *err)
{
    struct text text = call_parameter(call, name);

    if (!text_parse_int64(text, ret_id) || *ret_id < 1)
        return fail_with(err, BERM_NOT_FOUND, "%s %.*s: there is none of this number", name,
                         TEXT_ARG(text));
    return BERM_OK;
}

static const struct route_query *find_query(const struct route_query *queries, size_t count,
                                            struct text name)
{
    for (size_t q = 0; q < count; q++)
        if (text_equal(name, text_of(queries[q].name)))
            return &queries[q];
    return NULL;
}

static void note_unknown(struct call *call, const struct route_query *queries, size_t count,
                         struct text name)
{
    struct text names[HTTP_QUERY_FIELDS_MAX];
    char ended[64];
    int nearest;

    for (size_t q = 0; q < count && q < ARRAY_COUNT(names); q++)
        names[q] = text_of(queries[q].name);
    nearest = text_nearest(name, names, count < ARRAY_COUNT(names) ? count : ARRAY_COUNT(names));
    if (name.length >= sizeof ended)
        name.length = sizeof ended - 1;
    memcpy(ended, name.bytes, name.length);
    ended[name.length] = '\0';
    if (nearest >= 0)
        call_add_query_problem(call, ended, "unknown", "%s is not known here; did you mean %.*s?",
                               ended, TEXT_ARG(names[nearest]));
    else
        call_add_query_problem(call, ended, "unknown", "%s is not known here", ended);
}

enum berm_status call_check_queries(struct call *call, struct berm_error *err)
{
    const struct http_request *request = call->request;
    size_t count;
    const struct route_query *queries = route_queries((int)(call->route - API_ROUTES), &count);

    for (size_t f = 0; f < request->query_count; f++) {
        const struct route_query *query = find_query(queries, count, request->query[f].name);
        struct text value;

        if (query == NULL) {
            note_unknown(call, queries, count, request->query[f].name);
            continue;
        }
        if (query->kind == QUERY_TEXTS)
            continue;
        (void)http_request_query(request, query->name, &value);
        /* An empty field of a form would otherwise widen a list, or a right, to everything. */
        if (request->query[f].value.length == 0)
            call_add_query_problem(call, query->name, "invalid", "%s is empty; leave it out",
                                   query->name);
        if (value.length > 0 && query->kind == QUERY_LANGUAGE && !text_equal(value, TEXT("zh")) &&
            !text_equal(value, TEXT("en")))
            call_add_query_problem(call, query->name, "invalid", "%s is zh or en, not %.*s",
                                   query->name, TEXT_ARG(value));
        if (value.bytes != request->query[f].value.bytes)
            call_add_query_problem(call, query->name, "repeated", "%s may come once only",
                                   query->name);
    }
    return call_check(call, err);
}

/* ---- Fields ---------------------------------------------------------------------------------- */

bool call_has_query(struct call *call, const char *name)
{
    struct text value;

    return http_request_query(call->request, name, &value);
}

struct text call_query(struct call *call, const char *name)
{
    struct text value = {"", 0};

    (void)http_request_query(call->request, name, &value);
    return value;
}

size_t call_query_texts(struct call *call, const char *name, size_t most, struct text *ret_values)
{
    size_t count = 0;

    for (size_t f = 0; f < call->request->query_count; f++)
        if (text_equal(call->request->query[f].name, text_of(name)) && count++ < most)
            ret_values[count - 1] = call->request->query[f].value;
    return count;
}

int64_t call_query_int64(struct call *call, const char *name, int64_t low, int64_t high,
                         int64_t fallback)
{
    struct text text = call_query(call, name);
    int64_t value;

    if (!call_has_query(call, name))
        return fallback;
    if (!text_parse_int64(text, &value) || value < low || value > high) {
        call_add_query_problem(call, name, "invalid",
                               "%s is a whole number from %lld to %lld, not %.*s", name,
                               (long long)low, (long long)high, TEXT_ARG(text));
        return fallback;
    }
    return value;
}

int64_t call_query_limit(struct call *call)
{
    return call_query_int64(call, "limit", 1, FIND_LIMIT_MAX, FIND_LIMIT_DEFAULT);
}

int64_t call_query_cursor_id(struct call *call)
{
    int64_t id = 0;

    if (call_has_query(call, "cursor") &&
        (!text_parse_int64(call_query(call, "cursor"), &id) || id < 1))
        call_add_query_problem(call, "cursor", "invalid",
                               "cursor is next of the page before, and nothing else");
    return id;
}

bool call_query_bool(struct call *call, const char *name, bool fallback)
{
    struct text text = call_query(call, name);

    if (!call_has_query(call, name))
        return fallback;
    if (!text_equal(text, TEXT("true")) && !text_equal(text, TEXT("false")))
        call_add_query_problem(call, name, "invalid", "%s is true or false, not %.*s", name,
                               TEXT_ARG(text));
    return text_equal(text, TEXT("true"));
}

month_number call_query_month(struct call *call, const char *name)
{
    struct text text = call_query(call, name);
    month_number month = 0;

    if (call_has_query(call, name) && month_parse(text, &month, NULL) != BERM_OK)
        call_add_query_problem(call, name, "invalid", "%s is a month such as 2020-09, not %.*s",
                               name, TEXT_ARG(text));
    return month;
}

bool call_query_date(struct call *call, const char *name, date_days *ret_date)
{
    struct text text = call_query(call, name);

    if (!call_has_query(call, name))
        return false;
    if (date_parse(text, ret_date, NULL) == BERM_OK)
        return true;
    call_add_query_problem(call, name, "invalid", "%s is a day such as 2020-09-30, not %.*s", name,
                           TEXT_ARG(text));
    return false;
}

/* The language that the client would read: only Chinese is told from the rest. */
enum language call_language(struct call *call)
{
    struct text wanted = call_query(call, "lang");

    if (wanted.length == 0)
        wanted = http_request_header(call->request, "accept-language");
    return text_starts_with(wanted, TEXT("zh")) ? LANGUAGE_CHINESE : LANGUAGE_ENGLISH;
}
