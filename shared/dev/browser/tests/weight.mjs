// weight.mjs measures what a page loads, and whether it moves.

/**
 * Opens the page of a guest, and waits until its form is there. Returns its requests, its bytes as sent (compressed,
 * with headers), and its layout shift; `now()` returns the same at a later time. The page may measure once only.
 */
export async function openMeasured(page) {
  const client = await page.context().newCDPSession(page);
  await client.send("Network.enable");
  let [requests, bytes] = [0, 0];
  client.on("Network.loadingFinished", ({ encodedDataLength }) => { requests++; bytes += encodedDataLength; });
  await page.addInitScript(() => {
    globalThis.shift = 0;
    new PerformanceObserver((list) => list.getEntries().forEach((e) => { globalThis.shift += e.value; }))
      .observe({ type: "layout-shift", buffered: true });
  });
  const now = async () => {
    await page.waitForTimeout(1000); // late requests, and what they move
    return { requests, bytes, shift: await page.evaluate(() => globalThis.shift) };
  };
  page.network.delay = 50; // so that the page is seen before its modules run
  await page.goto("/j/5551112222");
  await page.getByRole("button", { name: "Join", exact: true }).waitFor();
  return { ...await now(), now };
}
