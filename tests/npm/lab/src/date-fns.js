import { addMonths, differenceInCalendarDays, format, parseISO } from "date-fns";
import { de } from "date-fns/locale";

export const show = () => [
  format(addMonths(parseISO("2024-01-31"), 1), "yyyy-MM-dd"),
  format(new Date(2024, 4, 1), "EEEE, d. MMMM", { locale: de }),
  differenceInCalendarDays(parseISO("2024-03-01"), parseISO("2024-02-01")),
];
