// Puts Dintero's checkout in the place of the button. Where its SDK is missing, blocked or knows no session, the
// button stays or comes back: it leads to the same checkout on Dintero's own page.
const place = document.querySelector("#checkout");
const ways = document.querySelectorAll("[data-elsewhere]");
const elsewhere = (shown) => ways.forEach((way) => { way.hidden = !shown; });
const giveBack = (_, checkout) => { checkout?.destroy(); elsewhere(true); };

if (place && globalThis.dintero) {
  globalThis.dintero
    .embed({
      container: place,
      sid: place.dataset.session,
      language: place.dataset.language,
      onSessionNotFound: giveBack,
    })
    .then(() => elsewhere(false), () => elsewhere(true));
}
