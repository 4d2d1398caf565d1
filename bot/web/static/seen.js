// Tells once that the page stands before somebody's eyes: robots that draw previews of links run no scripts, and a
// page that a browser loads in advance is not looked at yet.
const tell = () => {
  if (document.visibilityState !== "visible") return;
  document.removeEventListener("visibilitychange", tell);
  fetch(`${location.pathname}/seen`, { method: "POST", credentials: "omit", keepalive: true });
};
document.addEventListener("visibilitychange", tell);
tell();
