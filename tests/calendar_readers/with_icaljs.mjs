// Reads the .ics files of a folder with ical.js: what it sees in each, or the remark it makes, as JSON.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ICAL from "ical.js";

const moment = (time) => (time.isDate ? time.toString() : time.toJSDate().toISOString().replace(".000Z", "Z"));

function seen(text) {
  const calendar = new ICAL.Component(ICAL.parse(text));
  const known = new Set(["UTC"]);
  for (const zone of calendar.getAllSubcomponents("vtimezone")) {
    ICAL.TimezoneService.register(zone);
    known.add(zone.getFirstPropertyValue("tzid"));
  }
  const remarks = [];
  const events = calendar.getAllSubcomponents("vevent").map((component) => {
    const event = new ICAL.Event(component, { strictExceptions: true });
    for (const time of [event.startDate, event.endDate]) {
      if (!time.isDate && !known.has(time.zone.tzid)) remarks.push(`zone ${time.zone.tzid} is not in the file`);
    }
    return { uid: event.uid, start: moment(event.startDate), end: moment(event.endDate), summary: event.summary };
  });
  ICAL.TimezoneService.reset();
  return { remarks, events, method: calendar.getFirstPropertyValue("method") };
}

ICAL.design.strict = true;
const folder = process.argv[2];
const found = {};
for (const file of readdirSync(folder).sort()) {
  try {
    found[file] = seen(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(readFileSync(join(folder, file))));
  } catch (error) {
    found[file] = { remarks: [String(error)], events: [], method: "" };
  }
}
process.stdout.write(JSON.stringify(found));
