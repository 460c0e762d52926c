// FileReader decodes text; the part `reader` sees to it that `encoding` is there.
module.exports = {
  labelToName: (label) => web.encoding.labelToName(label),
  legacyHookDecode: (bytes, label) => web.encoding.legacyHookDecode(bytes, label),
};
