/* What went wrong, as the client gets it: one table from our statuses to those of HTTP. */
#include "api/call.h"

#include <stdarg.h>
#include <stdio.h>

enum { PROBLEMS_MAX = 200, DETAIL_BYTES_MAX = 512 };

static const struct {
    int status;
    const char *code; /* the last part of the problem's type */
} ANSWERS[] = {
    [BERM_OK] = {500, "internal"},
    [BERM_INVALID_INPUT] = {400, "invalid_input"},
    [BERM_NOT_FOUND] = {404, "not_found"},
    [BERM_CONFLICT] = {409, "conflict"},
    [BERM_LIMIT] = {422, "limit"},
    [BERM_NO_MEMORY] = {503, "busy"},
    [BERM_IO] = {500, "internal"},
    [BERM_CORRUPT] = {500, "internal"},
    [BERM_UNSUPPORTED] = {501, "unsupported"},
    [BERM_BUSY] = {503, "busy"},
    [BERM_VERSION] = {500, "internal"},
    [BERM_CANCELLED] = {409, "cancelled"},
    [BERM_INTERNAL] = {500, "internal"},
    [BERM_FORBIDDEN] = {403, "forbidden"},
    [BERM_UNAUTHENTICATED] = {401, "unauthenticated"},
    [BERM_CHANGED] = {412, "changed"},
    [BERM_UNAVAILABLE] = {503, "unavailable"},
};

const char *problem_code(enum berm_status status)
{
    return ANSWERS[status].code;
}

void call_report(struct api *api, struct text request_id, enum berm_status status,
                 const struct berm_error *error)
{
    struct berm_error told = *error;

    told.status = status;
    if (ANSWERS[status].status == 500 && api->options.report != NULL)
        api->options.report(api->options.report_context, request_id, &told);
}

/* ---- Noting ---------------------------------------------------------------------------------- */

static void add(struct call *call, struct text pointer, struct text parameter, const char *code,
                const char *format, va_list arguments) PRINTF_LIKE(5, 0);

/* More problems than anybody reads, or no memory for them: the rest is left out. */
static void add(struct call *call, struct text pointer, struct text parameter, const char *code,
                const char *format, va_list arguments)
{
    struct problem problem = {.code = text_of(code)};
    struct problem *rows = (struct problem *)(uintptr_t)call->problems;
    char detail[DETAIL_BYTES_MAX];

    vsnprintf(detail, sizeof detail, format, arguments);
    if (call->problem_count >= PROBLEMS_MAX ||
        text_copy(call->arena, pointer, &problem.pointer, NULL) != BERM_OK ||
        text_copy(call->arena, parameter, &problem.parameter, NULL) != BERM_OK ||
        text_copy(call->arena, text_of(detail), &problem.detail, NULL) != BERM_OK ||
        rows_reserve(call->arena, &rows, sizeof *rows, call->problem_count, &call->problem_capacity,
                     NULL) != BERM_OK)
        return;
    rows[call->problem_count++] = problem;
    call->problems = rows;
}

void call_add_problem(struct call *call, struct text pointer, const char *code, const char *format,
                      ...)
{
    va_list arguments;

    va_start(arguments, format);
    add(call, pointer, TEXT(""), code, format, arguments);
    va_end(arguments);
}

void call_add_query_problem(struct call *call, const char *name, const char *code,
                            const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    call->failure_status = 400;
    add(call, TEXT(""), text_of(name), code, format, arguments);
    va_end(arguments);
}

enum berm_status call_check(struct call *call, struct berm_error *err)
{
    if (call->problem_count == 0)
        return BERM_OK;
    if (call->failure_status == 0)
        call->failure_status = 422;
    if (call->problem_count == 1)
        return fail_with(err, BERM_INVALID_INPUT, "%.*s", TEXT_ARG(call->problems[0].detail));
    return fail_with(err, BERM_INVALID_INPUT,
                     "%zu things are wrong with the request; errors has "
                     "each of them",
                     call->problem_count);
}

enum berm_status call_tell(struct call *call, enum berm_status status, const char *field,
                           const struct berm_error *fault, struct berm_error *err)
{
    if (status != BERM_INVALID_INPUT || field[0] == '\0') {
        *err = *fault;
        return status;
    }
    call_add_problem(call, body_pointer(call_body(call), text_of(field)), "invalid", "%s",
                     fault->message);
    return call_check(call, err);
}

/* ---- Telling --------------------------------------------------------------------------------- */

static void write_problems(struct call *call, struct json_writer *json)
{
    json_key(json, "errors");
    json_begin_array(json);
    for (size_t p = 0; p < call->problem_count; p++) {
        const struct problem *problem = &call->problems[p];

        json_begin_object(json);
        if (problem->parameter.length > 0)
            json_key_of_text(json, "parameter", problem->parameter);
        else
            json_key_of_text(json, "pointer", problem->pointer);
        json_key_of_text(json, "code", problem->code);
        json_key_of_text(json, "detail", problem->detail);
        json_end_object(json);
    }
    json_end_array(json);
}

static void write_problem(struct call *call, int status, const char *code, struct text detail)
{
    struct buffer *body = &call->response->body;
    struct json_writer json = {.out = body};
    char type[64];

    http_response_problem(call->response, status, NULL, detail);
    buffer_clear(body);
    snprintf(type, sizeof type, "urn:berm:problem:%s", code);
    json_begin_object(&json);
    json_key_of_text(&json, "type", text_of(type));
    json_key_of_text(&json, "title", text_of(http_status_title(status)));
    json_key_of_int64(&json, "status", status);
    json_key_of_text(&json, "detail", detail);
    json_key_of_text(&json, "instance", call->request->id);
    if (call->problem_count > 0)
        write_problems(call, &json);
    if (call->has_current_version)
        json_key_of_int64(&json, "current_version", call->current_version);
    json_end_object(&json);
    buffer_append_char(body, '\n');
}

/* A body that could be read and cannot be done is 422, whoever found out; 400 is for what cannot be
 * read. */
static int http_status_of(const struct call *call, enum berm_status status)
{
    if (call->failure_status != 0)
        return call->failure_status;
    return status == BERM_INVALID_INPUT && call->body != NULL ? 422 : ANSWERS[status].status;
}

void call_fail(struct call *call, enum berm_status status, const struct berm_error *error)
{
    int http_status = http_status_of(call, status);
    const char *code = ANSWERS[status].code;
    struct text detail = text_of(error->message);
    char version[32];

    if (http_status == 428)
        code = "version_required";
    if (http_status == 500) { /* its words are for who keeps the server, and may name its files */
        call_report(call->api, call->request->id, status, error);
        detail = TEXT("the server failed at this; who keeps it finds the reason in its messages "
                      "under the request's id");
    }
    if (status == BERM_UNAVAILABLE) /* the words name the database's host and user */
        detail = TEXT("the register's database does not answer at this moment; try again");
    write_problem(call, http_status, code, detail);
    if (http_status == 401)
        http_response_header(call->response, "WWW-Authenticate", TEXT("Bearer realm=\"berm\""));
    if (http_status == 503 || http_status == 429)
        http_response_header(call->response, "Retry-After", TEXT("1"));
    if (call->has_current_version) {
        snprintf(version, sizeof version, "\"%lld\"", (long long)call->current_version);
        http_response_header(call->response, "ETag", text_of(version));
    }
}
