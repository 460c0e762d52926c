#!/bin/sh
# The two quickstarts of OpenAI's Assistants pages, as they stood there: nothing but the address
# and the ids is put in. OPENAI_BASE_URL and OPENAI_API_KEY are set.
set -eu

id() { # the id that an object begins with
  sed 's/[^{]*{"id": *"\([^"]*\)".*/\1/'
}
value() { # the first value of a key in JSON
  grep -o "\"$1\": *\"[^\"]*\"" | head -n 1 | cut -d '"' -f 4
}
curl() { command curl --silent --show-error --fail-with-body --max-time 30 "$@"; }

# -- overview: create an assistant, a thread, a message, a run; look at the run; list the messages

ASSISTANT=$(curl "$OPENAI_BASE_URL/assistants" \
  -H "Content-Type: application/json" \
  -H "Authorization: Bearer $OPENAI_API_KEY" \
  -H "OpenAI-Beta: assistants=v2" \
  -d '{
    "instructions": "You are a personal math tutor. Write and run code to answer math questions.",
    "name": "Math Tutor",
    "tools": [{"type": "code_interpreter"}],
    "model": "gpt-4o"
  }' | id)

THREAD=$(curl "$OPENAI_BASE_URL/threads" \
  -H "Content-Type: application/json" \
  -H "Authorization: Bearer $OPENAI_API_KEY" \
  -H "OpenAI-Beta: assistants=v2" \
  -d '' | id)

curl "$OPENAI_BASE_URL/threads/$THREAD/messages" \
  -H "Content-Type: application/json" \
  -H "Authorization: Bearer $OPENAI_API_KEY" \
  -H "OpenAI-Beta: assistants=v2" \
  -d '{
      "role": "user",
      "content": "I need to solve the equation `3x + 11 = 14`. Can you help me?"
    }' > message.json

RUN=$(curl "$OPENAI_BASE_URL/threads/$THREAD/runs" \
  -H "Authorization: Bearer $OPENAI_API_KEY" \
  -H "Content-Type: application/json" \
  -H "OpenAI-Beta: assistants=v2" \
  -d '{
    "assistant_id": "'"$ASSISTANT"'",
    "instructions": "Please address the user as Jane Doe. The user has a premium account."
  }' | id)

for _ in $(seq 500); do
  STATUS=$(curl "$OPENAI_BASE_URL/threads/$THREAD/runs/$RUN" \
    -H "Authorization: Bearer $OPENAI_API_KEY" \
    -H "OpenAI-Beta: assistants=v2" | value status)
  case $STATUS in queued | in_progress) ;; *) break ;; esac
done
echo "$STATUS"

curl "$OPENAI_BASE_URL/threads/$THREAD/messages" \
  -H "Content-Type: application/json" \
  -H "Authorization: Bearer $OPENAI_API_KEY" \
  -H "OpenAI-Beta: assistants=v2" | value value

curl "$OPENAI_BASE_URL/threads/$THREAD/runs/$RUN/steps?limit=1" \
  -H "Authorization: Bearer $OPENAI_API_KEY" \
  -H "OpenAI-Beta: assistants=v2" | value type

# -- file search: a file, a vector store with it, the assistant that uses it, a streamed answer

printf 'The library opens at nine.\n' > hours.txt
FILE=$(curl "$OPENAI_BASE_URL/files" \
  -H "Authorization: Bearer $OPENAI_API_KEY" \
  -F purpose="assistants" \
  -F file="@hours.txt" | id)

STORE=$(curl "$OPENAI_BASE_URL/vector_stores" \
  -H "Authorization: Bearer $OPENAI_API_KEY" \
  -H "Content-Type: application/json" \
  -H "OpenAI-Beta: assistants=v2" \
  -d '{
    "name": "Opening hours"
  }' | id)

curl "$OPENAI_BASE_URL/vector_stores/$STORE/files" \
    -H "Authorization: Bearer $OPENAI_API_KEY" \
    -H "Content-Type: application/json" \
    -H "OpenAI-Beta: assistants=v2" \
    -d '{
      "file_id": "'"$FILE"'"
    }' > added.json

curl "$OPENAI_BASE_URL/assistants/$ASSISTANT" \
  -H "Content-Type: application/json" \
  -H "Authorization: Bearer $OPENAI_API_KEY" \
  -H "OpenAI-Beta: assistants=v2" \
  -d '{
      "tools": [{"type": "file_search"}],
      "tool_resources": {"file_search": {"vector_store_ids": ["'"$STORE"'"]}}
    }' | value type

curl -N "$OPENAI_BASE_URL/threads/runs" \
  -H "Authorization: Bearer $OPENAI_API_KEY" \
  -H "Content-Type: application/json" \
  -H "OpenAI-Beta: assistants=v2" \
  -d '{
      "assistant_id": "'"$ASSISTANT"'",
      "thread": {
        "messages": [
          {"role": "user", "content": "When does the library open?"}
        ]
      },
      "stream": true
    }' > events.txt
grep '^event: ' events.txt | uniq
grep -c '"type": *"file_citation"' events.txt
