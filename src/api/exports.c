/*
 * Exports as streams. The beginning is in the journal, and on disk, before the first byte goes out;
 * each piece is read by whatever worker the client's pace brings it to; the end is noted when the
 * stream is closed, also where the client hung up.
 */
#include "api/call.h"

#include <string.h>

enum { STREAM_BYTES_MAX = 1 << 20 };

/* What outlives the request; lies in its own arena. */
struct export_stream {
    struct arena *arena;
    struct api *api;
    struct export *export;
    struct actor actor;
};

static enum berm_status note_begin(void *context, struct office *office, struct berm_error *err)
{
    const struct export_stream *stream = context;

    return export_note_begin(stream->export, office, &stream->actor, err);
}

static enum berm_status note_end(void *context, struct office *office, struct berm_error *err)
{
    const struct export_stream *stream = context;

    return export_note_end(stream->export, office, &stream->actor, err);
}

static enum berm_status next_piece(void *context, void *worker_given, struct buffer *chunk,
                                   bool *ret_is_last, struct berm_error *err)
{
    struct export_stream *stream = context;
    struct api_worker *worker = worker_given;

    TRY(office_refresh(worker->office, err));
    return export_next(stream->export, worker->office, chunk, ret_is_last, err);
}

/* An end that cannot be noted leaves a beginning without one, which says that it broke off. */
static void close_stream(void *context, void *worker, bool is_complete)
{
    struct export_stream *stream = context;
    struct berm_error err;

    (void)worker;
    (void)is_complete; /* the export knows whether its last piece was asked for */
    (void)!writer_run(stream->api->writer, note_end, stream, &err);
    export_free(stream->export);
    arena_free(stream->arena);
}

/* All values of a field that may come more than once. */
static enum berm_status read_texts(struct call *call, const char *name,
                                   const struct text **ret_texts, size_t *ret_count,
                                   struct berm_error *err)
{
    size_t most = call->request->query_count;
    struct text *texts;

    TRY(arena_new(call->arena, most, sizeof *texts, &texts, err));
    *ret_count = call_query_texts(call, name, most, texts);
    *ret_texts = texts;
    return BERM_OK;
}

/* A filter that an export does not have would quietly be none. */
static void refuse_elsewhere(struct call *call, bool is_taken, const char *field, const char *where)
{
    if (!is_taken && call_has_query(call, field))
        call_add_query_problem(call, field, "invalid", "%s is for exports of %s; leave it out",
                               field, where);
}

static enum berm_status read_order(struct call *call, enum export_format format,
                                   struct export_order *ret_order, struct berm_error *err)
{
    struct export_order order = {
        .format = format,
        .has_mark = format == EXPORT_CSV && call_query_bool(call, "bom", false),
        .area = call_query(call, "area"),
        .finding = call_query(call, "code"),
        .month = call_query_month(call, "month"),
        .first_month = call_query_month(call, "from"),
        .last_month = call_query_month(call, "to"),
        .with_undetermined = call_query_bool(call, "undetermined", false),
    };

    TRY(export_kind_find(call_parameter(call, "kind"), &order.kind, err));
    refuse_elsewhere(call, order.kind == EXPORT_FINDINGS, "month", "findings");
    refuse_elsewhere(call, order.kind == EXPORT_FLOWS, "from", "flows");
    refuse_elsewhere(call, order.kind == EXPORT_FLOWS, "to", "flows");
    refuse_elsewhere(call, order.kind == EXPORT_FINDINGS || order.kind == EXPORT_SPELLS, "code",
                     "findings and spells");
    refuse_elsewhere(call, order.kind == EXPORT_FINDINGS || order.kind == EXPORT_SPELLS,
                     "undetermined", "findings and spells");
    TRY(call_check(call, err));
    TRY(read_texts(call, "column", &order.columns, &order.column_count, err));
    TRY(read_texts(call, "filter", &order.filters, &order.filter_count, err));
    if (order.kind == EXPORT_FINDINGS && order.month == 0)
        TRY(month_last_screened(call->office->store, &order.month, err));
    *ret_order = order;
    return BERM_OK;
}

static enum berm_status begin(struct call *call, enum export_format format, struct berm_error *err)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    CLEANUP(export_freep) struct export *export = NULL;
    struct export_stream *stream;
    struct export_order order;

    TRY(read_order(call, format, &order, err));
    TRY(export_create(call->office, &call->caller, &order, &export, err));
    TRY(arena_create(STREAM_BYTES_MAX, &arena, err));
    TRY(arena_new(arena, 1, sizeof *stream, &stream, err));
    *stream = (struct export_stream){.arena = arena, .api = call->api, .export = export};
    TRY(text_copy(arena, call->actor.name, &stream->actor.name, err));
    TRY(text_copy(arena, call->actor.via, &stream->actor.via, err));
    TRY(text_copy(arena, call->actor.address, &stream->actor.address, err));
    TRY(text_copy(arena, call->actor.role, &stream->actor.role, err));
    TRY(writer_run(call->api->writer, note_begin, stream, err));
    call->response->stream =
        (struct http_stream){.context = stream, .next = next_piece, .close = close_stream};
    arena = NULL;
    export = NULL;
    return BERM_OK;
}

enum berm_status handle_export_csv(struct call *call, struct berm_error *err)
{
    return begin(call, EXPORT_CSV, err);
}

enum berm_status handle_export_ndjson(struct call *call, struct berm_error *err)
{
    return begin(call, EXPORT_NDJSON, err);
}
