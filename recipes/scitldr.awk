# Baselines of a summary of one sentence. In: `sentence ||| sentence ... TAB reference TAB reference ...`.
# Out, under the folder -v out=DIR: first (the first sentence), we (the first with the word "we", else the first),
# oracle (the one with the best ROUGE-1 with a reference: its F1, words being runs of a-z and 0-9).
BEGIN { FS = "\t" }

# The words of a text in count[]; returns how many.
function words(text, count,    list, n, i) {
    split("", count)
    text = tolower(text)
    gsub(/[^a-z0-9]+/, " ", text)
    n = split(text, list, " ")
    for (i = 1; i <= n; i++)
        count[list[i]]++
    return n
}

function f1(sentence, reference,    a, b, n, m, same, w) {
    n = words(sentence, a)
    m = words(reference, b)
    for (w in a)
        if (w in b)
            same += a[w] < b[w] ? a[w] : b[w]
    return same ? 2 * same / (n + m) : 0
}

function says_we(sentence,    count) {
    words(sentence, count)
    return "we" in count
}

{
    n = split($1, sentence, / [|][|][|] /)
    we = oracle = 0
    best = -1
    for (i = 1; i <= n; i++) {
        if (!we && says_we(sentence[i]))
            we = i
        for (r = 2; r <= NF; r++)
            if ((score = f1(sentence[i], $r)) > best) {
                best = score
                oracle = i
            }
    }
    print sentence[1] > (out "/first")
    print sentence[we ? we : 1] > (out "/we")
    print sentence[oracle] > (out "/oracle")
}
