// node:buffer. The class is the global one, so that there are not two of them.
const { atob, Blob, btoa, Buffer, File } = globalThis;
const kMaxLength = 2 ** 32 - 1;
const constants = { MAX_LENGTH: kMaxLength, MAX_STRING_LENGTH: 2 ** 29 - 24 };
module.exports = { atob, Blob, btoa, Buffer, constants, File, kMaxLength };
