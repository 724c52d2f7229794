import { describe, expect, it } from "vitest";
import { valueOf } from "../../testing/mapping.ts";
import { formatMoment } from "./format.ts";
import { parseDateText } from "./parseIso.ts";

const iso = (text: string, zone = "UTC") => {
  const ms = parseDateText(text, zone);
  return ms === undefined ? undefined : new Date(ms).toISOString();
};

describe("reading ISO 8601", () => {
  it.each<[string, string, string | undefined]>([
    ["2026-03-14", "UTC", "2026-03-14T00:00:00.000Z"],
    ["2026-03-14", "Europe/Prague", "2026-03-13T23:00:00.000Z"],
    ["2026-03-14T09:26", "UTC", "2026-03-14T09:26:00.000Z"],
    ["2026-03-14 09:26:53", "America/New_York", "2026-03-14T13:26:53.000Z"],
    ["2026-03-14T09:26:53.123456Z", "Asia/Tokyo", "2026-03-14T09:26:53.123Z"],
    ["2026-03-14T09:26:53,5+0230", "UTC", "2026-03-14T06:56:53.500Z"],
    ["2026-03-14T09:26:53-05", "UTC", "2026-03-14T14:26:53.000Z"],
    ["0099-01-01", "UTC", "0099-01-01T00:00:00.000Z"],
    ["2024-02-29", "UTC", "2024-02-29T00:00:00.000Z"],
    ["2026-02-29", "UTC", undefined],
    ["1900-02-29", "UTC", undefined],
    ["2026-04-31", "UTC", undefined],
    ["2026-13-01", "UTC", undefined],
    ["2026-01-01T24:00", "UTC", undefined],
    ["2026-01-01T00:00+19:00", "UTC", undefined],
    ["2026-01-01T00:00:00 +0100", "UTC", "2025-12-31T23:00:00.000Z"],
    ["2026-01-01T00:00:00 soon", "UTC", undefined],
    ["14.03.2026", "UTC", undefined],
    ["5", "UTC", undefined],
  ])("%s in %s", (text, zone, expected) => {
    expect(iso(text, zone)).toBe(expected);
  });

  it("moves a time that clocks skip and takes the first of one that occurs twice", () => {
    expect(iso("2026-03-29T02:30", "Europe/Prague")).toBe("2026-03-29T01:30:00.000Z");
    expect(iso("2026-10-25T02:30", "Europe/Prague")).toBe("2026-10-25T00:30:00.000Z");
    expect(iso("2026-11-01T01:30", "America/New_York")).toBe("2026-11-01T05:30:00.000Z");
  });
});

describe("writing", () => {
  const ms = Date.UTC(2026, 0, 4, 15, 6, 7, 89);

  it.each([
    ["YYYY YY Q MMMM MMM MM M", "2026 26 1 January Jan 01 1"],
    ["DDDD DDD DD Do D dddd ddd d E", "004 4 04 4th 4 Sunday Sun 0 7"],
    ["GGGG-[W]WW W", "2026-W01 1"],
    ["HH H hh h mm m ss s SSS A a", "15 15 03 3 06 6 07 7 089 PM pm"],
    ["Z ZZ z X x", "+00:00 +0000 UTC 1767539167 1767539167089"],
    ["[YYYY is literal]/", "YYYY is literal/"],
    ["Y Qo Mo DDDo wo Wo", "2026 1st 1st 4th 2nd 1st"],
    ["dd do e w ww gg gggg GG", "Su 0th 0 2 02 26 2026 26"],
    ["k kk S SS SSSS SSSSSSSSS zz", "15 15 0 08 0890 089000000 UTC"],
    ["LT | LTS | L | l", "3:06 PM | 3:06:07 PM | 01/04/2026 | 1/4/2026"],
    ["LL | ll | LLL | lll", "January 4, 2026 | Jan 4, 2026 | January 4, 2026 3:06 PM | Jan 4, 2026 3:06 PM"],
    ["LLLL | llll", "Sunday, January 4, 2026 3:06 PM | Sun, Jan 4, 2026 3:06 PM"],
  ])("%s", (format, expected) => {
    expect(formatMoment(ms, format, "UTC")).toBe(expected);
  });

  it.each([
    [1, "st"],
    [2, "nd"],
    [3, "rd"],
    [4, "th"],
    [11, "th"],
    [12, "th"],
    [13, "th"],
    [21, "st"],
    [22, "nd"],
    [31, "st"],
  ])("day %i is the %s", (day, suffix) => {
    expect(formatMoment(Date.UTC(2026, 0, day), "Do", "UTC")).toBe(`${day}${suffix}`);
  });

  it.each([
    ["2024-12-30", "2025-W01"],
    ["2027-01-01", "2026-W53"],
    ["2026-06-15", "2026-W25"],
  ])("%s is in week %s", (date, week) => {
    expect(formatMoment(Date.parse(date), "GGGG-[W]WW", "UTC")).toBe(week);
  });

  it.each([
    ["cs", "D. MMMM YYYY, dddd", "4. ledna 2026, neděle"],
    ["cs", "MMMM", "leden"],
    ["de", "dddd, Do MMM A", "Sonntag, 4 Jan PM"],
    ["fr", "ddd D MMMM YYYY", "dim. 4 janvier 2026"],
    ["pt-BR", "D [de] MMMM", "4 de janeiro"],
    ["ja", "MMMM dddd", "1月 日曜日"],
    ["en-GB", "Do MMMM", "4th January"],
  ])("in %s: %s", (locale, format, expected) => {
    expect(formatMoment(ms, format, "UTC", locale)).toBe(expected);
  });

  it("shows other time zones, also with half hours and west of Greenwich", () => {
    expect(formatMoment(ms, "HH:mm Z", "Asia/Kolkata")).toBe("20:36 +05:30");
    expect(formatMoment(ms, "HH:mm ZZ", "America/St_Johns")).toBe("11:36 -0330");
    expect(formatMoment(Date.UTC(2026, 6, 1), "YYYY-MM-DD HH:mm Z", "Europe/Prague")).toBe("2026-07-01 02:00 +02:00");
  });
});

