/*
 * Reading a pack as a whole. The order follows what each file needs of the others: pack.yaml gives
 * the currency's places, the dictionary reads its money with them, the dictionary and the
 * parameters give the types of the policy's inputs, and the policy is read strictly against those
 * types. Whatever can be wrong is found here, so that a screening never stops in the middle of a
 * month.
 */
#include "pack/pack.h"

#include <stdlib.h>
#include <string.h>

#include "pack/decisions.h"
#include "pack/inputs.h"
#include "pack/manifest.h"
#include "pack/programmes.h"
#include "pack/source.h"
#include "pack/tables.h"
#include "pack/warnings.h"

/* The files that decide, in the order in which the digest takes them. */
enum deciding_file {
    FILE_MANIFEST,
    FILE_DICTIONARY,
    FILE_CHOICES,
    FILE_PARAMETERS,
    FILE_POLICY,
    FILE_FINDINGS,
    FILE_MEASURES,
    FILE_FIGURES,
    FILE_WARNINGS,
    FILE_PROGRAMMES,
    FILE_STATES,
    FILE_WORKFLOW,
    FILE_HOLIDAYS,
    FILE_COUNT,
};

struct deciding_files {
    struct text names[FILE_COUNT];
    struct text bytes[FILE_COUNT];
    bool is_there[FILE_COUNT];
};

/* pack.yaml has been read before, since it names the policy. Without the optional files a pack
 * still says everything that screening asks: a rule that reads a parameter that is nowhere listed
 * is an error, and a pack without a workflow has no cases. */
static enum berm_status read_files(const struct source *source, struct arena *arena,
                                   struct text policy, struct deciding_files *files,
                                   struct berm_error *err)
{
    static const bool is_optional[FILE_COUNT] = {
        [FILE_PARAMETERS] = true, [FILE_MEASURES] = true,  [FILE_FIGURES] = true,
        [FILE_WARNINGS] = true,   [FILE_STATES] = true,    [FILE_WORKFLOW] = true,
        [FILE_HOLIDAYS] = true,   [FILE_PROGRAMMES] = true};

    files->names[FILE_DICTIONARY] = TEXT("dictionary.csv");
    files->names[FILE_CHOICES] = TEXT("choices.csv");
    files->names[FILE_PARAMETERS] = TEXT("parameters.csv");
    files->names[FILE_POLICY] = policy;
    files->names[FILE_FINDINGS] = TEXT("findings.csv");
    files->names[FILE_MEASURES] = TEXT("measures.csv");
    files->names[FILE_FIGURES] = TEXT("figures.csv");
    files->names[FILE_WARNINGS] = TEXT("warnings.csv");
    files->names[FILE_PROGRAMMES] = TEXT("programmes.csv");
    files->names[FILE_STATES] = TEXT("states.csv");
    files->names[FILE_WORKFLOW] = TEXT("workflow.csv");
    files->names[FILE_HOLIDAYS] = TEXT("holidays.csv");
    for (int i = FILE_MANIFEST + 1; i < FILE_COUNT; i++) {
        files->is_there[i] = true;
        if (is_optional[i])
            TRY(source_read_optional(source, arena, files->names[i], &files->is_there[i],
                                     &files->bytes[i], err));
        else
            TRY(source_read(source, arena, files->names[i], &files->bytes[i], err));
    }
    return BERM_OK;
}

/* "NAME LENGTH\n", the bytes, "\n" for each file: no two packs that differ can give the same. */
static enum berm_status make_digest_input(struct arena *arena, const struct deciding_files *files,
                                          struct text *ret_input, struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer input = {0};

    for (int i = 0; i < FILE_COUNT; i++) {
        if (!files->is_there[i])
            continue;
        buffer_append_text(&input, files->names[i]);
        buffer_append_char(&input, ' ');
        buffer_append_int64(&input, (int64_t)files->bytes[i].length);
        buffer_append_char(&input, '\n');
        buffer_append_text(&input, files->bytes[i]);
        buffer_append_char(&input, '\n');
    }
    TRY(buffer_status(&input, err));
    return text_copy(arena, buffer_text(&input), ret_input, err);
}

