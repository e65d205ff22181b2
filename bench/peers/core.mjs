import { serve } from "@fcrt/core";

await serve({ invoke: async (event) => ({ hello: event.json().name }) }, { runtimeName: "bench" });
