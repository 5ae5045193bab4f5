/* One test file of the TCK. Private to the conformance runner. */
#ifndef POLICY_DMN_TCK_CASE_H
#define POLICY_DMN_TCK_CASE_H

#include "dmn.h"
#include "xml.h"

/** A test file, its model, and where results go. */
struct tck_file {
    struct text label; /* "folder/file.xml", as lines of the report start */
    const char *folder_path;
    const xmlNode *root;
    struct arena *arena;           /* until the file is done */
    const struct dmn_model *model; /* NULL: it could not be read, and model_error says why */
    struct berm_error model_error;
    struct dmn_run *run;
    dmn_tck_report *report;
    void *context;
    struct dmn_tck_score *score;
};

/** Run every case of the file. */
MUST_USE enum berm_status tck_file_run(struct tck_file *file, struct berm_error *err);

#endif
