/*
 * Which columns an export has. Those with fixed names are the ones that the import takes
 * (docs/reference/import.md), so that a file that went out can come in again; behind them stand the
 * dictionary's variables under their own names.
 */
#include "service/export/private.h"

static const struct fixed_column HOUSEHOLD_COLUMNS[] = {
    [HOUSEHOLD_CODE] = {"code", "text", FIELD_CLASS_PUBLIC, false, "Household code", "家庭编码"},
    [HOUSEHOLD_AREA] = {"area", "text", FIELD_CLASS_PUBLIC, false, "Area code", "区域编码"},
};

static const struct fixed_column PERSON_COLUMNS[] = {
    [PERSON_CODE] = {"code", "text", FIELD_CLASS_PUBLIC, false, "Person code", "人员编码"},
    [PERSON_HOUSEHOLD] = {"household", "text", FIELD_CLASS_PUBLIC, false, "Household code",
                          "家庭编码"},
    [PERSON_NAME] = {"name", "text", FIELD_CLASS_PERSONAL, false, "Name", "姓名"},
    [PERSON_SEX] = {"sex", "text", FIELD_CLASS_INTERNAL, false, "Sex", "性别"},
    [PERSON_BIRTH_DATE] = {"birth_date", "date", FIELD_CLASS_PERSONAL, false, "Birth date",
                           "出生日期"},
    [PERSON_RELATION] = {"relation", "select_one relation", FIELD_CLASS_INTERNAL, false,
                         "Relation to the head", "与户主关系"},
    [PERSON_FROM_DATE] = {"from_date", "date", FIELD_CLASS_INTERNAL, false, "Member since",
                          "成员起始日期"},
    [PERSON_TO_DATE] = {"to_date", "date", FIELD_CLASS_INTERNAL, false, "Member until",
                        "成员终止日期"},
    [PERSON_END_REASON] = {"end_reason", "text", FIELD_CLASS_INTERNAL, false,
                           "Why no longer a member", "终止原因"},
    [PERSON_ID_TYPE] = {"id_type", "text", FIELD_CLASS_SENSITIVE, true, "Kind of official id",
                        "证件类型"},
    [PERSON_ID_NUMBER] = {"id_number", "text", FIELD_CLASS_SENSITIVE, true, "Official id number",
                          "证件号码"},
    [PERSON_BANK_ACCOUNT] = {"bank_account", "text", FIELD_CLASS_SENSITIVE, true, "Bank account",
                             "银行账户"},
};

static const struct fixed_column FLOW_COLUMNS[] = {
    {"household", "text", FIELD_CLASS_PUBLIC, false, "Household code", "家庭编码"},
    {"month", "month", FIELD_CLASS_PUBLIC, false, "Month", "月份"},
    {"flow", "text", FIELD_CLASS_PUBLIC, false, "Flow", "收支项目"},
    {"source", "text", FIELD_CLASS_PUBLIC, false, "Who reported it", "数据来源"},
    {"amount", "money", FIELD_CLASS_PUBLIC, false, "Amount", "金额"},
};

static const struct fixed_column FINDING_COLUMNS[] = {
    [FINDING_HOUSEHOLD] = {"household", "text", FIELD_CLASS_PUBLIC, false, "Household code",
                           "家庭编码"},
    [FINDING_AREA] = {"area", "text", FIELD_CLASS_PUBLIC, false, "Area code", "区域编码"},
    [FINDING_CODE] = {"code", "text", FIELD_CLASS_PUBLIC, false, "Finding", "风险点"},
    [FINDING_UNDETERMINED] = {"undetermined", "boolean", FIELD_CLASS_PUBLIC, false,
                              "Facts are missing", "信息不足"},
    [FINDING_SEVERITY] = {"severity", "text", FIELD_CLASS_PUBLIC, false, "Severity", "严重程度"},
    [FINDING_FROM_MONTH] = {"from_month", "month", FIELD_CLASS_PUBLIC, false, "Holds from",
                            "起始月份"},
    [FINDING_TO_MONTH] = {"to_month", "month", FIELD_CLASS_PUBLIC, false, "No longer holds from",
                          "终止月份"},
    [FINDING_EVIDENCE] = {"evidence", "json", FIELD_CLASS_PUBLIC, true,
                          "Evidence, each value by its own class", "依据"},
};

