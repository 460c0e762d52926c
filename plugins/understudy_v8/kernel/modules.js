// The modules of one assistant. Each ES module is a generator function: up to its first `yield` it
// links (functions are hoisted, let and const are in their dead zone), the rest evaluates it.
const factories = new NativeMap();
const modules = new NativeMap();

function makeModule(record) {
  return {
    path: record.path,
    kind: record.kind,
    slow: record.slow,
    record,
    factory: mapGet(factories, record.path),
    space: createObject(null, { [toStringTag]: { value: "Module" } }),
    getters: createObject(null),
    requests: createObject(null),
    exports: {},
    imported: undefined,
    state: "new",
    error: undefined,
    body: null,
    running: null,
  };
}

function link(records) {
  for (const record of records) mapSet(modules, record.path, makeModule(record));
  mapForEach(modules, connect);
  mapForEach(modules, instantiate);
  mapForEach(modules, fillSpace);
}

// The packages' code, all in one: evaluated when the first of them is.
let bundled = null;

function bundle() {
  if (bundled !== null) return bundled;
  const own = { exports: {} };
  const refuse = (name) => {
    throw new NativeError("a package asked for `" + toText(name) + "` by a name that it made up");
  };
  apply(mapGet(factories, "npm:packages")(), own.exports, [own.exports, refuse, own]);
  bundled = own.exports;
  return bundled;
}

function runPackage(module) {
  const { specifier, hows } = module.record;
  for (let at = 0; at < hows.length; at++) {
    const found = bundle()[hows[at] + " " + specifier]();
    if (hows[at] === "require") module.exports = found;
    else module.imported = found;
  }
}

// Which names a package exports is known only once it has run.
function checkNames(module) {
  const { wanted } = module.record;
  for (let at = 0; at < wanted.length; at++) {
    const { path, name, place } = wanted[at];
    const { space, record, imported, getters } = mapGet(modules, path);
    if (name in space) continue;
    if (isObject(imported) && name in imported) { // inherited, so it is not among its names
      getters[name] = () => imported[name];
      expose({ space, getters }, name);
      continue;
    }
    const error = new NativeSyntaxError(
      "The requested module '" + record.specifier + "' does not provide an export named '" + name + "'");
    hide(error, "stack", error.name + ": " + error.message + "\n    at " + place);
    throw error;
  }
}

function connect(module) {
  for (const { specifier, path, problem } of module.record.requests) {
    module.requests[specifier] = path === null ? { problem } : mapGet(modules, path);
  }
}

function instantiate(module) {
  if (module.kind !== "esm") return addDefault(module);
  const spaces = module.record.imports.map((path) => mapGet(modules, path).space);
  module.body = module.factory(makeLoader(module), ...spaces)();
  if (module.record.awaits) stepAsyncGenerator(module.body);
  else stepGenerator(module.body);
  for (const [name, path] of module.record.stars) {
    const { space } = mapGet(modules, path);
    module.getters[name] = () => space[name];
  }
}

function makeLoader(module) {
  const directory = module.path.slice(0, module.path.lastIndexOf("/") + 1);
  const meta = createObject(null);
  meta.url = "file:///" + module.path;
  meta.filename = "/" + module.path;
  meta.dirname = "/" + directory.slice(0, -1);
  const add = (getters) => {
    for (const name of ownKeys(getters)) module.getters[name] = getters[name];
  };
  return freeze({ __proto__: null, meta, export: add, import: (name) => importModule(module, name) });
}

function addDefault(module) {
  module.getters.default = module.kind === "package"
    ? () => module.imported.default
    : () => module.exports;
}

function fillSpace(module) {
  for (const name of ownKeys(module.getters).sort()) expose(module, name);
  if (module.kind === "esm" && module.record.loose.length === 0) preventExtensions(module.space);
}

function expose(module, name) {
  const get = module.getters[name];
  defineProperty(module.space, name, { __proto__: null, enumerable: true, get });
}

// The names of a CommonJS module are known only once it has run.
function exposeLoose(module, source) {
  if (!isObject(source)) return;
  const names = ownKeys(source);
  for (let at = 0; at < names.length; at++) {
    const name = names[at];
    if (typeof name !== "string" || name === "default" || name in module.space) continue;
    module.getters[name] = () => source[name];
    expose(module, name);
  }
}

function begin(module) {
  if (module.state === "failed") throw module.error;
  const fresh = module.state === "new";
  if (fresh) module.state = "running";
  return fresh;
}

function end(module, error) {
  module.state = "failed";
  module.error = error;
  throw error;
}

function finishModule(module) {
  if (module.kind !== "esm") exposeLoose(module, looseSource(module));
  module.state = "done";
}

function exposeStars(module) {
  const { loose } = module.record;
  for (let at = 0; at < loose.length; at++) exposeLoose(module, looseSource(mapGet(modules, loose[at])));
}

function looseSource(module) {
  return module.kind === "package" ? module.imported : module.exports;
}

function evaluate(module) {
  if (!begin(module)) return;
  const { imports } = module.record;
  try {
    for (let at = 0; at < imports.length; at++) evaluate(mapGet(modules, imports[at]));
    exposeStars(module);
    checkNames(module);
    runModule(module);
    finishModule(module);
  } catch (error) {
    end(module, error);
  }
}

// `chain` is the way here from where evaluation began: a module in it is not waited for.
function evaluateSlowly(module, chain) {
  if (!module.slow) return evaluate(module);
  for (let link = chain; link !== null; link = link.chain) {
    if (link.module === module) return undefined;
  }
  if (module.running === null) module.running = runSlowly(module, { module, chain });
  return module.running;
}

async function runSlowly(module, chain) {
  if (!begin(module)) return;
  const { imports } = module.record;
  try {
    for (let at = 0; at < imports.length; at++) {
      await evaluateSlowly(mapGet(modules, imports[at]), chain);
    }
    exposeStars(module);
    checkNames(module);
    await runModule(module);
    finishModule(module);
  } catch (error) {
    end(module, error);
  }
}

function runModule(module) {
  if (module.kind === "json") {
    module.exports = parseJSON(module.record.text);
  } else if (module.kind === "package") {
    runPackage(module);
  } else if (module.kind === "cjs") {
    runCommonJS(module);
  } else if (module.record.awaits) {
    return stepAsyncGenerator(module.body);
  } else {
    stepGenerator(module.body);
  }
  return undefined;
}

function runCommonJS(module) {
  const loader = makeLoader(module);
  const { filename, dirname } = loader.meta;
  const own = { id: filename, filename, loaded: false };
  const reflect = { get: () => module.exports, set: (value) => { module.exports = value; } };
  defineProperty(own, "exports", { __proto__: null, enumerable: true, ...reflect });
  const require = (name) => requireModule(module, name);
  const body = module.factory(loader);
  apply(body, module.exports, [module.exports, require, own, filename, dirname]);
  own.loaded = true;
}

function find(module, name, how) {
  const found = module.requests[name];
  if (found !== undefined && found.problem === undefined) return found;
  const problem = found === undefined
    ? how + "() was given a name that is not in the source; only " + how + '("./a-literal.js") is possible'
    : found.problem;
  const error = new NativeError(problem);
  error.code = "MODULE_NOT_FOUND";
  throw error;
}

function requireModule(module, name) {
  const found = find(module, name, "require");
  if (found.slow) throw new NativeError("`" + name + "` awaits at its top level; use import()");
  evaluate(found);
  return found.kind === "esm" ? found.space : found.exports;
}

async function importModule(module, name) {
  const found = find(module, toText(name), "import");
  await evaluateSlowly(found, null);
  return found.space;
}
