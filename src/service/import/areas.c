/*
 * Areas. A tree can only be judged as a whole, so the register's areas and the file's rows stand in
 * memory together; a nation has a million areas at most. Parents may come after their children.
 * Where the tree changes, every area gets its position anew, and the area epoch is raised, by which
 * others know that positions they kept are old.
 */
#include <stdlib.h>

#include "service/import/area_tree.h"

#define AREA_MEMORY_BYTES_MAX ((size_t)2 << 30)

struct import_area_state {
    struct arena *arena;
    struct map *positions; /* code -> position in nodes */
    struct area_node *nodes;
    size_t count;
    size_t existing_count;
    bool is_tree_different;
};

enum berm_status import_areas_open(struct import *import, struct berm_error *err)
{
    struct import_area_state *state = calloc(1, sizeof *state);

    if (state == NULL)
        return fail_with(err, BERM_NO_MEMORY, "the machine has no memory left");
    import->areas = state; /* who closes it */
    TRY(arena_create(AREA_MEMORY_BYTES_MAX, &state->arena, err));
    return map_create(0, &state->positions, err);
}

void import_areas_close(struct import_area_state *state)
{
    if (state == NULL)
        return;
    map_free(state->positions);
    arena_free(state->arena);
    free(state);
}

/* ---- Reading --------------------------------------------------------------------------------- */

