"use strict";
const { createLogger } = require("@fcrt/logger");

const logger = createLogger({
  serializers: {
    value() {
      console.log(new Error("seen by a serializer").stack);
    },
  },
});
logger.info({ value: 1 }, "logged");

try {
  createLogger({ lvel: "info" });
} catch (error) {
  console.log(error.stack);
}
