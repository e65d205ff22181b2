import { type DefaultTheme, defineConfig, type UserConfig } from "vitepress";
import { chineseInterface, chineseSearch } from "./chinese.ts";
import { apiPages, guide, rulePages } from "./contents.ts";
import { renderDiagrams } from "./diagrams.ts";
import { unlinkOutside } from "./outside-links.ts";
import { boostOf, searchTokens } from "./search.ts";

const config: UserConfig<DefaultTheme.Config> = defineConfig({
  title: "fcrt",
  description: "Correct Function Compute custom runtimes in TypeScript and JavaScript.",
  head: [["link", { rel: "icon", href: "/icon.svg" }]],
  // GitHub shows a folder's README.md, a site its index.
  rewrites: { "rules/README.md": "rules/index.md" },
  markdown: {
    config: (markdown) => {
      renderDiagrams(markdown);
      unlinkOutside(markdown);
    },
  },
  locales: {
    root: { label: "English", lang: "en" },
    zh: {
      label: "简体中文",
      lang: "zh-CN",
      description: "用 TypeScript 和 JavaScript 编写符合规范的函数计算自定义运行时。",
      themeConfig: chineseInterface,
    },
  },
  themeConfig: {
    nav: [
      { text: "Guide", link: "/getting-started", activeMatch: "^/(?!rules/|api/|zh/)." },
      { text: "Rules", link: "/rules/", activeMatch: "^/rules/" },
      { text: "API", link: "/api/", activeMatch: "^/api/" },
    ],
    sidebar: { "/": guide(), "/rules/": rulePages(), "/api/": apiPages() },
    outline: [2, 3],
    // Only two pages exist in both languages.
    i18nRouting: false,
    search: {
      provider: "local",
      options: {
        miniSearch: {
          options: { tokenize: searchTokens },
          searchOptions: { boostDocument: boostOf },
        },
        locales: { zh: { translations: chineseSearch } },
      },
    },
  },
});

export default config;
