/* What to say of what one day's answers show (red-flags.js): the words of symptoms/wording/one_day.py put together as the
   server does for the page of a result (symptoms/wording/patient.py). Plain data in, plain data out.

   advised(words, about, judgement, day, answers, now): `about` is {patient, numbers, unit} of one treatment, `now` in seconds
   since 1970. From "contact" up it gives {urgency, word, heading, first, line, calls, closed, steps, afterCall, doNotWait,
   concerns, also, local} with what stands beneath: {atOnce, whenToCall, emergencyCalls, notCompared}; below, only that nothing in the answers alone asks for help today. */

const RANK = { on_track: 0, watch: 1, contact: 2, urgent: 3, emergency: 4 };
const isWithin = ([first, last = Infinity], day) => first <= day && day <= last;
const someOf = (wanted, had) => wanted.some((word) => had.includes(word));

/* What the answers name, in the words on which lines are said. */
function named(words, { symptoms = {}, signs = [], temperature_c: temperature }, above) {
  const said = [...signs];
  for (const [symptom, level] of Object.entries(symptoms)) {
    if (level) said.push(symptom);
    for (let step = 1; step <= level; step += 1) said.push(`${symptom} ${step}+`);
  }
  if (temperature) said.push("measured");
  if (temperature >= words.warm) said.push("warm");
  const isCalm = !above.length && signs.every((sign) => words.unwell.includes(sign));
  return [...said, isCalm ? "calm" : "skin"];
}

/* What each concern was raised on. */
function groundsOf(said, who, day, flags) {
  const grounds = ({ urgency, criteria }) => ({
    words: said,
    who,
    day,
    urgency: RANK[urgency],
    criteria: criteria.map(({ id }) => id),
    raising: criteria.filter((held) => RANK[held.urgency] >= RANK.contact).map(({ id }) => id),
  });
  return new Map(flags.map((flag) => [flag.concern, grounds(flag)]));
}

function fits(line, grounds, concern = "") {
  return (
    ["", undefined, concern].includes(line.concern) &&
    (line.least ?? 0) <= grounds.urgency &&
    grounds.urgency <= (line.most ?? RANK.emergency) &&
    isWithin(line.days ?? [0], grounds.day) &&
    (line.any ?? []).every((group) => someOf(group, grounds.words)) &&
    !someOf(line.none ?? [], grounds.words) &&
    (!line.who || someOf(line.who, grounds.who)) &&
    (!line.crit || someOf(line.crit, grounds.criteria)) &&
    !someOf(line.no_crit ?? [], grounds.criteria) &&
    (!line.only || grounds.raising.every((id) => line.only.includes(id)))
  );
}

/* Says texts to somebody who has these numbers to call: fills their places in. */
function speaker(numbers) {
  const said = (text, places = {}) => {
    const [known, unknown = known] = [text].flat();
    const filled = { ...numbers, ...places };
    return (numbers.number ? known : unknown).replace(/\{(\w+)\}/g, (place, name) => filled[name] ?? place);
  };
  return { said, sentence: (line, places) => said((!numbers.clinic && line.alone) || line.say, places) };
}

const listed = (words, { comma, and }) =>
  words.length > 1 ? `${words.slice(0, -1).join(comma)} ${and} ${words.at(-1)}` : words.join("");
const small = (text) => text.slice(0, 1).toLowerCase() + text.slice(1);
const large = (text) => text.slice(0, 1).toUpperCase() + text.slice(1);

function degrees(words, celsius, unit) {
  const shown = unit === "f" ? (celsius * 9) / 5 + 32 : celsius;
  return words.degrees[unit].replace("{number}", shown.toFixed(1).replace(".", words.point));
}

/* What the most urgent criteria rest on, signs first: "pus, a temperature of 38.2 °C and pain". */
function seenIn(words, flags, level, { symptoms = {}, signs = [], temperature_c: temperature }, unit) {
  const facts = flags.flatMap(({ criteria }) => criteria.filter((held) => held.urgency === level).flatMap((held) => held.facts));
  const inOrder = [
    (word) => signs.includes(word),
    (word) => word === "temperature_c",
    (word) => symptoms[word],
    (word) => word === "blood_exposure",
  ];
  const asWords = [...new Set(inOrder.flatMap((isOfKind) => facts.filter(isOfKind)))].slice(0, words.most_named).map((word) => {
    if (word === "temperature_c") return words.temperature.replace("{temperature}", degrees(words, temperature, unit));
    return words.nouns[word] ?? words[word];
  });
  return listed(asWords, words) || words.earlier;
}

