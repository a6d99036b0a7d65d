# Pairs of lines joined, both sides alike: "source TAB target" in, "source TAB target" out. For every count of
# KS (such as "1 2 3") all pairs are drawn in another order and joined so many at a time; what gets more than MOST
# source words is left out, and so is what remains of an order. SEED decides the orders. Joined pairs come in the
# order of their count.
BEGIN {
    FS = OFS = "\t"
    srand(seed)
    n_counts = split(ks, counts, " ")
}

{
    source[NR] = $1
    target[NR] = $2
}

function shuffle(order, i, k, swap)
{
    for (i = 1; i <= NR; i++)
        order[i] = i
    for (i = NR; i > 1; i--) {
        k = 1 + int(rand() * i)
        swap = order[i]
        order[i] = order[k]
        order[k] = swap
    }
}

function join_some(order, from, count, s, t, i)
{
    s = source[order[from]]
    t = target[order[from]]
    for (i = 1; i < count; i++) {
        s = s " " source[order[from + i]]
        t = t " " target[order[from + i]]
    }
    if (split(s, words, " ") <= most)
        print s, t
}

END {
    for (c = 1; c <= n_counts; c++) {
        shuffle(order)
        for (at = 1; at + counts[c] - 1 <= NR; at += counts[c])
            join_some(order, at, counts[c])
    }
}
