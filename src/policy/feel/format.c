/*
 * Values to text: as FEEL literals, as string() gives them, and as JSON.
 */
#include "policy/feel/value.h"

enum { JSON_VALUE_DEPTH_MAX = 48 };

struct writer {
    struct buffer *out;
    uint32_t depth;
    bool is_too_deep;
};

static void write_value(struct writer *writer, const struct feel_value *value);

static void write_quoted(struct buffer *out, struct text text)
{
    buffer_append_char(out, '"');
    for (size_t i = 0; i < text.length; i++) {
        char c = text.bytes[i];

        if (c == '"' || c == '\\')
            buffer_append_char(out, '\\');
        if (c == '\n')
            buffer_append_text(out, TEXT("\\n"));
        else if (c == '\r')
            buffer_append_text(out, TEXT("\\r"));
        else if (c == '\t')
            buffer_append_text(out, TEXT("\\t"));
        else
            buffer_append_char(out, c);
    }
    buffer_append_char(out, '"');
}

/** The bare text of a date, time or duration. */
static struct text temporal_text(const struct feel_value *value, char out[TEMPORAL_TEXT_MAX])
{
    switch (value->kind) {
    case FEEL_DATE:
        return format_day(value->date, out);
    case FEEL_TIME:
    case FEEL_DATE_TIME:
        return format_moment(value->moment, value->kind == FEEL_TIME, out);
    case FEEL_YEARS_MONTHS:
        return format_months(value->months, out);
    default:
        return format_seconds(value->seconds, out);
    }
}

static void write_temporal(struct buffer *out, const struct feel_value *value)
{
    char text[TEMPORAL_TEXT_MAX];

    buffer_append_char(out, '@');
    write_quoted(out, temporal_text(value, text));
}

static void write_list(struct writer *writer, const struct feel_list *list)
{
    buffer_append_char(writer->out, '[');
    for (size_t i = 0; i < list->count && !writer->out->has_failed; i++) {
        if (i > 0)
            buffer_append_text(writer->out, TEXT(", "));
        write_value(writer, &list->items[i]);
    }
    buffer_append_char(writer->out, ']');
}

/** Does the name need no quotation marks as an entry's name? */
static bool is_plain_name(struct text name)
{
    for (size_t i = 0; i < name.length; i++) {
        char c = name.bytes[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
              (i > 0 && ((c >= '0' && c <= '9') || c == ' '))))
            return false;
    }
    return name.length > 0 && name.bytes[name.length - 1] != ' ';
}

static void write_context(struct writer *writer, const struct feel_context *context)
{
    buffer_append_char(writer->out, '{');
    for (size_t i = 0; i < context->count && !writer->out->has_failed; i++) {
        if (i > 0)
            buffer_append_text(writer->out, TEXT(", "));
        if (is_plain_name(context->names[i]))
            buffer_append_text(writer->out, context->names[i]);
        else
            write_quoted(writer->out, context->names[i]);
        buffer_append_text(writer->out, TEXT(": "));
        write_value(writer, &context->values[i]);
    }
    buffer_append_char(writer->out, '}');
}

static void write_range(struct writer *writer, const struct feel_range *range)
{
    struct buffer *out = writer->out;

    if (range->form != 0) {
        buffer_append_text(out, range->form == '=' ? TEXT("(=") : TEXT("(!="));
        write_value(writer, &range->start);
        buffer_append_char(out, ')');
    } else if (range->start.kind == FEEL_NULL) {
        buffer_append_text(out, range->is_end_included ? TEXT("(<=") : TEXT("(<"));
        write_value(writer, &range->end);
        buffer_append_char(out, ')');
    } else if (range->end.kind == FEEL_NULL) {
        buffer_append_text(out, range->is_start_included ? TEXT("(>=") : TEXT("(>"));
        write_value(writer, &range->start);
        buffer_append_char(out, ')');
    } else {
        buffer_append_char(out, range->is_start_included ? '[' : '(');
        write_value(writer, &range->start);
        buffer_append_text(out, TEXT(".."));
        write_value(writer, &range->end);
        buffer_append_char(out, range->is_end_included ? ']' : ')');
    }
}

static void write_nested(struct writer *writer, const struct feel_value *value)
{
    if (writer->depth >= VALUE_DEPTH_MAX) {
        writer->is_too_deep = true;
        return;
    }
    writer->depth++;
    if (value->kind == FEEL_LIST)
        write_list(writer, value->list);
    else if (value->kind == FEEL_CONTEXT)
        write_context(writer, value->context);
    else
        write_range(writer, value->range);
    writer->depth--;
}

