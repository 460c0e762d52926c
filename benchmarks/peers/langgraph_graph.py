"""What LangGraph's dev server runs: a graph of one node that asks the model."""

import os
from typing import Annotated, TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from openai import AsyncOpenAI


class State(TypedDict):
    messages: Annotated[list, add_messages]


client = AsyncOpenAI(base_url=os.environ["OPENAI_BASE_URL"], api_key="k")


async def ask(state: State) -> dict:
    messages = [{"role": "user", "content": message.content} for message in state["messages"]]
    stream = await client.chat.completions.create(model="m", messages=messages, stream=True)
    parts = [chunk.choices[0].delta.content or "" async for chunk in stream if chunk.choices]
    return {"messages": [{"role": "assistant", "content": "".join(parts)}]}


builder = StateGraph(State)
builder.add_node("ask", ask)
builder.add_edge(START, "ask")
builder.add_edge("ask", END)
graph = builder.compile()
