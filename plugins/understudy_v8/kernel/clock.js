// Time and chance come from the host, so that a run can be played again from its journal.
let now = 0;

function ScriptDate(...given) {
  if (new.target === undefined) return toText(new NativeDate(now));
  return construct(NativeDate, given.length === 0 ? [now] : given, new.target);
}

function installDate() {
  defineProperty(ScriptDate, "name", { value: "Date" });
  defineProperty(ScriptDate, "length", { value: 7 });
  defineProperty(ScriptDate, "prototype", { value: NativeDate.prototype, writable: false });
  hide(ScriptDate, "now", () => now);
  hide(ScriptDate, "parse", NativeDate.parse);
  hide(ScriptDate, "UTC", NativeDate.UTC);
  hide(NativeDate.prototype, "constructor", ScriptDate);
  hide(globalThis, "Date", ScriptDate);
}

// A formatter without an argument formats the present moment.
function installFormats() {
  const prototype = Intl.DateTimeFormat.prototype;
  const format = uncurryThis(Object.getOwnPropertyDescriptor(prototype, "format").get);
  const formatToParts = uncurryThis(prototype.formatToParts);
  defineProperty(prototype, "format", {
    configurable: true,
    get() {
      const native = format(this);
      return (date) => native(date === undefined ? now : date);
    },
  });
  hide(prototype, "formatToParts", function (date) {
    return formatToParts(this, date === undefined ? now : date);
  });
}

function installTemporal() {
  const Temporal = globalThis.Temporal;
  if (Temporal === undefined) return;
  const local = Temporal.Now.timeZoneId;
  const fromMilliseconds = Temporal.Instant.fromEpochMilliseconds;
  const instant = () => apply(fromMilliseconds, Temporal.Instant, [now]);
  const inZone = uncurryThis(Temporal.Instant.prototype.toZonedDateTimeISO);
  const zoned = (zone) => inZone(instant(), zone === undefined ? local() : zone);
  const view = (name) => {
    const convert = uncurryThis(Temporal.ZonedDateTime.prototype[name]);
    return (zone) => convert(zoned(zone));
  };
  hide(Temporal.Now, "instant", instant);
  hide(Temporal.Now, "zonedDateTimeISO", zoned);
  hide(Temporal.Now, "plainDateTimeISO", view("toPlainDateTime"));
  hide(Temporal.Now, "plainDateISO", view("toPlainDate"));
  hide(Temporal.Now, "plainTimeISO", view("toPlainTime"));
}

// sfc32, by Chris Doty-Humphrey (PractRand, public domain): 128 bits of state.
let a = 1;
let b = 2;
let c = 3;
let d = 4;
let seeds = null;

// Mixed in at the first use: most calls take no chances.
function mixSeeds(words) {
  seeds = null;
  a = words[0] | 0;
  b = words[1] | 0;
  c = words[2] | 0;
  d = words[3] | 0;
  for (let round = 0; round < 12; round++) nextWord();
}

function nextWord() {
  const sum = (((a + b) | 0) + d) | 0;
  d = (d + 1) | 0;
  a = b ^ (b >>> 9);
  b = (c + (c << 3)) | 0;
  c = (((c << 21) | (c >>> 11)) + sum) | 0;
  return sum >>> 0;
}

function random() {
  if (seeds !== null) mixSeeds(seeds);
  return ((nextWord() >>> 5) * 2 ** 26 + (nextWord() >>> 6)) / 2 ** 53;
}

function installClock() {
  installDate();
  installFormats();
  installTemporal();
  hide(Math, "random", random);
}
