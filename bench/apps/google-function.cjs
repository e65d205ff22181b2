const markers = { "/initialize": "Initialize", "/invoke": "Invoke" };

exports.invoke = (request, response) => {
  const requestId = request.headers["x-fc-request-id"];
  const marker = markers[request.headers["x-fc-control-path"]] ?? "Invoke";
  console.log(`FC ${marker} Start RequestId: ${requestId}`);
  response.set("x-fc-status", "200");
  if (marker === "Invoke") {
    console.log(`${new Date().toISOString()} ${requestId} [INFO] accepted`);
    console.log(`FC Invoke End RequestId: ${requestId}`);
    // A body of a type that it does not know stays as it came.
    response.json({ hello: JSON.parse(request.body).name });
  } else {
    console.log(`FC ${marker} End RequestId: ${requestId}`);
    response.end();
  }
};
