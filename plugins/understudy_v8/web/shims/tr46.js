// The tables of international domain names take longer to build than all the rest of the part:
// most names are plain ASCII, which the algorithm only lowers.
const PLAIN = /^[\x00-\x7f]*$/;
const PUNYCODE = /(^|\.)xn--/i;

function isPlain(domain, options) {
  return PLAIN.test(domain) && !PUNYCODE.test(domain) && !options.checkHyphens && !options.useSTD3ASCIIRules;
}

module.exports = {
  toASCII(domain, options) {
    return isPlain(domain, options) ? domain.toLowerCase() : require("tr46/index.js").toASCII(domain, options);
  },
  toUnicode(domain, options) {
    return require("tr46/index.js").toUnicode(domain, options);
  },
};
