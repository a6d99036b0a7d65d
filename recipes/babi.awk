# babi.awk -- questions of bAbI as lines: awk -v out=DIR -v part=NAME -v valid=N -f babi.awk qaK_train.txt
#
# Writes DIR/NAME.src: the story's sentences and the question as they stand, parted by ` ||| `;
# DIR/NAME.tgt: the answer; DIR/NAME.evidence: the supporting sentences as `k:i-j`, words i to j of the source. With
# valid=N every Nth question goes into DIR/valid.* instead.
function words(text) { gsub(/[ \t]+/, " ", text); sub(/^ /, "", text); sub(/ $/, "", text); return text }
{
    sub(/\r$/, "")
    id = $1
    if (id == 1) n = at = 0
    line = substr($0, length(id) + 2)
    if (split(line, field, "\t") < 2) {
        n++; sentence[n] = words(line); number[id] = n
        begin[n] = at; at += split(sentence[n], ignored, " ") + 1; end[n] = at - 2
        next
    }
    name = out "/" (valid && ++asked % valid == 0 ? "valid" : part)
    for (k = 1; k <= n; k++) printf "%s ||| ", sentence[k] > (name ".src")
    print words(field[1]) > (name ".src")
    answer = tolower(field[2]); gsub(/,/, " ", answer); print answer > (name ".tgt")
    n_facts = split(field[3], fact, " "); evidence = ""
    for (k = 1; k <= n_facts; k++) {
        s = number[fact[k]]
        evidence = evidence (k > 1 ? " " : "") s - 1 ":" begin[s] "-" end[s]
    }
    print evidence > (name ".evidence")
}