static enum berm_status read_manifest(const struct source *source, struct arena *arena,
                                      struct deciding_files *files, struct manifest *ret_manifest,
                                      struct berm_error *err)
{
    struct manifest manifest;

    files->names[FILE_MANIFEST] = TEXT("pack.yaml");
    files->is_there[FILE_MANIFEST] = true;
    TRY(source_read(source, arena, files->names[FILE_MANIFEST], &files->bytes[FILE_MANIFEST], err));
    TRY(manifest_read(arena, files->bytes[FILE_MANIFEST], &manifest, err));
    if (source->is_embedded && !text_equal(manifest.name, source->name))
        return fail_with(err, BERM_INVALID_INPUT,
                         "pack.yaml: the pack is called '%.*s' and stands in '%.*s'; give both the "
                         "same name",
                         TEXT_ARG(manifest.name), TEXT_ARG(source->name));
    *ret_manifest = manifest;
    return BERM_OK;
}

static enum berm_status check_relations(const struct dictionary *dictionary, struct berm_error *err)
{
    const struct choice_list *relations = dictionary_list(dictionary, TEXT("relation"));

    if (relations == NULL)
        return fail_with(err, BERM_INVALID_INPUT,
                         "choices.csv: the list 'relation' is missing; add it, with the choice "
                         "'head' for the head of the household");
    if (choice_position(relations, TEXT("head")) < 0)
        return fail_with(err, BERM_INVALID_INPUT,
                         "choices.csv: the list 'relation' lacks the choice 'head'; add it for the "
                         "head of the household");
    return BERM_OK;
}

static enum berm_status read_model(struct arena *arena, const struct deciding_files *files,
                                   struct pack *pack, struct berm_error *err)
{
    struct dmn_read_options options = {.strictness = FEEL_STRICT,
                                       .input_types = pack->input_types,
                                       .input_type_count = INPUT_COUNT};
    enum berm_status status =
        dmn_model_read(arena, files->bytes[FILE_POLICY], &options, &pack->model, err);

    return status == BERM_OK
               ? BERM_OK
               : fail_within(err, status, "%.*s", TEXT_ARG(files->names[FILE_POLICY]));
}

static enum berm_status read_casework(struct arena *arena, const struct deciding_files *files,
                                      struct pack *pack, struct berm_error *err)
{
    if (files->is_there[FILE_STATES] != files->is_there[FILE_WORKFLOW])
        return fail_with(
            err, BERM_INVALID_INPUT,
            "states.csv and workflow.csv belong together, and %.*s is missing; add it",
            TEXT_ARG(files->names[files->is_there[FILE_STATES] ? FILE_WORKFLOW : FILE_STATES]));
    if (files->is_there[FILE_STATES])
        TRY(workflow_read(arena, files->bytes[FILE_STATES], files->bytes[FILE_WORKFLOW],
                          &pack->workflow, err));
    if (files->is_there[FILE_HOLIDAYS])
        TRY(calendar_read(arena, files->bytes[FILE_HOLIDAYS], &pack->calendar, err));
    return BERM_OK;
}

/* A need that nothing could ever meet would keep every case where it is. */
static enum berm_status check_labour(const struct pack *pack, struct berm_error *err)
{
    for (size_t s = 0; pack->workflow != NULL && s < pack->workflow->step_count; s++)
        if ((pack->workflow->steps[s].needs >> NEED_LABOUR & 1) != 0 && pack->labour_decision < 0)
            return fail_at(err, BERM_INVALID_INPUT, pack->workflow->steps[s].line, 0,
                           "workflow.csv: the step '%.*s' needs labour; say in pack.yaml below "
                           "'decisions' which decision tells it: 'labour: NAME'",
                           TEXT_ARG(pack->workflow->steps[s].action));
    return BERM_OK;
}

