import { show } from "./llamaindex.js";
import { show as showCore } from "./llamaindex-core.js";

export const invoke = async () => JSON.stringify({ ...(await show()), ...(await showCore()) });
