//! Languages in which people may write.

/// Codes and names of ISO 639-1, by code.
pub const LANGUAGES: [(&str, &str); 183] = [
    ("aa", "Afar"),
    ("ab", "Abkhaz"),
    ("ae", "Avestan"),
    ("af", "Afrikaans"),
    ("ak", "Akan"),
    ("am", "Amharic"),
    ("an", "Aragonese"),
    ("ar", "Arabic"),
    ("as", "Assamese"),
    ("av", "Avaric"),
    ("ay", "Aymara"),
    ("az", "Azerbaijani"),
    ("ba", "Bashkir"),
    ("be", "Belarusian"),
    ("bg", "Bulgarian"),
    ("bi", "Bislama"),
    ("bm", "Bambara"),
    ("bn", "Bengali"),
    ("bo", "Tibetan"),
    ("br", "Breton"),
    ("bs", "Bosnian"),
    ("ca", "Catalan"),
    ("ce", "Chechen"),
    ("ch", "Chamorro"),
    ("co", "Corsican"),
    ("cr", "Cree"),
    ("cs", "Czech"),
    ("cu", "Old Church Slavonic"),
    ("cv", "Chuvash"),
    ("cy", "Welsh"),
    ("da", "Danish"),
    ("de", "German"),
    ("dv", "Divehi"),
    ("dz", "Dzongkha"),
    ("ee", "Ewe"),
    ("el", "Greek"),
    ("en", "English"),
    ("eo", "Esperanto"),
    ("es", "Spanish"),
    ("et", "Estonian"),
    ("eu", "Basque"),
    ("fa", "Persian"),
    ("ff", "Fula"),
    ("fi", "Finnish"),
    ("fj", "Fijian"),
    ("fo", "Faroese"),
    ("fr", "French"),
    ("fy", "Western Frisian"),
    ("ga", "Irish"),
    ("gd", "Scottish Gaelic"),
    ("gl", "Galician"),
    ("gn", "Guarani"),
    ("gu", "Gujarati"),
    ("gv", "Manx"),
    ("ha", "Hausa"),
    ("he", "Hebrew"),
    ("hi", "Hindi"),
    ("ho", "Hiri Motu"),
    ("hr", "Croatian"),
    ("ht", "Haitian"),
    ("hu", "Hungarian"),
    ("hy", "Armenian"),
    ("hz", "Herero"),
    ("ia", "Interlingua"),
    ("id", "Indonesian"),
    ("ie", "Interlingue"),
    ("ig", "Igbo"),
    ("ii", "Nuosu"),
    ("ik", "Inupiaq"),
    ("io", "Ido"),
    ("is", "Icelandic"),
    ("it", "Italian"),
    ("iu", "Inuktitut"),
    ("ja", "Japanese"),
    ("jv", "Javanese"),
    ("ka", "Georgian"),
    ("kg", "Kongo"),
    ("ki", "Kikuyu"),
    ("kj", "Kwanyama"),
    ("kk", "Kazakh"),
    ("kl", "Kalaallisut"),
    ("km", "Khmer"),
    ("kn", "Kannada"),
    ("ko", "Korean"),
    ("kr", "Kanuri"),
    ("ks", "Kashmiri"),
    ("ku", "Kurdish"),
    ("kv", "Komi"),
    ("kw", "Cornish"),
    ("ky", "Kyrgyz"),
    ("la", "Latin"),
    ("lb", "Luxembourgish"),
    ("lg", "Ganda"),
    ("li", "Limburgish"),
    ("ln", "Lingala"),
    ("lo", "Lao"),
    ("lt", "Lithuanian"),
    ("lu", "Luba-Katanga"),
    ("lv", "Latvian"),
    ("mg", "Malagasy"),
    ("mh", "Marshallese"),
    ("mi", "Māori"),
    ("mk", "Macedonian"),
    ("ml", "Malayalam"),
    ("mn", "Mongolian"),
    ("mr", "Marathi"),
    ("ms", "Malay"),
    ("mt", "Maltese"),
    ("my", "Burmese"),
    ("na", "Nauru"),
    ("nb", "Norwegian Bokmål"),
    ("nd", "Northern Ndebele"),
    ("ne", "Nepali"),
    ("ng", "Ndonga"),
    ("nl", "Dutch"),
    ("nn", "Norwegian Nynorsk"),
    ("no", "Norwegian"),
    ("nr", "Southern Ndebele"),
    ("nv", "Navajo"),
    ("ny", "Chichewa"),
    ("oc", "Occitan"),
    ("oj", "Ojibwe"),
    ("om", "Oromo"),
    ("or", "Oriya"),
    ("os", "Ossetian"),
    ("pa", "Panjabi"),
    ("pi", "Pali"),
    ("pl", "Polish"),
    ("ps", "Pashto"),
    ("pt", "Portuguese"),
    ("qu", "Quechua"),
    ("rm", "Romansh"),
    ("rn", "Kirundi"),
    ("ro", "Romanian"),
    ("ru", "Russian"),
    ("rw", "Kinyarwanda"),
    ("sa", "Sanskrit"),
    ("sc", "Sardinian"),
    ("sd", "Sindhi"),
    ("se", "Northern Sami"),
    ("sg", "Sango"),
    ("si", "Sinhala"),
    ("sk", "Slovak"),
    ("sl", "Slovenian"),
    ("sm", "Samoan"),
    ("sn", "Shona"),
    ("so", "Somali"),
    ("sq", "Albanian"),
    ("sr", "Serbian"),
    ("ss", "Swati"),
    ("st", "Southern Sotho"),
    ("su", "Sundanese"),
    ("sv", "Swedish"),
    ("sw", "Swahili"),
    ("ta", "Tamil"),
    ("te", "Telugu"),
    ("tg", "Tajik"),
    ("th", "Thai"),
    ("ti", "Tigrinya"),
    ("tk", "Turkmen"),
    ("tl", "Tagalog"),
    ("tn", "Tswana"),
    ("to", "Tonga"),
    ("tr", "Turkish"),
    ("ts", "Tsonga"),
    ("tt", "Tatar"),
    ("tw", "Twi"),
    ("ty", "Tahitian"),
    ("ug", "Uyghur"),
    ("uk", "Ukrainian"),
    ("ur", "Urdu"),
    ("uz", "Uzbek"),
    ("ve", "Venda"),
    ("vi", "Vietnamese"),
    ("vo", "Volapük"),
    ("wa", "Walloon"),
    ("wo", "Wolof"),
    ("xh", "Xhosa"),
    ("yi", "Yiddish"),
    ("yo", "Yoruba"),
    ("za", "Zhuang"),
    ("zh", "Chinese"),
    ("zu", "Zulu"),
];