/* The flags that raise something as a patient reads them: those that look alike under one heading, the first on top. */
function headingsOf(words, flags, grounds, day) {
  const held = flags.flatMap(({ criteria }) => criteria.map(({ id }) => id));
  const isFirst = held.some((id) => id in words.comes_first && isWithin(words.comes_first[id], day));
  const place = ({ concern }) =>
    concern === "blood_borne_infection" ? 2 : isFirst && words.looks_alike.includes(concern) ? 1 : 0;
  const sorted = [...flags].sort((one, other) => RANK[other.urgency] - RANK[one.urgency] || place(one) - place(other));
  const headings = new Map();
  for (const { concern } of sorted) {
    const heading = words.headings[concern] ?? concern;
    headings.set(heading, [...(headings.get(heading) ?? []), concern]);
  }
  return [...headings].map(([heading, concerns]) => {
    const weight = (concern) => grounds.get(concern).urgency * 2 + (concern === "infection" ? 1 : 0);
    const [main] = [...concerns].sort((one, other) => weight(other) - weight(one));
    return { texts: words.texts[heading], concerns, main, urgency: grounds.get(main).urgency };
  });
}

function callsOf(urgency, numbers, isClosed) {
  if (urgency === "emergency") return numbers.emergency_calls;
  if (urgency === "contact") return numbers.clinic_calls;
  const calls = [numbers.clinic_calls, numbers.urgent_calls];
  return (isClosed ? calls.reverse() : calls).flat();
}

function partOf(urgency, numbers, isClosed) {
  if (urgency !== "urgent") return "steps";
  return `steps${isClosed ? "_closed" : ""}${numbers.urgent_line ? "" : "_without_line"}`;
}

export function advised(words, { patient, numbers, unit }, { urgency, flags, above }, day, answers, now = Date.now() / 1000) {
  const { said, sentence } = speaker(numbers);
  const notCompared = said(words.not_compared, { day });
  const atOnce = urgency === "emergency" ? "" : said(words.at_once);
  const whenToCall = numbers.number ? said(words.when_to_call) : words.when_to_call_unknown;
  const foot = { atOnce, whenToCall, emergencyCalls: numbers.emergency_calls, notCompared };
  if (RANK[urgency] < RANK.contact) {
    return { urgency: "unjudged", word: words.not_judged, heading: words.calm, line: words.not_all_is_well, ...foot };
  }
  const grounds = groundsOf(named(words, answers, above), patient.words, day, flags);
  const raising = flags.filter((flag) => RANK[flag.urgency] >= RANK.contact);
  const fitting = (lines, concerns, ofConcern) =>
    lines.filter((line) => concerns.some((one) => grounds.has(one) && fits(line, grounds.get(one), ofConcern && one)));
  const headings = headingsOf(words, raising, grounds, day).map((heading) => ({
    ...heading,
    title: sentence(heading.texts.title.find((line) => fits(line, grounds.get(heading.main), heading.main))),
  }));
  const aid = (isLate) => {
    const due = words.first_aid.filter((line) => line.is_late === isLate && fitting([line], line.concerns).length);
    return due.map((line) => sentence(line));
  };
  const [main, less] = [headings.filter((one) => one.urgency >= RANK[urgency]), headings.filter((one) => one.urgency < RANK[urgency])];
  const isClosed = Boolean(numbers.open && !numbers.open.some((span) => isWithin(span, now)));
  const opening = words.opening[urgency];
  const isUrgent = RANK[urgency] >= RANK.urgent;
  return {
    urgency,
    word: urgency === "contact" && !numbers.clinic ? words.contact_alone : words.urgencies[urgency],
    heading: main[0].title,
    first: aid(false),
    line: sentence(opening.line[0], { seen: seenIn(words, flags, urgency, answers, unit) }),
    calls: callsOf(urgency, numbers, isClosed),
    closed: isUrgent && isClosed ? said(words.closed) : "",
    steps: opening[partOf(urgency, numbers, isClosed)].map((line) => sentence(line)),
    afterCall: aid(true),
    doNotWait: isUrgent && numbers.clinic ? sentence(opening.do_not_wait[0]) : "",
    concerns: main.map(({ texts, concerns, title }) => ({
      title,
      means: fitting(texts.means, concerns, true).map((line) => sentence(line)),
      care: fitting(texts.care, concerns, true).map((line) => sentence(line)),
    })),
    also: less.length ? said(words.tell_them_too, { titles: listed(less.map(({ title }) => small(title)), words) }) : "",
    local: numbers.is_sure || !isUrgent ? "" : urgency === "emergency" ? words.local_now : words.local_in_case,
    ...foot,
  };
}
