// The desk's page. The file it names has a version in its address: see bot/console/shell.py.
export { default } from "carebot-desk";
