/* A row of links that is pushed aside on a phone begins where the current one is in sight: <nav class="lists">. */

for (const current of document.querySelectorAll(".lists [aria-current]")) current.scrollIntoView({ block: "nearest", inline: "center" });
