//! The keys of what was erased, of striking words out, and of erasing someone.

/// What early screens say of it.
pub(crate) struct Rewritten {
    pub(crate) title: &'static str,
    pub(crate) see: &'static str,
}

/// Striking and erasing, and what is left.
pub(crate) struct Erasing {
    /// Leads from a sheet to the screen.
    pub(crate) link: &'static str,
    pub(crate) title: &'static str,
    pub(crate) in_sheet: fn(title: &str) -> String,
    pub(crate) which: &'static str,
    pub(crate) which_hint: &'static str,
    /// How often the words stand there.
    pub(crate) found: fn(usize) -> String,
    pub(crate) in_title: &'static str,
    pub(crate) in_facts: &'static str,
    pub(crate) title_stays: &'static str,
    pub(crate) strike: &'static str,
    pub(crate) strike_question: &'static str,
    pub(crate) strike_consequences: [&'static str; 5],
    pub(crate) strike_nothing: &'static str,
    pub(crate) strike_now: &'static str,
    /// Stands where words were struck out.
    pub(crate) mark: &'static str,
    pub(crate) whole: &'static str,
    pub(crate) whole_body: &'static str,
    pub(crate) erase: &'static str,
    pub(crate) erase_question: &'static str,
    pub(crate) erase_consequences: [&'static str; 4],
    pub(crate) keep_sheet: &'static str,
    pub(crate) erase_now: &'static str,
    pub(crate) under_way: &'static str,
    /// On the page of a document that was erased.
    pub(crate) erased_title: &'static str,
    pub(crate) erased: &'static str,
    pub(crate) erased_unsaid: &'static str,
    pub(crate) sheets: &'static str,
    /// On a document that was written anew.
    pub(crate) struck: &'static str,
    pub(crate) your_words: &'static str,
    pub(crate) your_words_body: &'static str,
    pub(crate) copy: &'static str,
    pub(crate) copied: &'static str,
    pub(crate) drop: &'static str,
    /// Erasing someone from the members.
    pub(crate) person: fn(name: &str) -> String,
    pub(crate) person_question: fn(name: &str) -> String,
    pub(crate) person_consequences: [&'static str; 5],
}
