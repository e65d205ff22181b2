// Writes what each package is made of: a CycloneDX document beside its tarball, checked against the schema.
import { mkdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as cyclonedx from "@cyclonedx/cyclonedx-library";
import { parse } from "yaml";
import { bundledIn, locate } from "./bundled.mjs";
import { ensureBuilt, ensureInstalled } from "./setup.mjs";
import { fileNameOf, manifestOf, packageFolders, root } from "./workspace.mjs";

const { Contrib, Enums, Models, Serialize, Spec, Validation } = cyclonedx;
const specification = Spec.Spec1dot6;
const builder = new Contrib.FromNodePackageJson.Builders.ComponentBuilder(
  new Contrib.FromNodePackageJson.Factories.ExternalReferenceFactory(),
  new Contrib.License.Factories.LicenseFactory(),
);

await ensureInstalled();
await ensureBuilt();

const [target = join(root, "release")] = process.argv.slice(2);
const lockfile = parse(readFileSync(join(root, "pnpm-lock.yaml"), "utf8"));
mkdirSync(target, { recursive: true });
for (const folder of packageFolders()) {
  const path = join(target, `${fileNameOf(manifestOf(folder))}.cdx.json`);
  const bom = bomOf(folder);
  writeFileSync(path, await serialized(bom));
  console.log(`${path}: ${bom.components.size} components`);
}

/** The package with what it has in its bundles and what an installation brings, each as the lockfile has it. */
function bomOf(folder) {
  const bom = new Models.Bom();
  bom.serialNumber = Contrib.Bom.Utils.randomSerialNumber();
  bom.metadata.timestamp = new Date();
  bom.metadata.tools.components.add(componentOf(locate("@cyclonedx/cyclonedx-library", root)));
  const subject = componentOf(join(root, folder));
  bom.metadata.component = subject;

  const seen = new Map();
  for (const dependency of dependenciesOf(join(root, folder))) {
    subject.dependencies.add(addTo(bom, seen, dependency).bomRef);
  }
  for (const source of bundledIn(folder).values()) {
    const component = seen.get(realpathSync(source)) ?? addAlone(bom, seen, source);
    component.properties.add(new Models.Property("cdx:npm:package:bundled", "true"));
    subject.dependencies.add(component.bomRef);
  }
  return bom;
}

/** A package and all that it depends on. */
function addTo(bom, seen, folder) {
  const known = seen.get(folder);
  if (known) return known;
  const component = addAlone(bom, seen, folder);
  for (const dependency of dependenciesOf(folder)) {
    component.dependencies.add(addTo(bom, seen, dependency).bomRef);
  }
  return component;
}

/** A package of which a bundle has parts depends on what of its dependencies is in the bundle beside it. */
function addAlone(bom, seen, folder) {
  const component = componentOf(folder);
  seen.set(realpathSync(folder), component);
  bom.components.add(component);
  return component;
}

function componentOf(folder) {
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const { name, version, bin } = manifest;
  const component = builder.makeComponent(
    manifest,
    bin && folder.startsWith(join(root, "packages"))
      ? Enums.ComponentType.Application
      : Enums.ComponentType.Library,
  );
  component.purl = `pkg:npm/${name.replace("@", "%40")}@${version}`;
  component.bomRef.value = `${name}@${version}`;
  const integrity = lockfile.packages[`${name}@${version}`]?.resolution.integrity;
  if (integrity) component.hashes.set(Enums.HashAlgorithm["SHA-512"], digestOf(integrity));
  return component;
}

function digestOf(integrity) {
  return Buffer.from(integrity.replace("sha512-", ""), "base64").toString("hex");
}

function dependenciesOf(folder) {
  const { dependencies = {} } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return Object.keys(dependencies).map((name) => locate(name, folder));
}

async function serialized(bom) {
  const serializer = new Serialize.JsonSerializer(
    new Serialize.JSON.Normalize.Factory(specification),
  );
  const text = serializer.serialize(bom, { sortLists: true, space: 2 });
  const errors = await new Validation.JsonStrictValidator(specification.version).validate(text);
  if (errors !== null) throw new Error(`Not a CycloneDX document: ${JSON.stringify(errors)}`);
  return `${text}\n`;
}