static enum berm_status build(struct arena *arena, const struct manifest *manifest,
                              const struct deciding_files *files, struct pack *pack,
                              struct berm_error *err)
{
    TRY(dictionary_read(arena, files->bytes[FILE_DICTIONARY], files->bytes[FILE_CHOICES],
                        manifest->money_decimals, &pack->dictionary, err));
    TRY(check_relations(&pack->dictionary, err));
    if (files->is_there[FILE_PARAMETERS])
        TRY(parameter_table_read(arena, files->bytes[FILE_PARAMETERS], &pack->parameters, err));
    TRY(inputs_build(arena, pack, err));
    TRY(read_model(arena, files, pack, err));
    TRY(tables_read_findings(arena, files->bytes[FILE_FINDINGS], pack, err));
    if (files->is_there[FILE_MEASURES])
        TRY(tables_read_measures(arena, files->bytes[FILE_MEASURES], pack, err));
    if (files->is_there[FILE_FIGURES])
        TRY(tables_read_figures(arena, files->bytes[FILE_FIGURES], pack, err));
    if (files->is_there[FILE_WARNINGS])
        TRY(warnings_read(arena, files->bytes[FILE_WARNINGS], pack, err));
    if (files->is_there[FILE_PROGRAMMES])
        TRY(programmes_read(arena, files->bytes[FILE_PROGRAMMES], pack, err));
    TRY(read_casework(arena, files, pack, err));
    TRY(decisions_resolve(arena, manifest, pack, err));
    TRY(check_labour(pack, err));
    return make_digest_input(arena, files, &pack->digest_input, err);
}

static enum berm_status read_source(struct arena *arena, const struct source *source,
                                    const struct pack **ret_pack, struct berm_error *err)
{
    struct deciding_files files = {0};
    struct manifest manifest;
    struct pack *pack;

    TRY(read_manifest(source, arena, &files, &manifest, err));
    TRY(read_files(source, arena, manifest.policy, &files, err));
    TRY(arena_new(arena, 1, sizeof *pack, &pack, err));
    pack->name = manifest.name;
    pack->version = manifest.version;
    pack->title_en = manifest.title_en;
    pack->title_zh = manifest.title_zh;
    pack->currency = manifest.currency;
    pack->time_zone = manifest.time_zone;
    pack->reopen_percent = manifest.reopen_percent;
    pack->grievance_clock = manifest.grievance_clock;
    TRY(build(arena, &manifest, &files, pack, err));
    *ret_pack = pack;
    return BERM_OK;
}

enum berm_status pack_read(struct arena *arena, struct text name_or_folder,
                           const struct pack **ret_pack, struct berm_error *err)
{
    CLEANUP(source_close) struct source source = {.folder = -1};

    TRY(source_open(arena, name_or_folder, &source, err));
    return read_source(arena, &source, ret_pack, err);
}

enum berm_status bundle_read(struct arena *arena, const struct pack_bundle *bundle,
                             const struct pack **ret_pack, struct berm_error *err)
{
    struct source source;

    TRY(source_of_bundle(arena, bundle, &source, err));
    return read_source(arena, &source, ret_pack, err);
}

/* ---- Bundles --------------------------------------------------------------------------------- */

static int compare_paths(const void *a, const void *b)
{
    return text_compare(((const struct pack_file *)a)->path, ((const struct pack_file *)b)->path);
}

/* One more file of a bundle that has count so far: its text and the bundle's limits. */
static enum berm_status check_file(struct text bundle, struct text path, struct text bytes,
                                   size_t count, size_t *total_bytes, struct berm_error *err)
{
    size_t bad;

    if (!text_is_utf8(bytes, &bad))
        return fail_with(err, BERM_INVALID_INPUT,
                         "%.*s/%.*s: byte %zu is no UTF-8; save the file as UTF-8",
                         TEXT_ARG(bundle), TEXT_ARG(path), bad + 1);
    *total_bytes += bytes.length;
    if (bytes.length > PACK_FILE_BYTES_MAX || count >= BUNDLE_FILES_MAX ||
        *total_bytes > BUNDLE_BYTES_MAX)
        return fail_with(err, BERM_LIMIT, "%.*s: a pack has at most %d files and %d bytes",
                         TEXT_ARG(bundle), BUNDLE_FILES_MAX, BUNDLE_BYTES_MAX);
    return BERM_OK;
}

static enum berm_status add_to_bundle(struct arena *arena, const struct source *source,
                                      struct text path, struct text bytes, struct pack_file *files,
                                      struct pack_bundle *bundle, size_t *total_bytes,
                                      struct berm_error *err)
{
    TRY(check_file(source->name, path, bytes, bundle->count, total_bytes, err));
    TRY(text_copy(arena, path, &files[bundle->count].path, err));
    files[bundle->count++].bytes = bytes;
    return BERM_OK;
}

