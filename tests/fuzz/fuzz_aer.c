/* fuzz_aer.c -- an alignment, and the gold one it is compared with. */
#define _GNU_SOURCE
#include "fuzz.h"

#include "lookback.h"

#include "base/status.h"
#include "metric/aer.h"

static LbStatus parse(Bytes part, AerLink **links)
{
    char *text = memory_bytes((const char *)part.data, part.size);
    LbError err = { 0 };
    LbStatus status = aer_parse(text, links, &err);
    assert((status == LB_OK) == !*err.text);
    for (size_t i = 0; i < array_len(*links); i++)
        assert((*links)[i].source >= 0 && (*links)[i].target >= 0);
    free(text);
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Bytes rest = { data, size }, first = fuzz_part(&rest);
    AerLink *links = NULL, *gold = NULL;
    if (parse(first, &links) == LB_OK && parse(rest, &gold) == LB_OK) {
        AerCounts c = { 0 };
        aer_add(&c, gold, array_len(gold), links, array_len(links));
        assert(c.in_sure <= c.in_possible && c.in_possible <= c.links);
    }
    array_free(links);
    array_free(gold);
    const LbText hyp = { (const char *)first.data, first.size }, ref = { (const char *)rest.data, rest.size },
                 *refs = &ref;
    char *text = NULL, *json = NULL;
    double score;
    LbError err = { 0 };
    lb_eval("aer", &hyp, &refs, 1, 1, (LbEvalOptions){ 0 }, &score, &text, &json, &err);
    free(text);
    free(json);
    return 0;
}
