//! Words that follow each other, as tokens of the index: two that stand everywhere may follow each other nowhere (docs/adr/0581).

use super::SIGN;

/// A token for each word and the next, of 65,536: few texts have one by chance, and it is short. No text has it among its words.
pub fn pairs(words: &[String]) -> impl Iterator<Item = String> {
    let following = words.iter().skip(1);
    words
        .iter()
        .zip(following)
        .map(|(word, next)| format!("{SIGN}p{:x}", number(word, next)))
}

/// FNV-1a of both, folded. The index keeps it: another number would not be found.
fn number(word: &str, next: &str) -> u16 {
    let bytes = word.bytes().chain([b' ']).chain(next.bytes());
    let hash = bytes.fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    let [a, b, c, d] = hash.to_be_bytes();
    u16::from_be_bytes([a ^ c, b ^ d])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(words: &[&str]) -> Vec<String> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        pairs(&words).collect()
    }

    #[test]
    fn a_pair_is_found_where_its_words_follow_each_other() {
        let text = of(&["crème", "brûlée", "for", "all"]);
        assert_eq!(text.len(), 3);
        for pair in [["crème", "brûlée"], ["brûlée", "for"], ["for", "all"]] {
            assert!(text.contains(&of(&pair)[0]), "{pair:?}");
        }
        for pair in [["brûlée", "crème"], ["crème", "for"], ["crèmeb", "rûlée"]] {
            assert!(!text.contains(&of(&pair)[0]), "{pair:?}");
        }
        assert!(of(&["alone"]).is_empty());
        assert!(of(&[]).is_empty());
    }

    #[test]
    fn what_the_index_keeps_stays_the_same() {
        assert_eq!(of(&["the", "school"]), ["§p6dfd"]);
    }
}
