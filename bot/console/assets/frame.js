// What every page needs before anything else: the language of its words, for screen readers and line breaking.
document.documentElement.lang = document.currentScript.dataset.language;
