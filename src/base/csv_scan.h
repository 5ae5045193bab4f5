/* Finding the bytes that matter in CSV, 64 at a time. Private to base. */
#ifndef BASE_CSV_SCAN_H
#define BASE_CSV_SCAN_H

#include <stddef.h>
#include <stdint.h>

enum { CSV_BLOCK_BYTES = 64 };

/** What stands where in 64 bytes: bit i speaks of byte i. */
struct csv_block {
    uint64_t delimiters; /* comma, LF, CR */
    uint64_t quotes;
    uint64_t odd; /* NUL and bytes beyond ASCII: what needs a closer look */
};

#ifdef __SSE2__
#include <emmintrin.h>

static inline struct csv_block csv_scan_block(const char *bytes)
{
    struct csv_block block = {0};

    for (int i = 0; i < CSV_BLOCK_BYTES; i += 16) {
        __m128i piece = _mm_loadu_si128((const __m128i *)(const void *)(bytes + i));
        __m128i delimiters = _mm_or_si128(_mm_cmpeq_epi8(piece, _mm_set1_epi8(',')),
                                          _mm_or_si128(_mm_cmpeq_epi8(piece, _mm_set1_epi8('\n')),
                                                       _mm_cmpeq_epi8(piece, _mm_set1_epi8('\r'))));
        __m128i quotes = _mm_cmpeq_epi8(piece, _mm_set1_epi8('"'));
        __m128i odd = _mm_cmplt_epi8(piece, _mm_set1_epi8(1)); /* as signed: 0 and 128 to 255 */

        block.delimiters |= (uint64_t)(uint32_t)_mm_movemask_epi8(delimiters) << i;
        block.quotes |= (uint64_t)(uint32_t)_mm_movemask_epi8(quotes) << i;
        block.odd |= (uint64_t)(uint32_t)_mm_movemask_epi8(odd) << i;
    }
    return block;
}
#else
static inline struct csv_block csv_scan_block(const char *bytes)
{
    struct csv_block block = {0};

    for (int i = 0; i < CSV_BLOCK_BYTES; i++) {
        unsigned char c = (unsigned char)bytes[i];

        block.delimiters |= (uint64_t)(c == ',' || c == '\n' || c == '\r') << i;
        block.quotes |= (uint64_t)(c == '"') << i;
        block.odd |= (uint64_t)(c == 0 || c >= 0x80) << i;
    }
    return block;
}
#endif

#endif