static const struct fixed_column AREA_COLUMNS[] = {
    {"code", "text", FIELD_CLASS_PUBLIC, false, "Area code", "区域编码"},
    {"name", "text", FIELD_CLASS_PUBLIC, false, "Name", "名称"},
    {"name_en", "text", FIELD_CLASS_PUBLIC, false, "Name in English", "英文名称"},
    {"parent", "text", FIELD_CLASS_PUBLIC, false, "Code of the area above", "上级区域编码"},
};

static const struct fixed_column CODEBOOK_COLUMNS[] = {
    {"export", "text", FIELD_CLASS_PUBLIC, false, "Export", "导出"},
    {"name", "text", FIELD_CLASS_PUBLIC, false, "Column", "列名"},
    {"label_en", "text", FIELD_CLASS_PUBLIC, false, "Label", "英文标签"},
    {"label_zh", "text", FIELD_CLASS_PUBLIC, false, "Label in Chinese", "中文标签"},
    {"type", "text", FIELD_CLASS_PUBLIC, false, "Type", "类型"},
    {"unit", "text", FIELD_CLASS_PUBLIC, false, "Unit", "单位"},
    {"choices", "text", FIELD_CLASS_PUBLIC, false, "Choices", "选项"},
    {"constraint", "text", FIELD_CLASS_PUBLIC, false, "Constraint", "取值范围"},
    {"empty", "text", FIELD_CLASS_PUBLIC, false, "What an empty value means", "空值含义"},
    {"class", "text", FIELD_CLASS_PUBLIC, false, "Class", "保密级别"},
    {"exported", "text", FIELD_CLASS_PUBLIC, false, "In the caller's exports", "是否导出"},
    {"hint_en", "text", FIELD_CLASS_PUBLIC, false, "Hint", "英文说明"},
    {"hint_zh", "text", FIELD_CLASS_PUBLIC, false, "Hint in Chinese", "中文说明"},
    {"source", "text", FIELD_CLASS_PUBLIC, false, "Source", "来源"},
};

#define COLUMNS(table) .columns = (table), .column_count = ARRAY_COUNT(table)

/* Pages are such that a piece is read in a few milliseconds. */
const struct export_shape EXPORT_SHAPES[EXPORT_KIND_COUNT] = {
    [EXPORT_HOUSEHOLDS] = {"households", COLUMNS(HOUSEHOLD_COLUMNS), true, ENTITY_HOUSEHOLD, 1000},
    [EXPORT_PERSONS] = {"persons", COLUMNS(PERSON_COLUMNS), true, ENTITY_PERSON, 500},
    [EXPORT_FLOWS] = {"flows", COLUMNS(FLOW_COLUMNS), false, ENTITY_FLOW, 100},
    [EXPORT_FINDINGS] = {"findings", COLUMNS(FINDING_COLUMNS), false, ENTITY_HOUSEHOLD, 2000},
    [EXPORT_SPELLS] = {"spells", COLUMNS(FINDING_COLUMNS), false, ENTITY_HOUSEHOLD, 2000},
    [EXPORT_AREAS] = {"areas", COLUMNS(AREA_COLUMNS), false, ENTITY_HOUSEHOLD, 2000},
    [EXPORT_CODEBOOK] = {"codebook", COLUMNS(CODEBOOK_COLUMNS), false, ENTITY_HOUSEHOLD, 1},
};

#undef COLUMNS

const char *export_kind_name(enum export_kind kind)
{
    return EXPORT_SHAPES[kind].name;
}

enum berm_status export_kind_find(struct text name, enum export_kind *ret_kind,
                                  struct berm_error *err)
{
    for (int kind = 0; kind < EXPORT_KIND_COUNT; kind++)
        if (text_equal(name, text_of(EXPORT_SHAPES[kind].name))) {
            *ret_kind = (enum export_kind)kind;
            return BERM_OK;
        }
    return fail_with(err, BERM_NOT_FOUND,
                     "there is no export of %.*s; there are households, persons, flows, findings, "
                     "spells, areas and codebook",
                     TEXT_ARG(name));
}

