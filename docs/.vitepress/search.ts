/**
 * Splits text into what is searched for: words, and Chinese by the words in a sentence. Names of the platform count
 * whole and in parts: `x-fc-status`, `FC-STATUS-002`. It is sent to the browser as text, as `boostOf` is, so it
 * stands alone.
 */
export function searchTokens(text: string): string[] {
  const words = text.split(/[\s\p{P}\p{S}]+/u).filter(Boolean);
  const names = text.match(/\w+(?:[-_.]\w+)+/g) ?? [];
  const segmenter = new Intl.Segmenter("zh", { granularity: "word" });
  const chinese = (text.match(/\p{Script=Han}+/gu) ?? []).flatMap((part) =>
    [...segmenter.segment(part)].map(({ segment }) => segment),
  );
  return [...words, ...names, ...chinese];
}

/** How much more a page counts that has the word in its address: the page of a rule, when its ID is searched for. */
export function boostOf(address: string, word: string): number {
  return address.toLowerCase().includes(word) ? 4 : 1;
}