enum berm_status bundle_check(const struct pack_bundle *bundle, struct berm_error *err)
{
    size_t total_bytes = 0;

    for (size_t i = 0; i < bundle->count; i++) {
        struct text path = bundle->files[i].path;

        if (!source_is_name_inside(path))
            return fail_with(err, BERM_INVALID_INPUT,
                             "'%.*s' is no file inside a pack; give a name without '..' and "
                             "without '/' in front",
                             TEXT_ARG(path));
        for (size_t before = 0; before < i; before++)
            if (text_equal(bundle->files[before].path, path))
                return fail_with(err, BERM_INVALID_INPUT, "the file %.*s is given twice",
                                 TEXT_ARG(path));
        TRY(check_file(bundle->name, path, bundle->files[i].bytes, i, &total_bytes, err));
    }
    return BERM_OK;
}

enum berm_status bundle_collect(struct arena *arena, struct text name_or_folder,
                                struct pack_bundle *ret_bundle, struct berm_error *err)
{
    CLEANUP(source_close) struct source source = {.folder = -1};
    struct deciding_files deciding = {0};
    struct pack_bundle bundle = {.name = name_or_folder};
    struct manifest manifest;
    struct pack_file *files;
    const struct text *cases;
    struct text bytes;
    size_t case_count, total_bytes = 0;
    bool is_there;

    TRY(source_open(arena, name_or_folder, &source, err));
    TRY(read_manifest(&source, arena, &deciding, &manifest, err));
    TRY(read_files(&source, arena, manifest.policy, &deciding, err));
    TRY(source_list_cases(&source, arena, &cases, &case_count, err));
    TRY(arena_new(arena, BUNDLE_FILES_MAX, sizeof *files, &files, err));
    for (int i = 0; i < FILE_COUNT; i++)
        if (deciding.is_there[i])
            TRY(add_to_bundle(arena, &source, deciding.names[i], deciding.bytes[i], files, &bundle,
                              &total_bytes, err));
    for (size_t i = 0; i < case_count; i++) {
        TRY(source_read(&source, arena, cases[i], &bytes, err));
        TRY(add_to_bundle(arena, &source, cases[i], bytes, files, &bundle, &total_bytes, err));
    }
    TRY(source_read_optional(&source, arena, TEXT("README.md"), &is_there, &bytes, err));
    if (is_there)
        TRY(add_to_bundle(arena, &source, TEXT("README.md"), bytes, files, &bundle, &total_bytes,
                          err));
    qsort(files, bundle.count, sizeof *files, compare_paths);
    bundle.files = files;
    *ret_bundle = bundle;
    return BERM_OK;
}

/* ---- Looking up ------------------------------------------------------------------------------ */

int pack_finding_position(const struct pack *pack, struct text code)
{
    for (size_t i = 0; i < pack->finding_count; i++)
        if (text_equal(pack->findings[i].code, code))
            return (int)i;
    return -1;
}

const struct finding_info *pack_finding(const struct pack *pack, struct text code)
{
    int position = pack_finding_position(pack, code);

    return position < 0 ? NULL : &pack->findings[position];
}

const struct measure_info *pack_measure(const struct pack *pack, struct text code)
{
    for (size_t i = 0; i < pack->measure_count; i++)
        if (text_equal(pack->measures[i].code, code))
            return &pack->measures[i];
    return NULL;
}

const struct choice *pack_kind(const struct pack *pack, struct text kind)
{
    const struct choice_list *list = dictionary_list(&pack->dictionary, TEXT("household_kind"));
    int choice = list ? choice_position(list, kind) : -1;

    return choice < 0 ? NULL : &list->choices[choice];
}

const struct figure_info *pack_figure(const struct pack *pack, struct text decision)
{
    for (size_t i = 0; i < pack->figure_count; i++)
        if (text_equal(pack->figures[i].decision, decision))
            return &pack->figures[i];
    return NULL;
}

const struct warning_kind *pack_warning(const struct pack *pack, struct text code)
{
    for (size_t i = 0; i < pack->warning_count; i++)
        if (text_equal(pack->warnings[i].code, code))
            return &pack->warnings[i];
    return NULL;
}
