/*
 * An export's order as the task of a job: {"kind": "persons", "format": "csv", "area": "X1",
 * "filters": ["rooms>=2"], "columns": ["code"], ...}. What is not set is left out. It is checked
 * when it is queued and again when it runs, by export_create: rights may have changed in between.
 */
#include "service/service.h"

#include "json/json.h"

static void write_month(struct json_writer *json, const char *key, month_number month)
{
    if (month == 0)
        return;
    json_key(json, key);
    json_month(json, month);
}

static void write_texts(struct json_writer *json, const char *key, const struct text *texts,
                        size_t count)
{
    if (count == 0)
        return;
    json_key(json, key);
    json_begin_array(json);
    for (size_t t = 0; t < count; t++)
        json_text(json, texts[t]);
    json_end_array(json);
}

void export_order_write(const struct export_order *order, struct json_writer *json)
{
    assert(!order->with_secrets);
    json_begin_object(json);
    json_key_of_text(json, "kind", text_of(export_kind_name(order->kind)));
    json_key_of_text(json, "format", order->format == EXPORT_CSV ? TEXT("csv") : TEXT("ndjson"));
    json_key_of_bool(json, "bom", order->has_mark);
    json_key_of_bool(json, "undetermined", order->with_undetermined);
    if (order->area.length > 0)
        json_key_of_text(json, "area", order->area);
    if (order->finding.length > 0)
        json_key_of_text(json, "code", order->finding);
    write_month(json, "month", order->month);
    write_month(json, "from", order->first_month);
    write_month(json, "to", order->last_month);
    write_texts(json, "columns", order->columns, order->column_count);
    write_texts(json, "filters", order->filters, order->filter_count);
    json_end_object(json);
}

static enum berm_status read_month(const struct json_node *task, const char *key,
                                   month_number *ret_month, struct berm_error *err)
{
    struct text month = node_text(node_member(task, key));

    return month.length == 0 ? BERM_OK : month_parse(month, ret_month, err);
}

static enum berm_status read_texts(const struct json_node *list, struct arena *arena,
                                   const struct text **ret_texts, size_t *ret_count,
                                   struct berm_error *err)
{
    size_t count = node_count(list);
    struct text *texts;

    TRY(arena_new(arena, count, sizeof *texts, &texts, err));
    for (size_t t = 0; t < count; t++)
        TRY(text_copy(arena, node_text(node_item(list, t)), &texts[t], err));
    *ret_texts = texts;
    *ret_count = count;
    return BERM_OK;
}

enum berm_status export_order_read(struct text task, struct arena *arena,
                                   struct export_order *ret_order, struct berm_error *err)
{
    CLEANUP(json_tree_freep) struct json_tree *tree = NULL;
    struct export_order order = {0};
    const struct json_node *root;

    TRY(json_tree_parse(task, &tree, err));
    root = json_tree_root(tree);
    TRY(export_kind_find(node_text(node_member(root, "kind")), &order.kind, err));
    order.format = text_equal(node_text(node_member(root, "format")), TEXT("ndjson"))
                       ? EXPORT_NDJSON
                       : EXPORT_CSV;
    (void)node_bool(node_member(root, "bom"), &order.has_mark);
    (void)node_bool(node_member(root, "undetermined"), &order.with_undetermined);
    TRY(text_copy(arena, node_text(node_member(root, "area")), &order.area, err));
    TRY(text_copy(arena, node_text(node_member(root, "code")), &order.finding, err));
    TRY(read_month(root, "month", &order.month, err));
    TRY(read_month(root, "from", &order.first_month, err));
    TRY(read_month(root, "to", &order.last_month, err));
    TRY(read_texts(node_member(root, "columns"), arena, &order.columns, &order.column_count, err));
    TRY(read_texts(node_member(root, "filters"), arena, &order.filters, &order.filter_count, err));
    *ret_order = order;
    return BERM_OK;
}
