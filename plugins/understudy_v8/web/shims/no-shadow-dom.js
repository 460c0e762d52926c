// No event target here is a node of a tree.
module.exports = {
  isNode: () => false,
  isShadowRoot: () => false,
  isSlotable: () => false,
  getRoot: (node) => node,
  getEventTargetParent: () => null,
  isShadowInclusiveAncestor: () => false,
  retarget: (target) => target,
};