/* Areas come by id, so one can be found by halving. */
static int32_t position_of_id(const struct import_area_state *state, int64_t area_id)
{
    size_t low = 0, high = state->existing_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (state->nodes[middle].area.area_id < area_id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < state->existing_count && state->nodes[low].area.area_id == area_id ? (int32_t)low
                                                                                    : AREA_ROOT;
}

static enum berm_status read_area(struct import_area_state *state, struct statement *list,
                                  struct berm_error *err)
{
    struct area_node *node = &state->nodes[state->count];
    struct area *area = &node->area;

    area->area_id = statement_int64(list, 0);
    area->parent_id = statement_int64(list, 1);
    TRY(text_copy(state->arena, statement_text(list, 2), &area->code, err));
    TRY(text_copy(state->arena, statement_text(list, 3), &area->name, err));
    TRY(text_copy(state->arena, statement_text(list, 4), &area->name_en, err));
    area->level = (int)statement_int64(list, 5);
    area->position_low = statement_int64(list, 6);
    area->position_high = statement_int64(list, 7);
    node->was_there = true;
    return map_put(state->positions, area->code, (int64_t)state->count++, err);
}

static enum berm_status read_areas(struct import *import, size_t row_count, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *count = NULL;
    CLEANUP(statement_closep) struct statement *list = NULL;
    struct import_area_state *state = import->areas;
    bool has_row = false;

    TRY(statement_prepare(import->store, STATEMENT_IMPORT_AREA_COUNT, &count, err));
    TRY(statement_step_to_row(count, err));
    state->existing_count = (size_t)statement_int64(count, 0);
    if (state->existing_count + row_count > INT32_MAX)
        return fail_with(err, BERM_LIMIT, "Berm takes at most 2,147,483,647 areas");
    TRY(arena_new(state->arena, state->existing_count + row_count, sizeof *state->nodes,
                  &state->nodes, err));
    TRY(statement_prepare(import->store, STATEMENT_IMPORT_AREA_LIST, &list, err));
    TRY(statement_step(list, &has_row, err));
    while (has_row && state->count < state->existing_count) {
        TRY(read_area(state, list, err));
        TRY(statement_step(list, &has_row, err));
    }
    for (size_t i = 0; i < state->count; i++) {
        struct area_node *node = &state->nodes[i];

        node->parent_before = position_of_id(state, node->area.parent_id);
        node->parent = node->parent_before;
    }
    return BERM_OK;
}

/* ---- Rows ------------------------------------------------------------------------------------ */

/* Find or make the node of each row. */
static enum berm_status place_rows(struct import *import, struct import_area *rows, size_t count,
                                   struct arena *arena, struct berm_error *err)
{
    struct import_area_state *state = import->areas;

    for (size_t i = 0; i < count; i++) {
        struct import_area *row = &rows[i];
        struct area_node *node = &state->nodes[state->count];
        int64_t position = (int64_t)state->count;

        if (row->row.outcome == IMPORT_REJECTED)
            continue;
        if (map_get(state->positions, row->code, &position)) {
            node = &state->nodes[position];
            if (node->row != NULL) {
                TRY(import_reject(arena, &row->row, IMPORT_FIELD_CODE, err,
                                  "the code \"%.*s\" stands already in an earlier row of this "
                                  "file; keep one of the rows, or give this area its own code",
                                  TEXT_ARG(row->code)));
                continue;
            }
        } else {
            node->area.code = row->code;
            node->parent = AREA_ROOT;
            TRY(map_put(state->positions, row->code, position, err));
            state->count++;
        }
        node->row = row;
    }
    return BERM_OK;
}

/* Turn the parents' codes into positions. */
static enum berm_status link_rows(struct import *import, struct arena *arena,
                                  struct berm_error *err)
{
    struct import_area_state *state = import->areas;

    if (!import_columns_have(import->columns, IMPORT_FIELD_PARENT))
        return BERM_OK;
    for (size_t i = 0; i < state->count; i++) {
        struct area_node *node = &state->nodes[i];
        int64_t parent = AREA_ROOT;

        if (node->row == NULL)
            continue;
        if (node->row->parent.length > 0 &&
            !map_get(state->positions, node->row->parent, &parent)) {
            TRY(area_node_reject(node, arena, err,
                                 "no area has the code \"%.*s\", or its row was rejected; add or "
                                 "correct that row, or correct the code",
                                 TEXT_ARG(node->row->parent)));
            continue;
        }
        node->parent = (int32_t)parent;
    }
    return BERM_OK;
}

/* ---- Writing --------------------------------------------------------------------------------- */

/* What is left of the nodes, in one array for the register's own rules, and in the order of the
 * tree. */
struct area_list {
    struct area *areas;
    struct area_node **nodes; /* whose area it is; sorted by position later */
    size_t count;
};

static enum berm_status collect(struct import *import, struct area_list *list,
                                struct berm_error *err)
{
    struct import_area_state *state = import->areas;

    TRY(arena_new(state->arena, state->count, sizeof *list->areas, &list->areas, err));
    TRY(arena_new(state->arena, state->count, sizeof *list->nodes, &list->nodes, err));
    for (size_t i = 0; i < state->count; i++) {
        struct area_node *node = &state->nodes[i];

        if (node->is_dropped)
            continue;
        if (!node->was_there)
            node->area.area_id = import->next_id++;
        list->nodes[list->count++] = node;
    }
    for (size_t i = 0; i < list->count; i++) {
        struct area_node *node = list->nodes[i];

        list->areas[i] = node->area;
        list->areas[i].parent_id =
            node->parent == AREA_ROOT ? 0 : state->nodes[node->parent].area.area_id;
        state->is_tree_different =
            state->is_tree_different || !node->was_there || node->parent != node->parent_before;
    }
    return BERM_OK;
}

static int compare_positions(const void *a, const void *b)
{
    const struct area_node *first = *(struct area_node *const *)a;
    const struct area_node *second = *(struct area_node *const *)b;

    return (first->area.position_low > second->area.position_low) -
           (first->area.position_low < second->area.position_low);
}

static void bind_parent(struct statement *statement, int parameter, int64_t parent_id)
{
    if (parent_id == 0)
        statement_bind_null(statement, parameter);
    else
        statement_bind_int64(statement, parameter, parent_id);
}

static enum berm_status insert_area(struct import *import, struct statement *insert,
                                    const struct area *area, struct berm_error *err)
{
    statement_bind_int64(insert, IMPORT_AREA_INSERT__AREA_ID, area->area_id);
    bind_parent(insert, IMPORT_AREA_INSERT__PARENT_ID, area->parent_id);
    statement_bind_text(insert, IMPORT_AREA_INSERT__CODE, area->code);
    statement_bind_text(insert, IMPORT_AREA_INSERT__NAME, area->name);
    statement_bind_text(insert, IMPORT_AREA_INSERT__NAME_EN, area->name_en);
    statement_bind_int64(insert, IMPORT_AREA_INSERT__LEVEL, area->level);
    statement_bind_int64(insert, IMPORT_AREA_INSERT__POSITION_LOW, area->position_low);
    statement_bind_int64(insert, IMPORT_AREA_INSERT__POSITION_HIGH, area->position_high);
    statement_bind_int64(insert, IMPORT_AREA_INSERT__CHANGE_ID, import->change->change_id);
    return statement_queue(insert, err);
}

static enum berm_status update_area(struct statement *update, const struct area *area,
                                    struct berm_error *err)
{
    statement_bind_int64(update, IMPORT_AREA_UPDATE__AREA_ID, area->area_id);
    bind_parent(update, IMPORT_AREA_UPDATE__PARENT_ID, area->parent_id);
    statement_bind_text(update, IMPORT_AREA_UPDATE__NAME, area->name);
    statement_bind_text(update, IMPORT_AREA_UPDATE__NAME_EN, area->name_en);
    statement_bind_int64(update, IMPORT_AREA_UPDATE__LEVEL, area->level);
    statement_bind_int64(update, IMPORT_AREA_UPDATE__POSITION_LOW, area->position_low);
    statement_bind_int64(update, IMPORT_AREA_UPDATE__POSITION_HIGH, area->position_high);
    return statement_queue(update, err);
}

static struct text code_at(const struct import_area_state *state, int32_t position)
{
    return position == AREA_ROOT ? TEXT("") : state->nodes[position].area.code;
}

/* Lay the row's texts over the area and log what differs. */
static void merge_texts(struct import *import, struct area_node *node)
{
    struct text *name = &node->area.name;
    struct text *name_en = &node->area.name_en;

    if (node->row == NULL)
        return;
    if (!node->was_there) {
        *name = node->row->name;
        *name_en = node->row->name_en;
        return;
    }
    if (!text_equal(*name, node->row->name)) {
        import_log_text(import, "name", *name, node->row->name);
        *name = node->row->name;
    }
    if (import_columns_have(import->columns, IMPORT_FIELD_NAME_EN) &&
        !text_equal(*name_en, node->row->name_en)) {
        import_log_text(import, "name_en", *name_en, node->row->name_en);
        *name_en = node->row->name_en;
    }
    if (node->parent != node->parent_before)
        import_log_text(import, "parent", code_at(import->areas, node->parent_before),
                        code_at(import->areas, node->parent));
}

static enum berm_status write_area(struct import *import, struct area_node *node,
                                   bool is_position_new, struct statement *insert,
                                   struct statement *update, struct berm_error *err)
{
    merge_texts(import, node);
    if (!node->was_there) {
        import_count_row(import, &node->row->row, IMPORT_ADDED);
        return insert_area(import, insert, &node->area, err);
    }
    if (is_position_new || !import_log_is_empty(import))
        TRY(update_area(update, &node->area, err));
    if (!import_log_is_empty(import)) {
        import_count_row(import, &node->row->row, IMPORT_CHANGED);
        return import_log_write(import, "area", node->area.area_id, TEXT(""), err);
    }
    if (node->row != NULL)
        import_count_row(import, &node->row->row, IMPORT_UNCHANGED);
    return BERM_OK;
}

/* Parents before children, as the database wants them. */
static enum berm_status write_areas(struct import *import, struct area_list *list,
                                    struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *insert = NULL;
    CLEANUP(statement_closep) struct statement *update = NULL;

    TRY(statement_prepare(import->store, STATEMENT_IMPORT_AREA_INSERT, &insert, err));
    TRY(statement_prepare(import->store, STATEMENT_IMPORT_AREA_UPDATE, &update, err));
    for (size_t i = 0; i < list->count; i++) {
        struct area *area = &list->nodes[i]->area;

        list->nodes[i]->state = area->position_low != list->areas[i].position_low ||
                                area->position_high != list->areas[i].position_high ||
                                area->level != list->areas[i].level ||
                                area->parent_id != list->areas[i].parent_id;
        *area = list->areas[i];
    }
    qsort(list->nodes, list->count, sizeof(struct area_node *), compare_positions);
    for (size_t i = 0; i < list->count; i++)
        TRY(write_area(import, list->nodes[i], list->nodes[i]->state != 0, insert, update, err));
    return BERM_OK;
}

static enum berm_status raise_epoch(struct import *import, struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer value = {0};
    struct text before = {0};
    int64_t epoch = 0;

    TRY(setting_read(import->store, "area_epoch", import->areas->arena, &before, err));
    if (before.length > 0 && !text_parse_int64(before, &epoch))
        return fail_with(err, BERM_CORRUPT, "the register's area epoch is not a number");
    buffer_append_int64(&value, epoch + 1);
    TRY(buffer_status(&value, err));
    return setting_write(import->store, "area_epoch", buffer_text(&value), err);
}

enum berm_status import_areas(struct import *import, struct import_area *rows, size_t count,
                              struct arena *arena, struct berm_error *err)
{
    struct import_area_state *state = import->areas;
    struct area_list list = {0};
    int32_t *scratch = NULL;
    size_t bad = 0;

    assert(import->kind == IMPORT_AREAS && state->count == 0);
    TRY(read_areas(import, count, err));
    TRY(place_rows(import, rows, count, arena, err));
    TRY(link_rows(import, arena, err));
    TRY(arena_new(state->arena, state->count, sizeof *scratch, &scratch, err));
    TRY(area_tree_check(state->nodes, state->count, scratch, arena, err));
    TRY(collect(import, &list, err));
    if (state->is_tree_different) {
        TRY(area_assign_positions(list.areas, list.count, &bad, err));
        TRY(raise_epoch(import, err));
    }
    TRY(write_areas(import, &list, err));
    if (state->is_tree_different)
        TRY(search_refresh_areas(import->store, err));
    for (size_t i = 0; i < count; i++)
        if (rows[i].row.outcome == IMPORT_REJECTED)
            import_count_row(import, &rows[i].row, IMPORT_REJECTED);
    return BERM_OK;
}
