import Fastify from "fastify";

/** Resolves to the listener of an application that knows little of the platform; `log` writes its line. */
export async function fastifyApp(log) {
  const app = Fastify();
  app.addContentTypeParser(
    "application/octet-stream",
    { parseAs: "string" },
    (_request, body, done) => done(null, JSON.parse(body)),
  );
  app.post("/invoke", async (request, reply) => {
    log?.("accepted");
    reply.header("x-fc-status", "200");
    return { hello: request.body.name };
  });
  await app.ready();
  return app.routing;
}
