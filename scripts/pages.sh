#!/bin/bash
# pages.sh COMMAND FOLDER -- everything that the command prints about itself, as files to install: manual pages
# in FOLDER/man1, the completions of bash (lookback), zsh (_lookback) and fish (lookback.fish).
set -eu
command=$1 folder=$2
rm -rf "$folder"
mkdir -p "$folder/man1"
"$command" help --man >"$folder/man1/lookback.1"
for verb in $("$command" help | sed -n 's/^  \([a-z]*\)  .*/\1/p'); do
    "$command" help --man "$verb" >"$folder/man1/lookback-$verb.1"
done
"$command" completion bash >"$folder/lookback"
"$command" completion zsh >"$folder/_lookback"
"$command" completion fish >"$folder/lookback.fish"
touch "$folder/done"
