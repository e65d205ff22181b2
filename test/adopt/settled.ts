/** Reads a value until it stays the same for a while. */
export async function settled(read: () => number | Promise<number>): Promise<number> {
  let value = await read();
  for (let same = 0; same < 5;) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    const next = await read();
    same = next === value ? same + 1 : 0;
    value = next;
  }
  return value;
}
