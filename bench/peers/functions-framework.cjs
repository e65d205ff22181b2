// Google's framework as its command starts it, with a function that keeps the contract by hand.
const { join } = require("node:path");

process.env.NODE_ENV = "production";
process.argv.push(
  "--target=invoke",
  "--signature-type=http",
  `--source=${join(__dirname, "..", "apps", "google-function.cjs")}`,
  `--port=${process.env.FC_SERVER_PORT}`,
);
require(join(require.resolve("@google-cloud/functions-framework"), "..", "main.js"));
