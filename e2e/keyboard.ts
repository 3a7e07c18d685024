import { expect, type Locator, type Page } from '@playwright/test';

/** What tests do with the keyboard alone. */

/** More elements than any page has on the way from one place to another. */
const MOST = 80;

/** Presses Tab, or Shift+Tab, until the element has the focus: proof that a keyboard gets there. */
export const tabTo = async (page: Page, element: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab') => {
  await element.waitFor();
  for (let pressed = 0; pressed < MOST; pressed += 1) {
    // One key after the other, as fingers do.
    if ((await element.and(page.locator(':focus')).count()) > 0) return;
    await page.keyboard.press(key);
  }
  await expect(element, `${key} does not lead there`).toBeFocused();
};
