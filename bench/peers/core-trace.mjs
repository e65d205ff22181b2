import { serve } from "@fcrt/core";
import { tracing } from "@fcrt/trace";

const invoke = async (event) => ({ hello: event.json().name });

await serve({ invoke }, { extensions: [tracing()] });
