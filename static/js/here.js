/* Tells the server in which time zone the browser's clock hangs, as the cookie zone_here: from it the server guesses a
   country, shows the guess as one and asks. Read on the next page; nothing else is sent. */

const zone = encodeURIComponent(Intl.DateTimeFormat().resolvedOptions().timeZone ?? "");
const isSecure = location.protocol === "https:" ? "; Secure" : "";
if (zone) document.cookie = `zone_here=${zone}; Path=/; Max-Age=31536000; SameSite=Lax${isSecure}`;
