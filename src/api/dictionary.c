/* The data dictionary: what forms, tables and filters are made from. */
#include "api/call.h"

enum berm_status handle_dictionary_show(struct call *call, struct berm_error *err)
{
    const struct dictionary *dictionary = &call->office->pack->dictionary;
    struct json_writer *json = &call->json;

    (void)err;
    json_begin_object(json);
    json_key_of_text(json, "pack", call->office->pack->name);
    json_key_of_text(json, "version", call->office->pack->version);
    json_key_of_int64(json, "money_decimals", dictionary->money_decimals);
    json_key(json, "variables");
    json_begin_array(json);
    for (size_t v = 0; v < dictionary->variable_count; v++)
        variable_write_description_json(&dictionary->variables[v], json);
    json_end_array(json);
    json_end_object(json);
    call_set_version(call, 0);
    return BERM_OK;
}
