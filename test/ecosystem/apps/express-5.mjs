import express from "express";
import { createApplication } from "./express-routes.cjs";

const app = createApplication(express);

app.listen(process.env.FC_SERVER_PORT || 9000, () => console.log("listening"));
