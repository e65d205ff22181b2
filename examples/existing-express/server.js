const express = require("express");

const app = express();

app.use((request, response, next) => {
  console.log(`${request.method} ${request.url}`);
  next();
});

app.use(express.json());

app.get("/", (_request, response) => {
  response.send("Hello!");
});

app.post("/orders", (request, response) => {
  const order = { id: 7, ...request.body };
  console.log("ordered", order);
  response.status(201).json(order);
});

app.get("/orders/:id", (request) => {
  console.warn("no database");
  throw new Error(`Cannot read order ${request.params.id}`);
});

app.use((error, _request, response, _next) => {
  console.error(error);
  response.status(500).json({ error: error.message });
});

const port = process.env.FC_SERVER_PORT || 9000;
app.listen(port, () => console.log(`listening on ${port}`));
