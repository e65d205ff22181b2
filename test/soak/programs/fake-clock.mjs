// Loaded before the function, by `--import`: a clock of the system that can be set, and a `Date` that can be replaced.
const { now } = Date;
const SystemDate = Date;
let ahead = 0;
// What the system's clock says is what all of `Date` says.
SystemDate.now = () => now() + ahead;

const hour = 3_600_000;
const systemNow = SystemDate.now;

const deeds = {
  back: () => (ahead -= hour),
  forward: () => (ahead += 2 * hour),
  // What user code does, and a library that fakes time.
  "not a number": () => (SystemDate.now = () => Number.NaN),
  frozen: () => (SystemDate.now = () => 0),
  replaced() {
    globalThis.Date = class extends SystemDate {
      static now = () => Number.NaN;
      constructor() {
        super(Number.NaN);
      }
    };
  },
  restored() {
    globalThis.Date = SystemDate;
    SystemDate.now = systemNow;
  },
};

process.on("message", (deed) => {
  if (!Object.hasOwn(deeds, deed)) return;
  deeds[deed]();
  process.send(deed);
});
