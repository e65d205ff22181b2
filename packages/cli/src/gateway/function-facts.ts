import { randomBytes } from "node:crypto";
import { variable } from "@fcrt/core/protocol";
import { inheritedEnvironment } from "../options.ts";

/** The two that are in use; they differ in headers and request IDs. */
export type Generation = 2 | 3;

/** What the platform tells a function about itself. */
export interface FunctionFacts {
  readonly generation: Generation;
  readonly name: string;
  readonly handler: string;
  /** In MB. */
  readonly memory: number;
  /** In milliseconds. */
  readonly timeout: number;
  readonly region: string;
  readonly accountId: string;
  readonly serviceName: string;
  readonly qualifier: string;
  readonly versionId: string;
  readonly logProject: string;
  readonly logStore: string;
  readonly credentials: FunctionCredentials;
}

/** Credentials that open nothing, and that nobody else has: wherever one shows up, it was leaked. */
interface FunctionCredentials {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken: string;
}

/** The facts of a function that exists only here. */
export function functionFacts(generation: Generation, timeout: number): FunctionFacts {
  return {
    generation,
    name: "local-function",
    handler: "index.handler",
    memory: 512,
    timeout,
    region: "cn-hangzhou",
    accountId: "123456789012",
    serviceName: generation === 2 ? "local-service" : "",
    qualifier: "LATEST",
    versionId: generation === 2 ? "1" : "",
    logProject: "local-log-project",
    logStore: "local-logstore",
    credentials: {
      accessKeyId: `STS.CANARY${secret(10)}`,
      accessKeySecret: `CANARY${secret(19)}`,
      securityToken: `CAISCANARY${secret(60)}`,
    },
  };
}

/** The environment of an instance: that of whoever started us, without what it says of Function Compute, and the platform's. */
export function environmentOf(
  facts: FunctionFacts,
  port: number,
  instanceId: string,
): NodeJS.ProcessEnv {
  const own = Object.entries(inheritedEnvironment()).filter(([name]) => !isPlatforms.test(name));
  const { credentials } = facts;
  const told: readonly (readonly [names: readonly string[], value: string])[] = [
    [variable.port, String(port)],
    [variable.functionName, facts.name],
    [variable.functionHandler, facts.handler],
    [variable.functionMemory, String(facts.memory)],
    [variable.serviceName, facts.serviceName],
    [variable.qualifier, facts.qualifier],
    [variable.versionId, facts.versionId],
    [variable.region, facts.region],
    [variable.accountId, facts.accountId],
    [variable.instanceId, instanceId],
    [variable.accessKeyId, credentials.accessKeyId],
    [variable.accessKeySecret, credentials.accessKeySecret],
    [variable.securityToken, credentials.securityToken],
    [["FC_FUNC_CODE_PATH"], process.cwd()],
    [["TZ"], "UTC"],
  ];
  const platforms = told.flatMap(([names, value]) => names.map((name) => [name, value]));
  return Object.fromEntries([...own, ...platforms]);
}

const isPlatforms = /^(?:FC_|ALIBABA_CLOUD_)/;

function secret(bytes: number): string {
  return randomBytes(bytes).toString("base64url");
}
