/* Areas, to look at and to choose from. */
#include "api/call.h"

enum { AREAS_A_PAGE = 200, AREAS_A_PAGE_MAX = 1000 };

struct page {
    struct call *call;
    int64_t left;
    struct text last;
    bool has_more;
};

static enum berm_status write_area(void *context, const struct area *row, struct berm_error *err)
{
    struct page *page = context;
    struct json_writer *json = &page->call->json;

    page->has_more = page->left-- == 0;
    if (page->has_more)
        return BERM_OK;
    TRY(text_copy(page->call->arena, row->code, &page->last, err));
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
    struct page page = {.call = call};
    struct area_filter filter = {.area = call_query(call, "area"),
                                 .parent = call_query(call, "parent"),
                                 .after = call_query(call, "cursor")};

    page.left = call_query_int64(call, "limit", 1, AREAS_A_PAGE_MAX, AREAS_A_PAGE);
    filter.limit = page.left + 1;
    TRY(call_check(call, err));
    call_begin_items(call);
    TRY(areas_list(call->office, &call->caller, &filter, write_area, &page, err));
    json_end_array(&call->json);
    call_write_next(call, page.has_more ? page.last : (struct text){0});
    json_end_object(&call->json);
    return BERM_OK;
}
