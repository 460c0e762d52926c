// console.* and run.log: lines of text for the host.
const LOG_LIMIT = 16000;

function log(level, values) {
  if (isFull()) dropped++;
  else sendLog(level, shorten(format(values), LOG_LIMIT));
}

function sendLog(level, text) {
  send("log", ',"level":"' + level + '","text":' + stringifyJSON(text));
}

function format(values) {
  const first = values.length > 0 ? values[0] : "";
  let text = "";
  let next = 0;
  if (typeof first === "string") {
    next = 1;
    for (let at = 0; at < first.length; at++) {
      const directive = first[at] === "%" ? first[at + 1] : undefined;
      if (directive === "%") {
        text += "%";
        at++;
      } else if (directive !== undefined && holds("sdifjoOc", directive) && next < values.length) {
        text += directive === "c" ? "" : shorten(convert(directive, values[next]), LOG_LIMIT);
        next++;
        at++;
      } else {
        text += first[at];
      }
    }
  }
  for (; next < values.length; next++) {
    text += (next === 0 ? "" : " ") + shorten(show(values[next]), LOG_LIMIT);
  }
  return text;
}

function convert(directive, value) {
  if (directive === "s") return isObject(value) ? show(value) : value;
  if (directive === "i" || directive === "d") return isObject(value) ? NaN : floor(toNumber(value));
  if (directive === "f") return isObject(value) ? NaN : toNumber(value);
  return show(value);
}

function installConsole() {
  const add = (name, level) => hide(console, name, (...values) => log(level, values));
  add("debug", "debug");
  add("dir", "info");
  add("error", "error");
  add("group", "info");
  add("info", "info");
  add("log", "info");
  add("table", "info");
  add("trace", "debug");
  add("warn", "warning");
  hide(console, "assert", (condition, ...values) => {
    if (!condition) log("error", ["Assertion failed:", ...values]);
  });
}
