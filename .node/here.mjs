// Ends with 0 where this Node.js is one that the tools of package.json take; Redocly is the strictest of them.
const [major, minor] = process.versions.node.split(".").map(Number);
process.exit(major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19) ? 0 : 1);
