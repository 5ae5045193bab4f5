/*
 * The conformance runner: every TCK test file below a folder, in the order of their names. A model
 * that cannot be read fails all its cases and the run goes on. Imported models are looked for by
 * name space among the models of the same folder.
 */
#include "tck_case.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
    FILE_MEMORY_MAX = 512 << 20, /* one test file with its model */
    RUN_MEMORY_MAX = 256 << 20,  /* one case */
    FOLDER_DEPTH_MAX = 16,
};

struct walker {
    const char *top;
    dmn_tck_report *report;
    void *context;
    struct dmn_tck_score score;
    size_t file_count;
};

static bool ends_with(const char *name, const char *ending)
{
    size_t length = strlen(name), ending_length = strlen(ending);

    return length > ending_length && strcmp(name + length - ending_length, ending) == 0;
}

static enum berm_status path_join(struct arena *arena, const char *folder, struct text name,
                                  const char **ret_path, struct berm_error *err)
{
    struct text path;

    TRY(text_format(arena, &path, err, "%s/%.*s", folder, TEXT_ARG(name)));
    *ret_path = path.bytes;
    return BERM_OK;
}

/* ---- Folders --------------------------------------------------------------------------------- */

struct names {
    char **items;
    size_t count;
};

static void names_free(struct names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->items[i]);
    free(names->items);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void folder_closep(DIR **folder)
{
    if (*folder != NULL)
        closedir(*folder);
}

static enum berm_status folder_names(const char *path, struct names *names, struct berm_error *err)
{
    CLEANUP(folder_closep) DIR *folder = opendir(path);
    struct dirent *entry;

    if (folder == NULL)
        return fail_with(err, BERM_NOT_FOUND, "The folder '%s' cannot be read.", path);
    while ((entry = readdir(folder)) != NULL) {
        char **items;

        if (entry->d_name[0] == '.')
            continue;
        items = realloc(names->items, (names->count + 1) * sizeof(*items));
        if (items == NULL)
            return fail_with(err, BERM_NO_MEMORY, "No memory for the names in a folder.");
        names->items = items;
        items[names->count] = strdup(entry->d_name);
        if (items[names->count] == NULL)
            return fail_with(err, BERM_NO_MEMORY, "No memory for the names in a folder.");
        names->count++;
    }
    if (names->count > 1)
        qsort(names->items, names->count, sizeof(*names->items), compare_names);
    return BERM_OK;
}

/* ---- Models ---------------------------------------------------------------------------------- */

static enum berm_status file_text(struct arena *arena, const char *path, struct text *ret_text,
                                  struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer content = {0};

    TRY(file_read(path, XML_BYTES_MAX, &content, err));
    return text_copy(arena, buffer_text(&content), ret_text, err);
}

static bool has_name_space(struct text source, struct text name_space, struct arena *arena)
{
    CLEANUP(xml_close) struct xml xml = {0};
    struct text found;

    if (xml_open(source, &xml, NULL) != BERM_OK || xml_root(&xml) == NULL)
        return false;
    return xml_attribute(xml_root(&xml), "namespace", arena, &found, NULL) == BERM_OK &&
           text_equal(found, name_space);
}

static enum berm_status import_from_folder(void *context, struct text location,
                                           struct text name_space, struct arena *arena,
                                           struct text *ret_xml, struct berm_error *err)
{
    CLEANUP(names_free) struct names names = {0};
    const struct tck_file *file = context;
    const char *path;

    (void)location;
    TRY(folder_names(file->folder_path, &names, err));
    for (size_t i = 0; i < names.count; i++) {
        if (!ends_with(names.items[i], ".dmn"))
            continue;
        TRY(path_join(arena, file->folder_path, text_of(names.items[i]), &path, err));
        TRY(file_text(arena, path, ret_xml, err));
        if (has_name_space(*ret_xml, name_space, arena))
            return BERM_OK;
    }
    return fail_with(err, BERM_NOT_FOUND, "No model of the name space '%.*s' is in the folder.",
                     TEXT_ARG(name_space));
}

