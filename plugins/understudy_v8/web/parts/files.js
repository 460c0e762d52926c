// Blob and File lie with the other interfaces, where they have no stream() yet.
import { Blob, File } from "part:events";
import { ReadableStream } from "part:streams";

const PIECE = 65536;

function stream() {
  const { size } = this;
  let at = 0;
  return new ReadableStream({
    type: "bytes",
    pull: async (controller) => {
      if (at >= size) {
        controller.close();
        controller.byobRequest?.respond(0);
        return;
      }
      const bytes = new Uint8Array(await this.slice(at, at + PIECE).arrayBuffer());
      at += bytes.length;
      controller.enqueue(bytes);
    },
  });
}

Object.defineProperty(Blob.prototype, "stream", { value: stream, writable: true, enumerable: true, configurable: true });

export { Blob, File };
