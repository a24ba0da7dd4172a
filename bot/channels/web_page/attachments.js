/** Pictures and files in a bubble, and the picture shown large. */

import { element, icon } from "./elements.js";
import { say } from "./words.js";

/** @typedef {(url: string) => Promise<Blob>} Fetch */

/** What has been fetched stays for the life of the page. @type {Map<string, Promise<string>>} */
const fetched = new Map();

/** @param {string} url @param {Fetch} fetchFile @returns {Promise<string>} an address this page may show */
function local(url, fetchFile) {
  const known = fetched.get(url);
  if (known) return known;
  const coming = fetchFile(url).then((blob) => URL.createObjectURL(blob));
  fetched.set(url, coming);
  // A failure is not remembered, so that a tap can try again.
  coming.catch(() => fetched.delete(url));
  return coming;
}

/** @type {WeakMap<Element, () => void>} */
const whenNear = new WeakMap();
const watch = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      watch.unobserve(target);
      whenNear.get(target)?.();
    }
  },
  { rootMargin: "600px" },
);

/** @param {import("./api.js").Attachment} file */
function isPicture({ kind, name }) {
  return kind === "photo" || kind === "image" || /\.(jpe?g|png|webp|gif)$/i.test(name);
}

/**
 * @param {import("./api.js").Attachment} file @param {string | undefined} preview our own copy, if it is our picture
 * @param {Fetch} fetchFile
 * @returns {HTMLElement}
 */
export function attachment(file, preview, fetchFile) {
  if (file.url && new URL(file.url, location.href).origin !== location.origin) return stranger(file);
  return isPicture(file) ? picture(file, preview, fetchFile) : paper(file, fetchFile);
}

/** A file of another server is a link and nothing more. @param {import("./api.js").Attachment} file */
function stranger(file) {
  const link = element("a", "file", file.name);
  if (/^https?:/.test(file.url)) link.href = file.url;
  link.target = "_blank";
  link.rel = "noopener noreferrer nofollow";
  link.prepend(icon("file"));
  return link;
}

/** @param {import("./api.js").Attachment} file @param {string | undefined} preview @param {Fetch} fetchFile */
function picture(file, preview, fetchFile) {
  const frame = element("button", "photo loading");
  frame.setAttribute("aria-label", say("open_photo", { name: file.name }));
  const image = element("img");
  image.alt = say("photo", { name: file.name });
  const fail = () => {
    frame.className = "photo failed";
    frame.replaceChildren(icon("warning"), say("file_failed"));
  };
  const load = async () => {
    frame.className = "photo loading";
    frame.replaceChildren(image);
    try {
      image.src = preview ?? (await local(file.url, fetchFile));
    } catch (error) {
      console.warn(error);
      fail();
    }
  };
  image.onload = () => frame.classList.remove("loading");
  image.onerror = fail;
  frame.append(image);
  frame.onclick = () => (frame.classList.contains("failed") ? void load() : showLarge(image.src, file.name));
  whenNear.set(frame, () => void load());
  watch.observe(frame);
  return frame;
}

/** @param {import("./api.js").Attachment} file @param {Fetch} fetchFile */
function paper(file, fetchFile) {
  const button = element("button", "file", file.name);
  button.prepend(icon("file"));
  button.setAttribute("aria-label", say("save_file", { name: file.name }));
  button.disabled = !file.url;
  button.onclick = async () => {
    try {
      const link = element("a");
      link.href = await local(file.url, fetchFile);
      link.download = file.name;
      link.click();
      button.querySelector(".problem")?.remove();
    } catch (error) {
      console.warn(error);
      button.append(element("span", "problem", say("file_failed")));
    }
  };
  return button;
}

/** @param {string} source @param {string} name */
function showLarge(source, name) {
  const large = /** @type {HTMLDialogElement} */ (document.getElementById("large"));
  const image = /** @type {HTMLImageElement} */ (large.querySelector("img"));
  image.src = source;
  image.alt = say("photo", { name });
  large.onclick = () => large.close();
  large.showModal();
}