/* A model that cannot be read is kept as an error, which each case reports. */
static enum berm_status model_load(struct tck_file *file, struct berm_error *err)
{
    struct dmn_read_options options = {
        .strictness = FEEL_LENIENT, .load_import = import_from_folder, .load_context = file};
    const xmlNode *name_element = xml_first(file->root, "modelName");
    struct text name, source;
    const char *path;

    TRY(xml_content(name_element, file->arena, &name, err));
    name = text_trimmed(name);
    if (name.length == 0) {
        (void)fail_with(&file->model_error, BERM_NOT_FOUND, "the test file names no model");
        return BERM_OK;
    }
    TRY(path_join(file->arena, file->folder_path, name, &path, err));
    enum berm_status status = file_text(file->arena, path, &source, &file->model_error);
    if (status == BERM_OK)
        status = dmn_model_read(file->arena, source, &options, &file->model, &file->model_error);
    if (status == BERM_OK)
        status = dmn_run_create(file->model, RUN_MEMORY_MAX, &file->run, &file->model_error);
    return BERM_OK;
}

/* ---- Test files ------------------------------------------------------------------------------ */

static void file_close(struct tck_file *file)
{
    dmn_run_free(file->run);
    arena_free(file->arena);
}

static enum berm_status test_file(struct walker *walker, const char *folder_path, const char *name,
                                  struct berm_error *err)
{
    CLEANUP(file_close)
    struct tck_file file = {.folder_path = folder_path,
                            .report = walker->report,
                            .context = walker->context,
                            .score = &walker->score};
    CLEANUP(xml_close) struct xml xml = {0};
    struct text source;
    const char *path;

    TRY(arena_create(FILE_MEMORY_MAX, &file.arena, err));
    TRY(path_join(file.arena, folder_path, text_of(name), &path, err));
    TRY(file_text(file.arena, path, &source, err));
    if (xml_open(source, &xml, NULL) != BERM_OK)
        return BERM_OK; /* some other XML */
    file.root = xml_root(&xml);
    if (file.root == NULL || !xml_is(file.root, "testCases"))
        return BERM_OK;
    file.label = text_of(path + strlen(walker->top));
    while (file.label.length > 0 && file.label.bytes[0] == '/')
        file.label = text_from(file.label, 1);
    walker->file_count++;
    TRY(model_load(&file, err));
    enum berm_status status = tck_file_run(&file, err);
    if (status != BERM_OK)
        return fail_within(err, status, "%s", path);
    return BERM_OK;
}

static enum berm_status walk(struct walker *walker, const char *path, int depth,
                             struct berm_error *err)
{
    CLEANUP(names_free) struct names names = {0};
    CLEANUP(arena_freep) struct arena *arena = NULL;
    struct stat state;
    const char *child;

    if (depth > FOLDER_DEPTH_MAX)
        return fail_with(err, BERM_LIMIT, "'%s' is nested too deep.", path);
    TRY(folder_names(path, &names, err));
    TRY(arena_create(FILE_MEMORY_MAX, &arena, err));
    for (size_t i = 0; i < names.count; i++) {
        TRY(path_join(arena, path, text_of(names.items[i]), &child, err));
        if (stat(child, &state) != 0)
            continue;
        if (S_ISDIR(state.st_mode))
            TRY(walk(walker, child, depth + 1, err));
        else if (ends_with(names.items[i], ".xml"))
            TRY(test_file(walker, path, names.items[i], err));
    }
    return BERM_OK;
}

enum berm_status dmn_tck_run(const char *folder, dmn_tck_report *report, void *context,
                             struct dmn_tck_score *ret_score, struct berm_error *err)
{
    struct walker walker = {.top = folder, .report = report, .context = context};

    TRY(walk(&walker, folder, 0, err));
    if (walker.file_count == 0)
        return fail_with(err, BERM_NOT_FOUND,
                         "No TCK test file (XML with 'testCases') is below '%s'.", folder);
    *ret_score = walker.score;
    return BERM_OK;
}
