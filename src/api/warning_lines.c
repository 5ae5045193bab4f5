/*
 * Many warnings in one request, a JSON text a line, answered line by line while they are taken.
 * They go to the writer in portions, each as long as it takes and no longer: then other writers get
 * their turn, and between portions the worker answers others, too. A line is answered when it is on
 * disk. Rights are looked at for every portion.
 *
 * There is no Idempotency-Key here: a warning is known by its source and reference, so a sender who
 * lost the answer sends everything again.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "api/call.h"

enum {
    PORTION_LINES_MAX = 500,
    PORTION_MS_MAX = 25, /* how long others wait for the writer; a commit takes several of them */
    PORTION_BYTES_MAX = 256 << 10,
    LINE_ARENA_BYTES_MAX = 16 << 20,
    CALLER_ARENA_BYTES_MAX = 1 << 20,
};

struct delivery {
    struct api *api;
    struct text request_id;
    char account[ACCOUNT_NAME_BYTES_MAX + 1];
    char role_names[ROLE_NAMES_BYTES_MAX];
    uint64_t scopes;
    struct actor actor;
    struct text rest; /* of the body: what was not taken yet */
    int64_t line_number;
    struct text rest_before; /* both at the beginning of the portion */
    int64_t line_number_before;
    struct buffer answers;  /* to lines that are taken */
    struct berm_error stop; /* what ended it before its end; status BERM_OK: nothing */
};

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The line without its end. */
static struct text next_line(struct text *rest)
{
    const char *end = memchr(rest->bytes, '\n', rest->length);
    struct text line = {rest->bytes, end ? (size_t)(end - rest->bytes) : rest->length};

    *rest = text_from(*rest, line.length + (end != NULL));
    return line;
}

static void begin_answer(struct delivery *delivery, const char *outcome, struct json_writer *json)
{
    *json = (struct json_writer){.out = &delivery->answers};
    json_begin_object(json);
    json_key_of_int64(json, "line", delivery->line_number);
    json_key_of_text(json, "outcome", text_of(outcome));
}

static void end_answer(struct delivery *delivery, struct json_writer *json)
{
    json_end_object(json);
    buffer_append_char(&delivery->answers, '\n');
}

static void write_line(struct delivery *delivery, const struct warning_line *line)
{
    bool is_refused = line->error.status != BERM_OK;
    struct json_writer json;

    begin_answer(delivery, is_refused ? "refused" : "taken", &json);
    if (is_refused) {
        json_key_of_text(&json, "code", text_of(problem_code(line->error.status)));
        json_key_of_text(&json, "field", text_of(line->answer.field));
        json_key_of_text(&json, "detail", text_of(line->error.message));
    } else {
        warning_answer_write(&line->answer, &json);
    }
    end_answer(delivery, &json);
}

static enum berm_status take_lines(struct delivery *delivery, struct office *office,
                                   const struct caller *caller, struct arena *arena,
                                   struct berm_error *err)
{
    int64_t until_ms = now_ms() + PORTION_MS_MAX;

    for (int i = 0; i < PORTION_LINES_MAX && delivery->rest.length > 0; i++) {
        struct text rest = delivery->rest;
        struct text text = text_trimmed(next_line(&rest));
        struct warning_line line;

        arena_reset(arena);
        if (text.length > 0)
            TRY(warning_receive_line(office, caller, &delivery->actor, text, arena, &line, err));
        delivery->rest = rest;
        delivery->line_number++;
        if (text.length > 0)
            write_line(delivery, &line);
        if (now_ms() >= until_ms || delivery->answers.length > PORTION_BYTES_MAX)
            break;
    }
    return buffer_status(&delivery->answers, err);
}

/* As if nothing of the portion had been taken. */
static void rewind_portion(struct delivery *delivery)
{
    delivery->rest = delivery->rest_before;
    delivery->line_number = delivery->line_number_before;
    buffer_clear(&delivery->answers);
    delivery->stop = (struct berm_error){0};
}

/* On the writer's thread. Lines before one that cannot be taken stay taken, so that is no failure
 * of the portion: it is noted, and told behind their answers. */
