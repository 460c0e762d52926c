// fetch, Request, Response, Headers and FormData: undici's classes over the host's transport.
import { DOMException, isAbortSignal } from "part:events";
import { ReadableStream } from "part:streams";
import "part:buffer";
import { Headers, HeadersList } from "undici/lib/web/fetch/headers.js";
import { Response, fromInnerResponse, makeResponse } from "undici/lib/web/fetch/response.js"; // before Request
import { Request, getRequestState } from "undici/lib/web/fetch/request.js";
import { dataURLProcessor } from "undici/lib/web/fetch/data-url.js";
import { requestBadPort } from "undici/lib/web/fetch/util.js";
import { FormData } from "undici/lib/web/fetch/formdata.js";

export { FormData, Headers, Request, Response };

export async function fetch(input, init = undefined) {
  if (arguments.length === 0) throw new TypeError("fetch takes a URL or a Request");
  const request = new Request(input, init);
  request.signal.throwIfAborted();
  const state = getRequestState(request);
  const url = state.urlList[0];
  if (url.protocol === "data:") return respondWithData(url);
  if (url.protocol !== "http:" && url.protocol !== "https:") throw failed(`${url.protocol} URLs cannot be fetched`);
  if (requestBadPort(state) === "blocked") throw failed(`port ${url.port} is for another protocol`);
  const asked = {
    url: url.href,
    method: state.method,
    headers: [...state.headersList.entriesList ?? state.headersList.entries],
    body: null,
    redirect: state.redirect,
  };
  if (state.body !== null && !isSmall(state.body)) return await send(request.signal, asked, state.body);
  if (state.body !== null) {
    const bytes = new Uint8Array(await aborting(request.signal, request.arrayBuffer()));
    asked.body = bytes.toBase64();
  }
  return await open(new Answer(host.stream("fetch", asked), request.signal), asked);
}

// What is small and known is sent as a whole: only that can be sent again after a redirect.
const WHOLE_BYTES = 4 * 2 ** 20;

function isSmall({ source, length }) {
  return source !== null && length !== null && length <= WHOLE_BYTES;
}

async function send(signal, asked, { stream, source, length }) {
  const payload = { ...asked, streams: true, length: source === null ? null : length };
  const { items, push } = host.upload("fetch", payload);
  const sender = new Sender(stream.getReader(), push);
  const head = open(new Answer(items, signal, sender), asked);
  sender.run();
  return await head;
}

// Sends a body bit by bit: more is read when the host has taken what there was.
const PIECE_BYTES = 2 ** 16; // many bodies at once must fit into one turn

class Sender {
  constructor(reader, push) {
    this.reader = reader;
    this.push = push;
    this.stopped = false;
    this.failure = null;
  }

  async run() {
    try {
      for (;;) {
        const { done, value } = await this.reader.read();
        if (this.stopped) return;
        if (done) return void await this.push(null);
        if (!await this.pass(value)) return this.stop();
      }
    } catch (error) {
      this.failure = { cause: error };
      this.stop(error);
      await this.push(null, String(error?.message ?? error)).catch(() => undefined);
    }
  }

  async pass(bytes) {
    if (!(bytes instanceof Uint8Array)) throw new TypeError("the stream of a body must give Uint8Arrays");
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      if (!await this.push(bytes.subarray(at, at + PIECE_BYTES).toBase64())) return false;
    }
    return true;
  }

  stop(reason) {
    this.stopped = true;
    this.reader.cancel(reason).catch(() => undefined);
  }
}

function failed(reason, cause) {
  return new TypeError("fetch failed: " + reason, { cause });
}

// A promise, or the signal's reason if that comes first.
function aborting(signal, promise) {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

async function open(answer, payload) {
  const head = await answer.next();
  if (head === undefined) throw failed("there was no answer");
  return respond(head, answer, payload);
}

// What comes from the host, in order: the head, then pieces of the body.
class Answer {
  constructor(items, signal, sender = null) {
    this.items = items;
    this.signal = signal;
    this.sender = sender;
    this.stop = () => this.close();
    signal.addEventListener("abort", this.stop, { once: true });
  }

  async next() {
    try {
      const { done, value } = await aborting(this.signal, this.items.next());
      if (!done) return value;
    } catch (error) {
      this.signal.removeEventListener("abort", this.stop);
      if (this.signal.aborted) throw this.signal.reason;
      this.sender?.stop(error);
      if (this.sender?.failure) throw failed("its body broke off", this.sender.failure.cause);
      throw failed(error.message, error);
    }
    this.signal.removeEventListener("abort", this.stop);
    this.sender?.stop();
    return undefined;
  }

  async close() {
    this.signal.removeEventListener("abort", this.stop);
    this.sender?.stop(this.signal.reason);
    await this.items.return().catch(() => undefined);
  }
}

const BODILESS = [101, 103, 204, 205, 304];

function respond(head, answer, { url, method }) {
  const headersList = new HeadersList();
  for (const [name, value] of head.headers) headersList.append(name, value);
  const empty = method === "HEAD" || BODILESS.includes(head.status);
  if (empty) answer.close();
  const stream = empty ? null : streamOf(answer);
  const urlList = [new web.url.URL(url)];
  if (head.redirected) urlList.push(new web.url.URL(head.url));
  const response = makeResponse({
    status: head.status,
    statusText: head.status_text ?? "",
    headersList,
    urlList,
    type: "basic",
    body: stream === null ? null : { stream, source: null, length: null },
  });
  return fromInnerResponse(response, "immutable");
}

function streamOf(answer) {
  return new ReadableStream({
    type: "bytes",
    async pull(controller) {
      const item = await answer.next();
      if (item !== undefined) {
        const bytes = Uint8Array.fromBase64(item.chunk);
        if (bytes.length > 0) return controller.enqueue(bytes);
        return this.pull(controller);
      }
      controller.close();
      controller.byobRequest?.respond(0);
    },
    cancel: () => answer.close(),
  });
}

function respondWithData(url) {
  const data = dataURLProcessor(url);
  if (data === "failure") throw failed("the data: URL cannot be read");
  const type = data.mimeType.essence + [...data.mimeType.parameters].map(([name, value]) => `;${name}=${value}`).join("");
  return new Response(data.body, { status: 200, statusText: "OK", headers: { "content-type": type } });
}
