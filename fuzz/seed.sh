#!/usr/bin/env bash
# Seeds the fuzzers' corpora from the project's corpus, of the targets whose input is a stream; those that choose their streams
# need none. Then, from the project's root, for example:
#   fuzz/seed.sh && cargo fuzz run -s none prediction -- -dict=fuzz/chat.dict -max_len=4096 -max_total_time=60
set -euo pipefail
cd "$(dirname "$0")"
streams="prediction cuts framer eventstream encode messages encode_ui responses cli_text"
for target in $streams json; do mkdir -p "corpus/$target"; done
find ../corpus ../fuzz/regressions -type f \( -name '*.sse' -o -name '*.ndjson' -o -name '*.json' -o -name '*.bin' \) -size -8k 2>/dev/null |
while read -r file; do
  name=$(echo "${file#../}" | tr '/' '_')
  for target in $streams; do cp "$file" "corpus/$target/$name"; done
  # The JSON target takes one document: the first payload.
  sed -n 's/^data: \{0,1\}\({.*\)$/\1/p; /^{/p' "$file" | head -n 1 > "corpus/json/$name" || true
  [ -s "corpus/json/$name" ] || rm -f "corpus/json/$name"
done