static enum berm_status take_portion(void *context, struct office *office, struct berm_error *err)
{
    CLEANUP(arena_freep) struct arena *caller_arena = NULL;
    CLEANUP(arena_freep) struct arena *line_arena = NULL;
    struct delivery *delivery = context;
    struct caller caller;
    struct berm_error stop = {0};
    enum berm_status status;

    rewind_portion(delivery);
    office->actor = delivery->actor;
    TRY(office_refresh(office, err));
    TRY(arena_create(CALLER_ARENA_BYTES_MAX, &caller_arena, err));
    TRY(arena_create(LINE_ARENA_BYTES_MAX, &line_arena, err));
    TRY(caller_of_account(office->store, text_of(delivery->account), caller_arena, &caller, err));
    caller.scopes = delivery->scopes;
    status = take_lines(delivery, office, &caller, line_arena, &stop);
    if (status != BERM_OK) {
        delivery->stop = stop;
        delivery->stop.status = status;
    }
    return BERM_OK;
}

/* A portion that did not get onto the disk was not taken: its lines are still to come. */
static enum berm_status run_portion(struct delivery *delivery, struct berm_error *err)
{
    struct berm_error error = {0};
    enum berm_status status;

    delivery->rest_before = delivery->rest;
    delivery->line_number_before = delivery->line_number;
    status = writer_run(delivery->api->writer, take_portion, delivery, &error);
    if (status != BERM_OK) {
        rewind_portion(delivery);
        delivery->stop = error;
        delivery->stop.status = status;
    }
    if (delivery->stop.status == BERM_OK || delivery->line_number > 0)
        return BERM_OK;
    *err = delivery->stop; /* nothing was taken at all: the whole request failed */
    return delivery->stop.status;
}

static void write_stop(struct delivery *delivery)
{
    struct json_writer json;

    call_report(delivery->api, delivery->request_id, delivery->stop.status, &delivery->stop);
    delivery->line_number++;
    begin_answer(delivery, "stopped", &json);
    json_key_of_text(&json, "code", text_of(problem_code(delivery->stop.status)));
    json_key_of_text(&json, "detail",
                     TEXT("this line and those behind it were not taken; send them again"));
    end_answer(delivery, &json);
}

static enum berm_status next_answers(void *context, void *worker, struct buffer *chunk,
                                     bool *ret_is_last, struct berm_error *err)
{
    struct delivery *delivery = context;

    (void)worker;
    if (delivery->answers.length == 0 && delivery->rest.length > 0 &&
        delivery->stop.status == BERM_OK)
        TRY(run_portion(delivery, err));
    *ret_is_last = delivery->rest.length == 0 || delivery->stop.status != BERM_OK;
    if (delivery->stop.status != BERM_OK)
        write_stop(delivery);
    TRY(buffer_status(&delivery->answers, err));
    buffer_append_text(chunk, buffer_text(&delivery->answers));
    buffer_clear(&delivery->answers);
    return buffer_status(chunk, err);
}

static void free_delivery(struct delivery *delivery)
{
    if (delivery != NULL)
        buffer_free(&delivery->answers);
    free(delivery);
}

static void free_deliveryp(struct delivery **delivery)
{
    free_delivery(*delivery);
}

static void close_delivery(void *context, void *worker, bool is_complete)
{
    (void)worker;
    (void)is_complete;
    free_delivery(context);
}

enum berm_status handle_warning_send_many(struct call *call, struct berm_error *err)
{
    CLEANUP(free_deliveryp) struct delivery *delivery = calloc(1, sizeof *delivery);

    if (delivery == NULL)
        return fail_with(err, BERM_NO_MEMORY, "no memory for these warnings");
    assert(call->caller.name.length < sizeof delivery->account);
    memcpy(delivery->account, call->caller.name.bytes, call->caller.name.length);
    delivery->api = call->api;
    delivery->request_id = call->request->id;
    delivery->scopes = call->caller.scopes;
    delivery->actor = (struct actor){
        .name = text_of(delivery->account),
        .via = call->actor.via,
        .address = call->actor.address,
        .role = caller_role_names(&call->caller, call->route->permission, delivery->role_names)};
    delivery->rest = call->request->body;
    TRY(run_portion(delivery, err)); /* what fails as a whole is still a problem of its own */
    call->response->stream =
        (struct http_stream){.context = delivery, .next = next_answers, .close = close_delivery};
    delivery = NULL;
    return BERM_OK;
}
