import { decode, encode } from "@jridgewell/sourcemap-codec";
import type { SourceMapMappings, SourceMapSegment } from "@jridgewell/sourcemap-codec";
import type { Plugin } from "rolldown";

interface SourceMap {
  readonly sources: readonly string[];
  readonly mappings: string;
}

/**
 * Maps that lead to `src`, which is in the package, and nowhere else: the code of others stays where it is seen, in
 * the bundle, for its own files are not where the bundle lies.
 */
export const ownMaps: Plugin = {
  name: "own-maps",
  generateBundle(_options, bundle) {
    for (const file of Object.values(bundle)) {
      if (file.type === "asset" && file.fileName.endsWith(".map"))
        file.source = JSON.stringify(ownPartOf(JSON.parse(String(file.source))));
    }
  },
};

function ownPartOf(map: SourceMap): SourceMap {
  const own = map.sources.filter((source) => source.includes("../src/"));
  const indexes = map.sources.map((source) => own.indexOf(source));
  const mappings = encode(ownSegments(decode(map.mappings), indexes));
  return { ...map, sources: own, mappings };
}

/** @param indexes Of each source, its place among our own, or -1 */
function ownSegments(lines: SourceMapMappings, indexes: readonly number[]): SourceMapMappings {
  let isMapped = false;
  const keep = (segment: SourceMapSegment): SourceMapSegment[] => {
    const index = indexes[segment[1] ?? -1] ?? -1;
    const wasMapped = isMapped;
    isMapped = index >= 0;
    if (segment.length === 1 || !isMapped) return wasMapped ? [endAt(segment)] : [];
    segment[1] = index;
    return [segment];
  };
  return lines.map((segments) => segments.flatMap(keep));
}

/** Without it, what follows would count as a part of what was mapped last. */
function endAt([column]: SourceMapSegment): SourceMapSegment {
  return [column];
}
