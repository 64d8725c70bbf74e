//! Changes to the set of files and their paths.

use arbitrary::{Result, Unstructured};

use super::HOSTILE;
use crate::case::Files;

/// One change to a folder of two or more files; `seeds` are other folders to take files from.
pub fn mutate(files: &mut Files, seeds: &[Files], u: &mut Unstructured<'_>) -> Result<()> {
    let (at, other) = (u.choose_index(files.len())?, u.choose_index(files.len())?);
    match u.int_in_range(0..=7)? {
        0 => drop(files.swap_remove(at)),
        1 => files[at].0 = files[other].0.clone(),
        2 => {
            let bytes = files[other].1.clone();
            files[at].1 = bytes;
        }
        3 => files[at].0 = format!("{}{}", u.choose(&HOSTILE)?, files[at].0),
        4 => files[at].0.push_str(u.choose(&HOSTILE)?),
        5 => {
            let folder = format!("{}/", u.choose(&["m", "1_Pooling", "a/b", "..", ".", "", "simcse"])?);
            files.iter_mut().for_each(|(path, _)| path.insert_str(0, &folder));
        }
        6 => {
            let seed = u.choose(seeds)?;
            let file = u.choose(seed)?.clone();
            files.push(file);
        }
        _ => {
            let seed = u.choose(seeds)?;
            let (path, bytes) = u.choose(seed)?;
            if let Some((_, own)) = files.iter_mut().find(|(own, _)| own == path) {
                own.clone_from(bytes);
            }
        }
    }
    Ok(())
}
