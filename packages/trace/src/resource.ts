import { detectResources, envDetector, resourceFromAttributes } from "@opentelemetry/resources";
import type { Resource } from "@opentelemetry/resources";
import { environmentVariable } from "./options.ts";
import type { Settings } from "./options.ts";

/**
 * What all spans of this process say of where they come from. Later ones win: the function, the environment, options.
 */
export function resourceOf(settings: Settings, functionName: string | undefined): Resource {
  const { resource, serviceName } = settings;
  const environment = detectResources({ detectors: [envDetector] });
  return resourceFromAttributes({
    "service.name": functionName ?? "unknown_service:node",
    "telemetry.sdk.language": "nodejs",
    "telemetry.sdk.name": "opentelemetry",
    "cloud.provider": "alibaba_cloud",
    "cloud.platform": "alibaba_cloud_fc",
    "service.namespace": environmentVariable("SLS_OTEL_SERVICE_NAMESPACE"),
    "service.version": environmentVariable("SLS_OTEL_SERVICE_VERSION"),
  })
    .merge(environment)
    .merge(resourceFromAttributes({ "service.name": serviceName, ...resource }));
}
