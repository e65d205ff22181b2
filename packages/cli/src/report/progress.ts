import yoctoSpinner from "yocto-spinner";

/** Tells what goes on, on stderr, so that stdout holds the report alone. */
export interface Progress {
  readonly say: (text: string) => void;
  readonly end: () => void;
}

/** A spinner on a terminal; elsewhere a line whenever something else goes on, or nothing at all. */
export function progress(elsewhere: "lines" | "nothing"): Progress {
  if (!process.stderr.isTTY) return elsewhere === "lines" ? lines() : { say() {}, end() {} };
  // Whoever started the program also ends it on a signal; the spinner must not exit before.
  const spinner = yoctoSpinner({ handleSignals: false });
  // It hides the cursor, which whoever ends us in the middle wants back.
  process.once("exit", () => spinner.stop());
  return {
    say(text) {
      if (spinner.isSpinning) spinner.text = text;
      else spinner.start(text);
    },
    end: () => void spinner.stop(),
  };
}

function lines(): Progress {
  let last = "";
  return {
    say(text) {
      if (text !== last) process.stderr.write(`${text}\n`);
      last = text;
    },
    end() {},
  };
}
