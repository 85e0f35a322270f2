//! What stands around commands and says nothing: greetings, wishes, please and thanks, for each language of them, without
//! accents.

use super::words::Word;

/// What a message begins with; alone, it asks for help.
const GREETINGS: [&str; 5] = [
    "hello, hello there, hello everyone, hello all, hi, hi there, hi everyone, hi all, hey, good morning, good afternoon, \
     good evening, dear stewards",
    "hallo, hallo zusammen, guten morgen, guten tag, guten abend, moin, servus, liebe verantwortliche",
    "bonjour, bonsoir, salut, coucou",
    "hola, buenos dias, buenas tardes, buenas noches, buenas",
    "helo, shwmae, shw mae, bore da, prynhawn da, noswaith dda",
];
/// What may stand before a command.
const OPENINGS: [&str; 5] = [
    "please, pls, plz, kindly, just, can you, could you, would you, will you, can i, could i, may i, let me, i want to, \
     i would like to, id like to, i wish to, i need, i, the, your, set, change, update, edit, new",
    "bitte, mir, uns, gern, gerne, ich mochte, ich wurde, ich will, kann ich, konnte ich, darf ich, kannst du, konntest du, \
     konnt ihr, konntet ihr, konnen sie, konnten sie, ich brauche, ich, der, die, das, den, dem, diese, aus, eure, andere, \
     neue",
    "svp, stp, sil vous plait, sil te plait, merci de, je voudrais, je veux, jaimerais, je souhaite, je souhaiterais, \
     je peux, puisje, puis je, estce que je peux, est ce que je peux, peuxtu, peux tu, pourraistu, pourrais tu, pouvezvous, \
     pouvez vous, pourriezvous, pourriez vous, jai besoin, je, le, la, les, de, en, vos, changer, changez, modifier, \
     nouvelle, nouvelles",
    "por favor, porfa, quiero, quisiera, me gustaria, puedo, podria, podrias, puedes, puede, pueden, podeis, necesito, yo, \
     el, los, las, tus, cambiar, nueva, nuevas",
    "os gwelwch yn dda, plis, hoffwn, hoffwn i, dw i eisiau, dwi eisiau, rydw i eisiau, dw i am, dwi am, rwyf am, ga i, gai, \
     gaf i, allwch chi, allech chi, alli di, allet ti, y, yr, newid",
];
/// What a question begins with, which wants to change nothing.
const ASKING: [&str; 5] = [
    "what are, what is, whats, who are, who is, see, read, know, show, show me, tell me, send me",
    "wer sind, was sind, wie lauten, wie ist, was ist, zeig mir, zeigt mir, zeigen sie mir",
    "quelles sont, quels sont, quelle est, qui sont, montrezmoi, montrez moi, montremoi",
    "cuales son, cual es, quienes son, muestrame, ensename",
    "beth yw, beth ywr, beth ydy, beth ydyr, pwy yw, pwy ywr, pwy ydy, pwy ydyr, dangoswch",
];
/// What may stand behind a command.
const CLOSINGS: [&str; 5] = [
    "please, pls, plz, thanks, thanks a lot, many thanks, thank you, thank you very much, thank you so much, thx, ty, cheers, \
     ta, now, too",
    "bitte, bitte schon, bitteschon, danke, danke schon, dankeschon, danke sehr, danke im voraus, vielen dank, besten dank, \
     jetzt, auch",
    "svp, stp, sil vous plait, sil te plait, merci, merci beaucoup, merci bien, merci davance, grand merci, maintenant, aussi",
    "por favor, porfa, porfavor, gracias, muchas gracias, mil gracias, gracias de antemano, ahora, tambien",
    "os gwelwch yn dda, plis, diolch, diolch yn fawr, diolch i ti, diolch i chi, diolch o galon, llawer o ddiolch, nawr, \
     rwan, hefyd",
];

/// How a message begins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Beginning {
    pub(super) greets: bool,
    pub(super) asks: bool,
}

/// A message from its command on, without thanks behind it.
pub(super) fn without_manners<'w, 'a>(mut said: &'w [Word<'a>]) -> (Beginning, &'w [Word<'a>]) {
    let mut beginning = Beginning::default();
    loop {
        if let Some(rest) = after_any(said, GREETINGS) {
            beginning.greets = true;
            said = rest;
        } else if let Some(rest) = after_any(said, ASKING) {
            beginning.asks = true;
            said = rest;
        } else if let Some(rest) = after_any(said, OPENINGS) {
            said = rest;
        } else {
            return (beginning, without_closings(said));
        }
    }
}

/// Whether these words only say please and thanks.
pub(super) fn is_courtesy(said: &[Word<'_>]) -> bool {
    without_closings(said).is_empty()
}

/// What follows the longest of these phrases.
fn after_any<'w, 'a>(said: &'w [Word<'a>], lists: [&str; 5]) -> Option<&'w [Word<'a>]> {
    let lengths = phrases_of(lists).filter_map(|phrase| {
        let length = phrase.split(' ').count();
        is_phrase(said.get(..length)?, phrase).then_some(length)
    });
    said.get(lengths.max()?..)
}

fn without_closings<'w, 'a>(mut said: &'w [Word<'a>]) -> &'w [Word<'a>] {
    let before = |said: &'w [Word<'a>]| {
        let lengths = phrases_of(CLOSINGS).filter_map(|phrase| {
            let start = said.len().checked_sub(phrase.split(' ').count())?;
            is_phrase(said.get(start..)?, phrase).then_some(start)
        });
        said.get(..lengths.min()?)
    };
    while let Some(rest) = before(said) {
        said = rest;
    }
    said
}

fn is_phrase(said: &[Word<'_>], phrase: &str) -> bool {
    said.iter()
        .map(|word| word.plain.as_str())
        .eq(phrase.split(' '))
}

fn phrases_of(lists: [&str; 5]) -> impl Iterator<Item = &str> {
    lists.into_iter().flat_map(|list| list.split(", "))
}