describe("date functions", () => {
  it.each<[string, unknown]>([
    ['parseDate("3 March 2026 2:05 pm"; "D MMMM YYYY h:mm a")', "2026-03-03T14:05:00.000Z"],
    ['parseDate("Jan 1st 26"; "MMM Do YY")', "2026-01-01T00:00:00.000Z"],
    ['parseDate("01/02/70"; "DD/MM/YY")', "1970-02-01T00:00:00.000Z"],
    ['parseDate("12:30 AM"; "hh:mm A")', "2026-11-20T00:30:00.000Z"],
    ['parseDate("March"; "MMMM")', "2026-03-01T00:00:00.000Z"],
    ['parseDate("7."; "D.")', "2026-11-07T00:00:00.000Z"],
    ['parseDate("Friday, 20 November 2026"; "dddd, D MMMM YYYY")', "2026-11-20T00:00:00.000Z"],
    ['parseDate("20260314T092653123"; "YYYYMMDD[T]HHmmssSSS")', "2026-03-14T09:26:53.123Z"],
    ['parseDate("1/2/2026"; "DD/MM/YYYY")', "2026-02-01T00:00:00.000Z"],
    ['parseDate("2026-060"; "YYYY-DDDD")', "2026-03-01T00:00:00.000Z"],
    ['parseDate("1.50"; "s.SS")', "2026-11-20T00:00:01.500Z"],
    ['parseDate("24:05"; "kk:mm")', "2026-11-20T00:05:00.000Z"],
    ['parseDate("1767539167.089"; "X")', "2026-01-04T15:06:07.089Z"],
    ['parseDate("14. března 2026"; "D. MMMM YYYY"; "UTC"; "cs")', "2026-03-14T00:00:00.000Z"],
    ['parseDate("Samstag, 14. März 2026"; "dddd, D. MMMM YYYY"; "UTC"; "de")', "2026-03-14T00:00:00.000Z"],
    ['parseDate("March 14, 2026 9:26 AM"; "LLL")', "2026-03-14T09:26:00.000Z"],
    ['parseDate("2026-01-01T10:00:00.5 +0200"; "YYYY-MM-DD[T]HH:mm:ss[.5] ZZ")', "2026-01-01T08:00:00.000Z"],
    ['parseDate("1767539167089"; "x")', "2026-01-04T15:06:07.089Z"],
    ['parseDate("2026-07-01"; ""; "Asia/Tokyo")', "2026-06-30T15:00:00.000Z"],
    ['addDays("2026-03-28T12:00:00+01:00"; 1)', "2026-03-29T10:00:00.000Z"],
    ['addMonths("2026-03-31"; -1)', "2026-02-27T23:00:00.000Z"],
    ['startOf("2026-03-29T12:00:00Z"; "day")', "2026-03-28T23:00:00.000Z"],
    ['startOf("2026-03-29T12:00:00Z"; "year")', "2025-12-31T23:00:00.000Z"],
    ['dateDifference("2026-03-14"; "2024-03-15"; "years")', 1],
    ['dateDifference("2024-03-15"; "2026-03-14"; "years")', -1],
    ['dateDifference("2024-03-15"; "2024-03-15"; "months")', 0],
    ['dateDifference("2024-03-15"; "2024-03-01"; "weeks")', 2],
    ['now > "2026-11-20T13:17:13Z" and now < "2026-11-20T13:17:15Z"', true],
  ])("%s", (formula, expected) => {
    const zone = formula.startsWith("parseDate") ? "UTC" : "Europe/Prague";
    expect(valueOf(`{{${formula}}}`, {}, zone)).toEqual(expected);
  });

  it.each([
    ['parseDate("31/02/2026"; "DD/MM/YYYY")', "is not a date written as DD/MM/YYYY"],
    ['parseDate("13:00 PM"; "HH:mm A")', "is not a date written as"],
    ['parseDate("Monday, 20 November 2026"; "dddd, D MMMM YYYY")', "is not a date written as"],
    ['parseDate("2026-400"; "YYYY-DDDD")', "is not a date written as"],
    ['parseDate("2026-01-01 00:00 +19:00"; "YYYY-MM-DD HH:mm Z")', "is not a date written as"],
    ['parseDate("W12"; "[W]WW")', "has a part that cannot be read back"],
    ['parseDate("1 mai"; "D MMMM"; "UTC"; "not a language")', "There is no language"],
    ['formatDate(now; "YYYY"; "UTC"; "xx-yy-zz")', "There is no language"],
    ['setDay(now; "someday")', "is not a day of the week"],
    ['parseDate("soon")', "is not a date in ISO 8601"],
    ["addYears(now; 400000)", "out of range"],
  ])("%s fails", (formula, message) => {
    expect(() => valueOf(`{{${formula}}}`)).toThrow(message);
  });
});

describe("reading dates", () => {
  it("takes time in proportion to text and format, however many ways there are to cut the digits", () => {
    const formula = `{{parseDate("${"1".repeat(150)}x"; "${"DM".repeat(50)}")}}`;
    expect(() => valueOf(formula)).toThrow("is not a date written as");
  });
});
