/* What one day's answers show by the rules of the protocol, judged as the server would if it knew that day alone.

   judged(rules, patient, day, answers): `rules` and `patient` as symptoms/recovery/one_day.py writes them, `answers` as an
   entry keeps them: {symptoms: {pain: 2}, signs: ["pus"], exposures: [], temperature_c: 38.2}. It gives
   {urgency, flags: [{concern, urgency, criteria: [{id, urgency, facts: ["pus"]}]}], above: ["pain"]}: the most urgent first,
   with the words on which each rests, and the symptoms above what is expected. Nothing in, nothing kept: plain data only. */

const isWithin = ([first, last = Infinity], day) => first <= day && day <= last;

/* The most that is ordinary of a symptom, above what is usual for the patient. */
function ceiling(rules, { band, usual }, known, symptom, day) {
  const row = rules.ceilings[band][symptom] ?? "";
  const table = (on) => Number(row[rules.days.filter((listed) => listed <= on).length - 1] ?? 0);
  const isSlow = rules.slow.includes(symptom) && rules.at_risk.some((word) => known.has(word));
  const most = isSlow && day >= 1 ? Math.max(table(day), table(day - 1)) : table(day);
  const raised = rules.raised.find(
    (one) => one.symptom === symptom && isWithin(one.days, day) && one.who.some((word) => known.has(word)),
  );
  return usual[symptom] || !raised ? most : Math.max(most, Math.min(most + 1, raised.most));
}

/* Whether a condition holds: the words it was seen in, none where it does not. One line for each kind of predicate. */
function readerOf(rules, patient, day, { symptoms = {}, signs = [], exposures = [], temperature_c: temperature = null }) {
  const known = new Set([...patient.words, ...signs, ...exposures]);
  const level = (symptom) => symptoms[symptom] ?? 0;
  const beyondUsual = (symptom) => Math.max(0, level(symptom) - (patient.usual[symptom] ?? 0));
  const isAbove = (symptom, steps) => beyondUsual(symptom) - ceiling(rules, patient, known, symptom, day) >= steps;
  const above = rules.symptoms.filter((symptom) => isAbove(symptom, 1));
  const kinds = {
    all: (...parts) => {
      const seen = parts.map(facts);
      return seen.every((words) => words.length) ? seen.flat() : [];
    },
    any: (...parts) => parts.flatMap(facts),
    v: (symptom, least) => (level(symptom) >= least ? [symptom] : []),
    u: (symptom, least) => (beyondUsual(symptom) >= least ? [symptom] : []),
    above: (steps, least, ...group) => {
      const found = group.filter((symptom) => isAbove(symptom, steps));
      return found.length >= least ? found : [];
    },
    T: (least) => (temperature !== null && temperature >= least ? ["temperature_c"] : []),
    skin: () => [...signs.filter((sign) => !rules.not_on_the_skin.includes(sign)).sort(), ...above],
  };
  function facts(condition) {
    if (typeof condition === "string") return known.has(condition) ? [condition] : [];
    const [kind, ...rest] = condition;
    return kinds[kind](...rest);
  }
  return { facts, above };
}

export function judged(rules, patient, day, answers) {
  const { facts, above } = readerOf(rules, patient, day, answers);
  const flags = new Map();
  for (const { id, urgency, days, if: condition, concern, urgent_for: urgentFor = [] } of rules.criteria) {
    const seen = isWithin(days[patient.band] ?? days.any, day) ? [...new Set(facts(condition))] : [];
    if (!seen.length) continue;
    const isUrgent = urgentFor.some((who) => isWithin(who.days, day) && facts(who.if).length);
    const held = { id, urgency: isUrgent ? rules.urgent : urgency, facts: seen };
    const concerns = concern ? [concern] : Object.keys(rules.infections).filter((one) => isWithin(rules.infections[one], day));
    for (const one of concerns) flags.set(one, [...(flags.get(one) ?? []), held]);
  }
  const slug = ({ urgency, ...rest }) => ({ ...rest, urgency: rules.urgencies[urgency] });
  const sorted = [...flags]
    .map(([concern, criteria]) => ({ concern, criteria: criteria.sort((one, other) => other.urgency - one.urgency) }))
    .sort((one, other) => other.criteria[0].urgency - one.criteria[0].urgency)
    .map(({ concern, criteria }) => ({ concern, criteria: criteria.map(slug), urgency: rules.urgencies[criteria[0].urgency] }));
  return { urgency: sorted[0]?.urgency ?? rules.urgencies[0], flags: sorted, above };
}
