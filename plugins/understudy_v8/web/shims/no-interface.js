// Interfaces of documents: nothing is ever one of them.
module.exports = { isImpl: () => false, is: () => false };
