// What the script sees of its run.
function makeRun(call, view) {
  return {
    id: view.id,
    assistant: view.assistant,
    thread: view.thread,
    messages: view.messages,
    lastMessage: view.last_message,
    files: withFolder(call, view.files),
    model: makeModel(call),
    tools: { list: view.tools, call: makeToolCaller(call) },
    process: makeProcess(call),
    get signal() { return signalOf(call); },
    next: (options = {}) => openStream(call, "next", options),
    log: makeLog(),
  };
}

function makeToolRequest(call, request) {
  return {
    id: request.id,
    name: request.name,
    arguments: request.arguments,
    files: withFolder(call, {}),
    model: makeModel(call),
    tools: { call: makeToolCaller(call) },
    process: makeProcess(call),
    get signal() { return signalOf(call); },
    log: makeLog(),
  };
}

// The list of attached files also leads to the assistant's own folder. Not enumerable: a copy or
// the JSON of the list is the list.
function withFolder(call, files) {
  hide(files, "read", (path, as = "text") => ask(call, "files.read", { path: toText(path), as: toText(as) }));
  hide(files, "write", (path, content, as = "text") =>
    ask(call, "files.write", { path: toText(path), content, as: toText(as) }));
  hide(files, "list", (path = ".") => ask(call, "files.list", { path: toText(path) }));
  return files;
}

function makeLog() {
  return (...values) => log("info", values);
}

function makeToolCaller(call) {
  return async (name, args = {}) => {
    return await ask(call, "tool", { name: toText(name), arguments: checkObject(args) });
  };
}

function makeProcess(call) {
  return {
    call: (name, ...args) => makeProcessCall(call, { name: toText(name), args }),
    send: (message) => ask(call, "process.send", { message }),
    messages: () => openStream(call, "process.messages", {}),
  };
}

// A promise of all that the export gives; or, looped over at once, each item as it is yielded.
function makeProcessCall(call, payload) {
  let asked = false;
  let stream = null;
  const whole = async () => {
    await null;
    asked = stream === null;
    return asked ? await ask(call, "process", payload) : undefined;
  };
  const result = whole();
  hide(result, asyncIterator, () => {
    if (asked) throw new NativeError("this call is being awaited; loop over it at once, or over what it gives");
    if (stream === null) stream = openStream(call, "process.stream", payload);
    return stream;
  });
  return result;
}

function makeModel(call) {
  return {
    chat: (options = {}) => makeChat(call, options),
    available: () => ask(call, "model.available", {}),
  };
}

// One answer of the model, read either bit by bit or as a whole.
function makeChat(call, options) {
  let whole = null;
  let stream = null;
  const message = () => {
    if (stream !== null) throw new NativeError("this answer is already being read bit by bit");
    if (whole === null) whole = ask(call, "model", options);
    return whole;
  };
  return {
    [asyncIterator]() {
      if (whole !== null || stream !== null) throw new NativeError("this answer is already being read");
      stream = openStream(call, "model", options);
      return stream;
    },
    async message() {
      return await message();
    },
    async text() {
      return (await message()).text;
    },
  };
}
