//! The words of commands in English and, after them, in German, French, Spanish and Welsh; without accents, as `fold` leaves
//! them.

use crate::vocabulary::fold;

const WORDS: [(&str, &[&str]); 29] = [
    (
        "help",
        &[
            "hilfe", "hilf", "helft", "helfen", "aide", "aidemoi", "aidez", "aidezmoi", "laide",
            "daide", "ayuda", "ayudame", "ayudadme", "ayudenme", "cymorth", "gymorth", "helpwch",
            "helpa",
        ],
    ),
    (
        "join",
        &[
            "follow",
            "subscribe",
            "beitreten",
            "rejoindre",
            "adherer",
            "unirme",
            "unirse",
            "unirnos",
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
            "salirme",
            "gadael",
            "adael",
        ],
    ),
    (
        "stewards",
        &[
            "moderators",
            "verantwortliche",
            "verantwortlichen",
            "moderatoren",
            "responsables",
            "moderateurs",
            "moderadores",
            "stiwardiaid",
            "cymedrolwyr",
        ],
    ),
    ("rules", &["regeln", "regles", "reglas", "rheolau"]),
    (
        "description",
        &["beschreibung", "descripcion", "disgrifiad"],
    ),
    ("practice", &["praxis", "pratique", "practica", "arfer"]),
    (
        "waiting",
        &["pending", "wartend", "attente", "pendientes", "aros"],
    ),
    (
        "banned",
        &["bans", "gesperrt", "bannis", "expulsados", "gwaharddedig"],
    ),
    (
        "approve",
        &[
            "freigeben",
            "approuver",
            "aprobar",
            "cymeradwyo",
            "gymeradwyo",
        ],
    ),
    (
        "refuse",
        &[
            "reject", "ablehnen", "refuser", "rechazar", "gwrthod", "wrthod",
        ],
    ),
    ("pin", &["anheften", "epingler", "fijar", "pinio", "binio"]),
    (
        "unpin",
        &[
            "losen",
            "desepingler",
            "soltar",
            "desfijar",
            "dadbinio",
            "ddadbinio",
        ],
    ),
    (
        "remove",
        &["entfernen", "retirer", "quitar", "tynnu", "dynnu"],
    ),
    (
        "restore",
        &["wiederherstellen", "retablir", "restaurar", "adfer"],
    ),
    (
        "accept",
        &[
            "annehmen",
            "aufnehmen",
            "accepter",
            "aceptar",
            "derbyn",
            "dderbyn",
        ],
    ),
    ("decline", &["abweisen", "decliner", "declinar", "nacau"]),
    (
        "invite",
        &["einladen", "inviter", "invitar", "gwahodd", "wahodd"],
    ),
    (
        "ban",
        &[
            "kick",
            "block",
            "sperren",
            "rauswerfen",
            "bannir",
            "exclure",
            "expulsar",
            "gwahardd",
            "wahardd",
        ],
    ),
    (
        "unban",
        &[
            "unblock",
            "entsperren",
            "debannir",
            "readmitir",
            "dadwahardd",
            "ddadwahardd",
        ],
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
    (
        "share",
        &["teilen", "partager", "compartir", "rhannu", "rannu"],
    ),
    ("key", &["schlussel", "cle", "clave", "allwedd"]),
    (
        "confirm",
        &[
            "bestatigen",
            "bestatige",
            "confirmer",
            "confirme",
            "confirmar",
            "confirmo",
            "cadarnhau",
            "gadarnhau",
            "cadarnhaf",
        ],
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
const YES: [&str; 5] = ["yes on", "ja", "oui", "si", "ie"];
const NO: [&str; 5] = ["no off", "nein", "non", "no", "na"];

/// Little words, as stand between a command and what it is for; for each language, as all that follow.
const LITTLE: [&str; 5] = [
    "a an and as at from in me number of on one out post posts proposal that the these this those to user with your no num nr",
    "als aus beitrag dem den der des die diese diesen dieser eurem mit nach nummer und vorschlag",
    "au avec ce cette du et la le les numero proposition vers",
    "al con de del el esta este los propuesta y",
    "ar gyda hwn hon i or rhif yr",
];
/// What a network may call itself.
const NETWORKS: [&str; 5] = [
    "network group community here",
    "netzwerk netz gruppe gemeinschaft hier",
    "reseau groupe communaute ici",
    "red grupo comunidad aqui",
    "rhwydwaith grwp ngrwp cymuned gymuned yma",
];
/// For whom help is.
const ME: [&str; 5] = ["me us", "mir uns sie", "moi nous", "me nos", "fi ni"];
/// With one of these, a deed is not meant.
const NEGATIONS: [&str; 5] = [
    "not dont didnt never no",
    "nicht nie kein",
    "pas jamais",
    "no nunca",
    "ddim peidiwch",
];
/// What a description or rules are said to be, behind the word.
const CHANGED: [&str; 5] = [
    "update",
    "andern setzen neu",
    "nouvelle nouvelles",
    "nueva nuevas",
    "newydd",
];
/// What a move is followed by that is taken back.
const BACK: [&str; 5] = ["back", "zuruck", "retour enarriere", "atras", "ynol nol"];
/// What stands before the name of whom to share with.
const WITH: [&str; 5] = ["with", "mit", "avec", "con", "gyda"];

/// A word of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word<'a> {
    /// The message from this word on.
    from: &'a str,
    /// As it was written, without what stands around it.
    pub(super) said: &'a str,
    /// In small letters without accents; names and links as they are.
    pub(super) plain: String,
}

impl<'a> Word<'a> {
    /// None of what has no letter or digit.
    fn new(text: &'a str, start: usize, written: &'a str) -> Option<Self> {
        let from = text.get(start..)?;
        let said =
            written.trim_matches(|character: char| "<>()[]«»“”„\"'.,;:!?".contains(character));
        let head = said.split([':', '=']).next().unwrap_or_default();
        let plain = if said.contains('@') || said.contains("://") {
            said.to_lowercase()
        } else {
            fold(head)
        };
        (!plain.is_empty()).then_some(Self { from, said, plain })
    }

    pub(super) fn is_link(&self) -> bool {
        self.said.contains("://")
    }

    /// Whether it can only be somebody's name.
    pub(super) fn is_name(&self) -> bool {
        self.said.contains('@') && !self.is_link()
    }

    /// The English word for one of any of these languages; empty for none of them.
    pub(super) fn meaning(&self) -> &'static str {
        let is_it = |(english, others): &&(&str, &[&str])| {
            *english == self.plain || others.contains(&self.plain.as_str())
        };
        WORDS.iter().find(is_it).map_or("", |(english, _)| *english)
    }

    /// Whether it is one for a single steward.
    pub(super) fn is_steward(&self) -> bool {
        let others = WORDS.last().map_or(&[][..], |(_, others)| *others);
        self.plain == "steward" || others.contains(&self.plain.as_str())
    }

    pub(super) fn is_with(&self) -> bool {
        self.is_among(WITH)
    }

    pub(super) fn is_little(&self) -> bool {
        self.is_among(LITTLE)
    }

    pub(super) fn is_network(&self) -> bool {
        self.is_among(NETWORKS)
    }

    pub(super) fn is_negation(&self) -> bool {
        self.is_among(NEGATIONS)
    }

    pub(super) fn is_me(&self) -> bool {
        self.is_among(ME)
    }

    pub(super) fn yes_or_no(&self) -> Option<bool> {
        if self.is_among(YES) {
            Some(true)
        } else {
            self.is_among(NO).then_some(false)
        }
    }

    /// What is written after this word and a sign that a new text follows: a colon, "=" or the end of the line. A question is none.
    pub(super) fn new_text(&self) -> Option<&'a str> {
        let after = after_word(self.from).trim_start_matches(is_blank);
        let next = fold(before_end(after));
        let after = if is_among(&next, CHANGED) {
            after_word(after).trim_start_matches(is_blank)
        } else {
            after
        };
        let text = match after.strip_prefix([':', '=']) {
            Some(text) => text.trim(),
            // What stands below an empty line is a greeting as likely as not.
            None => {
                let below = after
                    .strip_prefix('\r')
                    .unwrap_or(after)
                    .strip_prefix('\n')?;
                let is_next = below
                    .lines()
                    .next()
                    .is_some_and(|line| !line.trim().is_empty());
                is_next.then(|| below.trim())?
            }
        };
        let is_question = text.ends_with('?') && !text.contains('\n');
        (!is_question).then_some(text)
    }

    fn is_among(&self, lists: [&str; 5]) -> bool {
        is_among(&self.plain, lists)
    }
}

fn is_blank(character: char) -> bool {
    character.is_whitespace() && !"\n\r".contains(character)
}

fn before_end(text: &str) -> &str {
    let ends = |character: char| character.is_whitespace() || ":=?!.,;".contains(character);
    text.split(ends).next().unwrap_or_default()
}

fn after_word(text: &str) -> &str {
    text.get(before_end(text).len()..).unwrap_or_default()
}

/// The words of a message.
pub(super) fn words(text: &str) -> Vec<Word<'_>> {
    let mut start = 0;
    let written = text.split_inclusive(char::is_whitespace);
    let mut found = Vec::new();
    for part in written {
        found.extend(Word::new(text, start, part.trim_end()));
        start += part.len();
    }
    found
}

/// Whether these words take a move back.
pub(super) fn is_back(said: &[Word<'_>]) -> bool {
    let joined: String = said.iter().map(|word| word.plain.as_str()).collect();
    let is_cancel = said.iter().any(|word| word.meaning() == "cancel");
    is_among(&joined, BACK) || (is_cancel && said.len() == 1)
}

fn is_among(plain: &str, lists: [&str; 5]) -> bool {
    lists
        .iter()
        .any(|list| list.split(' ').any(|word| word == plain))
}
