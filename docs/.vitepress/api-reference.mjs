// The API reference from the sources: a page for each module that a package exports.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Application, Converter } from "typedoc";

const root = fileURLToPath(new URL("../..", import.meta.url));

const application = await Application.bootstrapWithPlugins({
  plugin: ["typedoc-plugin-markdown", "typedoc-vitepress-theme"],
  tsconfig: join(root, "tsconfig.json"),
  entryPoints: ["core", "logger", "trace"].flatMap(entriesOf),
  out: join(root, "docs", "api"),
  docsRoot: join(root, "docs"),
  name: "API",
  readme: "none",
  router: "module",
  disableSources: true,
  hideBreadcrumbs: true,
  hidePageHeader: true,
  useCodeBlocks: true,
  expandObjects: true,
  parametersFormat: "table",
  interfacePropertiesFormat: "table",
  pageTitleTemplates: { module: ({ name }) => name },
  // `npm test` has checked the types.
  skipErrorChecking: true,
  treatWarningsAsErrors: true,
  logLevel: "Warn",
});
application.converter.on(Converter.EVENT_RESOLVE_BEGIN, nameModules);

const project = await application.convert();
if (project) await application.generateOutputs(project);
process.exitCode =
  !project || application.logger.hasErrors() || application.logger.hasWarnings() ? 1 : 0;

/** The sources of what an application imports; `register` entries have nothing to name. */
function entriesOf(name) {
  const folder = join(root, "packages", name);
  const { exports } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return Object.entries(exports)
    .filter(([path]) => !path.endsWith("/register") && !path.endsWith(".json"))
    .map(([, target]) => join(folder, target["@fcrt/source"]));
}

/** By what an application writes, `@fcrt/core/start`, and not by the file. */
function nameModules({ project: { children = [] } }) {
  for (const module of children) module.name = `@fcrt/${module.name.replace("/src", "")}`;
}
