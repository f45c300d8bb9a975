//! A phone that several people use, in French.

use super::super::keys::Users;
use super::NBSP;

pub(super) const USERS: Users = Users {
    title: "Qui utilise ce téléphone",
    body: "Chacun écrit sous son propre nom.",
    me: " (vous)",
    helps: " (vous aide)",
    locked: "avec un code secret",
    hand_over: "Passer le téléphone",
    hand_over_body: "Votre page se ferme. Rien de vous ne reste à l’écran.",
    forgets: "Ce téléphone ne garde rien. Il ne peut pas passer de main en main.",
    full: "Ce téléphone est au complet. Huit personnes, pas plus.",
    add: "Ajouter une personne",
    add_body: "Votre page se ferme. La personne choisit son image et entre.",
    add_as_guest: "Ajouter un invité",
    add_as_volunteer: "Ajouter un volontaire",
    add_by_link: "Avec un lien ou un code reçu",
    code: "Mon code secret",
    code_body: "Le code ferme votre page aux autres. Il ne cache pas vos textes à un spécialiste.",
    code_field: "Quatre chiffres",
    code_hint: "Pas une date de naissance.",
    set_code: "Mettre ce code",
    code_set: "Votre code est mis.",
    drop_code: "Enlever mon code",
    code_dropped: "Votre code est enlevé.",
    not_four: "Il faut quatre chiffres.",
    no_codes: "Ce téléphone ne sait pas faire de code ici. Il faut une adresse qui commence par https.",
    is_helping: |name| format!("{name} aide à écrire"),
    code_of: |name| format!("Code secret{NBSP}: {name}"),
    enter: "Entrer",
    someone_else: "Ce n’est pas moi",
    wrong: "Ce n’est pas le bon code.",
    wait: |minutes| match minutes {
        1 => format!("Trop d’essais. Réessayez dans 1{NBSP}minute."),
        minutes => format!("Trop d’essais. Réessayez dans {minutes}{NBSP}minutes."),
    },
    forgotten: "J’ai oublié mon code",
    forgotten_body: [
        "Personne ne peut retrouver ce code.",
        "On peut vous retirer de ce téléphone.",
        "L’équipe vous invite alors à nouveau.",
    ],
    remove: |name| format!("Retirer {name} de ce téléphone"),
};
