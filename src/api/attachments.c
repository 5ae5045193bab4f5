/*
 * Files of households. They come in as one body of limited size and not as an upload in pieces: a
 * photograph is smaller than one such piece, what is sent twice is kept once, and an upload lies
 * beside one server's register, from where it would have to be fetched first.
 *
 * A content goes out piece by piece, each read by whatever worker the client's pace brings it to,
 * who asks anew whether the caller may see it.
 */
#include <stdio.h>

#include "api/call.h"

enum { STREAM_BYTES_MAX = 1 << 20 };

/* ---- In -------------------------------------------------------------------------------------- */

static enum berm_status read_order(struct call *call, struct attachment_order *order,
                                   bool *ret_keep_metadata, struct berm_error *err)
{
    struct text kind = call_query(call, "kind");
    struct berm_error fault;

    *order =
        (struct attachment_order){.household = call_parameter(call, "code"),
                                  .file_name = call_query(call, "file_name"),
                                  .taken_on = call_query(call, "taken_on"),
                                  .note = call_query(call, "note"),
                                  .visit_id = call_query_int64(call, "visit", 1, INT64_MAX, 0)};
    *ret_keep_metadata = call_query_bool(call, "keep_metadata", false);
    if (attachment_kind_find(kind, &order->kind, &fault) != BERM_OK)
        call_add_query_problem(call, "kind", kind.length > 0 ? "invalid" : "required", "%s",
                               fault.message);
    if (order->file_name.length == 0)
        call_add_query_problem(call, "file_name", "required", "name the file, such as house.jpg");
    return call_check(call, err);
}

struct adding {
    struct call *call;
    struct attachment_order order;
    struct attachment_content content;
    struct attachment_row row;
    bool is_repeated;
};

static void adding_close(struct adding *adding)
{
    attachment_content_close(&adding->content);
}

/* On the writer's thread, with what was made ready before. */
static enum berm_status add(void *context, struct office *office, struct berm_error *err)
{
    struct adding *adding = context;
    struct call *call = adding->call;

    office->actor = call->actor;
    return attachment_add(office, &call->caller, &call->actor, &adding->order, &adding->content,
                          call->arena, &adding->row, &adding->is_repeated, err);
}

enum berm_status handle_attachment_add(struct call *call, struct berm_error *err)
{
    CLEANUP(adding_close) struct adding adding = {.call = call};
    bool keep_metadata;
    char number[24];

    TRY(read_order(call, &adding.order, &keep_metadata, err));
    TRY(attachment_prepare(call->request->body, keep_metadata, &adding.content, err));
    TRY(writer_run(call->api->writer, add, &adding, err));
    attachment_write_json(&adding.row, &call->json);
    call_set_location(call, TEXT("/v1/attachments"),
                      (struct text){number, (size_t)snprintf(number, sizeof number, "%lld",
                                                             (long long)adding.row.attachment_id)});
    return BERM_OK;
}

/* ---- What there is --------------------------------------------------------------------------- */

enum berm_status handle_attachment_list(struct call *call, struct berm_error *err)
{
    int64_t visit_id = call_query_int64(call, "visit", 1, INT64_MAX, 0);
    const struct attachment_row *rows;
    size_t count;

    TRY(call_check(call, err));
    TRY(attachments_list(call->office, &call->caller, call_parameter(call, "code"), visit_id,
                         call->arena, &rows, &count, err));
    call_begin_items(call);
    for (size_t r = 0; r < count; r++)
        attachment_write_json(&rows[r], &call->json);
    json_end_array(&call->json);
    json_end_object(&call->json);
    return BERM_OK;
}

static enum berm_status find(struct call *call, struct attachment_row *ret_row,
                             struct berm_error *err)
{
    int64_t attachment_id;

    TRY(call_parameter_id(call, "attachment", &attachment_id, err));
    return attachment_read(call->office, &call->caller, attachment_id, call->arena, ret_row, err);
}

enum berm_status handle_attachment_show(struct call *call, struct berm_error *err)
{
    struct attachment_row row;

    TRY(find(call, &row, err));
    attachment_write_json(&row, &call->json);
    return BERM_OK;
}

/* ---- Its content ----------------------------------------------------------------------------- */

/* What outlives the request; lies in its own arena. */
struct content_stream {
    struct arena *arena;
    struct caller caller;
    int64_t attachment_id, at, end;
};

