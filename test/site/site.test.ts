import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chromiumPath, openReadingRoom, type ReadingRoom } from "./browser.ts";
import { builtPages, deadLinksOf, deadLinksOfSite } from "./links.ts";
import { pages, root } from "./pages.ts";

beforeAll(() => {
  execFileSync(process.execPath, [join(root, "scripts/docs.mjs")], { stdio: "pipe" });
}, 300_000);

describe("the site", () => {
  test("has each page of docs/, the rules' index and the API", () => {
    const expected = pages
      .filter((page) => page.startsWith("docs/"))
      .map((page) => page.slice("docs/".length).replace("README.md", "index.md"))
      .map((page) => page.replace(/\.md$/, ".html"));

    expect(builtPages()).toEqual(
      expect.arrayContaining([...expected, "api/index.html", "api/@fcrt/core.html"]),
    );
  });

  test("has no link that leads nowhere", () => {
    expect(deadLinksOfSite()).toEqual([]);
  });
});

test("no page of the repository has a link that leads nowhere", () => {
  expect(pages.flatMap(deadLinksOf)).toEqual([]);
});

describe.skipIf(!chromiumPath)("in a browser (Debian's chromium), the site", () => {
  let room: ReadingRoom;

  beforeAll(async () => {
    room = await openReadingRoom();
  });

  afterAll(() => room.close());

  test.each([
    ["a desk", 1280, 800],
    ["a phone", 390, 844],
  ])(
    "is in order on %s: no error, no other host asked, nothing wider than the window",
    async (_, width, height) => {
      const { complaints, open, excessWidth } = await room.reader(width, height);
      const tooWide: string[] = [];
      for (const path of seenPages()) {
        await open(path);
        const excess = await excessWidth();
        if (excess > 0) tooWide.push(`${path}: by ${excess} px`);
      }

      expect(complaints).toEqual([]);
      expect(tooWide).toEqual([]);
    },
  );

  test("finds a rule", async () => {
    const { page, open } = await room.reader(1280, 800);
    await open("/");
    await page.getByRole("button", { name: "Search" }).first().click();
    await page.getByRole("searchbox").fill("FC-STATUS-002");
    await page.locator(".result").first().waitFor();

    expect(await page.locator(".result").first().getAttribute("href")).toContain(
      "/rules/FC-STATUS-002",
    );
  });

  test("finds a Chinese word in the middle of a sentence", async () => {
    const { page, open } = await room.reader(1280, 800);
    await open("/zh/getting-started.html");
    await page.getByRole("button", { name: "搜索" }).first().click();
    await page.getByRole("searchbox").fill("堆栈");
    await page.locator(".result").first().waitFor();

    expect(await page.locator(".result").first().getAttribute("href")).toContain(
      "/zh/getting-started",
    );
  });

  test("lets a reader with a phone go to another page by its menu", async () => {
    const { page, open } = await room.reader(390, 844);
    await open("/getting-started.html");
    await page.getByRole("button", { name: "Menu", exact: true }).tap();
    await page.locator(".VPSidebar.open").getByRole("link", { name: "Tracing" }).tap();
    await page.getByRole("heading", { name: "Tracing", level: 1 }).waitFor();

    expect(page.url()).toMatch(/\/tracing/);
  });
});

/** All pages but those of the rules, which are all alike. */
function seenPages(): string[] {
  return builtPages()
    .filter((page) => page !== "404.html" && !/^rules\/FC-(?!STATUS-001)/.test(page))
    .map((page) => `/${page}`);
}
