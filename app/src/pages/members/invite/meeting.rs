//! An invitation for one meeting: its name, and when it ends.

use crate::platform::calendar;
use crate::text::late_text;
use crate::ui::{Chip, Chips, Seen, TextField, live};
use leptos::prelude::*;

const DAY: u32 = 1_440;

/// What was answered about a meeting.
#[derive(Clone, Copy)]
pub(super) struct Meeting {
    is_one: RwSignal<bool>,
    name: RwSignal<String>,
    /// As the browser writes times of day: `HH:MM`.
    end: RwSignal<String>,
}

impl Meeting {
    pub(super) fn new() -> Self {
        Self {
            is_one: RwSignal::new(false),
            name: RwSignal::new(String::new()),
            end: RwSignal::new(String::new()),
        }
    }

    /// The meeting's name and in how many minutes it ends, if there is one; or what is missing.
    pub(super) fn chosen(self) -> Result<Option<(String, u32)>, &'static str> {
        let words = &late_text().invite.meeting;
        if !self.is_one.get_untracked() {
            return Ok(None);
        }
        let name = self.name.with_untracked(|name| name.trim().to_owned());
        if name.is_empty() {
            return Err(words.no_name);
        }
        let end = self.end.with_untracked(|end| minute_of(end));
        let left = minutes_until(end.ok_or(words.no_end)?, calendar::minute_of_today());
        Ok(Some((name, left)))
    }

    /// The questions. `otherwise` is asked where there is no meeting.
    pub(super) fn fields(self, otherwise: AnyView) -> AnyView {
        let words = &late_text().invite.meeting;
        let chips = words.choices.map(|label| Chip {
            label: label.to_owned(),
            icon: None,
        });
        let is_one = Seen::new(move || self.is_one.get());
        let about = live(move || match is_one.get() {
            true => view! {
                <TextField
                    id="rencontre"
                    label=words.name
                    value=self.name
                    on_input=move |written| self.name.set(written)
                    max_length=60
                />
                <div class="field">
                    <label for="fin">{words.end}</label>
                    <input
                        class="input"
                        type="time"
                        id="fin"
                        prop:value=move || self.end.get()
                        on:input:target=move |event| self.end.set(event.target().value())
                    />
                </div>
            }
            .into_any(),
            false => ().into_any(),
        });
        view! {
            <Chips
                legend=words.question
                name="pour-rencontre"
                chips=chips.to_vec()
                chosen=Seen::new(move || Some(usize::from(is_one.get())))
                on_choose=Callback::new(move |place| self.is_one.set(place == 1))
            />
            {about}
            <div hidden=move || is_one.get()>{otherwise}</div>
        }
        .into_any()
    }
}

/// The minute of the day that a time names.
fn minute_of(time: &str) -> Option<u32> {
    let (hour, minute) = time.split_once(':')?;
    let (hour, minute): (u32, u32) = (hour.parse().ok()?, minute.get(..2)?.parse().ok()?);
    (hour < 24 && minute < 60).then_some(hour * 60 + minute)
}

/// How long until a meeting ends: a time that is over is tomorrow's.
fn minutes_until(end: u32, now: u32) -> u32 {
    match (end + DAY - now) % DAY {
        0 => DAY,
        left => left,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_meeting_may_end_after_midnight() {
        assert_eq!(minute_of("20:30"), Some(20 * 60 + 30));
        assert_eq!(minute_of("20:30:00"), Some(20 * 60 + 30));
        for text in ["", "24:00", "8h30", "20:"] {
            assert_eq!(minute_of(text), None, "{text}");
        }
        assert_eq!(minutes_until(20 * 60 + 30, 18 * 60), 150);
        assert_eq!(minutes_until(30, 23 * 60 + 50), 40);
        assert_eq!(minutes_until(60, 60), DAY);
    }
}
