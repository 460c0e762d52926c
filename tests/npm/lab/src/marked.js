import { marked } from "marked";

export const show = () => marked.parse("# Title\n\n- *one*\n- `two`\n\n| a |\n|---|\n| 1 |\n");
