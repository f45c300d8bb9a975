//! The job sheet in French.

use super::NBSP;
use crate::text::keys::{Facts, Moves, Points, Sheet, Versions};

/// The words of the job sheet.
pub(super) const SHEET: Sheet = Sheet {
    kind: "Fiche emploi",
    here: |names| format!("Sont ici{NBSP}: {names}"),
    too_long: "Votre ajout n’est pas entré. Le texte serait trop long. Enlevez d’abord quelques mots.",
    writes_here: |name| format!("{name} écrit ici aussi"),
    write: "Écrire",
    change: "Changer",
    not_known: "Pas encore connu",
    empty: "Rien d’écrit",
    facts: Facts {
        sheet: "La fiche",
        title: "Le nom du travail",
        trade: "La sorte de travail",
        price: "Le prix",
        contract: "Le contrat",
        not_sure: "Pas encore sûr. Rien n’est signé.",
        carrier: "Porteur de projet",
        employer: "Employeur qui signerait",
        contract_type: "Type de contrat",
        committee: "Commission paritaire",
        people: "Personnes",
        hours: "Heures par semaine",
        full_time: "Temps pleins en tout (ETP)",
        money: "L’argent",
        cost: "Coût par an, en euros",
        income: "Recettes par an, en euros",
        people_count: |count| match count {
            0 | 1 => format!("{count} personne"),
            _ => format!("{count} personnes"),
        },
        euros: |euros| format!("{}{NBSP}€ par an", thousands(euros)),
        weekly: |minutes| {
            let hours = typed_hundredths(minutes_to_hundredths(minutes));
            if minutes < 120 {
                format!("{hours} heure par semaine")
            } else {
                format!("{hours} heures par semaine")
            }
        },
        posts: |hundredths| {
            let posts = typed_hundredths(hundredths);
            if hundredths < 200 {
                format!("{posts} temps plein")
            } else {
                format!("{posts} temps pleins")
            }
        },
        hours_typed: |minutes| typed_hundredths(minutes_to_hundredths(minutes)),
        posts_typed: typed_hundredths,
        number_unread: "Écrivez un nombre, par exemple 20.",
    },
    versions: Versions {
        exist: |count| match count {
            2 => "Deux versions existent.".to_owned(),
            _ => format!("{count} versions existent."),
        },
        nothing_lost: "Rien n’est perdu.",
        choose: |value| format!("Choisir «\u{a0}{value}\u{a0}»"),
        by: |name, when| match when {
            "" => capital(name),
            when => format!("{}, {when}", capital(name)),
        },
    },
    moves: Moves {
        states: "États de la fiche",
        done: "\u{a0}: fait",
        section: "État de la fiche",
        now: |state| format!("État{NBSP}: {}.", lower(state)),
        unmet: |count| match count {
            0 => "Tous les points sont vérifiés.".to_owned(),
            1 => "1 point est à vérifier.".to_owned(),
            _ => format!("{count} points sont à vérifier."),
        },
        change: "Changer l’état",
        to: "Quel état maintenant\u{a0}?",
        unmet_title: |count| match count {
            1 => "1 point n’est pas vérifié.".to_owned(),
            _ => format!("{count} points ne sont pas vérifiés."),
        },
        unmet_body: "On peut demander un avis. Il faut dire pourquoi, et qui s’en occupe.",
        open_title: |count| match count {
            1 => "L’essai attend 1 point.".to_owned(),
            _ => format!("L’essai attend {count} points."),
        },
        open_body: "Notez d’abord ces points, plus bas sur la fiche.",
        reason: "Pourquoi\u{a0}?",
        go: |state| format!("Passer à «\u{a0}{state}\u{a0}»"),
        no_state: "Choisissez d’abord un état.",
        no_reason: "Dites d’abord pourquoi.",
        no_owner: "Dites d’abord qui s’en occupe.",
        elsewhere: "La fiche a déjà changé d’état. Regardez encore une fois.",
        history: "Ce qui s’est passé",
        no_history: "La fiche n’a pas encore changé d’état.",
        step: |from, to| format!("{from} → {to}"),
        step_by: |name, when| match when {
            "" => format!("Par {name}"),
            when => format!("Par {name}, {when}"),
        },
        step_reason: |reason| format!("Pourquoi{NBSP}: {reason}"),
    },
    points: Points {
        title: "À vérifier",
        body: "Des points à vérifier avant d’avancer.",
        cares: |name| format!("{} s’en occupe", capital(name)),
        cares_before: |name, day| format!("{} s’en occupe avant {day}", capital(name)),
        before: |day| format!("Avant {day}"),
        me: "Moi",
        state: "C’est vérifié\u{a0}?",
        owner: "Qui s’en occupe\u{a0}?",
        owner_words: "Ou un groupe, une organisation",
        owner_hint: "Par exemple «\u{a0}les syndicats\u{a0}». Pas le nom d’une personne.",
        evidence: "Comment on le sait",
        due: "Avant quel jour\u{a0}?",
        add: "Ajouter un point",
        label: "Le point à vérifier",
        save: "Noter",
        no_label: "Écrivez d’abord le point.",
        trial: "Avant l’essai",
        trial_body: "Quatre points, notés par une personne.",
        waits: |count| match count {
            1 => "L’essai attend 1 point.".to_owned(),
            _ => format!("L’essai attend {count} points."),
        },
        ready: "Les quatre points sont notés.",
        note: "Noter un point",
        why: "Un essai sans cadre, c’est du travail au noir. Ces points vous protègent.",
        noted_by: |name, when| match when {
            "" => format!("Noté par {name}"),
            when => format!("Noté par {name}, {when}"),
        },
        noted_unnamed: "Noté sans nom. Une personne doit le noter.",
        employer: "Employeur",
        frame: "Cadre légal",
        frame_hint: "Bénévolat\u{a0}: l’asbl envoie d’abord le formulaire C45B.",
        insurance: "Assurance",
        insurance_hint: "Compagnie et numéro.",
        allowance: "Effet sur l’allocation, le RIS ou la mutuelle",
        allowance_hint: "Ce que dit la règle, pour tous. On ne demande rien aux personnes.",
        in_my_name: |name| match name {
            "" => "Noté en votre nom, aujourd’hui.".to_owned(),
            name => format!("Noté par {name}, aujourd’hui."),
        },
    },
};

