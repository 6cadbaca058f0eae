// Reads feeds with ical.js: an array of their texts comes in, and what is seen of each goes out.
import { readFileSync } from "node:fs";
import ICAL from "ical.js";

/** Return a day, or an instant in UTC, as ISO 8601 writes it. */
function told(time) {
  return time.isDate ? time.toString() : time.convertToZone(ICAL.Timezone.utcTimezone).toString();
}

function read(text) {
  const calendar = new ICAL.Component(ICAL.parse(text));
  // Only the rules that the feed itself brings are known.
  ICAL.TimezoneService.reset();
  for (const zone of calendar.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(zone);
  return calendar.getAllSubcomponents("vevent").map((component) => {
    const event = new ICAL.Event(component);
    return [event.uid, told(event.startDate), told(event.endDate), event.summary];
  });
}

console.log(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(read)));