static void write_value(struct writer *writer, const struct feel_value *value)
{
    char number[FEEL_DECIMAL_TEXT_MAX];

    switch ((enum feel_kind)value->kind) {
    case FEEL_NULL:
        buffer_append_text(writer->out, TEXT("null"));
        break;
    case FEEL_BOOLEAN:
        buffer_append_text(writer->out, value->boolean ? TEXT("true") : TEXT("false"));
        break;
    case FEEL_NUMBER:
        buffer_append_text(writer->out, feel_decimal_format(value->number, number));
        break;
    case FEEL_STRING:
        write_quoted(writer->out, value->string);
        break;
    case FEEL_LIST:
    case FEEL_CONTEXT:
    case FEEL_RANGE:
        write_nested(writer, value);
        break;
    case FEEL_FUNCTION:
        buffer_append_text(writer->out, TEXT("function"));
        break;
    case FEEL_DATE:
    case FEEL_TIME:
    case FEEL_DATE_TIME:
    case FEEL_YEARS_MONTHS:
    case FEEL_DAYS_TIME:
        write_temporal(writer->out, value);
        break;
    }
}

enum berm_status feel_format(struct feel_value value, struct buffer *out, struct berm_error *err)
{
    struct writer writer = {.out = out};

    write_value(&writer, &value);
    if (writer.is_too_deep)
        return fail_with(err, BERM_LIMIT,
                         "a value nests lists and contexts more than %d deep and cannot be written",
                         VALUE_DEPTH_MAX);
    return buffer_status(out, err);
}

enum berm_status feel_to_string(struct feel_value value, struct arena *arena, struct text *ret_text,
                                struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer out = {.cap_bytes = STRING_BYTES_MAX};
    char text[TEMPORAL_TEXT_MAX];

    if (value.kind == FEEL_STRING) {
        *ret_text = value.string;
        return BERM_OK;
    }
    if (value.kind >= FEEL_DATE && value.kind <= FEEL_DAYS_TIME)
        return text_copy(arena, temporal_text(&value, text), ret_text, err);
    TRY(feel_format(value, &out, err));
    return text_copy(arena, buffer_text(&out), ret_text, err);
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static void write_json(const struct feel_value *value, struct json_writer *json, uint32_t depth)
{
    char text[TEMPORAL_TEXT_MAX];
    char number[FEEL_DECIMAL_TEXT_MAX];

    if (json->out->has_failed)
        return;
    switch ((enum feel_kind)value->kind) {
    case FEEL_BOOLEAN:
        json_bool(json, value->boolean);
        return;
    case FEEL_NUMBER:
        json_number_text(json, feel_decimal_format(value->number, number));
        return;
    case FEEL_STRING:
        json_text(json, value->string);
        return;
    case FEEL_DATE:
    case FEEL_TIME:
    case FEEL_DATE_TIME:
    case FEEL_YEARS_MONTHS:
    case FEEL_DAYS_TIME:
        json_text(json, temporal_text(value, text));
        return;
    case FEEL_RANGE: {
        CLEANUP(buffer_free) struct buffer out = {.cap_bytes = STRING_BYTES_MAX};

        if (feel_format(*value, &out, NULL) == BERM_OK)
            json_text(json, buffer_text(&out));
        else
            json_null_value(json);
        return;
    }
    case FEEL_LIST:
    case FEEL_CONTEXT:
        break;
    case FEEL_NULL:
    case FEEL_FUNCTION:
        json_null_value(json);
        return;
    }
    if (depth >= JSON_VALUE_DEPTH_MAX || json->depth + 2 >= JSON_DEPTH_MAX) {
        json_null_value(json);
        return;
    }
    if (value->kind == FEEL_LIST) {
        json_begin_array(json);
        for (size_t i = 0; i < value->list->count; i++)
            write_json(&value->list->items[i], json, depth + 1);
        json_end_array(json);
        return;
    }
    json_begin_object(json);
    for (size_t i = 0; i < value->context->count; i++) {
        json_key_text(json, value->context->names[i]);
        write_json(&value->context->values[i], json, depth + 1);
    }
    json_end_object(json);
}

void feel_write_json(struct feel_value value, struct json_writer *json)
{
    write_json(&value, json, 0);
}
