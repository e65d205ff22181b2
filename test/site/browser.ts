import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { Server } from "node:http";
import { extname, join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { site } from "./links.ts";

/** Debian's Chromium, if it is installed (`apt-get install chromium`). */
export const chromiumPath: string | undefined = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
].find((path) => existsSync(path));

/** A window that the site is read in, and what is wrong with what it shows. */
interface Reader {
  readonly page: Page;
  /** Errors on the console and requests to other hosts, so far. */
  readonly complaints: readonly string[];
  /** Opens a page of the site and waits until its scripts have taken it over. */
  open(path: string): Promise<void>;
  /** By how many pixels the page is wider than the window. */
  excessWidth(): Promise<number>;
}

/** A browser and the site, served on this machine. */
export interface ReadingRoom {
  reader(width: number, height: number): Promise<Reader>;
  close(): Promise<void>;
}

/** Serves the built site and starts a browser. */
export async function openReadingRoom(): Promise<ReadingRoom> {
  const server = await serveSite();
  const browser = await chromium.launch({
    ...(chromiumPath && { executablePath: chromiumPath }),
    args: ["--no-sandbox"],
  });
  const address = server.address();
  const origin = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  return {
    reader: async (width, height) => readerIn(browser, origin, { width, height }),
    close: async () => {
      await browser.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function readerIn(
  browser: Browser,
  origin: string,
  viewport: { width: number; height: number },
): Promise<Reader> {
  const page = await browser.newPage({ viewport, hasTouch: viewport.width < 600 });
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(`${page.url()}: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(`${page.url()}: ${message.text()}`);
  });
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(origin) && !url.startsWith("data:")) complaints.push(`asked for ${url}`);
  });
  return {
    page,
    complaints,
    async open(path) {
      await page.goto(origin + path);
      await page.waitForFunction("document.querySelector('#app').__vue_app__ !== undefined");
    },
    excessWidth: async () =>
      page.evaluate<number>(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth",
      ),
  };
}

async function serveSite(): Promise<Server> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://site");
    const file = join(site, decodeURI(pathname.endsWith("/") ? `${pathname}index.html` : pathname));
    if (!existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    response.setHeader("content-type", types[extname(file)] ?? "application/octet-stream");
    response.end(readFileSync(file));
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve(server));
  });
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".json": "application/json",
  ".svg": "image/svg+xml",
};
