/** Where the reader is: at the end the thread follows, above it a button counts what is new. */

import { say } from "./words.js";

const NEAR = 60; // pixels that still count as the end

export class Scroll {
  /** Whether new messages pull the thread along. */
  #follows = true;
  #lastTop = 0;
  #unread = 0;

  /** @param {HTMLElement} scroller @param {HTMLElement} content @param {HTMLButtonElement} jump */
  constructor(scroller, content, jump) {
    this.scroller = scroller;
    this.jump = jump;
    scroller.addEventListener("scroll", () => this.#moved(), { passive: true });
    jump.addEventListener("click", () => this.toEnd(true));
    // The keyboard opens, the composer grows, a picture arrives: who was at the end stays there.
    const stay = new ResizeObserver(() => this.#follows && this.toEnd(false));
    stay.observe(scroller);
    stay.observe(content);
  }

  /** @param {boolean} smooth */
  toEnd(smooth) {
    this.#follows = true;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.scroller.scrollTo({ top: this.scroller.scrollHeight, behavior: smooth && !calm ? "smooth" : "instant" });
    this.#mark();
  }

  /** Somebody else wrote. @param {number} count */
  arrived(count) {
    if (!this.#follows) this.#unread += count;
    this.#mark();
  }

  #moved() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    // On the way down of a smooth scroll the end is far as well; only a move up is the reader's own.
    if (scrollHeight - scrollTop - clientHeight < NEAR) this.#follows = true;
    else if (scrollTop < this.#lastTop - 2) this.#follows = false;
    this.#lastTop = scrollTop;
    this.#mark();
  }

  #mark() {
    if (this.#follows) this.#unread = 0;
    this.jump.hidden = this.#follows;
    const label = this.#unread ? say("jump_new", { count: this.#unread }) : say("jump");
    this.jump.setAttribute("aria-label", label);
    const badge = /** @type {HTMLElement} */ (this.jump.querySelector(".count"));
    badge.textContent = this.#unread ? String(Math.min(this.#unread, 99)) : "";
  }
}
