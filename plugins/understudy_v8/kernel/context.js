// V8's own asynchronous context, if the host could show it: one value, which follows promises.
let asyncContext = null;

function adoptContext() {
  const extras = globalThis.__understudy_extras;
  deleteProperty(globalThis, "__understudy_extras");
  deleteProperty(globalThis, "__understudy_probe");
  if (extras === undefined) return;
  asyncContext = freeze({
    __proto__: null,
    get: extras.getContinuationPreservedEmbedderData,
    set: extras.setContinuationPreservedEmbedderData,
  });
}

function currentFrame() {
  return asyncContext === null ? undefined : asyncContext.get();
}

// For what is called later by the host: a timer belongs to where it was set.
function enterFrame(frame) {
  if (asyncContext !== null) asyncContext.set(frame);
}
