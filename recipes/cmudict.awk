# cmudict.awk -- the pronouncing dictionary in three parts: zcat cmudict.dict.gz | awk -v out=DIR -v seed=1 -f cmudict.awk
#
# Words are drawn, each with all of its pronunciations (`word(2)` is another one of `word`): 5 % to test, 1 % to
# validate, the others to train. DIR/{train,valid}.{src,tgt}: letters and phonemes parted by spaces, a line for each
# pronunciation; DIR/test.src: a line for each word; DIR/test.tgt: its pronunciations, parted by tabs.
# The draw is Park and Miller's (1988) generator, the same in every awk.
BEGIN { x = seed; if (x < 1) x = 1; for (i = 0; i < 10; i++) draw() }
function draw() { x = (x * 16807) % 2147483647; return x / 2147483647 }
function letters(word,   i, s)
{
    for (i = 1; i <= length(word); i++) s = s (i > 1 ? " " : "") substr(word, i, 1)
    return s
}
{
    sub(/ *#.*/, "")
    word = $1
    sub(/\([0-9]+\)$/, "", word)
    if (NF < 2) next
    said = $2
    for (i = 3; i <= NF; i++) said = said " " $i
    if (!(word in part)) {
        u = draw()
        part[word] = u < 0.05 ? "test" : u < 0.06 ? "valid" : "train"
        if (part[word] == "test") order[++n] = word
    }
    if (part[word] == "test")
        all[word] = all[word] (all[word] == "" ? "" : "\t") said
    else {
        print letters(word) > (out "/" part[word] ".src")
        print said > (out "/" part[word] ".tgt")
    }
}
END {
    for (i = 1; i <= n; i++) {
        print letters(order[i]) > (out "/test.src")
        print all[order[i]] > (out "/test.tgt")
    }
}
