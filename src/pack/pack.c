/*
 * Reading a pack as a whole. The order follows what each file needs of the others: pack.yaml gives
 * the currency's places, the dictionary reads its money with them, the dictionary and the
 * parameters give the types of the policy's inputs, and the policy is read strictly against those
 * types. Whatever can be wrong is found here, so that a screening never stops in the middle of a
 * month.
 */
#include "pack/pack.h"

#include <string.h>

#include "pack/decisions.h"
#include "pack/inputs.h"
#include "pack/manifest.h"
#include "pack/source.h"
#include "pack/tables.h"

/* The files that decide, in the order in which the digest takes them. */
enum pack_file {
    FILE_MANIFEST,
    FILE_DICTIONARY,
    FILE_CHOICES,
    FILE_PARAMETERS,
    FILE_POLICY,
    FILE_FINDINGS,
    FILE_MEASURES,
    FILE_FIGURES,
    FILE_COUNT,
};

struct pack_files {
    struct text names[FILE_COUNT];
    struct text bytes[FILE_COUNT];
    bool is_there[FILE_COUNT];
};

/* pack.yaml has been read before, since it names the policy. Without parameters, measures or
 * figures a pack still says everything: a rule that reads a parameter that is nowhere listed is an
 * error. */
static enum berm_status read_files(const struct source *source, struct arena *arena,
                                   struct text policy, struct pack_files *files,
                                   struct berm_error *err)
{
    static const bool is_optional[FILE_COUNT] = {
        [FILE_PARAMETERS] = true, [FILE_MEASURES] = true, [FILE_FIGURES] = true};

    files->names[FILE_DICTIONARY] = TEXT("dictionary.csv");
    files->names[FILE_CHOICES] = TEXT("choices.csv");
    files->names[FILE_PARAMETERS] = TEXT("parameters.csv");
    files->names[FILE_POLICY] = policy;
    files->names[FILE_FINDINGS] = TEXT("findings.csv");
    files->names[FILE_MEASURES] = TEXT("measures.csv");
    files->names[FILE_FIGURES] = TEXT("figures.csv");
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
static enum berm_status make_digest_input(struct arena *arena, const struct pack_files *files,
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
                                      struct pack_files *files, struct manifest *ret_manifest,
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

static enum berm_status read_model(struct arena *arena, const struct pack_files *files,
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

static enum berm_status build(struct arena *arena, const struct manifest *manifest,
                              const struct pack_files *files, struct pack *pack,
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
    TRY(decisions_resolve(arena, manifest, pack, err));
    return make_digest_input(arena, files, &pack->digest_input, err);
}

enum berm_status pack_read(struct arena *arena, struct text name_or_folder,
                           const struct pack **ret_pack, struct berm_error *err)
{
    CLEANUP(source_close) struct source source = {.folder = -1};
    struct pack_files files = {0};
    struct manifest manifest;
    struct pack *pack;

    TRY(source_open(arena, name_or_folder, &source, err));
    TRY(read_manifest(&source, arena, &files, &manifest, err));
    TRY(read_files(&source, arena, manifest.policy, &files, err));
    TRY(arena_new(arena, 1, sizeof *pack, &pack, err));
    pack->name = manifest.name;
    pack->version = manifest.version;
    pack->title_en = manifest.title_en;
    pack->title_zh = manifest.title_zh;
    pack->currency = manifest.currency;
    pack->time_zone = manifest.time_zone;
    TRY(build(arena, &manifest, &files, pack, err));
    *ret_pack = pack;
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
