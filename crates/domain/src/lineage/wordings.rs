//! The words by which people say where something comes from.

use super::Derivation;

/// Words in lower case, one blank between them.
pub(super) const WORDINGS: [&str; 98] = [
    // English
    "adapted from",
    "adaptation of",
    "based on",
    "based upon",
    "based loosely on",
    "borrowed from",
    "adapted with permission from",
    "adapted with thanks from",
    "adapted with thanks to",
    "translated from",
    "translation of",
    "remixed from",
    "remix of",
    "reworked from",
    "re-worked from",
    "modified from",
    "my version of",
    "our version of",
    "tweaked version of",
    "adapted version of",
    "modified version of",
    "simplified version of",
    // Cymraeg
    "addaswyd o",
    "addasu o",
    "addasiad o",
    "seiliedig ar",
    "seiliwyd ar",
    "cyfieithwyd o",
    "cyfieithiad o",
    // Français
    "adapté de",
    "adaptée de",
    "adaptés de",
    "adaptées de",
    "adapté d'après",
    "adaptée d'après",
    "adaptation de",
    "adapté à partir de",
    "adaptée à partir de",
    "adaptés à partir de",
    "adaptées à partir de",
    "traduit de",
    "traduite de",
    "traduction de",
    "inspiré de",
    "inspirée de",
    "basé sur",
    "basée sur",
    "repris de",
    // Deutsch
    "adaptiert von",
    "adaptiert nach",
    "angepasst von",
    "angepasst nach",
    "angepasst aus",
    "abgewandelt von",
    "abgewandelt nach",
    "bearbeitet nach",
    "bearbeitung von",
    "übersetzt von",
    "übersetzt aus",
    "übersetzung von",
    "basiert auf",
    "basierend auf",
    "beruht auf",
    "nach einer idee von",
    "nach einer vorlage von",
    // Español
    "adaptado de",
    "adaptada de",
    "adaptados de",
    "adaptadas de",
    "adaptado a partir de",
    "adaptada a partir de",
    "adaptación de",
    "traducido de",
    "traducida de",
    "traducción de",
    "basado en",
    "basada en",
    // Italiano
    "adattato da",
    "adattata da",
    "adattamento di",
    "tradotto da",
    "basato su",
    "basata su",
    // Português
    "adaptação de",
    "traduzido de",
    "baseado em",
    "baseada em",
    // Nederlands
    "aangepast van",
    "bewerkt naar",
    "bewerking van",
    "vertaald van",
    "gebaseerd op",
    // Polski
    "na podstawie",
    // Gaeilge, Gàidhlig
    "bunaithe ar",
    "curtha in oiriúint ó",
    "stèidhichte air",
    "air atharrachadh bho",
    // Svenska
    "baserad på",
];

/// After these the link itself must follow.
pub(super) const LINKING: [&str; 4] = ["adapted this", "reworked", "re-worked", "d'après"];

/// Words after "adapted from" that mean the link before it.
pub(super) const POINTING: [&str; 9] = [
    "this", "that", "hwn", "hyn", "ceci", "cela", "diesem", "esto", "este",
];

/// Words with which a question begins.
pub(super) const ASKING: [&str; 36] = [
    "is", "are", "was", "were", "isn't", "should", "shall", "can", "could", "may", "might", "must",
    "do", "does", "did", "has", "have", "would", "who", "what", "why", "how", "which", "anyone",
    "ydy", "oes", "est-ce", "dois-je", "ist", "sind", "soll", "sollte", "darf", "kann", "es",
    "debo",
];

/// Words that deny what follows them.
pub(super) const DENYING: [&str; 19] = [
    "not", "never", "no", "hardly", "nor", "cannot", "nid", "heb", "ddim", "pas", "jamais",
    "nicht", "nie", "nunca", "non", "não", "niet", "nooit", "inte",
];

/// Words after which a denial is none.
pub(super) const ONLY: [&str; 9] = [
    "only",
    "just",
    "nur",
    "seulement",
    "solo",
    "sólo",
    "simplement",
    "unig",
    "bloß",
];

/// Words by which somebody did not do what follows them, apart from those that deny.
pub(super) const NOBODY: [&str; 16] = [
    "nobody", "none", "without", "neb", "personne", "aucun", "aucune", "sans", "niemand", "kein",
    "keine", "keiner", "ohne", "nadie", "ninguno", "sin",
];

/// Words by which somebody wishes to have done what follows them, or means to.
pub(super) const WISHING: [&str; 32] = [
    "would love",
    "would like",
    "i'd love",
    "i'd like",
    "we'd love",
    "we'd like",
    "would have",
    "should have",
    "could have",
    "wish",
    "hope to",
    "hoping to",
    "want to",
    "wanted to",
    "going to",
    "plan to",
    "planning to",
    "yet to",
    "will be",
    "to be",
    "hoffwn",
    "hoffem",
    "j'aimerais",
    "aimerais",
    "voudrais",
    "würde",
    "würden",
    "möchte",
    "gustaría",
    "quisiera",
    "quiero",
    "querría",
];

/// Words between two sources.
pub(super) const CONNECTING: [&str; 12] = [
    "and", "as", "well", "a", "ac", "et", "und", "y", "e", "en", "i", "och",
];

/// What begins a line that tells of changes.
pub(super) const CHANGED: [&str; 17] = [
    "changed",
    "changes",
    "change",
    "newid",
    "newidiadau",
    "newidiwyd",
    "changé",
    "changements",
    "modifié",
    "geändert",
    "änderungen",
    "anders",
    "cambios",
    "cambiado",
    "modifiche",
    "wijzigingen",
    "zmiany",
];

/// Words after which a stop ends nothing.
pub(super) const ABBREVIATIONS: [&str; 13] = [
    "mr", "mrs", "ms", "dr", "prof", "st", "mme", "mlle", "hr", "fr", "sr", "sra", "no",
];

/// What a hashtag, in lower case, says of what it answers.
pub(super) fn use_named(tag: &str) -> Option<Derivation> {
    match tag {
        "tried" | "triedit" | "rhoiswydgynnig" | "testé" | "essayé" | "ausprobiert" | "erprobt"
        | "probado" | "provato" | "uitgeprobeerd" => Some(Derivation::Tried),
        "adopted" | "mabwysiadwyd" | "adopté" | "übernommen" | "adoptado" | "adottato" => {
            Some(Derivation::Adopted)
        }
        _ => None,
    }
}
