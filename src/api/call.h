/*
 * A call: one request on its way through the API, and what handlers read and write it by. Private
 * to api.
 *
 * A handler takes what it needs from the call (call_parameter, call_query_..., body_...), which
 * notes everything that is wrong with it; asks call_check once; calls one service function with
 * call->office, call->caller and call->actor; and writes call->json, or sets call->response.
 */
#ifndef API_CALL_H
#define API_CALL_H

#include "api/route.h"
#include "view/view.h"
#include "json/json.h"

/** What each worker of the server has of its own. */
struct api_worker {
    struct api *api;
    struct office *office;
};

/** One thing that is wrong with a request. Source: RFC 9457 section 3.1.5 and its errors example.
 */
struct problem {
    struct text pointer;   /* JSON pointer into the body; empty: not about the body */
    struct text parameter; /* of the query or path; empty: not about one */
    struct text code;      /* for programs: "required", "invalid", "unknown", ... */
    struct text detail;    /* for people: one sentence with the remedy */
};

#define SESSION_COOKIE "berm_session"

struct call {
    struct api *api;
    const struct http_request *request;
    struct http_response *response;
    const struct api_route *route;
    struct office *office; /* the worker's, or the writer's */
    struct arena *arena;   /* the request's */
    struct caller caller;
    struct actor actor;
    char role_names[ROLE_NAMES_BYTES_MAX];
    int64_t now_s;
    struct text session_token; /* empty: by API token, or not at all */
    struct json_writer json;   /* over the response's body */
    struct json_tree *body_tree;
    const struct json_node *body; /* an object, where the route takes JSON */

    int failure_status; /* of HTTP, where it is not the one of the berm_status */
    const struct problem *problems;
    size_t problem_count, problem_capacity;
    struct look *looks; /* what the answer shows of the class sensitive */
    size_t look_count, look_capacity;
    bool has_current_version;
    int64_t current_version; /* told with 412 */
};

/* ---- Decoding: each notes a problem, and gives a zero, where something is wrong -------------- */

/** A part of the path, such as {code}. */
struct text call_parameter(struct call *call, const char *name);
/** A whole number in the path; a problem is BERM_NOT_FOUND then, as no such thing can be. */
MUST_USE enum berm_status call_parameter_id(struct call *call, const char *name, int64_t *ret_id,
                                            struct berm_error *err);
/** Empty where it is missing. */
struct text call_query(struct call *call, const char *name);
bool call_has_query(struct call *call, const char *name);
/** All values of a field that may come several times, at most `most`; the count of all there are.
 */
size_t call_query_texts(struct call *call, const char *name, size_t most, struct text *ret_values);
int64_t call_query_int64(struct call *call, const char *name, int64_t low, int64_t high,
                         int64_t fallback);
/** At most so many rows of a page: limit. */
int64_t call_query_limit(struct call *call);
/** cursor, where the page before told a number; 0 where it is missing. */
int64_t call_query_cursor_id(struct call *call);
bool call_query_bool(struct call *call, const char *name, bool fallback);
/** 0 where it is missing. */
month_number call_query_month(struct call *call, const char *name);

/** A day; false, and *ret_date stays, where it is missing or none. */
bool call_query_date(struct call *call, const char *name, date_days *ret_date);

/** The language that the client would read: lang of the query (a field of kind LANGUAGE, which is
 * looked at before the handler runs), else Accept-Language. */
enum language call_language(struct call *call);

/** Members of an object of the body. pointer: where the object stands, "" for the body itself. */
struct body {
    struct call *call;
    const struct json_node *node;
    const char *pointer;
};
struct body call_body(struct call *call);
/** The JSON pointer of a member, in the request's arena. */
struct text body_pointer(struct body body, struct text name);
/** A problem for each member that is not in the list (ended by NULL), with a suggestion. */
void body_expect(struct body body, const char *const *names);
struct text body_text(struct body body, const char *name, bool is_required);
int64_t body_int64(struct body body, const char *name, int64_t low, int64_t high, int64_t fallback);
bool body_bool(struct body body, const char *name, bool fallback);
month_number body_month(struct body body, const char *name, bool is_required);
/** A day; false, and *ret_date stays, where it is missing or none. */
bool body_date(struct body body, const char *name, bool is_required, date_days *ret_date);
/** An array or object inside; NULL where it is missing. */
const struct json_node *body_member(struct body body, const char *name, enum node_kind kind,
                                    bool is_required);

/** A value of the dictionary, as the text that a file would have; null and a member that is missing
 * are empty. */
MUST_USE enum berm_status body_fact(struct body body, const char *name, struct text *ret_text,
                                    struct berm_error *err);

/** Note what is wrong with a part of the body, whose pointer is copied. */
void call_add_problem(struct call *call, struct text pointer, const char *code, const char *format,
                      ...) PRINTF_LIKE(4, 5);
void call_add_query_problem(struct call *call, const char *name, const char *code,
                            const char *format, ...) PRINTF_LIKE(4, 5);
