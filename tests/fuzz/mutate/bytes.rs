//! Changes to bytes, independent of their format.

use arbitrary::{Result, Unstructured};

/// The longest file that a repetition makes.
const LARGE: usize = 300_000;

/// One change; `other` is a file to splice with.
pub fn mutate(bytes: &mut Vec<u8>, other: &[u8], u: &mut Unstructured<'_>) -> Result<()> {
    let (start, end) = range(bytes.len(), u)?;
    match u.int_in_range(0..=9)? {
        0 => bytes.truncate(start),
        1 => drop(bytes.drain(start..end)),
        2 => {
            let part = bytes[start..end].to_vec();
            bytes.splice(start..start, part);
        }
        3 => {
            let (from, to) = range(other.len(), u)?;
            bytes.splice(start..end, other[from..to].iter().copied());
        }
        4 => bytes.clear(),
        5 => bytes.insert(start, u.arbitrary()?),
        6 if u.ratio(1, 20)? && start < end => {
            let part = bytes[start..end].to_vec();
            let times = LARGE / part.len();
            bytes.splice(start..end, part.iter().copied().cycle().take(times * part.len()));
        }
        7 => drop(bytes.splice(0..0, *b"\xef\xbb\xbf")),
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
