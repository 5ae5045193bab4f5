/*
 * The version of the program. It is a function rather than a macro so that a program linked against
 * libberm asks the library that it really runs with; the text comes from meson.build, its one
 * source.
 */
#include "base/base.h"

const char *berm_version(void)
{
    return BERM_VERSION_TEXT;
}
