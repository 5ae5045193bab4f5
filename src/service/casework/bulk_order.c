/*
 * An order for many cases as the task of a job: {"do": "step", "action": "approve", "reason":
 * "...", "households": ["H1", ...]}, or {"do": "assign", "worker": "...", "filter": {"area": "X1",
 * ...}}. What is not set is left out.
 */
#include "service/casework/private.h"
#include "json/json.h"

struct named_text {
    const char *name;
    struct text *text;
};

static void write_text(struct json_writer *json, const char *name, struct text text)
{
    if (text.length > 0)
        json_key_of_text(json, name, text);
}

static void write_filter(const struct case_filter *filter, struct json_writer *json)
{
    json_key(json, "filter");
    json_begin_object(json);
    write_text(json, "area", filter->area);
    write_text(json, "worker", filter->worker);
    write_text(json, "state", filter->state);
    write_text(json, "stage", filter->stage);
    write_text(json, "kind", filter->kind);
    write_text(json, "source", filter->source);
    json_key_of_bool(json, "unassigned", filter->is_unassigned);
    json_key_of_bool(json, "overdue", filter->is_overdue);
    if (filter->has_due_by) {
        json_key(json, "due_by");
        json_date(json, filter->due_by);
    }
    json_end_object(json);
}

void case_bulk_order_write(const struct case_bulk_order *order, struct json_writer *json)
{
    json_begin_object(json);
    json_key_of_text(json, "do", order->is_assignment ? TEXT("assign") : TEXT("step"));
    write_text(json, "action", order->action);
    write_text(json, "reason", order->reason);
    write_text(json, "worker", order->worker);
    if (order->has_filter) {
        write_filter(&order->filter, json);
    } else {
        json_key(json, "households");
        json_begin_array(json);
        for (size_t h = 0; h < order->household_count; h++)
            json_text(json, order->households[h]);
        json_end_array(json);
    }
    json_end_object(json);
}

static enum berm_status read_texts(const struct json_node *node, const struct named_text *texts,
                                   size_t count, struct arena *arena, struct berm_error *err)
{
    for (size_t t = 0; t < count; t++)
        TRY(text_copy(arena, node_text(node_member(node, texts[t].name)), texts[t].text, err));
    return BERM_OK;
}

static enum berm_status read_filter(const struct json_node *node, struct arena *arena,
                                    struct case_filter *filter, struct berm_error *err)
{
    const struct named_text texts[] = {{"area", &filter->area},   {"worker", &filter->worker},
                                       {"state", &filter->state}, {"stage", &filter->stage},
                                       {"kind", &filter->kind},   {"source", &filter->source}};
    struct text due_by = node_text(node_member(node, "due_by"));

    TRY(read_texts(node, texts, ARRAY_COUNT(texts), arena, err));
    (void)node_bool(node_member(node, "unassigned"), &filter->is_unassigned);
    (void)node_bool(node_member(node, "overdue"), &filter->is_overdue);
    filter->has_due_by = due_by.length > 0;
    return filter->has_due_by ? date_parse(due_by, &filter->due_by, err) : BERM_OK;
}

static enum berm_status read_households(const struct json_node *list, struct arena *arena,
                                        struct case_bulk_order *order, struct berm_error *err)
{
    size_t count = node_count(list);
    struct text *codes;

    TRY(arena_new(arena, count, sizeof *codes, &codes, err));
    for (size_t h = 0; h < count; h++)
        TRY(text_copy(arena, node_text(node_item(list, h)), &codes[h], err));
    order->households = codes;
    order->household_count = count;
    return BERM_OK;
}

enum berm_status case_bulk_order_read(struct text task, struct arena *arena,
                                      struct case_bulk_order *ret_order, struct berm_error *err)
{
    CLEANUP(json_tree_freep) struct json_tree *tree = NULL;
    struct case_bulk_order order = {0};
    const struct named_text texts[] = {
        {"action", &order.action}, {"reason", &order.reason}, {"worker", &order.worker}};
    const struct json_node *root, *filter;

    TRY(json_tree_parse(task, &tree, err));
    root = json_tree_root(tree);
    order.is_assignment = text_equal(node_text(node_member(root, "do")), TEXT("assign"));
    TRY(read_texts(root, texts, ARRAY_COUNT(texts), arena, err));
    filter = node_member(root, "filter");
    order.has_filter = filter != NULL;
    if (order.has_filter)
        TRY(read_filter(filter, arena, &order.filter, err));
    else
        TRY(read_households(node_member(root, "households"), arena, &order, err));
    *ret_order = order;
    return BERM_OK;
}
