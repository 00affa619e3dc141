/** The least a server can do: parse the same JSON, answer a little. Nothing is decided, stored or signed. */
const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  development: false,
  routes: {
    "/v1/activations": {
      POST: async (request) => {
        const { version } = (await request.json()) as { version: number };
        return Response.json({ version });
      },
    },
  },
});
console.log(JSON.stringify({ activation: `http://127.0.0.1:${server.port}` }));