/// Bytes of a code at most.
pub const CODE_BYTES: usize = 20;
/// Variants that are languages of their own to readers: they are written otherwise.
const VARIANTS: [&str; 4] = ["zh-CN", "zh-HK", "zh-TW", "zh-YUE"];
/// Codes that some phones still say, and those of today.
const FORMER: [(&str, &str); 3] = [("in", "id"), ("iw", "he"), ("ji", "yi")];
/// Codes of ISO 639-3 that name no language.
const NONE: [&str; 4] = ["mis", "mul", "und", "zxx"];

/// Whether it is written as a code is: `en`, `pt-BR`. There need not be such a language.
#[must_use]
pub fn is_code(code: &str) -> bool {
    let mut parts = code.split(['-', '_']);
    let letters = |part: &str, lengths: std::ops::RangeInclusive<usize>| {
        lengths.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    code.len() <= CODE_BYTES
        && parts.next().is_some_and(|part| letters(part, 2..=3))
        && parts.all(|part| letters(part, 2..=8))
}

/// Whether a code names a language: `und` and its like name none.
#[must_use]
pub fn is_language(code: &str) -> bool {
    is_code(code) && !NONE.contains(&primary(code).to_ascii_lowercase().as_str())
}

/// The language that an app means by a code, as Mastodon reads it: `en` by `en-GB`. None where it means no language.
#[must_use]
pub fn named(code: &str) -> Option<String> {
    let code = code.trim().replace('_', "-");
    let variant = VARIANTS
        .iter()
        .find(|variant| variant.eq_ignore_ascii_case(&code));
    if let Some(variant) = variant {
        return Some((*variant).to_owned());
    }
    let said = primary(&code).to_ascii_lowercase();
    let now = FORMER.iter().find(|(former, _)| *former == said);
    let language = now.map_or(said, |(_, now)| (*now).to_owned());
    let is_known = match language.len() {
        2 => LANGUAGES.iter().any(|(code, _)| *code == language),
        3 => {
            language.bytes().all(|byte| byte.is_ascii_lowercase())
                && !NONE.contains(&language.as_str())
        }
        _ => false,
    };
    is_known.then_some(language)
}

/// A code without what it says of a region or a script.
#[must_use]
pub fn primary(code: &str) -> &str {
    code.split_once(['-', '_'])
        .map_or(code, |(primary, _)| primary)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_short_and_plain() {
        for good in ["en", "cy", "pt-BR", "zh-Hant", "cmn"] {
            assert!(is_code(good), "{good}");
        }
        for bad in ["", "english!", "e", "en-", "<b>"] {
            assert!(!is_code(bad), "{bad}");
        }
        assert!(is_language("pt-BR") && !is_language("UND") && !is_language("e"));
    }

    #[test]
    fn codes_of_apps_are_read_as_mastodon_does() {
        for (said, meant) in [
            ("cy", Some("cy")),
            ("EN", Some("en")),
            ("en-GB", Some("en")),
            ("pt_BR", Some("pt")),
            ("sr-Latn", Some("sr")),
            ("zh_tw", Some("zh-TW")),
            ("zh-Hant-TW", Some("zh")),
            ("iw", Some("he")),
            ("tok", Some("tok")),
            ("und", None),
            ("xx", None),
            ("auto", None),
            ("<b>", None),
            ("", None),
        ] {
            assert_eq!(named(said).as_deref(), meant, "{said}");
        }
    }

    #[test]
    fn each_language_has_a_code_of_its_own() {
        assert!(LANGUAGES.is_sorted_by(|(a, _), (b, _)| a < b));
        assert!(LANGUAGES.iter().all(|(code, _)| code.len() == 2));
    }
}
