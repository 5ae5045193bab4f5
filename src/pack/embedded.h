/* The files of packs/ that the program carries. */
#ifndef PACK_EMBEDDED_H
#define PACK_EMBEDDED_H

#include <stddef.h>

struct embedded_file {
    const char *path;           /* below packs/, such as "rural-cn/policy.dmn" */
    const unsigned char *bytes; /* followed by a 0 that length does not count */
    size_t length;
};

/** In the order of their paths by bytes of each part: the files of one folder stand together. */
extern const struct embedded_file EMBEDDED_FILES[];
extern const size_t EMBEDDED_FILE_COUNT;

#endif
