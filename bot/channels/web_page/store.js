/**
 * What the browser keeps for us. Where it refuses (blocked, full), values live as long as the page,
 * so the chat works all the same.
 */

/** @type {Map<string, string>} */
const memory = new Map();

/** @param {string} key @returns {string | null} */
export function read(key) {
  try {
    return localStorage.getItem(key) ?? memory.get(key) ?? null;
  } catch {
    return memory.get(key) ?? null;
  }
}

/** @param {string} key @param {string} value */
export function write(key, value) {
  try {
    localStorage.setItem(key, value);
    memory.delete(key);
  } catch {
    memory.set(key, value);
  }
}

/** @param {string} key */
export function remove(key) {
  memory.delete(key);
  try {
    localStorage.removeItem(key);
  } catch {
    // Blocked storage holds nothing to remove.
  }
}

/** @param {string} prefix @returns {string[]} every key that begins so */
export function keys(prefix) {
  const found = [...memory.keys()];
  try {
    found.push(...Object.keys(localStorage));
  } catch {
    // Blocked: what is in memory is all there is.
  }
  return found.filter((key) => key.startsWith(prefix));
}

/** @type {Map<string, Blob>} */
const files = new Map();

/**
 * Files wait in IndexedDB, because localStorage holds text only and a phone may close the page at any moment.
 * @template T
 * @param {IDBTransactionMode} mode @param {(store: IDBObjectStore) => IDBRequest<T>} work
 * @returns {Promise<T>} rejects where the browser gives no database
 */
function inFiles(mode, work) {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open("carebot", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("files");
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const database = opening.result;
      const request = work(database.transaction("files", mode).objectStore("files"));
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
      if (request.transaction) request.transaction.oncomplete = () => database.close();
    };
  });
}

/** @param {string} id @param {Blob} file */
export async function keepFile(id, file) {
  files.set(id, file);
  try {
    await inFiles("readwrite", (store) => store.put(file, id));
  } catch (error) {
    console.warn("The file is kept until the page is closed only.", error);
  }
}

/** @param {string} id @returns {Promise<Blob | undefined>} */
export async function keptFile(id) {
  const here = files.get(id);
  if (here) return here;
  try {
    return await inFiles("readonly", (store) => store.get(id));
  } catch (error) {
    console.warn("No file of an earlier visit can be read.", error);
    return undefined;
  }
}

/** @param {string} id */
export async function forgetFile(id) {
  files.delete(id);
  try {
    await inFiles("readwrite", (store) => store.delete(id));
  } catch (error) {
    console.warn("A file that was sent could not be removed.", error);
  }
}
