# Words that no vocabulary knows: copied by a model that can, replaced after the fact for one that cannot.
. "$SOURCE_DIR/tests/system/tiny.sh"

# Lines of 3 to 5 words, one of them a name that comes once; the output says them again.
mkdir data
sentences() {
    awk -v n="$1" -v seed="$2" '
        function name(  s, k) { for (k = 0; k < 5; k++) s = s sprintf("%c", 65 + int(26 * rand())); return s }
        BEGIN {
            srand(seed)
            n_words = split("red green blue black white small large old new cold warm fast", w, " ")
            for (i = 0; i < n; i++) {
                len = 3 + int(3 * rand()); at = 1 + int(len * rand()); line = ""
                for (k = 1; k <= len; k++)
                    line = line (k > 1 ? " " : "") (k == at ? name() : w[1 + int(n_words * rand())])
                print line
            }
        }'
}
sentences 1200 1 >data/train.src
sentences 60 2 >data/valid.src
sentences 30 3 >data/test.src
for name in train valid test; do cp data/$name.src data/$name.tgt; done

vocabulary='data.shared_vocabulary=true data.source.min_count=3'
for name in copying plain; do
    tiny_config $name
    # shellcheck disable=SC2086
    expect 0 "$LOOKBACK" train $name.yaml $vocabulary --quiet --threads 1 \
        model.copy.type="$([ $name = copying ] && echo pointer || echo none)"
done

# Unseen words in, the same words out; each under its own name everywhere.
expect 0 "$LOOKBACK" translate -m copying data/test.src
same out data/test.tgt
[ ! -s err ] || die "remarks about words that were copied: $(cat err)"
printf 'red Zyx old Qq\nwarm Foo\n' >in
printf 'red Zyx old Qq\nwarm Bar\n' >other
expect 0 "$LOOKBACK" translate -m copying --json in
has '"tokens":["red","Zyx","old","Qq","</s>"],"source_tokens":["red","Zyx","old","Qq","</s>"]' out
has '"target_spans":[[0,3],[4,7],[8,11],[12,14],[14,14]]' out
grep -Eq '"copied":\[[0-9.e-]+,(1|0\.9)[0-9.]*,' out || die "how much was copied: $(cat out)"
expect 0 "$LOOKBACK" translate -m copying --n-best 3 --word-scores --alignment in
has '0 ||| red Zyx old Qq ||| 0-0 1-1 2-2 3-3 ||| WordScores= ' out
lines 6 out
expect 0 "$LOOKBACK" translate -m copying --attention maps.jsonl in
has '"target":["red","Zyx","old","Qq","</s>"]' maps.jsonl
has '"copied":[' maps.jsonl
expect 0 "$LOOKBACK" translate -m copying --attention maps.npz --pieces in
has '0.copied.npy' maps.npz
echo 'Qq red' >begin
head -1 in >first
expect 0 "$LOOKBACK" translate -m copying --force-prefix begin first
grep -q '^Qq red' out || die "a forced beginning became $(cat out)"
expect 0 "$LOOKBACK" translate -m copying --json --check first
has '"instead":"<unk>"' out
fails 2 'must all copy words or none' "$LOOKBACK" translate -m copying --ensemble plain in
fails 2 'must all copy words or none' "$LOOKBACK" translate -m plain --ensemble copying in
expect 0 "$LOOKBACK" score -m copying in other --json
has '"tokens": ["red", "Zyx", "old", "Qq", "</s>"]' out
has '"tokens": ["warm", "<unk>", "</s>"]' out
expect 0 "$LOOKBACK" explain -m copying 'red Zyx old Qq' --trace --html page.html --readings
has 'copied from the source: ' out
has 'Zyx  with probability' out
expect 0 "$LOOKBACK" explain -m copying 'red Zyx old Qq' --target 'red Qq Foo' --json -
has '"tokens":["red","Qq","<unk>","</s>"]' out
expect 0 "$LOOKBACK" align -m copying in other
has '0-0 1-1 2-2 3-3' out
expect 0 "$LOOKBACK" diagnose -m copying in other
has 'Foo' out
expect 0 "$LOOKBACK" check -m copying in --export drops.jsonl
has '"source":["red","Zyx","old","Qq"]' drops.jsonl
for change in '--swap 1:Abc' '--mask 1' '--mask 1 --erase delete' '--prefix Qq' '--attend 1:3'; do
    # shellcheck disable=SC2086
    expect 0 "$LOOKBACK" whatif -m copying 'red Zyx old Qq' $change
done
expect 0 "$LOOKBACK" whatif -m copying 'red Zyx old Qq' --swap 1:Abc
has 'after   red Abc old Qq' out
expect 0 "$LOOKBACK" why -m copying 'red Zyx old Qq' --at 1 --not Qq
has '`Zyx` is' out
expect 0 "$LOOKBACK" why -m copying 'red Zyx old Qq' --at 2
has 'and not `Qq`' out
fails 1 'cannot write `Foo`' "$LOOKBACK" why -m copying 'red Zyx old Qq' --at 1 --not Foo

