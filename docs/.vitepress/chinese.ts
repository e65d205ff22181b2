import type { DefaultTheme } from "vitepress";

/** What the theme says around the Chinese pages. */
export const chineseInterface: DefaultTheme.Config = {
  nav: [
    { text: "快速入门", link: "/zh/getting-started" },
    { text: "完整文档（英文）", link: "/getting-started" },
  ],
  sidebar: [{ text: "中文", items: [{ text: "快速入门", link: "/zh/getting-started" }] }],
  outline: { label: "本页内容", level: [2, 3] },
  docFooter: { prev: "上一页", next: "下一页" },
  darkModeSwitchLabel: "外观",
  lightModeSwitchTitle: "切换到浅色模式",
  darkModeSwitchTitle: "切换到深色模式",
  sidebarMenuLabel: "目录",
  returnToTopLabel: "回到顶部",
  langMenuLabel: "切换语言",
  skipToContentLabel: "跳到正文",
};

/** What the search says on them. */
export const chineseSearch: NonNullable<DefaultTheme.LocalSearchOptions["translations"]> = {
  button: { buttonText: "搜索", buttonAriaLabel: "搜索" },
  modal: {
    displayDetails: "显示详情",
    resetButtonTitle: "清空",
    backButtonTitle: "关闭",
    noResultsText: "没有结果：",
    footer: { selectText: "打开", navigateText: "移动", closeText: "关闭" },
  },
};
