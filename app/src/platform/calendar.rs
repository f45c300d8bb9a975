//! Days where the phone is: its time zone decides what "hier" means.

use crate::text::LocalDay;
use js_sys::Date;
use maillage_shared::date::Day;
use maillage_shared::time::UnixMillis;
use wasm_bindgen::JsValue;

const DAY_MILLISECONDS: f64 = 86_400_000.0;

/// Today, by the phone's clock.
pub(crate) fn today() -> LocalDay {
    of_date(&Date::new_0())
}

/// The day on which something happened.
pub(crate) fn local_day(at: UnixMillis) -> LocalDay {
    of_date(&Date::new(&JsValue::from_f64(at.0 as f64)))
}

/// A day that people wrote.
pub(crate) fn written_day(day: Day) -> LocalDay {
    let (year, month) = (u32::from(day.year()), i32::from(day.month()) - 1);
    of_date(&Date::new_with_year_month_day(
        year,
        month,
        i32::from(day.day()),
    ))
}

/// The hour and minute at which something happened; nothing if that was not today.
pub(crate) fn time_of_today(at: UnixMillis) -> Option<(u32, u32)> {
    let date = Date::new(&JsValue::from_f64(at.0 as f64));
    (of_date(&date).number == today().number).then(|| (date.get_hours(), date.get_minutes()))
}

/// The hour and minute of something, on whatever day.
pub(crate) fn time_of(at: UnixMillis) -> (u32, u32) {
    let date = Date::new(&JsValue::from_f64(at.0 as f64));
    (date.get_hours(), date.get_minutes())
}

/// The minute of the day that it is now.
pub(crate) fn minute_of_today() -> u32 {
    let now = Date::new_0();
    now.get_hours() * 60 + now.get_minutes()
}

fn of_date(date: &Date) -> LocalDay {
    let (year, month, day) = (date.get_full_year(), date.get_month(), date.get_date());
    LocalDay {
        // A browser's years, months and days are small whole numbers.
        year: year as i32,
        month: month + 1,
        day,
        number: (Date::utc(f64::from(year), f64::from(month)) / DAY_MILLISECONDS) as i64
            + i64::from(day),
    }
}
