//! The words that are keys, each kept once for as long as the program runs.
//!
//! A build holds millions of keys and hardly any that differ, so a key is a number of 32 bits. Whoever reads keys takes
//! no lock; whoever makes them takes one only for a word that was not asked for lately. And most of the work on objects
//! is comparing keys: the few texts stay in the processor's cache, which the lines of many files would not.

use std::fmt;
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;

/// How many words the first segment has room for; each further one has room for twice as many as the one before.
const FIRST_SEGMENT: usize = 1024;
/// Enough for all numbers.
const SEGMENTS: usize = 23;
const RECENT: usize = 4096;

type Segment = Box<[OnceLock<WordText>]>;

static TEXTS: [OnceLock<Segment>; SEGMENTS] = [const { OnceLock::new() }; SEGMENTS];
/// The numbers of all words, by their hash.
static NUMBERS: Mutex<HashTable<u32>> = Mutex::new(HashTable::new());
/// Numbers, plus one, of words that were asked for lately. A number that stands here has its text.
static LATELY: [AtomicU32; RECENT] = [const { AtomicU32::new(0) }; RECENT];
static NOTHING: WordText = WordText { text: "" };

/// A word of the table. Equal words have equal numbers.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Word(u32);

/// What a word is in letters.
pub struct WordText {
    /// The letters.
    pub text: &'static str,
}

impl Word {
    /// The word with these letters.
    pub fn of(text: &str) -> Self {
        let hash = FxBuildHasher.hash_one(text);
        let recent = &LATELY[usize::try_from(hash).unwrap_or(0) % RECENT];
        if let Some(number) = recent.load(Ordering::Acquire).checked_sub(1)
            && Self(number).text() == text
        {
            return Self(number);
        }
        let word = Self::find_or_add(text, hash);
        recent.store(word.0.saturating_add(1), Ordering::Release);
        word
    }

    fn find_or_add(text: &str, hash: u64) -> Self {
        let mut numbers = NUMBERS.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(number) = numbers.find(hash, |number| Self(*number).text() == text) {
            return Self(*number);
        }
        // Files have at most 4 GiB together, and a key has a colon.
        let word = Self(u32::try_from(numbers.len()).unwrap_or(u32::MAX));
        let (segment, place) = word.place();
        let segment = TEXTS[segment]
            .get_or_init(|| std::iter::repeat_with(OnceLock::new).take(FIRST_SEGMENT << segment).collect());
        segment[place].get_or_init(|| WordText { text: Box::leak(text.into()) });
        numbers.insert_unique(hash, word.0, |number| FxBuildHasher.hash_one(Self(*number).text()));
        word
    }

    /// The number of the word, which is another one in each run of the program.
    pub(super) fn number(self) -> u32 {
        self.0
    }

    /// The word that has this number.
    pub(super) fn numbered(number: u32) -> Self {
        Self(number)
    }

    /// The letters.
    pub fn text(self) -> &'static str {
        self.letters().text
    }

    /// The same, to be borrowed. Every word that there is has some.
    pub(super) fn letters(self) -> &'static WordText {
        let (segment, place) = self.place();
        TEXTS[segment].get().and_then(|segment| segment.get(place)?.get()).unwrap_or(&NOTHING)
    }

    /// The segment and the place in it.
    fn place(self) -> (usize, usize) {
        let number = self.0 as usize + FIRST_SEGMENT;
        let segment = (number / FIRST_SEGMENT).ilog2() as usize;
        (segment, number - (FIRST_SEGMENT << segment))
    }
}

impl fmt::Debug for Word {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.text(), formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_the_same_if_their_letters_are() {
        let texts: Vec<String> = (0..4 * RECENT).map(|number| format!("word{number}")).collect();
        let words: Vec<Word> = texts.iter().map(|text| Word::of(text)).collect();
        assert!(texts.iter().zip(&words).all(|(text, word)| word.text() == text));
        assert!(texts.iter().zip(&words).all(|(text, word)| Word::of(text) == *word));
    }

    #[test]
    fn threads_agree() {
        let words = || (0..2000).map(|number| Word::of(&format!("shared{number}"))).collect::<Vec<_>>();
        let threads: Vec<_> = (0..4).map(|_| std::thread::spawn(words)).collect();
        let found: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
        assert!(found.iter().all(|one| *one == found[0]));
    }

    #[test]
    fn segments_follow_one_another() {
        let places = [0, 1023, 1024, 3071, 3072, u32::MAX].map(|number| Word(number).place());
        assert_eq!(places[..5], [(0, 0), (0, 1023), (1, 0), (1, 2047), (2, 0)]);
        assert!(places[5].0 < SEGMENTS);
    }
}