/* In one snapshot: the caller as they are now, and what they may see of it. */
static enum berm_status read_piece(struct content_stream *stream, struct office *office,
                                   struct arena *arena, struct buffer *chunk,
                                   struct berm_error *err)
{
    CLEANUP(store_snapshot_endp) struct store *snapshot = NULL;
    struct attachment_row row;
    struct caller caller;

    TRY(store_snapshot_begin(office->store, err));
    snapshot = office->store;
    TRY(caller_of_account(office->store, stream->caller.name, arena, &caller, err));
    caller.scopes = stream->caller.scopes;
    TRY(caller_fence_fresh(office->store, &caller, err));
    TRY(attachment_read(office, &caller, stream->attachment_id, arena, &row, err));
    return attachment_read_bytes(office, &row, stream->at, stream->end - stream->at, chunk, err);
}

static enum berm_status next_piece(void *context, void *worker_given, struct buffer *chunk,
                                   bool *ret_is_last, struct berm_error *err)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    struct content_stream *stream = context;
    struct api_worker *worker = worker_given;
    size_t before = chunk->length;

    TRY(arena_create(STREAM_BYTES_MAX, &arena, err));
    TRY(read_piece(stream, worker->office, arena, chunk, err));
    stream->at += (int64_t)(chunk->length - before);
    *ret_is_last = stream->at >= stream->end;
    return BERM_OK;
}

static void close_stream(void *context, void *worker, bool is_complete)
{
    struct content_stream *stream = context;

    (void)worker;
    (void)is_complete;
    arena_free(stream->arena);
}

static enum berm_status stream_content(struct call *call, const struct attachment_row *row,
                                       int64_t first, int64_t count, struct berm_error *err)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    struct content_stream *stream;

    TRY(arena_create(STREAM_BYTES_MAX, &arena, err));
    TRY(arena_new(arena, 1, sizeof *stream, &stream, err));
    *stream = (struct content_stream){
        .arena = arena, .attachment_id = row->attachment_id, .at = first, .end = first + count};
    TRY(caller_copy(arena, &call->caller, &stream->caller, err));
    call->response->stream =
        (struct http_stream){.context = stream, .next = next_piece, .close = close_stream};
    arena = NULL;
    return BERM_OK;
}

/* Whatever a browser thinks of it, it is kept as a file and not shown as a page of ours. A name of
 * its own would need more care in a header than it is worth. */
static void set_headers(struct call *call, const struct attachment_row *row)
{
    static const char *const ENDINGS[][2] = {
        {"image/jpeg", "jpg"}, {"image/png", "png"}, {"application/pdf", "pdf"}};
    char disposition[64];

    for (size_t e = 0; e < ARRAY_COUNT(ENDINGS); e++) {
        if (!text_equal(row->media_type, text_of(ENDINGS[e][0])))
            continue;
        call->response->content_type = ENDINGS[e][0];
        snprintf(disposition, sizeof disposition, "attachment; filename=\"%s-%lld.%s\"",
                 attachment_kind_name(row->kind), (long long)row->attachment_id, ENDINGS[e][1]);
        http_response_header(call->response, "Content-Disposition", text_of(disposition));
    }
    http_response_header(call->response, "X-Content-Type-Options", TEXT("nosniff"));
    http_response_header(call->response, "Accept-Ranges", TEXT("bytes"));
}

enum berm_status handle_attachment_content(struct call *call, struct berm_error *err)
{
    struct attachment_row row;
    char tag[DIGEST_TEXT_MAX + 2], part[80];
    struct text etag = {tag, 0};
    int64_t first = 0, count;

    TRY(find(call, &row, err));
    TRY(call_note_look(call, LOOK_FILES, "household", row.household, err));
    etag.length = (size_t)snprintf(tag, sizeof tag, "\"%.*s\"", TEXT_ARG(row.sha256));
    set_headers(call, &row);
    if (http_response_etag(call->request, call->response, etag))
        return BERM_OK;
    count = row.byte_count;
    switch (http_request_range(call->request, etag, row.byte_count, &first, &count)) {
    case HTTP_RANGE_PART:
        snprintf(part, sizeof part, "bytes %lld-%lld/%lld", (long long)first,
                 (long long)(first + count - 1), (long long)row.byte_count);
        http_response_header(call->response, "Content-Range", text_of(part));
        call->response->status = 206;
        break;
    case HTTP_RANGE_NONE:
        call->failure_status = 416;
        return fail_with(err, BERM_INVALID_INPUT,
                         "the file has %lld bytes, and none in this range; ask for others",
                         (long long)row.byte_count);
    case HTTP_RANGE_ALL:
        break;
    }
    return stream_content(call, &row, first, count, err);
}
