const _ = require("lodash");
const groupBy = require("lodash/groupBy");

exports.show = () => ({
  chunks: _.chunk([1, 2, 3], 2),
  grouped: groupBy(["ab", "c", "de"], "length"),
  cloned: _.cloneDeep({ a: [new Date(0)] }),
  template: _.template("hello <%= user %>")({ user: "Ada" }),
});
