// invoke(run): whatever it returns becomes a series of parts, made one at a time.
async function startInvoke(call, view) {
  try {
    call.steps = iterate(await callExport("invoke", [makeRun(call, view)]));
  } catch (error) {
    return fail(call, error);
  }
  return step(call);
}

function iterate(given) {
  if (isObject(given)) {
    if (typeof given[asyncIterator] === "function") return given[asyncIterator]();
    if (typeof given[iterator] === "function") return awaited(given[iterator]());
  }
  return single(given);
}

// Wrapped by hand: the prototype of a generator of our own could be replaced by the script.
function awaited(steps) {
  return {
    async next() {
      const { done, value } = steps.next();
      return { done, value: await value };
    },
    async return() {
      return typeof steps.return === "function" ? steps.return() : undefined;
    },
  };
}

// The one part that a plain function returns: that it is the last need not be asked.
function single(value) {
  const done = value === undefined || value === null;
  return { next: async () => ({ done, value, last: true }), return: undefined };
}

async function step(call) {
  if (call.aborted) return;
  try {
    const { done, value, last } = await call.steps.next();
    if (!done) send("part", ',"call":' + call.id + ',"value":' + encodePart(value));
    if (done || last === true) send("end", ',"call":' + call.id);
  } catch (error) {
    fail(call, error);
  }
}

function encodePart(value) {
  if (typeof value === "number") return stringifyJSON(toText(value));
  if (typeof value === "string") return encode(value, "the yielded text");
  if (isObject(value) && typeof value.type === "string") return encode(value, "the yielded part");
  const shape = 'yield text, or a content part such as { type: "text", text: { value: "…" } }';
  let advice = "";
  if (isObject(value) && typeof value[asyncIterator] === "function") advice = "; did you forget the * of `yield* run.next()`?";
  else if (typeof value === "bigint") advice = "; convert it with String(x)";
  else if (isObject(value) && typeof value.text === "string") advice = "; of a model's chunk, yield `chunk.text`";
  throw new NativeTypeError("`invoke` yielded " + nameOf(value) + advice + "; " + shape);
}
