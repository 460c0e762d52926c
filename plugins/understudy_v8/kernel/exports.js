// What an assistant exports: found by name, or on the default export.
let main = null;
const tools = new NativeMap();

function findExport(name) {
  const value = main[name];
  if (value !== undefined) return value;
  const other = main.default;
  return isObject(other) ? other[name] : undefined;
}

// A method of the default export may use `this`.
function callExport(name, args) {
  const value = findExport(name);
  const owner = main.default;
  return apply(value, isObject(owner) && owner[name] === value ? owner : undefined, args);
}

function nameOf(value) {
  if (value === null || value === undefined) return toText(value);
  if (isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : "a " + typeof value;
}

const HOOKS = ["load", "validate", "invoke", "toolCall"];

function inspectExports() {
  let names = "";
  for (let at = 0; at < HOOKS.length; at++) {
    const value = findExport(HOOKS[at]);
    if (value === undefined) continue;
    if (typeof value !== "function") {
      throw new NativeTypeError("`" + HOOKS[at] + "` must be a function; it is " + nameOf(value));
    }
    names += '"' + HOOKS[at] + '",';
  }
  const offered = findExport("tools");
  const described = offered === undefined ? "" : inspectTools(offered);
  names = offered === undefined ? sliceText(names, 0, -1) : names + '"tools"';
  return '{"exports":[' + names + '],"tools":[' + described + "]}";
}

function inspectTools(offered) {
  if (!isArray(offered)) {
    const shape = "write `export const tools = [{ name, description, parameters, execute }]`";
    throw new NativeTypeError("`tools` must be an array; it is " + nameOf(offered) + "; " + shape);
  }
  let described = "";
  for (let at = 0; at < offered.length; at++) {
    const tool = offered[at];
    const place = "`tools[" + at + "]`";
    if (!isObject(tool)) throw new NativeTypeError(place + " must be an object; it is " + nameOf(tool));
    inspectTool(tool, place);
    if (mapHas(tools, tool.name)) throw new NativeTypeError("two tools are named `" + tool.name + "`");
    mapSet(tools, tool.name, tool);
    described += (at === 0 ? "" : ",") + encode(describeTool(tool), place);
  }
  return described;
}

function inspectTool(tool, place) {
  if (typeof tool.name !== "string" || !/^[A-Za-z0-9_-]{1,64}$/.test(tool.name)) {
    throw new NativeTypeError(place + " needs a `name` of 1 to 64 letters, digits, `_` or `-`");
  }
  const named = place + " (`" + tool.name + "`)";
  if (typeof tool.execute !== "function") {
    throw new NativeTypeError(named + " has no `execute` function; add `async execute(args, call) { … }`");
  }
  const { parameters, description } = tool;
  if (parameters !== undefined && (typeof parameters !== "object" || isArray(parameters) || parameters === null)) {
    throw new NativeTypeError(named + ": `parameters` must be a JSON schema object; it is " + nameOf(parameters));
  }
  if (description !== undefined && typeof description !== "string") {
    throw new NativeTypeError(named + ": `description` must be text; it is " + nameOf(description));
  }
}

function describeTool({ name, description, parameters, strict, idempotent }) {
  return {
    name,
    description: description ?? "",
    parameters: parameters ?? { type: "object", properties: {} },
    strict: typeof strict === "boolean" ? strict : null,
    idempotent: idempotent === true,
  };
}

async function loadProgram(call, message) {
  link(message.modules);
  const module = mapGet(modules, message.main);
  await evaluateSlowly(module, null);
  main = module.space;
  return inspectExports();
}

function runExport(call, { name, args }) {
  const what = "what `" + name + "` returned";
  const value = startExport(call, name, args);
  if (isObject(value) && typeof value.then === "function") return encodeLater(name, value, what);
  return encode(listed(name, value), what);
}

function startExport(call, name, args) {
  if (name === "execute") return executeTool(call, args[0]);
  if (name !== "toolCall") return callExport(name, args);
  const next = (changed) => ask(call, "proceed", changed === undefined ? args[0] : changed);
  return callExport(name, [makeToolRequest(call, args[0]), next]);
}

async function encodeLater(name, promise, what) {
  return encode(listed(name, await promise), what);
}

function executeTool(call, request) {
  const tool = mapGet(tools, request.name);
  if (tool === undefined) throw new NativeError("there is no tool named `" + request.name + "`");
  return tool.execute(request.arguments, makeToolRequest(call, request));
}

// `validate` may be a generator of problems.
function listed(name, result) {
  const several = name === "validate" && isObject(result) && typeof result[iterator] === "function";
  return several ? [...result] : result;
}

// `work` ends in JSON text: text, unlike an object, is never mistaken for a promise. True if it has
// ended already.
function answerCall(call, work, message) {
  try {
    const text = work(call, message);
    if (typeof text !== "string") {
      call.running = answerLater(call, text);
      return false;
    }
    sendResult(call, text);
  } catch (error) {
    fail(call, error);
  }
  return true;
}

async function answerLater(call, promise) {
  try {
    sendResult(call, await promise);
  } catch (error) {
    fail(call, error);
  }
}

function sendResult(call, text) {
  send("result", ',"call":' + call.id + ',"value":' + text);
}
