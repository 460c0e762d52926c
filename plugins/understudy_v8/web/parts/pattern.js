import "part:url";
export { URLPattern } from "urlpattern-polyfill/urlpattern";
