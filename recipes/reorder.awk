# reorder.awk -- how far word order differs: lookback align ... | awk -f reorder.awk
#
# Of links `i-j` (source word, target word): the share of a line's pairs of links whose order the other language turns
# around (50 % in random order, 0 % in the same), and the mean distance from one target word's source word to the
# next one's (1 in the same order).
{
    for (j in of) delete of[j]
    last = -1
    for (k = 1; k <= NF; k++) {
        split($k, link, "-")
        of[link[2] + 0] = link[1] + 0
        if (link[2] + 0 > last) last = link[2] + 0
    }
    before = -1
    for (j = 0; j <= last; j++)
        if (j in of) {
            for (i = 0; i < j; i++)
                if (i in of && of[i] != of[j]) { pairs++; crossed += of[i] > of[j] }
            if (before >= 0) { steps++; way += of[j] > before ? of[j] - before : before - of[j] }
            before = of[j]
        }
}
END {
    printf "%.1f %% of pairs of links cross, %.2f words from one to the next\n", pairs ? 100 * crossed / pairs : 0,
           steps ? way / steps : 0
}
