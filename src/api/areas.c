/* Areas, to look at and to choose from. */
#include "api/call.h"

static enum berm_status write_area(void *context, const struct area *row, struct berm_error *err)
{
    struct json_writer *json = context;

    (void)err;
    json_begin_object(json);
    json_key_of_text(json, "code", row->code);
    json_key_of_text(json, "name", row->name);
    json_key_of_text(json, "name_en", row->name_en);
    json_key_of_int64(json, "level", row->level);
    json_end_object(json);
    return BERM_OK;
}

enum berm_status handle_area_list(struct call *call, struct berm_error *err)
{
    json_begin_object(&call->json);
    json_key(&call->json, "items");
    json_begin_array(&call->json);
    TRY(areas_list(call->office, &call->caller, call_query(call, "area"),
                   call_query(call, "parent"), write_area, &call->json, err));
    json_end_array(&call->json);
    json_end_object(&call->json);
    return BERM_OK;
}
