//! Inputs out of seeds: bytes are changed, left out, put in and repeated, and pieces of one seed put into another.

use std::ops::Range;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// Bytes of an input, as for `fuzz/run`.
const LONGEST: usize = 64 * 1_024;
/// How often an input is changed; not at all, it is a seed.
const CHANGES: usize = 6;

/// What programs stumble over, whatever they read.
const ODD: [&[u8]; 14] = [
    b"\0",
    b"\xff",
    b"\xff\xff\xff\xff",
    b"\x7f\xff\xff\xff",
    b"\x80",
    b"\r",
    b"\n\n",
    b"\"",
    b"'",
    b"\\",
    b"<",
    "\u{feff}".as_bytes(),
    "\u{202e}".as_bytes(),
    "\u{1f469}\u{200d}\u{1f3eb}".as_bytes(),
];

pub struct Mutator {
    random: StdRng,
    seeds: Vec<Vec<u8>>,
    words: Vec<Vec<u8>>,
}

impl Mutator {
    /// From the same number always the same inputs.
    pub fn new(number: u64, seeds: Vec<Vec<u8>>, words: &[&str]) -> Self {
        let words = words.iter().map(|word| word.as_bytes().to_vec());
        let odd = ODD.iter().map(|bytes| bytes.to_vec());
        Self {
            random: StdRng::seed_from_u64(number),
            seeds,
            words: words.chain(odd).collect(),
        }
    }

    pub fn input(&mut self) -> Vec<u8> {
        let mut input = any(&mut self.random, &self.seeds).clone();
        for _ in 0..self.below(CHANGES + 1) {
            self.change(&mut input);
        }
        input.truncate(LONGEST);
        input
    }

    fn change(&mut self, input: &mut Vec<u8>) {
        let at = self.below(input.len() + 1);
        match self.below(8) {
            0 => {
                let bit = self.below(8);
                if let Some(byte) = input.get_mut(at) {
                    *byte ^= 1_u8 << bit;
                }
            }
            1 => {
                let other: u8 = self.random.random();
                if let Some(byte) = input.get_mut(at) {
                    *byte = other;
                }
            }
            2 => {
                let piece = self.piece(input);
                input.drain(piece);
            }
            3 => {
                let word = any(&mut self.random, &self.words);
                insert(input, at, word);
            }
            4 => {
                // In the place of what is there, so that what follows stays where it is.
                let word = any(&mut self.random, &self.words);
                let end = (at + word.len()).min(input.len());
                drop(input.splice(at..end, word.iter().copied()));
            }
            5 => {
                let piece = input[self.piece(input)].to_vec();
                let most = LONGEST / piece.len().max(1);
                let times = if self.below(10) == 0 {
                    most
                } else {
                    most.min(20)
                };
                let repeated = piece.repeat(1 + self.below(times.max(1)));
                insert(input, at, &repeated);
            }
            6 => {
                let other = any(&mut self.random, &self.seeds).clone();
                let piece = self.piece(&other);
                insert(input, at, &other[piece]);
            }
            _ => {
                let other = any(&mut self.random, &self.seeds).clone();
                let from = self.below(other.len() + 1);
                input.truncate(at);
                input.extend_from_slice(&other[from..]);
            }
        }
    }

    /// A stretch of these bytes, mostly a short one.
    fn piece(&mut self, of: &[u8]) -> Range<usize> {
        let from = self.below(of.len() + 1);
        let rest = of.len() - from;
        let most = if self.below(4) == 0 {
            rest
        } else {
            rest.min(16)
        };
        from..from + self.below(most + 1)
    }

    fn below(&mut self, end: usize) -> usize {
        self.random.random_range(0..end)
    }
}

fn any<'a>(random: &mut StdRng, of: &'a [Vec<u8>]) -> &'a Vec<u8> {
    &of[random.random_range(0..of.len())]
}

fn insert(input: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    drop(input.splice(at..at, bytes.iter().copied()));
}
