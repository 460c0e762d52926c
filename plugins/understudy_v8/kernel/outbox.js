// Messages to the host. The outbox is one string: text cannot be hooked, unlike an array.
const MESSAGE_LIMIT = 8 * 2 ** 20;
const OUTBOX_LIMIT = 2 * MESSAGE_LIMIT;
const COUNT_LIMIT = 5000;
let outbox = "";
let count = 0;
let dropped = 0;

function send(type, fields) {
  const text = '{"type":"' + type + '"' + fields + "}";
  count++;
  outbox = outbox === "" ? text : outbox + "," + text;
}

// For what a script can send without end.
function offer(type, fields) {
  if (isFull()) throw new NativeRangeError("too much was sent in one go; await some of it first");
  send(type, fields);
}

function isFull() {
  return outbox.length > OUTBOX_LIMIT || count > COUNT_LIMIT;
}

function drain() {
  if (dropped > 0) sendLog("warning", dropped + " more lines were written in one go, and dropped");
  const text = "[" + outbox + "]";
  outbox = "";
  count = 0;
  dropped = 0;
  return text;
}

function encode(value, what) {
  let text;
  try {
    text = stringifyJSON(value);
  } catch (error) {
    throw new NativeTypeError(what + " cannot be sent as JSON: " + whyNotJSON(error));
  }
  if (typeof text !== "string") return "null";
  if (text.length > MESSAGE_LIMIT) {
    throw new NativeRangeError(what + " is larger than 8 MB of JSON; send it in smaller pieces");
  }
  return text;
}

function whyNotJSON(error) {
  const reason = shorten(isObject(error) ? read(error, "message") : error, 300);
  if (holds(reason, "BigInt")) return "it holds a BigInt; convert it with String(x)";
  if (holds(reason, "circular")) return "it refers to itself; send only the parts you need";
  return reason;
}

function holds(text, part) {
  for (let at = 0; at + part.length <= text.length; at++) {
    if (sliceText(text, at, at + part.length) === part) return true;
  }
  return false;
}
