import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { textOf, yamlOf } from "./manifests.ts";

interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly "timeout-minutes"?: number;
  readonly steps: readonly Step[];
}

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const folder = ".github/workflows";

describe.each(readdirSync(new URL(`../../${folder}`, import.meta.url)))("%s", (name) => {
  const text = textOf(`${folder}/${name}`);
  const workflow = yamlOf(`${folder}/${name}`) as Workflow;
  const jobs = Object.values(workflow.jobs);
  const steps = jobs.flatMap((job) => job.steps);

  test("uses each action at a commit, and says which version that is", () => {
    const uses = text.split("\n").filter((line) => /\buses:/.test(line));

    expect(uses).toHaveLength(steps.filter((step) => step.uses !== undefined).length);
    for (const line of uses) {
      expect(line).toMatch(/uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    }
  });

  test("may do nothing but read unless a job says so", () => {
    expect([{}, { contents: "read" }]).toContainEqual(workflow.permissions);
  });

  test("leaves no token behind in the checkout", () => {
    const checkouts = steps.filter((step) => step.uses?.startsWith("actions/checkout@"));

    for (const step of checkouts) expect(step.with).toEqual({ "persist-credentials": false });
  });

  test("runs nothing of a stranger's with rights, and puts nobody's text into a command", () => {
    expect(Object.keys(workflow.on)).not.toContain("pull_request_target");
    expect(Object.keys(workflow.on)).not.toContain("workflow_run");
    for (const step of steps) expect(step.run ?? "").not.toContain("${{");
  });

  test("ends each job after a while", () => {
    for (const job of jobs) expect(job["timeout-minutes"]).toBeLessThanOrEqual(60);
  });
});

describe("release.yml", () => {
  const { jobs } = yamlOf(`${folder}/release.yml`) as Workflow;

  test("lets only a job publish that runs no code of a dependency", () => {
    const publishing = Object.entries(jobs).filter(
      ([, { permissions }]) => permissions?.["id-token"] !== undefined,
    );
    const commands = publishing.flatMap(([, { steps }]) => steps.flatMap(({ run = [] }) => run));

    expect(publishing.map(([name]) => name)).toEqual(["publish"]);
    expect(commands).toEqual(["node scripts/publish.mjs"]);
    expect(textOf("scripts/publish.mjs").match(/from "(?!node:|\.\/)[^"]+"/g)).toBeNull();
  });

  test("lets only a job write to the repository that runs nothing of it", () => {
    const writing = Object.entries(jobs).filter(
      ([, { permissions }]) => permissions?.["contents"] === "write",
    );

    expect(writing.map(([name]) => name)).toEqual(["announce"]);
    for (const [, { steps }] of writing) {
      expect(steps.some(({ uses }) => uses?.startsWith("actions/checkout@"))).toBe(false);
    }
  });
});

test.each(readdirSync(new URL("../../.github/ISSUE_TEMPLATE", import.meta.url)))(
  "the issue form %s is YAML that asks something",
  (name) => {
    expect(yamlOf(`.github/ISSUE_TEMPLATE/${name}`)).toMatchObject({
      name: expect.any(String),
      description: expect.any(String),
      body: expect.arrayContaining([expect.objectContaining({ type: "textarea" })]),
    });
  },
);
