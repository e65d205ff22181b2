"use strict";
// What the applications stream.
const { setTimeout: pause } = require("node:timers/promises");

exports.rows = async function* rows() {
  yield "id,total\n";
  for (let id = 1; id <= 3; id++) {
    await pause(20);
    yield `${id},${id * 10}\n`;
  }
};

exports.events = async function* events() {
  for (let id = 1; id <= 3; id++) {
    await pause(20);
    yield `id: ${id}\ndata: tick ${id}\n\n`;
  }
};
