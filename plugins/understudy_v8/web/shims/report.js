// What a listener throws is reported to the host, not to a window.
module.exports = (_global, error) => host.report(error);
