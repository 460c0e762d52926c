// Errors, both ways: what the script threw, as JSON; what the host reports, as an Error.
function read(object, name) {
  try {
    return object[name];
  } catch {
    return undefined;
  }
}

function shorten(value, limit) {
  let text;
  try {
    text = toText(value);
  } catch {
    text = "(a value that cannot be shown)";
  }
  return text.length > limit ? sliceText(text, 0, limit) + "…" : text;
}

function show(value) {
  if (!isObject(value)) return value;
  const stack = read(value, "stack");
  if (typeof stack === "string") return stack;
  try {
    const text = stringifyJSON(value);
    return typeof text === "string" ? text : value;
  } catch {
    return value;
  }
}

function describe(error) {
  const known = isObject(error);
  const message = known ? read(error, "message") : undefined;
  const stack = known ? read(error, "stack") : undefined;
  const name = known ? read(error, "name") : undefined;
  return (
    '{"name":' + stringifyJSON(typeof name === "string" ? shorten(name, 100) : "Error") +
    ',"message":' + stringifyJSON(shorten(typeof message === "string" ? message : show(error), 2000)) +
    ',"stack":' + stringifyJSON(typeof stack === "string" ? shorten(stack, 8000) : "") +
    ',"origin":' + ((known && originOf(origins, error)) || "null") +
    "}"
  );
}

function makeError(report, id) {
  const error = new NativeError(report.message);
  hide(error, "name", report.name);
  if (report.kind !== null) hide(error, "kind", report.kind);
  if (report.status !== null) hide(error, "status", report.status);
  setOrigin(origins, error, id);
  return error;
}

function fail(call, error) {
  send("failure", ',"call":' + call.id + ',"error":' + describe(error));
}
