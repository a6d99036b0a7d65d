# cmudict-score.awk -- phoneme and word error: paste OUTPUT REFERENCES | awk -f cmudict-score.awk
#
# A line is an output and, parted by tabs, the word's pronunciations. A word is right if it is one of them. Phoneme
# error is the edits (insert, remove, replace) to the nearest of them, through the length of that one, of all words
# together. Counted twice: with the figures of stress, and without.
BEGIN { FS = "\t" }
function least(a, b) { return a < b ? a : b }
function edits(from, to, n_from, n_to,   i, j, row, corner, above)
{
    for (j = 0; j <= n_to; j++) row[j] = j
    for (i = 1; i <= n_from; i++) {
        corner = row[0]; row[0] = i
        for (j = 1; j <= n_to; j++) {
            above = row[j]
            row[j] = least(corner + (from[i] != to[j]), least(above, row[j - 1]) + 1)
            corner = above
        }
    }
    return row[n_to]
}
function count(stress, line,   f, k, n, n_said, field, said, word, d, best, length_of_best)
{
    if (!stress) gsub(/[012]/, "", line)
    n = split(line, field, "\t")
    n_said = split(field[1], said, " ")
    best = -1
    for (k = 2; k <= n; k++) {
        f = split(field[k], word, " ")
        d = edits(said, word, n_said, f)
        if (best < 0 || d < best) { best = d; length_of_best = f }
    }
    wrong[stress] += best; phonemes[stress] += length_of_best; wrong_words[stress] += best > 0
}
{ count(1, $0); count(0, $0) }
END {
    for (s = 1; s >= 0; s--)
        printf "%sPER %.2f  WER %.2f%s", s ? "" : "  without stress: ", 100 * wrong[s] / phonemes[s],
               100 * wrong_words[s] / NR, s ? "" : sprintf("  (%d words)\n", NR)
}
