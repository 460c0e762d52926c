#!/bin/sh
# A conversation with nothing but curl and sed: OPENAI_BASE_URL and OPENAI_API_KEY are set.
set -eu

call() {
  curl --silent --show-error --fail-with-body --max-time 30 \
    --header "Authorization: Bearer $OPENAI_API_KEY" "$@"
}
first() { # the first value of a key in JSON
  grep -o "\"$1\": *\"[^\"]*\"" | head -n 1 | cut -d '"' -f 4
}
id() { # the id that an object begins with
  sed 's/[^{]*{"id": *"\([^"]*\)".*/\1/'
}

echo "The library opens at nine." > hours.txt
file=$(call "$OPENAI_BASE_URL/files" --form purpose=assistants --form file=@hours.txt | id)
call "$OPENAI_BASE_URL/files/$file/content" | cmp - hours.txt

assistant=$(call "$OPENAI_BASE_URL/assistants" --json '{"model": "m", "name": "Clerk"}' | id)
call "$OPENAI_BASE_URL/assistants/$assistant" | first name

# No body and no beta header are needed.
thread=$(call --request POST "$OPENAI_BASE_URL/threads" | id)
call "$OPENAI_BASE_URL/threads/$thread/messages" \
  --json '{"role": "user", "content": "Good day"}' > /dev/null
run=$(call "$OPENAI_BASE_URL/threads/$thread/runs" \
  --json "{\"assistant_id\": \"$assistant\"}" | id)

# The stream of a run that has begun can be joined; it ends with the run.
call --no-buffer "$OPENAI_BASE_URL/threads/$thread/runs/$run/events" > events.txt
grep --count '^event: thread.run.completed' events.txt
tail -n 2 events.txt | head -n 1
call "$OPENAI_BASE_URL/threads/$thread/runs/$run" | first status
call "$OPENAI_BASE_URL/threads/$thread/messages?limit=1" | first value

# Streamed from the beginning, with the body in chunks.
echo "{\"assistant_id\": \"$assistant\", \"stream\": true}" |
  call --no-buffer --header 'Content-Type: application/json' \
    --header 'Transfer-Encoding: chunked' --data-binary @- \
    "$OPENAI_BASE_URL/threads/$thread/runs" | sed -n 's/^event: //p' | tail -n 1

call --request DELETE "$OPENAI_BASE_URL/threads/$thread" > /dev/null
curl --silent --output error.json --write-out '%{http_code}\n' \
  --header "Authorization: Bearer $OPENAI_API_KEY" "$OPENAI_BASE_URL/threads/$thread"
first type < error.json
