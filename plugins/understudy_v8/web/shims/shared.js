// Scripts share no memory, so the class is not there; packages ask for its getters all the same.
export class SharedArrayBuffer {
  #never = null;
  get byteLength() { return this.#never.length; }
  get growable() { return this.#never.growable; }
}
