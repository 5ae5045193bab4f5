/* Uploads: announced, sent in pieces at the offset reached, looked at, thrown away. */
#include <stdio.h>

#include "api/call.h"

static enum berm_status write_upload(struct call *call, int64_t upload_id, struct berm_error *err)
{
    struct json_writer *json = &call->json;
    struct upload_row row;
    char offset[24];

    TRY(upload_read(call->office->store, &call->caller, upload_id, call->arena, &row, err));
    snprintf(offset, sizeof offset, "%lld", (long long)row.received_bytes);
    http_response_header(call->response, "Upload-Offset", text_of(offset));
    json_begin_object(json);
    json_key_of_int64(json, "id", row.upload_id);
    json_key_of_text(json, "file_name", row.file_name);
    json_key_of_int64(json, "total_bytes", row.total_bytes);
    json_key_of_int64(json, "received_bytes", row.received_bytes);
    write_instant(json, "created_at", row.created_at_s);
    write_instant(json, "expires_at", row.expires_at_s);
    json_end_object(json);
    return BERM_OK;
}

enum berm_status handle_upload_create(struct call *call, struct berm_error *err)
{
    struct body body = call_body(call);
    const struct upload_order order = {.file_name = body_text(body, "file_name", true),
                                       .total_bytes =
                                           body_int64(body, "total_bytes", 1, INT64_MAX, 0),
                                       .sha256 = body_text(body, "sha256", false)};
    char number[24];
    int64_t upload_id;

    body_expect(body, (const char *const[]){"file_name", "total_bytes", "sha256", NULL});
    if (node_kind(node_member(body.node, "total_bytes")) == NODE_NULL)
        call_add_problem(call, TEXT("/total_bytes"), "required", "total_bytes is missing");
    TRY(call_check(call, err));
    TRY(upload_create(call->office->store, &call->caller, &order, &upload_id, err));
    call_set_location(call, TEXT("/v1/uploads"),
                      (struct text){number, (size_t)snprintf(number, sizeof number, "%lld",
                                                             (long long)upload_id)});
    return write_upload(call, upload_id, err);
}

enum berm_status handle_upload_show(struct call *call, struct berm_error *err)
{
    int64_t upload_id;

    TRY(call_parameter_id(call, "upload", &upload_id, err));
    return write_upload(call, upload_id, err);
}

enum berm_status handle_upload_append(struct call *call, struct berm_error *err)
{
    struct text offset_text = http_request_header(call->request, "upload-offset");
    int64_t upload_id, offset, received;

    TRY(call_parameter_id(call, "upload", &upload_id, err));
    if (!text_parse_int64(offset_text, &offset) || offset < 0)
        return fail_with(err, BERM_INVALID_INPUT,
                         "Upload-Offset is missing: tell at which byte this piece begins");
    TRY(upload_append(call->office->store, &call->caller, upload_id, offset, call->request->body,
                      &received, err));
    return write_upload(call, upload_id, err);
}

enum berm_status handle_upload_delete(struct call *call, struct berm_error *err)
{
    int64_t upload_id;

    TRY(call_parameter_id(call, "upload", &upload_id, err));
    return upload_delete(call->office->store, &call->caller, upload_id, err);
}