/* ---- What the caller may see ----------------------------------------------------------------- */

enum berm_status export_view_read(struct store *store, const struct caller *caller,
                                  struct text area, struct arena *arena,
                                  struct export_view *ret_view, struct berm_error *err)
{
    TRY(caller_scope(store, caller, PERMISSION_EXPORT, area, arena, &ret_view->scope, err));
    return find_sight_read(store, caller, arena, &ret_view->sight, err);
}

bool export_view_shows(const struct export_view *view, enum field_class field_class)
{
    if (field_class == FIELD_CLASS_PUBLIC)
        return true;
    for (int class = (int)field_class; class < FIELD_CLASS_COUNT; class ++)
        if (view->sight.fields.has_scope[class] &&
            area_scope_covers(&view->sight.fields.scopes[class], &view->scope))
            return true;
    return false;
}

/* ---- Choosing -------------------------------------------------------------------------------- */

static bool is_secret(const struct export *export, const struct fixed_column *column)
{
    return export->order.kind == EXPORT_PERSONS && column->is_on_request;
}

/* Everything that the export could have, in its natural order. */
static enum berm_status list_columns(struct export *export, const struct pack *pack,
                                     struct export_column **ret_columns, size_t *ret_count,
                                     struct berm_error *err)
{
    const struct export_shape *shape = &EXPORT_SHAPES[export->order.kind];
    const struct dictionary *dictionary = &pack->dictionary;
    size_t variable_count = shape->has_variables ? dictionary->count[shape->entity] : 0;
    struct export_column *columns;

    TRY(arena_new(export->arena, shape->column_count + variable_count, sizeof *columns, &columns,
                  err));
    for (size_t c = 0; c < shape->column_count; c++)
        columns[c] = (struct export_column){.name = text_of(shape->columns[c].name),
                                            .field_class = shape->columns[c].field_class,
                                            .fixed = (int)c};
    for (size_t v = 0; v < variable_count; v++) {
        const struct variable *variable = &dictionary_variables(dictionary, shape->entity)[v];
        struct export_column *column = &columns[shape->column_count + v];

        *column = (struct export_column){
            .field_class = variable->field_class, .fixed = -1, .selection = (int)v};
        TRY(text_copy(export->arena, variable->name, &column->name, err));
    }
    *ret_columns = columns;
    *ret_count = shape->column_count + variable_count;
    return BERM_OK;
}

static bool is_default(const struct export *export, const struct export_view *view,
                       const struct export_column *column)
{
    const struct fixed_column *fixed =
        column->fixed < 0 ? NULL : &EXPORT_SHAPES[export->order.kind].columns[column->fixed];

    if (fixed && fixed->is_on_request && !(is_secret(export, fixed) && export->order.with_secrets))
        return false;
    return export_view_shows(view, column->field_class);
}

static enum berm_status fail_unknown(const struct export *export, struct text wanted,
                                     const struct text *names, size_t count, struct berm_error *err)
{
    int nearest = text_nearest(wanted, names, count);
    const char *kind = export_kind_name(export->order.kind);

    if (nearest >= 0)
        return fail_with(err, BERM_NOT_FOUND, "the export of %s has no %.*s; did you mean %.*s?",
                         kind, TEXT_ARG(wanted), TEXT_ARG(names[nearest]));
    return fail_with(err, BERM_NOT_FOUND,
                     "the export of %s has no %.*s; berm export codebook lists what there is", kind,
                     TEXT_ARG(wanted));
}

static enum berm_status check_class(const struct export *export, const struct export_view *view,
                                    struct text name, enum field_class field_class,
                                    struct berm_error *err)
{
    if (export_view_shows(view, field_class))
        return BERM_OK;
    return fail_with(err, BERM_FORBIDDEN,
                     "%.*s is %s, and %.*s does not see that in all areas of the export; leave it "
                     "out, or ask for a smaller area",
                     TEXT_ARG(name), field_class_name(field_class), TEXT_ARG(export->caller.name));
}

