/*
 * A job's events as they happen. Each change of state has an id, so that a listener who lost the
 * line asks for those behind the last it heard; progress has none, since only the latest matters.
 * Between events the stream pauses: the runner wakes it (its topic is the job's number), and every
 * 15 seconds a comment shows that the line still holds. Rights are looked at for every piece, so
 * who loses them hears no more.
 * Source  HTML Living Standard section 9.2, server-sent events.
 */
#include <stdlib.h>
#include <string.h>

#include "api/call.h"

enum { HEARTBEAT_MS = 15000, PIECE_ARENA_BYTES = 1 << 20 };

struct listener {
    struct api *api;
    int64_t job_id, last_event_id;
    char account[ACCOUNT_NAME_BYTES_MAX + 1];
    uint64_t scopes;
    bool has_begun;
    struct job_progress told;
};

static void write_event(struct buffer *chunk, int64_t job_id, const struct job_event *event)
{
    struct json_writer json = {.out = chunk};

    buffer_append_format(chunk, "id: %lld\nevent: state\ndata: ", (long long)event->event_id);
    json_begin_object(&json);
    json_key_of_int64(&json, "id", job_id);
    json_key_of_text(&json, "state", text_of(job_state_name(event->state)));
    write_instant(&json, "at", event->at_s);
    json_end_object(&json);
    buffer_append_text(chunk, TEXT("\n\n"));
}

/* Progress where there is new, else a comment. A job of another server: as far as the register
 * knows. */
static void write_sign_of_life(struct listener *listener, const struct job_row *row,
                               struct buffer *chunk)
{
    struct job_progress progress;

    if (!job_runner_progress(listener->api->options.runner, listener->job_id, &progress))
        progress = row->progress;
    if (row->state == JOB_RUNNING && memcmp(&progress, &listener->told, sizeof progress) != 0) {
        struct json_writer json = {.out = chunk};

        listener->told = progress;
        buffer_append_text(chunk, TEXT("event: progress\ndata: "));
        job_write_progress(&json, &progress);
        buffer_append_text(chunk, TEXT("\n\n"));
    } else if (listener->has_begun) {
        buffer_append_text(chunk, TEXT(":\n\n"));
    }
}

static enum berm_status write_news(struct listener *listener, struct store *store,
                                   struct arena *arena, struct buffer *chunk, bool *ret_is_last,
                                   struct berm_error *err)
{
    struct job_event events[JOB_EVENTS_MAX];
    struct caller caller;
    struct job_row row;
    size_t count;

    TRY(caller_of_account(store, text_of(listener->account), arena, &caller, err));
    caller.scopes = listener->scopes;
    /* The state before the events: one that is at its end has no event that is not read here. */
    TRY(job_read(store, &caller, listener->job_id, arena, &row, err));
    TRY(job_events(store, &caller, listener->job_id, listener->last_event_id, events, &count, err));
    if (!listener->has_begun)
        buffer_append_text(chunk, TEXT("retry: 2000\n\n"));
    for (size_t e = 0; e < count; e++) {
        write_event(chunk, listener->job_id, &events[e]);
        listener->last_event_id = events[e].event_id;
    }
    *ret_is_last = job_state_is_end(row.state) && count < JOB_EVENTS_MAX;
    if (count == 0 && !*ret_is_last)
        write_sign_of_life(listener, &row, chunk);
    listener->has_begun = true;
    return buffer_status(chunk, err);
}

static enum berm_status next_events(void *context, void *worker, struct buffer *chunk,
                                    bool *ret_is_last, struct berm_error *err)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    const struct api_worker *own = worker;

    TRY(arena_create(PIECE_ARENA_BYTES, &arena, err));
    return write_news(context, own->office->store, arena, chunk, ret_is_last, err);
}

static int64_t pause_between(void *context)
{
    (void)context;
    return HEARTBEAT_MS;
}

static void close_listener(void *context, void *worker, bool is_complete)
{
    (void)worker;
    (void)is_complete;
    free(context);
}

enum berm_status handle_job_listen(struct call *call, struct berm_error *err)
{
    struct text last = http_request_header(call->request, "last-event-id");
    struct listener *listener;
    struct job_row row;
    int64_t job_id, last_id = 0;

    TRY(call_parameter_id(call, "job", &job_id, err));
    if (last.length > 0 && (!text_parse_int64(last, &last_id) || last_id < 0))
        return fail_with(err, BERM_INVALID_INPUT, "Last-Event-ID is the number of an event");
    TRY(job_read(call->office->store, &call->caller, job_id, call->arena, &row, err));
    listener = calloc(1, sizeof *listener);
    if (listener == NULL)
        return fail_with(err, BERM_NO_MEMORY, "no memory for a listener");
    assert(call->caller.name.length < sizeof listener->account);
    listener->api = call->api;
    listener->job_id = job_id;
    listener->last_event_id = last_id;
    listener->scopes = call->caller.scopes;
    memcpy(listener->account, call->caller.name.bytes, call->caller.name.length);
    http_response_header(call->response, "X-Accel-Buffering", TEXT("no")); /* nginx passes it on */
    call->response->stream = (struct http_stream){.context = listener,
                                                  .next = next_events,
                                                  .close = close_listener,
                                                  .pause_ms = pause_between,
                                                  .topic = (uint64_t)job_id};
    return BERM_OK;
}
