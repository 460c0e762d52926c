// The Web APIs: parts that the host hands over if the script names one of their globals, and that
// are evaluated when it first uses one. They are foreign code: they get `web`, each other, and
// `host`, what of the kernel they need.
const AMBIENT = 0; // the id of the call that `fetch` belongs to: the whole run, not one export
const web = createObject(null);
const offered = new NativeMap();
let environment = createObject(null);

const webHost = freeze({
  __proto__: null,
  get context() { return asyncContext; },
  entropy,
  environment: () => environment,
  report: (error) => guard(() => { throw error; }),
  stream: (kind, payload) => openStream(ambient(), kind, payload),
  upload: (kind, payload) => openUpload(ambient(), kind, payload),
  compute: (kind, payload) => ask(ambient(), kind, payload),
});

function ambient() {
  return mapGet(calls, AMBIENT) ?? { id: AMBIENT };
}

function attend() {
  openCall(AMBIENT);
}

function installWeb({ parts, env }) {
  environment = env;
  for (let at = 0; at < parts.length; at++) {
    const { name, globals } = parts[at];
    mapSet(offered, name, true);
    addPart(name);
    for (let next = 0; next < globals.length; next++) {
      exposeOnce(globalThis, globals[next], () => named(web[name]?.[globals[next]], globals[next]));
    }
  }
}

function addPart(name) {
  if (name in web) return;
  exposeOnce(web, name, () => mapGet(factories, "understudy:web/" + name)(web, webHost));
}

// For a snapshot: parts are evaluated before there is a script, those that ask the host for nothing.
// What they take from the global object is lent to them.
function freezeParts(names, ready) {
  installTimers();
  for (let at = 0; at < names.length; at++) addPart(names[at]);
  for (let at = 0; at < ready.length; at++) web[ready[at]];
  removeTimers();
}

// The parts are minified, their classes' names too.
function named(value, name) {
  if (typeof value === "function") defineProperty(value, "name", { __proto__: null, value: name, configurable: true });
  return value;
}

// A package that looks for what it is about to be must not find itself.
function exposeOnce(object, name, make) {
  let making = false;
  defineProperty(object, name, {
    __proto__: null,
    configurable: true,
    get() {
      if (making) return undefined;
      making = true;
      try {
        const value = make();
        if (value !== undefined) hide(object, name, value);
        return value;
      } finally {
        making = false;
      }
    },
    set: (value) => hide(object, name, value),
  });
}

function hasPart(name) {
  return mapHas(offered, name);
}

// A run that is cancelled takes its requests along, unless something else still goes on in it.
function stopAmbient(call) {
  const open = mapGet(calls, AMBIENT);
  if (open === undefined || mapSize(calls) > 2) return;
  open.aborted = true;
  rejectAll(open);
}
