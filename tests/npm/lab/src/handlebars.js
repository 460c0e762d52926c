import Handlebars from "handlebars";

Handlebars.registerHelper("loud", (text) => text.toUpperCase());

export const show = () => Handlebars.compile("{{#each people}}{{loud name}} {{/each}}{{{raw}}}{{raw}}")({
  people: [{ name: "Ada" }, { name: "Bob" }],
  raw: "<b>",
});
