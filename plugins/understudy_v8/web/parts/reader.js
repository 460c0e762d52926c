// FileReader: it lies with the other interfaces, and decodes text.
import "part:encoding";
import "part:files";
export { FileReader } from "part:events";
