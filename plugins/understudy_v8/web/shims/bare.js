// The global object that @exodus/bytes looks at for native helpers: none here, so none that a
// script could have put there.
export const bareGlobal = {
  decodeURIComponent,
  escape,
  get TransformStream() { return web.streams.TransformStream; },
};
