/* The answers of one day as an entry keeps them, out of what stands in the log's form.

   answersOf(fields, symptoms, unit): `fields` are the form's [name, value] pairs, `symptoms` the words of those that are
   graded, `unit` that of the temperature ("c" or "f"). It is read as the server reads it (symptoms/forms/temperature.py). What that refuses and asks about, a missing
   point or the other unit, counts here as what was probably meant: a fever is not missed for it. */

const LEAST = 300; // tenths of a degree Celsius, as the server's
const MOST = 450;

/* Any language's digits as plain ones, whatever mark stands before the tenths, without the unit behind. */
function plain(typed) {
  const isDigit = (code) => /^\p{Nd}$/u.test(String.fromCodePoint(code));
  const digit = (sign) => {
    const code = sign.codePointAt(0);
    let zero = code;
    while (code - zero < 9 && isDigit(zero - 1)) zero -= 1;
    return code - zero;
  };
  const marked = typed.replace(/[,·٫‧・、，。]/g, ".").replace(/[º˚]/g, "°").normalize("NFKC");
  return marked.replace(/\p{Nd}/gu, digit).replace(/[\s°cfс]+$/iu, "").trim();
}

/* Tenths of a degree Celsius, a half rounded up; from hundredths of a degree, as whole numbers that nothing is lost of. */
const tenths = (hundredths, unit) =>
  unit === "f" ? Math.floor(((hundredths - 3200) * 5 + 45) / 90) : Math.floor((hundredths + 5) / 10);

function celsius(typed, unit) {
  const number = plain(typed);
  if (!/^\d{1,4}(\.\d{1,2})?$/.test(number)) return null;
  const hundredths = Math.round(Number(number) * 100);
  const other = unit === "f" ? "c" : "f";
  const readings = [tenths(hundredths, unit), tenths(hundredths / 10, unit), tenths(hundredths, other)];
  const meant = readings.find((reading) => LEAST <= reading && reading <= MOST);
  return meant === undefined ? null : meant / 10;
}

export function answersOf(fields, symptoms, unit) {
  const all = (wanted) => fields.filter(([name, value]) => name === wanted && value !== "").map(([, value]) => value);
  const levels = symptoms.flatMap((symptom) => all(symptom).map((level) => [symptom, Number(level)]));
  const [typed = ""] = all("temperature_c");
  return {
    symptoms: Object.fromEntries(levels),
    signs: all("signs"),
    exposures: all("exposures"),
    temperature_c: celsius(typed, unit),
  };
}