static enum berm_status find_wanted(const struct export *export, const struct export_view *view,
                                    const struct export_column *all, size_t count,
                                    const struct export_column *columns, struct text wanted,
                                    const struct export_column **ret_column, struct berm_error *err)
{
    struct text *names;

    for (size_t c = 0; c < export->column_count; c++)
        if (text_equal(columns[c].name, wanted))
            return fail_with(err, BERM_INVALID_INPUT, "the column %.*s is asked for twice",
                             TEXT_ARG(wanted));
    for (size_t c = 0; c < count; c++) {
        const struct fixed_column *fixed =
            all[c].fixed < 0 ? NULL : &EXPORT_SHAPES[export->order.kind].columns[all[c].fixed];

        if (!text_equal(all[c].name, wanted))
            continue;
        TRY(check_class(export, view, wanted, all[c].field_class, err));
        if (fixed && is_secret(export, fixed) && !export->order.with_secrets)
            return fail_with(err, BERM_INVALID_INPUT,
                             "%.*s goes out only where sensitive numbers are asked for: say "
                             "--show-sensitive, which the journal notes",
                             TEXT_ARG(wanted));
        *ret_column = &all[c];
        return BERM_OK;
    }
    TRY(arena_new(export->arena, count, sizeof *names, &names, err));
    for (size_t c = 0; c < count; c++)
        names[c] = all[c].name;
    return fail_unknown(export, wanted, names, count, err);
}

static void note_class(struct export *export, enum field_class field_class)
{
    export->highest = field_class > export->highest ? field_class : export->highest;
}

/* For flows: which of them. Those of classes that are not seen are left out row by row. */
static enum berm_status choose_flows(struct export *export, const struct pack *pack,
                                     const struct export_view *view, int *positions,
                                     struct berm_error *err)
{
    const struct dictionary *dictionary = &pack->dictionary;
    const struct variable *flows = dictionary_variables(dictionary, ENTITY_FLOW);
    const struct export_order *order = &export->order;
    size_t count = dictionary->count[ENTITY_FLOW];

    for (size_t w = 0; w < order->column_count; w++) {
        int position = dictionary_position(dictionary, ENTITY_FLOW, order->columns[w]);
        struct text *names;

        if (position >= 0) {
            TRY(check_class(export, view, flows[position].name, flows[position].field_class, err));
            note_class(export, flows[position].field_class);
            positions[export->position_count++] = position;
            continue;
        }
        TRY(arena_new(export->arena, count, sizeof *names, &names, err));
        for (size_t f = 0; f < count; f++)
            names[f] = flows[f].name;
        return fail_unknown(export, order->columns[w], names, count, err);
    }
    for (size_t f = 0; order->column_count == 0 && f < count; f++)
        if (export_view_shows(view, flows[f].field_class)) {
            note_class(export, flows[f].field_class);
            positions[export->position_count++] = (int)f;
        }
    return BERM_OK;
}

static void take_column(struct export *export, struct export_column column,
                        struct export_column *columns, int *positions)
{
    if (column.fixed < 0) {
        positions[export->position_count] = column.selection;
        column.selection = (int)export->position_count++;
    }
    note_class(export, column.field_class);
    columns[export->column_count++] = column;
}

enum berm_status export_choose_columns(struct export *export, const struct pack *pack,
                                       const struct export_view *view, struct berm_error *err)
{
    const struct export_order *order = &export->order;
    const struct export_column *column = NULL;
    struct export_column *all, *columns;
    size_t count, wanted_count = order->kind == EXPORT_FLOWS ? 0 : order->column_count;
    int *positions;

    TRY(list_columns(export, pack, &all, &count, err));
    TRY(arena_new(export->arena, count + wanted_count, sizeof *columns, &columns, err));
    TRY(arena_new(export->arena, DICTIONARY_VARIABLES_MAX + order->column_count, sizeof *positions,
                  &positions, err));
    for (size_t c = 0; wanted_count == 0 && c < count; c++)
        if (is_default(export, view, &all[c]))
            take_column(export, all[c], columns, positions);
    for (size_t w = 0; w < wanted_count; w++) {
        TRY(find_wanted(export, view, all, count, columns, order->columns[w], &column, err));
        take_column(export, *column, columns, positions);
    }
    if (order->kind == EXPORT_FLOWS)
        TRY(choose_flows(export, pack, view, positions, err));
    export->columns = columns;
    export->positions = positions;
    return BERM_OK;
}