# Whatever comes in: as many lines out as in, read in parts, bytes that are no text, marks that are spelled out.
printf 'a\377b \376 x\0y \377\n<unk> </s> <s> <pad> ||| Zyx\n\n   \n\303\251t\303\251 \303\251\n' >hostile
awk 'BEGIN { for (i = 0; i < 3000; i++) printf "w%d ", i; print "" }' >>hostile
expect 0 "$LOOKBACK" translate -m copying --beam 2 hostile --json
lines 6 out
expect 0 "$LOOKBACK" translate -m copying --input tokens hostile
lines 6 out
sed -n 6p out | grep -q w1000 || die "the unknown words of a long line: $(sed -n 6p out | cut -c1-200)"
! head -5 out | grep -q '</s>' || die "a mark in the output: $(cat out)"

# Replaced: the source word that was looked at, where there was <unk>; one that looked most at the end has no
# link to compare with.
expect 0 "$LOOKBACK" translate -m plain data/test.src --alignment
cp out unknown
expect 0 "$LOOKBACK" translate -m plain data/test.src --alignment --replace-unk
cp out replaced
expect 0 "$LOOKBACK" translate -m plain data/test.src --json --replace-unk
has '"tokens":' out
! grep -q '<unk>' out || die "an <unk> is left: $(grep -m1 '<unk>' out)"
paste -d'\t' data/test.src unknown replaced | awk -F'\t' '
    {
        split($1, source, " "); n = split($2, before, " "); m = split($3, after, " "); split("", from)
        for (i = 1; i <= n; i++)
            if (split(before[i], link, "-") == 2) from[link[2] + 1] = link[1] + 1
        for (i = 1; i <= n && before[i] != "|||"; i++) {
            wanted = before[i] == "<unk>" ? source[from[i]] : before[i]
            if (after[i] != wanted && wanted != "") { print "word " i " of " $3 " instead of " wanted; exit 1 }
            seen += before[i] == "<unk>"
        }
    }
    END { if (!seen) { print "no <unk>"; exit 1 } }' || die "replaced by other words"
expect 0 "$LOOKBACK" train plain.yaml --quiet --threads 1 model_dir=none model.attention.score=none train.epochs=1
fails 2 'score is `none`' "$LOOKBACK" translate -m none --replace-unk first

# Of a Transformer the attention that copies is the map that is shown.
tiny_transformer many
# shellcheck disable=SC2086
expect 0 "$LOOKBACK" train many.yaml $vocabulary --quiet --threads 1 model.copy.type=pointer model.copy.slots=3 \
    train.validate_beam=1
expect 0 "$LOOKBACK" train copying.yaml $vocabulary --quiet --threads 1 model_dir=last model.copy.type=pointer \
    model.copy.slots=3 model.copy.order=last train.epochs=2
expect 0 "$LOOKBACK" train copying.yaml $vocabulary --quiet --threads 1 model_dir=order-first model.copy.type=pointer \
    model.copy.slots=3 train.epochs=1
fails 1 'order-first has another model.copy.order than last' "$LOOKBACK" average last order-first --out mean
# The map that stands for it is the one that copies, for every verb.
expect 0 "$LOOKBACK" inspect many
has 'copying     pointer, layer ' out
expect 0 "$LOOKBACK" check -m many data/test.src
cp out table
expect 0 "$LOOKBACK" check -m many data/test.src --layer "$(sed -n 's/.*copying     pointer, layer \([0-9]*\), head 0.*/\1/p' <<<"$("$LOOKBACK" inspect many)")" --head 0
same table out
"$LOOKBACK" translate -m many data/test.src >said
"$LOOKBACK" translate -m many data/test.src --alignment | sed 's/.* ||| //' >links
expect 0 "$LOOKBACK" align -m many --readout plain data/test.src said
same links out
fails 2 'let them be the same' "$LOOKBACK" train copying.yaml data.shared_vocabulary=false data.target.level=char model.copy.type=pointer model_dir=never

# Each sentence's unknown words have vectors of their own, whatever the batch and the passes it is read in.
awk 'BEGIN { for (i = 0; i < 400; i++) { line = "red"; for (k = 0; k < i % 9; k++) line = line (k % 2 ? " N" i k : " old"); print line } }' >mixed
for name in many last; do
    expect 0 "$LOOKBACK" translate -m $name --json --batch 1 --threads 1 mixed
    cp out one
    expect 0 "$LOOKBACK" translate -m $name --json --batch 400 mixed
    same out one
done
expect 0 "$LOOKBACK" translate -m many --json first
has '"tokens":["red","Zyx",' out
has '"alignment":[[0,0],[1,1]' out
