import { existsSync, readFileSync } from "node:fs";
import type { DefaultTheme } from "vitepress";

type Items = DefaultTheme.SidebarItem[];

const docs = new URL("../", import.meta.url);

/** The sidebar of the guide: pages by their path, named by their first heading. */
export function guide(): Items {
  return [
    section("Start", ["getting-started", "local-development", "migrate"]),
    section("How it works", ["contract", "invocation", "failures", "generations"]),
    section("What to use", ["drop-in", "logging", "tracing"]),
    section("What to rely on", [
      "guarantees",
      "performance",
      "benchmarks",
      "dependencies",
      "errors",
    ]),
  ];
}

/** The sidebar of the rules: those of a family below it, as the index lists them. */
export function rulePages(): Items {
  const families = textOf("rules/README.md").split(/^## /m).slice(1);
  return [
    { text: "All rules", link: "/rules/" },
    ...families.map((family) => ({
      text: family.slice(0, family.indexOf("\n")),
      collapsed: true,
      items: [...family.matchAll(/^\| \[([\w-]+)\]/gm)].map(([, id = ""]) => ({
        text: id,
        link: `/rules/${id}`,
      })),
    })),
  ];
}

/** The sidebar of the API, as TypeDoc has written it. */
export function apiPages(): Items {
  return JSON.parse(textOf("api/typedoc-sidebar.json"));
}

function section(text: string, paths: readonly string[]): DefaultTheme.SidebarItem {
  const pages = paths.filter((path) => existsSync(new URL(`${path}.md`, docs)));
  return { text, items: pages.map((path) => ({ text: headingOf(path), link: `/${path}` })) };
}

function headingOf(path: string): string {
  return /^# (.+)$/m.exec(textOf(`${path}.md`))?.[1] ?? path;
}

function textOf(path: string): string {
  return readFileSync(new URL(path, docs), "utf8");
}
