// Tries: to export nothing.
// Report: completed: You said
const answer = 42;
