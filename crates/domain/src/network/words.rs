//! The words of commands in English and, after them, in German, French, Spanish and Welsh; without accents, as `fold` leaves
//! them.

use crate::vocabulary::fold;

const WORDS: [(&str, &[&str]); 29] = [
    (
        "help",
        &[
            "hello", "hi", "hilfe", "hallo", "aide", "bonjour", "ayuda", "hola", "cymorth", "helo",
        ],
    ),
    (
        "join",
        &[
            "follow",
            "subscribe",
            "beitreten",
            "rejoindre",
            "unirme",
            "unirse",
            "ymuno",
        ],
    ),
    (
        "leave",
        &[
            "unfollow",
            "unsubscribe",
            "quit",
            "verlassen",
            "austreten",
            "quitter",
            "salir",
            "gadael",
        ],
    ),
    (
        "stewards",
        &["verantwortliche", "responsables", "stiwardiaid"],
    ),
    ("rules", &["regeln", "regles", "reglas", "rheolau"]),
    (
        "description",
        &["beschreibung", "descripcion", "disgrifiad"],
    ),
    ("practice", &["praxis", "pratique", "practica", "arfer"]),
    ("waiting", &["wartend", "attente", "pendientes", "aros"]),
    (
        "banned",
        &["bans", "gesperrt", "bannis", "expulsados", "gwaharddedig"],
    ),
    (
        "approve",
        &["freigeben", "approuver", "aprobar", "cymeradwyo"],
    ),
    ("refuse", &["ablehnen", "refuser", "rechazar", "gwrthod"]),
    ("pin", &["anheften", "epingler", "fijar", "pinio"]),
    ("unpin", &["losen", "desepingler", "soltar", "dadbinio"]),
    ("remove", &["entfernen", "retirer", "quitar", "tynnu"]),
    (
        "restore",
        &["wiederherstellen", "retablir", "restaurar", "adfer"],
    ),
    ("accept", &["annehmen", "accepter", "aceptar", "derbyn"]),
    ("decline", &["abweisen", "decliner", "declinar", "nacau"]),
    ("invite", &["einladen", "inviter", "invitar", "gwahodd"]),
    ("ban", &["sperren", "bannir", "expulsar", "gwahardd"]),
    (
        "unban",
        &["entsperren", "debannir", "readmitir", "dadwahardd"],
    ),
    ("add", &["hinzufugen", "ajouter", "anadir", "ychwanegu"]),
    ("alias", &["arallenw"]),
    ("unalias", &["entalias", "desalias", "dadarallenw"]),
    (
        "move",
        &[
            "umziehen",
            "umzug",
            "demenager",
            "demenagement",
            "trasladar",
            "traslado",
            "symud",
        ],
    ),
    ("cancel", &["abbrechen", "annuler", "cancelar", "canslo"]),
    ("share", &["teilen", "partager", "compartir", "rhannu"]),
    ("key", &["schlussel", "cle", "clave", "allwedd"]),
    (
        "confirm",
        &["bestatigen", "confirmer", "confirmar", "cadarnhau"],
    ),
    (
        "steward",
        &[
            "verantwortlich",
            "verantwortliche",
            "responsable",
            "stiward",
        ],
    ),
];
const YES: [&str; 6] = ["yes", "on", "ja", "oui", "si", "ie"];
const NO: [&str; 5] = ["no", "off", "nein", "non", "na"];

/// What may stand before a command.
const OPENINGS: [&str; 12] = [
    "please",
    "bitte",
    "i want to",
    "i would like to",
    "i'd like to",
    "can you",
    "could you",
    "who are the",
    "who is",
    "what are the",
    "what is the",
    "show me the",
];
/// Words that say nothing after a command.
const COURTESY: [&str; 14] = [
    "please", "thanks", "thank", "you", "bitte", "danke", "merci", "sil", "vous", "plait",
    "gracias", "por", "favor", "diolch",
];

/// What a move is followed by that is taken back.
const BACK: [&str; 6] = ["back", "zuruck", "retour", "atras", "ynol", "nol"];

/// What may stand before the name of where to move.
pub(super) const TO: [&str; 6] = ["to", "nach", "vers", "à", "a", "i"];
/// What may stand before the name of whom to share with.
pub(super) const WITH: [&str; 5] = ["with", "mit", "avec", "con", "gyda"];

/// The English word for one of any of these languages; empty for none of them.
pub(super) fn meant(word: &str) -> &'static str {
    let word = fold(word);
    let is_it =
        |(english, others): &&(&str, &[&str])| *english == word || others.contains(&word.as_str());
    WORDS.iter().find(is_it).map_or("", |(english, _)| *english)
}

/// A message from its command on.
pub(super) fn without_openings(text: &str) -> &str {
    let mut rest = text;
    while let Some(after) = OPENINGS.iter().find_map(|words| after_opening(rest, words)) {
        rest = after;
    }
    rest
}

/// What follows these words, if something does.
fn after_opening<'a>(text: &'a str, words: &str) -> Option<&'a str> {
    let begins = text.get(..words.len())?.to_lowercase() == words;
    let rest = text.get(words.len()..).filter(|_| begins)?;
    let after = rest.trim_start_matches([' ', ',', ':']);
    (after.len() < rest.len() && !after.is_empty()).then_some(after)
}

/// Whether these words only say please and thanks.
pub(super) fn is_courtesy(words: &str) -> bool {
    let mut words = words.split_whitespace();
    words.all(|word| {
        let folded = fold(word);
        !word.starts_with('@') && (folded.is_empty() || COURTESY.contains(&folded.as_str()))
    })
}

/// Whether a word is one for a single steward.
pub(super) fn is_steward(word: &str) -> bool {
    let word = fold(word);
    let steward = WORDS.last().map_or(&[][..], |(_, others)| *others);
    word == "steward" || steward.contains(&word.as_str())
}

/// Whether these words take a move back.
pub(super) fn is_back(words: &str) -> bool {
    BACK.contains(&fold(words).as_str()) || meant(words) == "cancel"
}

pub(super) fn yes_or_no(word: &str) -> Option<bool> {
    let word = fold(word);
    if YES.contains(&word.as_str()) {
        Some(true)
    } else if NO.contains(&word.as_str()) {
        Some(false)
    } else {
        None
    }
}
