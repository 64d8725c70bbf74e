//! Parts of paths with `/`.

/// The last part.
pub fn base(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The folder, ending in a slash; empty without one.
pub fn folder(path: &str) -> &str {
    &path[..path.len() - base(path).len()]
}
