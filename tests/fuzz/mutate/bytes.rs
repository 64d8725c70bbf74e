//! Changes to bytes, independent of their format.

use arbitrary::{Result, Unstructured};

/// The longest file that a repetition makes.
const MAX_REPEATED: usize = 300_000;

/// One change; `other` is a file to splice with.
pub fn mutate(bytes: &mut Vec<u8>, other: &[u8], u: &mut Unstructured<'_>) -> Result<()> {
    let (start, end) = range(bytes.len(), u)?;
    match u.int_in_range(0..=9)? {
        // Cut off.
        0 => bytes.truncate(start),
        // A range removed.
        1 => drop(bytes.drain(start..end)),
        // A range doubled.
        2 => {
            let part = bytes[start..end].to_vec();
            bytes.splice(start..start, part);
        }
        // Spliced from another file.
        3 => {
            let (from, to) = range(other.len(), u)?;
            bytes.splice(start..end, other[from..to].iter().copied());
        }
        // Empty.
        4 => bytes.clear(),
        // A byte more.
        5 => bytes.insert(start, u.arbitrary()?),
        // A range repeated to a large file, now and then.
        6 if u.ratio(1, 20)? && start < end => {
            let part = bytes[start..end].to_vec();
            let times = MAX_REPEATED / part.len();
            bytes.splice(start..end, part.iter().copied().cycle().take(times * part.len()));
        }
        // A byte order mark in front.
        7 => drop(bytes.splice(0..0, *b"\xef\xbb\xbf")),
        // A bit flipped.
        _ => {
            if let Some(byte) = bytes.get_mut(start) {
                *byte ^= 1 << u.int_in_range(0..=7)?;
            }
        }
    }
    Ok(())
}

/// A random range.
fn range(length: usize, u: &mut Unstructured<'_>) -> Result<(usize, usize)> {
    let (one, two) = (u.int_in_range(0..=length)?, u.int_in_range(0..=length)?);
    Ok((one.min(two), one.max(two)))
}
