// URLs are encoded as UTF-8 unless a document says otherwise, and there are no documents here.
const { utf8fromStringLoose } = require("@exodus/bytes/utf8.js");

const escapes = Array.from({ length: 256 }, (_, byte) => "%" + byte.toString(16).toUpperCase().padStart(2, "0"));

module.exports = {
  percentEncodeAfterEncoding(_encoding, text, set, spaceAsPlus = false) {
    let result = "";
    for (const byte of utf8fromStringLoose(text)) {
      const character = String.fromCharCode(byte);
      if (spaceAsPlus && byte === 0x20) result += "+";
      else result += byte < 0x20 || byte > 0x7e || set.includes(character) ? escapes[byte] : character;
    }
    return result;
  },
};