/// "Avis des partenaires" in the middle of a sentence. No state begins with an accent.
fn lower(state: &str) -> String {
    let mut characters = state.chars();
    match characters.next() {
        Some(first) => format!("{}{}", first.to_ascii_lowercase(), characters.as_str()),
        None => String::new(),
    }
}

/// "quelqu’un" begins a sentence as "Quelqu’un", "élodie" as "Élodie".
fn capital(name: &str) -> String {
    let mut characters = name.chars();
    let first = characters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(characters).collect()
}

fn minutes_to_hundredths(minutes: u32) -> u32 {
    minutes.saturating_mul(100) / 60
}

/// 1950 hundredths are "19,5"; 2000 are "20".
fn typed_hundredths(hundredths: u32) -> String {
    let (whole, rest) = (hundredths / 100, hundredths % 100);
    match rest {
        0 => whole.to_string(),
        rest if rest % 10 == 0 => format!("{whole},{}", rest / 10),
        rest => format!("{whole},{rest:02}"),
    }
}

/// 12500 is "12 500", with a space that does not break.
fn thousands(number: u32) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(NBSP);
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_begins_a_sentence_with_a_capital_that_keeps_its_accent() {
        assert_eq!((SHEET.points.cares)("élodie"), "Élodie s’en occupe");
        assert_eq!((SHEET.points.cares)("quelqu’un"), "Quelqu’un s’en occupe");
    }

    #[test]
    fn numbers_read_as_in_french() {
        assert_eq!(thousands(12_500), "12\u{a0}500");
        assert_eq!(thousands(980), "980");
        assert_eq!((SHEET.facts.weekly)(1170), "19,5 heures par semaine");
        assert_eq!((SHEET.facts.weekly)(60), "1 heure par semaine");
        assert_eq!((SHEET.facts.posts)(150), "1,5 temps plein");
    }
}
