/** The environment variables of the platform, by what they say. A list is read in order: the first one set wins. */
export const variable = {
  port: ["FC_SERVER_PORT", "FC_CUSTOM_LISTEN_PORT"],
  functionName: ["FC_FUNCTION_NAME"],
  functionHandler: ["FC_FUNCTION_HANDLER"],
  functionMemory: ["FC_FUNCTION_MEMORY_SIZE"],
  serviceName: ["FC_SERVICE_NAME"],
  qualifier: ["FC_QUALIFIER"],
  versionId: ["FC_FUNCTION_VERSION", "FC_VER_ID"],
  region: ["FC_REGION"],
  accountId: ["FC_ACCOUNT_ID"],
  instanceId: ["FC_INSTANCE_ID"],
  accessKeyId: ["ALIBABA_CLOUD_ACCESS_KEY_ID"],
  accessKeySecret: ["ALIBABA_CLOUD_ACCESS_KEY_SECRET"],
  securityToken: ["ALIBABA_CLOUD_SECURITY_TOKEN"],
} as const;

/** The user's own setting of how loud a line must be, which the built-in Node runtime honors. */
export const logLevelVariable = "ALIYUN_FC_LOG_LEVEL";

/** The port of a custom runtime when nothing else is configured. */
export const defaultPort: number = 9000;

/** What the environment says; an empty variable is an absent one. */
export type Environment = Readonly<Record<keyof typeof variable, string | undefined>>;
