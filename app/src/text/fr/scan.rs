//! Scanning a square code, in French.

use super::super::keys::Scan;

pub(super) const SCAN: Scan = Scan {
    title: "Visez le code",
    how: "Tenez le téléphone devant le code carré\u{a0}: grand écran, affiche ou carte.",
    camera: "Ce que voit l’appareil photo",
    close: "Fermer l’appareil photo",
    nothing_kept: "Aucune image n’est gardée.",
    refused: "L’appareil photo est refusé. Autorisez-le dans les réglages du navigateur, ou tapez le code de six lettres.",
    missing: "L’appareil photo ne répond pas. Tapez le code de six lettres.",
    elsewhere: "Ce code ne mène pas ici. Demandez le bon code à l’animateur.",
};