/** BERM_INVALID_INPUT where problems were noted: they are all told together. */
MUST_USE enum berm_status call_check(struct call *call, struct berm_error *err);
/** What a service found wrong: with BERM_INVALID_INPUT a problem of the body's member that it
 * names, "" for none; anything else as it is. */
MUST_USE enum berm_status call_tell(struct call *call, enum berm_status status, const char *field,
                                    const struct berm_error *fault, struct berm_error *err);

/** If-Match as the version in its tag; -1 for *. Errors: 428 where it is missing. */
MUST_USE enum berm_status call_if_match(struct call *call, int64_t *ret_version,
                                        struct berm_error *err);

/* ---- Answering ------------------------------------------------------------------------------- */

/**
 * End an answer that has an ETag: the version, and what this caller sees of it. Where the client
 * has it already the answer becomes 304. A change takes the version from it; the rest is the
 * cache's.
 */
void call_set_version(struct call *call, int64_t version);
/** An answer of the form {"items": [...: the caller ends the list, and then the object. */
void call_begin_items(struct call *call);
/** The member "next" of a page: a cursor, null where it is empty. */
void call_write_next(struct call *call, struct text next);
/** The same where the next page begins at a number; 0: this is the last one. */
void call_write_next_id(struct call *call, int64_t id);
/** A page of rows with the newest first, as a visitor writes it. The list is asked for one row more
 * than the page holds, which tells whether another page follows. */
struct row_page {
    struct call *call;
    int64_t left, last; /* rows that it still holds; the id of the last one that it took */
    bool has_more;
};
/** false: this row is the next page's. */
bool row_page_takes(struct row_page *page, int64_t id);
/** End what call_begin_items began. */
void row_page_end(const struct row_page *page);
/** Location of what was made: the collection's path and the thing's id. */
void call_set_location(struct call *call, struct text collection, struct text id);

/** An instant of whole seconds, as RFC 3339 writes it. */
void write_instant(struct json_writer *json, const char *key, int64_t at_s);
/** Queue a job, and answer with it and its Location. */
MUST_USE enum berm_status call_make_job(struct call *call, enum job_kind kind,
                                        const struct buffer *task, struct berm_error *err);
/** Who changes facts, at which version (If-Match), and the answer to what came of it. */
MUST_USE enum berm_status call_fact_call(struct call *call, struct fact_call *fact_call,
                                         struct berm_error *err);
MUST_USE enum berm_status call_answer_fact(struct call *call, enum berm_status status,
                                           const struct fact_result *result,
                                           struct berm_error *err);
/** A grants_list visitor whose context is the json_writer. */
enum berm_status grant_write(void *context, const struct grant_row *row, struct berm_error *err);
void job_write_progress(struct json_writer *json, const struct job_progress *progress);
/** What came of a warning: members of an object, which is the caller's. */
void warning_answer_write(const struct warning_answer *answer, struct json_writer *json);

/** Answer with what went wrong: status, detail and all problems noted. Source: RFC 9457. */
void call_fail(struct call *call, enum berm_status status, const struct berm_error *error);
/** A failed status as programs are told it: "not_found". */
const char *problem_code(enum berm_status status);
/** Tell who keeps the server of a failure that is its own; of any other, nothing. */
void call_report(struct api *api, struct text request_id, enum berm_status status,
                 const struct berm_error *error);

/* ---- Steps of the dispatcher ----------------------------------------------------------------- */

/** From where: the peer, or whom the trusted proxy names as the last that came to it. */
struct text client_address(const struct api *api, const struct http_request *request);
/** Who calls, by token or session; 401, and 403 where a session's request has no CSRF token. */
MUST_USE enum berm_status call_authenticate(struct call *call, bool *ret_touch_is_due,
                                            struct berm_error *err);
MUST_USE enum berm_status call_check_queries(struct call *call, struct berm_error *err);
MUST_USE enum berm_status call_read_body(struct call *call, struct berm_error *err);
/**
 * The answer shows sensitive values of this household or warning (shows_sensitive of what the
 * service gave): it is noted for the journal before it goes out, and does not go out where that
 * fails.
 */
MUST_USE enum berm_status call_note_look(struct call *call, enum look_kind kind, const char *what,
                                         struct text code, struct berm_error *err);

/** Run the handler; a POST with an Idempotency-Key only where it was not answered before. */
MUST_USE enum berm_status call_run_once(struct call *call, struct berm_error *err);

/* ---- Handlers: one for each row of routes.def ------------------------------------------------ */

#define ROUTE(id, ...) enum berm_status handle_##id(struct call *call, struct berm_error *err);
#include "api/routes.def"

/* ---- What the calls share -------------------------------------------------------------------- */

struct api {
    struct api_options options;
    struct http_route *routes; /* API_ROUTES as http/ wants them */
    struct writer *writer;
    struct look_log *looks;
    struct password_queue *passwords;
};

#endif
