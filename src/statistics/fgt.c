/* Foster-Greer-Thorbecke measures as running sums: areas are added up by adding their sums. */
#include "statistics.h"

void fgt_add(struct fgt *fgt, double value, double line, double weight)
{
    fgt->weight += weight;
    if (value < line) {
        double gap = (line - value) / line;

        fgt->poor_weight += weight;
        fgt->gap += weight * gap;
        fgt->squared_gap += weight * gap * gap;
        fgt->shortfall += weight * (line - value);
    }
}

void fgt_merge(struct fgt *into, const struct fgt *from)
{
    into->weight += from->weight;
    into->poor_weight += from->poor_weight;
    into->gap += from->gap;
    into->squared_gap += from->squared_gap;
    into->shortfall += from->shortfall;
}

double fgt_headcount(const struct fgt *fgt)
{
    return fgt->weight > 0 ? fgt->poor_weight / fgt->weight : 0;
}

double fgt_gap(const struct fgt *fgt)
{
    return fgt->weight > 0 ? fgt->gap / fgt->weight : 0;
}

double fgt_severity(const struct fgt *fgt)
{
    return fgt->weight > 0 ? fgt->squared_gap / fgt->weight : 0;
}
