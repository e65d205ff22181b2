"use strict";
const express = require("express-4");
const { createApplication } = require("./express-routes.cjs");

const app = createApplication(express);

app.listen(process.env.FC_SERVER_PORT || 9000, () => console.log("listening"));
